"""Rung 5: where to cut a translation so that a missing term can be forced in and the decoder goes on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.translation.constraints import Constraint, assign
from service.translation.grammar import mend
from service.translation.languages import Language
from service.translation.repair import Candidate, unit_masses
from service.translation.result import Span

_CUTS = 3  # places tried for one term


@dataclass(frozen=True, slots=True)
class ForcedPrefix:
    """The beginning that a translation is given, the source span of the term at its end, and whether it holds the whole text so far."""

    text: str
    span: Span
    last_resort: bool


def forced_prefixes(candidate: Candidate, constraints: Sequence[Constraint], language: Language) -> list[ForcedPrefix]:
    """Beginnings of a translation, each ending in the first unmet term, best place first."""
    assigned = assign(candidate.text, constraints)
    missing = next((c for c, span in zip(constraints, assigned, strict=True) if span is None), None)
    if missing is None or candidate.alignment is None:
        return []
    taken = [s for s in assigned if s]
    cuts = _cuts(candidate, missing, taken)
    end = max([len(candidate.text.rstrip(" .。")), *(stop for _, stop in taken)])
    places = [*cuts, end] if end not in cuts else cuts
    return [ForcedPrefix(_prefix(candidate.text[:cut], missing, language), missing.span, cut == end) for cut in places]


def _cuts(candidate: Candidate, missing: Constraint, taken: Sequence[Span]) -> list[int]:
    """Word starts and ends where attention is nearest to the term in the source."""
    starts = [i for i, c in enumerate(candidate.text) if not c.isspace() and (i == 0 or candidate.text[i - 1].isspace())] or [0]
    units = [(a, b) for a, b in zip(starts, [*starts[1:], len(candidate.text)], strict=True)]
    cuts: list[int] = []
    for around in ((0, 0), (-1, 1), (-2, 4), (-5, 8)):
        span = (missing.span[0] + around[0], missing.span[1] + around[1])
        masses = unit_masses(candidate, units, span) or []
        for mass, (start, end) in sorted(zip(masses, units, strict=True), reverse=True):
            inside = any(a < start < b for a, b in taken)
            if mass >= 0.3 and not inside:
                cuts.extend(c for c in (start, end) if c not in cuts and not any(a < c < b for a, b in taken))
        if len(cuts) >= _CUTS:
            break
    return cuts[:_CUTS]


def _prefix(text: str, missing: Constraint, language: Language) -> str:
    head = text.rstrip(" ,") + (" " if language.spaced and text.strip() else "")
    mended, span = mend(head + missing.rendering, (len(head), len(head) + len(missing.rendering)), missing.approved)
    return mended[: span[1]]
