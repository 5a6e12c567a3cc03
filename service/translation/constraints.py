"""What a translation must hold: the occurrences of terms and of protected text, and how to recognise each in a target text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from glossary.matching import Hit, search_forms
from glossary.terms import Article, Case, Term
from service.translation.result import Span

_LATIN = "A-Za-z0-9À-ÖØ-öø-ÿ"
_KATAKANA = "ァ-ヺーヽヾ"


@dataclass(frozen=True, slots=True)
class Constraint:
    """An occurrence at ``span`` of the source segment that needs a rendition of its own in the target.

    ``approved`` is written where the model must be told; any of ``accepted`` counts as right. ``concept`` is None for protected text.
    """

    span: Span
    source_text: str
    approved: Term
    accepted: tuple[Term, ...]
    concept: str | None = None
    domain: str | None = None

    @property
    def rendering(self) -> str:
        """The text to write."""
        return self.approved.text


def constrain(hits: Iterable[Hit], target: str) -> tuple[list[Constraint], list[Hit]]:
    """Constraints for the hits that have an approved term in the target language, and the hits that have none."""
    constraints, without = [], []
    for hit in hits:
        approved = hit.concept.rendering(hit.term, target)
        if approved is None:
            without.append(hit)
            continue
        accepted = hit.concept.approved(target)
        constraints.append(Constraint((hit.start, hit.end), hit.text, approved, accepted, hit.concept.id, hit.concept.domain))
    return constraints, without


def protect(span: Span, text: str, target: str) -> Constraint:
    """A constraint that text comes through untouched."""
    term = Term(text, target, case=Case.EXACT, article=Article.ANY, inflects=False)
    return Constraint(span, text, term, (term,))


@lru_cache(maxsize=16_384)
def _pattern(term: Term) -> re.Pattern[str]:
    forms = sorted(search_forms(term), key=len, reverse=True)
    flags = re.NOFLAG if term.case is Case.EXACT else re.IGNORECASE
    return re.compile("|".join(_form_pattern(form) for form in forms), flags)


def _form_pattern(form: str) -> str:
    body = re.escape(form).replace(r"\ ", r"\s+").replace(r"\-", "[-‐‑–]").replace("'", "['’]")
    return _guard(form[0], before=True) + body + _guard(form[-1], before=False)


def _guard(char: str, *, before: bool) -> str:
    for chars in (_LATIN, _KATAKANA):
        if re.match(f"[{chars}]", char):
            return f"(?<![{chars}])" if before else f"(?![{chars}])"
    return ""


def renditions(target: str, term: Term) -> list[Span]:
    """Where a target text renders a term, inflected forms included, from left to right."""
    return [m.span() for m in _pattern(term).finditer(target)]


def _verbatim(target: str, text: str) -> list[Span]:
    pattern = _guard(text[0], before=True) + re.escape(text) + _guard(text[-1], before=False)
    return [m.span() for m in re.finditer(pattern, target)]


def rendering_of(text: str, constraint: Constraint) -> Term | None:
    """Which accepted term a rendition is a form of; the approved one goes first."""
    for term in (constraint.approved, *constraint.accepted):
        if _pattern(term).fullmatch(text):
            return term
    return None


def assign(target: str, constraints: Sequence[Constraint]) -> list[Span | None]:
    """A target span for each constraint, or None. Spans are disjoint: n occurrences need n renditions.

    The longest renditions are given away first, so that "self-defense" inside "collective self-defense" serves no other concept.
    """
    assigned: list[Span | None] = [None] * len(constraints)
    taken = bytearray(len(target))
    options: dict[tuple[Term, tuple[Term, ...], bool], Iterator[Span]] = {}  # what is passed over once is never free again
    order = sorted(range(len(constraints)), key=lambda i: (-len(constraints[i].rendering), constraints[i].span))
    for place in order:
        constraint = constraints[place]
        key = (constraint.approved, constraint.accepted, constraint.concept is None)
        if key not in options:
            options[key] = iter(_spans(target, constraint))
        for start, end in options[key]:
            if not any(taken[start:end]):
                assigned[place] = (start, end)
                taken[start:end] = b"\1" * (end - start)
                break
    return assigned


def _spans(target: str, constraint: Constraint) -> list[Span]:
    """Renditions, those of the approved term first, each from left to right: occurrences of one concept are taken in reading order."""
    found = [
        (term != constraint.approved, span[0], -span[1])
        for term in constraint.accepted
        for span in (renditions(target, term) if constraint.concept else _verbatim(target, term.text))
    ]
    return [(start, -end) for _, start, end in sorted(found)]
