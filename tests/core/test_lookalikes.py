"""Injection error: what seems to be a term and is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from glossary.matching import TermIndex
from service.evaluation import Injection, read_lookalikes, score_lookalikes
from service.evaluation.lookalikes import wilson
from service.translation.intake import IntakeError
from service.translation.pipeline import GlossaryMode, Pipeline
from tests.core.small_termbase import CONCEPTS, pipeline
from tests.fakes import FakeEngine

LOOKALIKES = Path(__file__).parents[1] / "cases" / "terms" / "lookalikes.json"
_JAPAN_CHINA = {"id": "japan-china", "terms": {"ja": [{"text": "日中"}], "en": [{"text": "Japan-China"}]}}
CASES = [
    {"label": "daytime", "language": "ja", "text": "雨だ。日中は晴れる。", "expect": []},
    {"label": "relations", "language": "ja", "text": "日中関係", "expect": [[0, 2, "japan-china"]]},
    {"label": "not seen", "language": "ja", "text": "対中関係", "expect": [[0, 2, "japan-china"]]},
    {"label": "english", "language": "en", "text": "A Japan-China pact.", "expect": []},
]


def _score(engine: FakeEngine | None, **data: Any) -> Injection:
    def translator(source: str, index: TermIndex) -> Pipeline | None:
        given = pipeline(engine) if engine and engine.source == source else None
        return Pipeline(given.engine, given.source, given.target, index) if given else None

    content = json.dumps({"cases": CASES, "concepts": [_JAPAN_CHINA], **data})
    return score_lookalikes(read_lookalikes(content), lambda language: TermIndex(CONCEPTS, language), translator)


def test_a_term_that_is_not_meant_is_counted_once_it_is_in_the_translation() -> None:
    found = _score(FakeEngine(lambda text: "The Japan-China sky will clear."))
    assert [(w.label, w.text, w.injected) for w in found.wrong] == [("english", "Japan-China", None), ("daytime", "日中", True)]
    assert (found.cases, found.languages, found.matched_wrongly, found.injected, found.missed) == (4, {"en": 1, "ja": 3}, 2, 2, 1)
    assert found.injection_error == 0.5


def test_a_term_that_no_rung_could_write_is_not_injected() -> None:
    found = score_lookalikes(
        read_lookalikes(json.dumps({"cases": CASES[:1], "concepts": [_JAPAN_CHINA]})),
        lambda language: TermIndex(CONCEPTS, language),
        lambda _, index: Pipeline(
            FakeEngine(lambda text: "It will clear."), *_languages(), index=index, mode=GlossaryMode.PREFER
        ),
    )  # fmt: skip
    assert [(w.label, w.injected) for w in found.wrong] == [("daytime", False)]
    assert (found.matched_wrongly, found.injected) == (1, 0)


def _languages() -> tuple[Any, Any]:
    given = pipeline(FakeEngine(str))
    return given.source, given.target


def test_the_engine_is_asked_for_nothing_else() -> None:
    engine = FakeEngine(lambda text: "It will clear.")
    _score(engine, cases=CASES[1:3])
    assert engine.requests == []


def test_without_concepts_the_termbase_in_use_counts() -> None:
    cases = json.dumps({"cases": [{"label": "x", "language": "ja", "text": "抑止力と自衛隊", "expect": [[0, 3, "deterrence"]]}]})
    found = score_lookalikes(read_lookalikes(cases), lambda language: TermIndex(CONCEPTS, language), lambda *_: None)
    assert [(w.concept, w.text) for w in found.wrong] == [("self-defense-forces", "自衛隊")]


def test_the_shipped_cases_have_few_errors() -> None:
    found = score_lookalikes(read_lookalikes(LOOKALIKES.read_text(encoding="utf-8")), lambda code: TermIndex((), code), lambda *_: None)
    assert found.cases >= 100
    assert found.missed == 0
    known = {c["label"] for c in json.loads(LOOKALIKES.read_text(encoding="utf-8"))["cases"] if c.get("known_failure")}
    assert {w.label for w in found.wrong} == known


@pytest.mark.parametrize(("successes", "trials", "low", "high"), [(0, 159, 0.0, 0.0236), (2, 159, 0.0035, 0.0447), (5, 5, 0.566, 1.0)])
def test_wilsons_interval(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read"),
        ("[]", 'a list of "cases"'),
        ('{"cases": []}', 'a list of "cases"'),
        ('{"cases": [{"label": "a"}]}', "case 1 cannot be used"),
        ('{"cases": ["a"]}', "case 1 cannot be used"),
        ('{"cases": [{"label": "a", "language": "ja", "text": "", "expect": []}]}', "case 1 cannot be used"),
        ('{"cases": [{"label": "a", "language": "ja", "text": "b", "expect": [[1, 2]]}]}', "case 1 cannot be used"),
        ('{"cases": [1], "concepts": [{"id": "A b"}]}', "cannot be read"),
        ('{"cases": [1], "concepts": [1]}', "cannot be read"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_what_is_no_case_file(content: str, message: str) -> None:
    with pytest.raises(IntakeError, match=message):
        read_lookalikes(content)


def test_a_label_names_one_case() -> None:
    with pytest.raises(IntakeError, match="two cases have the label 'daytime'"):
        read_lookalikes(json.dumps({"cases": [CASES[0], CASES[0]]}))
