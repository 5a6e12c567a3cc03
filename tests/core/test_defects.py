"""Good and bad outputs as data: each bad one deserves its findings, each good one deserves none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.translation.constraints import protect
from service.translation.defects import defects, digits
from service.translation.enforcement import Task
from service.translation.languages import Language
from service.translation.repair import Candidate
from service.translation.result import FindingKind, Rung
from service.translation.verification import verify
from tests.core.cases import read_cases
from tests.core.small_termbase import ENGLISH, JAPANESE


def _kinds(case: dict[str, Any], languages: tuple[Language, Language]) -> list[str]:
    source, code = case["source"], languages[1].code
    places = [(source.index(text), text) for text in case.get("allowed", ())]
    task = Task(source, tuple(protect((place, place + len(text)), text, code) for place, text in places))
    _, findings = verify(task, Candidate(case["target"], 0.0, Rung.DECODED), languages)
    return sorted(finding.kind.value for finding in findings)


@pytest.mark.parametrize("case", read_cases("defects", "japanese-to-english"))
def test_japanese_to_english(case: dict[str, Any]) -> None:
    assert _kinds(case, (JAPANESE, ENGLISH)) == sorted(case["expect"])


@pytest.mark.parametrize("case", read_cases("defects", "english-to-japanese"))
def test_english_to_japanese(case: dict[str, Any]) -> None:
    assert _kinds(case, (ENGLISH, JAPANESE)) == sorted(case["expect"])


@given(source=st.text(max_size=20), blanks=st.text(st.sampled_from(" \n\u3000"), max_size=5))
def test_an_empty_output_is_reported_exactly_when_there_was_something_to_translate(source: str, blanks: str) -> None:
    kinds = [finding.kind for finding in defects(source, blanks, (JAPANESE, ENGLISH))]
    assert kinds == ([FindingKind.EMPTY] if source.strip() else [])


@given(text=st.text(st.sampled_from("、。.- 日本ab\n"), max_size=200))
def test_any_output_can_be_judged(text: str) -> None:
    assert all(finding.message for finding in defects("日米同盟", text, (JAPANESE, ENGLISH)))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3隻と1,200人と3.5％", {"3": 1, "1200": 1, "3.5": 1}),
        ("１，２００人", {"１２００": 1}),
        ("5 and 5", {"5": 2}),
        ("三隻", {}),
    ],
)
def test_numbers_in_digits_are_counted_without_separators(text: str, numbers: dict[str, int]) -> None:
    assert digits(text) == numbers
