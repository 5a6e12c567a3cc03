"""A clock for the rungs, with the time passed in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from models.engine import DecodeOptions, DecodeRequest
from service.evaluation.timing import MeasuringEngine, RungClock, timed
from tests.core.small_termbase import pipeline
from tests.fakes import FakeEngine


def _clock(*times: float) -> RungClock:
    ticks: Iterator[float] = iter(times)
    return RungClock(lambda: next(ticks))


def test_every_second_belongs_to_one_step() -> None:
    clock = _clock(10, 11, 13, 17, 20)
    assert clock.enter("decoded") == "other"
    assert clock.enter("other") == "decoded"
    clock.enter("decoded")
    assert clock.seconds() == {"decoded": 2 + 3, "other": 1 + 4}


def test_decoding_with_a_beginning_given_is_told_apart() -> None:
    clock = _clock(*range(100))
    engine = MeasuringEngine(FakeEngine(lambda text: "It is so."), clock)
    engine.translate([DecodeRequest("ある。")], DecodeOptions())
    engine.translate([DecodeRequest("ある。"), DecodeRequest("ある。", "It")], DecodeOptions())
    assert clock.seconds() == {"decoded": 1, "forced": 1, "other": 3}


def test_an_engine_that_fails_stops_the_clock_all_the_same() -> None:
    def fail(_: str) -> str:
        raise RuntimeError("broken")

    clock = _clock(*range(100))
    with pytest.raises(RuntimeError):
        MeasuringEngine(FakeEngine(fail), clock).translate([DecodeRequest("ある。")], DecodeOptions())
    assert clock.enter("decoded") == "other"


def test_measuring_changes_nothing() -> None:
    plain = pipeline(FakeEngine(lambda text: f"{text} is so."))
    measured, clock = timed(plain)
    texts = ["抑止力が要る。", "自衛隊は動く。"]
    assert measured.translate_all(texts) == plain.translate_all(texts)
    assert measured.signature == plain.signature
    assert {"decoded", "other"} <= clock.seconds().keys()
    assert (measured.engine.source, measured.engine.target) == ("ja", "en")
