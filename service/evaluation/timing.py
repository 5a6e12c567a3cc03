"""Where the seconds of a run go: a clock that is always at one step, and an engine that tells it which."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from models.engine import DecodeOptions, DecodeRequest, Engine, EngineSignature, Hypothesis
from service.translation.pipeline import Pipeline
from service.translation.result import Rung

OTHER = "other"  # matching, segmentation, choosing, mending, verification: everything that asks no model


class RungClock:
    """Adds up seconds per step. Not for several threads at once."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now, self._since = now, now()
        self._step = OTHER
        self._seconds: dict[str, float] = {}

    def enter(self, step: str) -> str:
        """From now on the time belongs to ``step``; returns the step that it belonged to."""
        now, before = self._now(), self._step
        self._seconds[before] = self._seconds.get(before, 0.0) + now - self._since
        self._since, self._step = now, step
        return before

    def seconds(self) -> dict[str, float]:
        """Seconds of each step until now, by name in alphabetical order; together the time since the clock was made."""
        self.enter(self._step)
        return dict(sorted(self._seconds.items()))


class MeasuringEngine:
    """Passes everything on to an engine and tells a clock when it is at work.

    From outside the ladder two kinds of call can be told apart: decoding again with a beginning given (``forced``), and every other
    decoding, that of divided sentences included (``decoded``).
    """

    def __init__(self, engine: Engine, clock: RungClock) -> None:
        self._engine, self._clock = engine, clock

    @property
    def source(self) -> str:
        """As of the engine."""
        return self._engine.source

    @property
    def target(self) -> str:
        """As of the engine."""
        return self._engine.target

    @property
    def signature(self) -> EngineSignature:
        """As of the engine: measuring changes no output."""
        return self._engine.signature

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        """Let the engine translate, on the clock."""
        rung = Rung.FORCED if any(request.prefix for request in batch) else Rung.DECODED
        before = self._clock.enter(rung.name.lower())
        try:
            return self._engine.translate(batch, options)
        finally:
            self._clock.enter(before)


def timed(pipeline: Pipeline) -> tuple[Pipeline, RungClock]:
    """The same pipeline on a clock of its own, which starts now."""
    clock = RungClock()
    return replace(pipeline, engine=MeasuringEngine(pipeline.engine, clock)), clock
