"""Numbers that came out with another value: put right where it is certain which one is meant, reported where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.translation.constraints import Constraint, assign
from service.translation.languages import Language
from service.translation.numerals.compare import Comparison, compare
from service.translation.numerals.render import render
from service.translation.repair import Candidate
from service.translation.result import Finding, FindingKind, Rung, Span

Direction = tuple[Language, Language]


def compare_numbers(source: str, target: str, constraints: Sequence[Constraint], languages: Direction) -> Comparison:
    """Quantities of both texts by value; those inside terms raise no alarm, since a term answers for its own."""
    assigned = [span for span in assign(target, constraints) if span]
    codes = (languages[0].code, languages[1].code)
    return compare(source, target, codes, ignore_source=[c.span for c in constraints], ignore_target=assigned)


def repair_numbers(source: str, candidate: Candidate, constraints: Sequence[Constraint], languages: Direction) -> Candidate:
    """Write the right value over each wrong one whose counterpart is certain; terms that are met stay met."""
    tried: set[Span] = set()
    while True:
        wrong = compare_numbers(source, candidate.text, constraints, languages)
        sure = [m for m in wrong.missing if m.certain and m.counterpart and m.quantity.span not in tried]
        if not sure:
            return candidate
        mismatch = sure[0]
        tried.add(mismatch.quantity.span)
        counterpart = mismatch.counterpart
        written = render(mismatch.quantity, languages[1].code, counterpart.text) if counterpart else None
        if counterpart is None or written is None:
            continue
        edited = replace(candidate.splice(counterpart.span, written), rung=max(candidate.rung, Rung.REPAIRED))
        better = len(compare_numbers(source, edited.text, constraints, languages).missing) < len(wrong.missing)
        if better and _met(edited, constraints) >= _met(candidate, constraints):
            candidate = edited


def number_findings(source: str, target: str, constraints: Sequence[Constraint], languages: Direction) -> list[Finding]:
    """A finding for each quantity of the source that the target lacks, and for each that it has of its own."""
    found = compare_numbers(source, target, constraints, languages)
    missing = [
        Finding(FindingKind.NUMBER, f"{m.quantity.text} has no counterpart of the same value ({m.reason.value})", m.quantity.span)
        for m in found.missing
    ]
    answered = {m.counterpart.span for m in found.missing if m.counterpart}
    extra = [
        Finding(FindingKind.NUMBER, f"{m.quantity.text!r} is not in the source") for m in found.extra if m.quantity.span not in answered
    ]
    return missing + extra


def _met(candidate: Candidate, constraints: Sequence[Constraint]) -> int:
    return sum(span is not None for span in assign(candidate.text, constraints))
