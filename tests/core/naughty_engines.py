"""Engines that misbehave. The first output of a rule is the engine's favourite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.engine import Alignment, DecodeOptions, DecodeRequest, Hypothesis
from tests.fakes import FakeEngine, diagonal


def stubborn(*outputs: str, align: Callable[[str, str], Alignment] = diagonal, source: str = "ja", target: str = "en") -> FakeEngine:
    """Writes the same outputs for every source text, whatever was written into it."""
    return FakeEngine(lambda _: list(outputs), align=align, source=source, target=target)


class DeafEngine(FakeEngine):
    """Ignores the prefix that it was told to begin with."""

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        return super().translate([replace(request, prefix="") for request in batch], options)


class RecordingEngine(FakeEngine):
    """Remembers everything that it wrote."""

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        found = super().translate(batch, options)
        self.written = {*getattr(self, "written", ()), *(h.text for hypotheses in found for h in hypotheses)}
        return found


def inattentive(source: str, target: str) -> Alignment:
    """An alignment in which no target word attends to any source word."""
    blind = diagonal(source, target)
    return replace(blind, weights=tuple(tuple(0.0 for _ in row) for row in blind.weights))
