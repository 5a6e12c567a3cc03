"""Rung 4: put a term where the model's attention shows what became of it.

After Hasler et al. 2018 (NAACL N18-2081): the alignment head tells which target words render the source term; they are replaced
by the approved term and the words around it are mended.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.engine import Alignment
from service.translation.constraints import Constraint, assign
from service.translation.grammar import mend
from service.translation.languages import Language
from service.translation.result import Rung, Span

_WORD = re.compile(r"\S+")
_EDGE = "「」『』()（）[]\"“”‘’'.,;:!?、。，．"
_OWN_MASS = 0.4  # share of a word's attention on the term from which the word is taken to render it
_LONGEST = 12  # words; a longer run means that the attention is diffuse


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible translation. ``alignment`` has source spans of the original segment and target spans of ``text``.

    ``written`` says which constraints (by source span) a rung put in, and which rung did.
    """

    text: str
    score: float
    rung: Rung
    alignment: Alignment | None = None
    written: tuple[tuple[Span, Rung], ...] = ()

    def splice(self, span: Span, new: str) -> Candidate:
        """Replace a span of the text; the alignment follows."""
        start, end = span
        shift = len(new) - (end - start)
        alignment = self.alignment
        if alignment:
            moved = tuple(_move(s, (start, end), shift) for s in alignment.target_spans)
            alignment = replace(alignment, target_spans=moved)
        return replace(self, text=self.text[:start] + new + self.text[end:], alignment=alignment)


def _move(span: Span, edited: Span, shift: int) -> Span:
    if span[1] <= edited[0]:
        return span
    if span[0] >= edited[1]:
        return span[0] + shift, span[1] + shift
    return min(span[0], edited[0]), max(span[1], edited[1]) + shift


def repair(candidate: Candidate, constraints: Sequence[Constraint], language: Language) -> Candidate:
    """Write every unmet constraint that can be located into the candidate; those that cannot are left unmet."""
    tried: set[Span] = set()
    while True:
        assigned = assign(candidate.text, constraints)
        open_ = [c for c, span in zip(constraints, assigned, strict=True) if span is None and c.span not in tried]
        if not open_:
            return candidate
        constraint = open_[0]
        tried.add(constraint.span)
        taken = [s for s in assigned if s]
        place = _other_case(candidate.text, constraint, taken) or locate(candidate, constraint, taken, language)
        if place is None:
            continue
        edited = write(candidate, place, constraint)
        met_before, met_after = sum(s is not None for s in assigned), sum(s is not None for s in assign(edited.text, constraints))
        if met_after > met_before:
            candidate = edited


def write(candidate: Candidate, place: Span, constraint: Constraint) -> Candidate:
    """Replace a span by the approved term and mend what is around it."""
    edited = candidate.splice(place, constraint.rendering)
    edited = replace(edited, rung=max(candidate.rung, Rung.REPAIRED), written=(*candidate.written, (constraint.span, Rung.REPAIRED)))
    span = (place[0], place[0] + len(constraint.rendering))
    mended, _ = mend(edited.text, span, constraint.approved)
    if mended == edited.text:
        return edited
    head, tail = common_ends(edited.text, mended)
    return edited.splice((head, len(edited.text) - tail), mended[head : len(mended) - tail])


def locate(candidate: Candidate, constraint: Constraint, taken: Sequence[Span], language: Language) -> Span | None:
    """The target span that the model attended from to the term, on word boundaries; None where there is none."""
    units = _units(candidate.text, language)
    masses = unit_masses(candidate, units, constraint.span)
    if masses is None:
        return None
    free = [all(u[1] <= a or b <= u[0] for a, b in taken) for u in units]
    own = [mass >= _OWN_MASS and is_free for mass, is_free in zip(masses, free, strict=True)]
    runs = _runs(own, free)
    if not runs:
        return None
    first, last = max(runs, key=lambda r: sum(masses[r[0] : r[1] + 1]))
    first, last = _absorb(candidate.text, units, free, (first, last), constraint.rendering)
    if last - first + 1 > _LONGEST:
        return None
    return _trim(candidate.text, (units[first][0], units[last][1]))


def unit_masses(candidate: Candidate, units: Sequence[Span], source_span: Span) -> list[float] | None:
    """For each target unit the share of its attention that lies on a source span."""
    alignment = candidate.alignment
    if alignment is None:
        return None
    columns = [i for i, (a, b) in enumerate(alignment.source_spans) if a < source_span[1] and b > source_span[0]]
    if not columns:
        return None
    totals = [0.0] * len(units)
    shares = [0.0] * len(units)
    for (start, end), row in zip(alignment.target_spans, alignment.weights, strict=False):
        mass, whole = sum(row[i] for i in columns), max(sum(row), 1e-9)
        for place, (a, b) in enumerate(units):
            if start < b and end > a:
                shares[place] += mass / whole
                totals[place] += 1.0
    return [share / total if total else 0.0 for share, total in zip(shares, totals, strict=True)]


def _units(text: str, language: Language) -> list[Span]:
    if language.spaced:
        return [m.span() for m in _WORD.finditer(text)]
    return [(i, i + 1) for i in range(len(text))]


def _runs(own: Sequence[bool], free: Sequence[bool]) -> list[tuple[int, int]]:
    """Maximal runs of own units; a gap of one free unit inside a run is bridged."""
    runs: list[tuple[int, int]] = []
    for place, mine in enumerate(own):
        if not mine:
            continue
        if runs and place - runs[-1][1] <= 2 and all(free[runs[-1][1] + 1 : place]):
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _absorb(text: str, units: Sequence[Span], free: Sequence[bool], run: tuple[int, int], rendering: str) -> tuple[int, int]:
    """Widen a run by neighbours that are words of the rendering: the model wrote part of the term beside it."""
    words = {w.strip(_EDGE).lower() for w in re.split(r"[\s-]+", rendering)} - {"", "of", "the", "and", "for", "a", "in"}
    first, last = run

    def known(place: int) -> bool:
        word = text[units[place][0] : units[place][1]].strip(_EDGE).lower()
        return free[place] and len(word) > 1 and (word in words or word.rstrip("s") in words)

    while first > 0 and known(first - 1):
        first -= 1
    while last + 1 < len(units) and known(last + 1):
        last += 1
    return first, last


def _trim(text: str, span: Span) -> Span | None:
    start, end = span
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    if text[start:end].endswith(("'s", "’s")):
        end -= 2
    return (start, end) if start < end else None


def _other_case(text: str, constraint: Constraint, taken: Sequence[Span]) -> Span | None:
    """The term is there but for its letter case."""
    for match in re.finditer(r"(?<!\w)" + re.escape(constraint.rendering) + r"(?!\w)", text, re.IGNORECASE):
        if all(match.end() <= a or b <= match.start() for a, b in taken):
            return match.span()
    return None


def common_ends(one: str, other: str) -> tuple[int, int]:
    """Lengths of the longest common beginning and of the longest common end after it."""
    head = _common_prefix(one, other)
    return head, _common_prefix(one[head:][::-1], other[head:][::-1])


def _common_prefix(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
