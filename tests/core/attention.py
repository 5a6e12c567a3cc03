"""Alignments written by hand: which words of a translation attend to which words of the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from models.engine import Alignment, Span
from tests.fakes import units


def attention(source: str, target: str, pairs: Mapping[str, str]) -> Alignment:
    """``pairs`` maps stretches of the target to stretches of the source; words of no pair attend to nothing."""
    columns, rows = units(source), units(target)
    weights = [_row(columns, _attended(span, source, target, pairs)) for span in rows]
    return Alignment(columns, rows, tuple(weights))


def attending(pairs: Mapping[str, str]) -> Callable[[str, str], Alignment]:
    """The same for an engine, which asks for the alignment of each of its outputs."""
    return lambda source, target: attention(source, target, pairs)


def _attended(span: Span, source: str, target: str, pairs: Mapping[str, str]) -> list[Span]:
    return [
        (source.index(theirs), source.index(theirs) + len(theirs))
        for ours, theirs in pairs.items()
        if theirs in source and ours in target and target.index(ours) <= span[0] and span[1] <= target.index(ours) + len(ours)
    ]


def _row(columns: tuple[Span, ...], attended: list[Span]) -> tuple[float, ...]:
    hits = [any(a < end and b > start for start, end in attended) for a, b in columns]
    return tuple(hit / max(sum(hits), 1) for hit in hits)
