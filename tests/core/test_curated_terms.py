"""Every term of the curated termbase, alone in its segment: rendered as approved, without the engine and without a finding."""

from __future__ import annotations

import functools

import pytest

from glossary.curated import read_termbase
from glossary.terms import Concept, Use
from service.translation.result import TermStatus, Translation
from tests.core.small_termbase import pipeline
from tests.fakes import FakeEngine


@functools.cache
def _concepts() -> tuple[Concept, ...]:
    return read_termbase().concepts


@functools.cache
def _alone(source: str, target: str) -> tuple[FakeEngine, dict[str, Translation]]:
    engine = FakeEngine(lambda _: "", source=source, target=target)
    terms = [t for c in _concepts() if c.preferred(target) for t in c.terms_in(source) if t.use is not Use.TARGET and t.status.approved]
    texts = list(dict.fromkeys(term.text for term in terms))
    return engine, dict(zip(texts, pipeline(engine, _concepts()).translate_all(texts), strict=True))


DIRECTIONS = pytest.mark.parametrize(("source", "target"), [("ja", "en"), ("en", "ja")])


@DIRECTIONS
def test_a_curated_term_is_one_segment(source: str, target: str) -> None:
    _, translations = _alone(source, target)
    assert {text: [s.source for s in done.segments] for text, done in translations.items() if len(done.segments) != 1} == {}


@DIRECTIONS
def test_a_curated_term_needs_no_engine(source: str, target: str) -> None:
    engine, _ = _alone(source, target)
    assert engine.requests == []


@DIRECTIONS
def test_a_curated_term_is_met(source: str, target: str) -> None:
    _, translations = _alone(source, target)
    lost = {text: done.text for text, done in translations.items() if [t.status for t in done.terms] != [TermStatus.MET]}
    assert lost == {}


@DIRECTIONS
def test_a_curated_term_deserves_no_finding(source: str, target: str) -> None:
    _, translations = _alone(source, target)
    assert {text: [f.message for f in done.findings] for text, done in translations.items() if done.findings} == {}
