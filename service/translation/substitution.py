"""Writing approved terms into the source before decoding, and the way back from its positions to the original's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.engine import Alignment
from service.translation.constraints import Constraint
from service.translation.result import Span


@dataclass(frozen=True, slots=True)
class Substitution:
    """A source text with terms replaced. ``edits`` pairs each span of ``text`` that was written with the original span."""

    text: str
    edits: tuple[tuple[Span, Span], ...] = ()
    shifts: tuple[int, ...] = ()  # for each edit what leads from a place after it to the original's

    def to_original(self, span: Span) -> Span:
        """The original span of a span of ``text``; a place within a written term belongs to the whole occurrence."""
        shift = 0
        for ((start, end), original), after in zip(self.edits, self.shifts, strict=True):
            if span[1] <= start:
                break
            if span[0] < end:
                return original
            shift = after
        return span[0] + shift, span[1] + shift

    def original_alignment(self, alignment: Alignment) -> Alignment:
        """The same attention with source spans of the original text."""
        if not self.edits:
            return alignment
        return Alignment(tuple(self.to_original(s) for s in alignment.source_spans), alignment.target_spans, alignment.weights)


def substitute(text: str, constraints: Sequence[Constraint]) -> Substitution:
    """Write every constraint's rendering in place of its source text, with blanks around it as the models are trained."""
    out, position = "", 0
    edits: list[tuple[Span, Span]] = []
    shifts: list[int] = []
    for constraint in sorted(constraints, key=lambda c: c.span):
        start, end = constraint.span
        out += text[position:start]
        if out and not out[-1].isspace():
            out += " "
        edits.append(((len(out), len(out) + len(constraint.rendering)), constraint.span))
        out += constraint.rendering
        if end < len(text) and not text[end].isspace():
            out += " "
        shifts.append(end - len(out))
        position = end
    return Substitution(out + text[position:], tuple(edits), tuple(shifts))
