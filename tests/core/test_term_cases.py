"""Every matching case of ``tests/cases/terms/*.json``: which terms a text holds, and exactly where."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from glossary.curated import read_concept
from glossary.matching import TermIndex

CASES_DIRECTORY = Path(__file__).parents[1] / "cases" / "terms"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(CASES_DIRECTORY.glob("*.json"))}
CASES = [(theme, case) for theme, data in FILES.items() for case in data["cases"]]
_UNUSED = {"pos": "noun", "definition": {"en": "Not used here."}, "sources": []}


@functools.cache
def _index(theme: str, language: str) -> TermIndex:
    concepts = [read_concept({**concept, **_UNUSED}, theme, {}) for concept in FILES[theme]["concepts"]]
    return TermIndex(concepts, language)


def _parameter(theme: str, case: dict[str, Any]) -> Any:
    reason = case.get("comment", "a known limit")
    marks = [pytest.mark.xfail(strict=True, reason=reason)] if case.get("known_failure") else []
    return pytest.param(theme, case, id=case["label"], marks=marks)


@pytest.mark.parametrize(("theme", "case"), [_parameter(theme, case) for theme, case in CASES])
def test_terms_are_found_exactly_where_they_stand(theme: str, case: dict[str, Any]) -> None:
    """The hits of a case, with their raw text beside the offsets so that a failure can be read."""
    text = case["text"]
    expected = [(start, end, concept, text[start:end]) for start, end, concept in case["expect"]]
    hits = _index(theme, case["language"]).find(text)
    assert [(hit.start, hit.end, hit.concept.id, hit.text) for hit in hits] == expected


def test_labels_are_unique() -> None:
    """A label names one case in all files."""
    counts = Counter(case["label"] for _, case in CASES)
    assert [label for label, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("theme", FILES)
def test_case_file_is_well_formed(theme: str) -> None:
    """Expected spans lie within the text, from left to right without overlap, and name concepts of the same file."""
    known = {concept["id"] for concept in FILES[theme]["concepts"]}
    for case in FILES[theme]["cases"]:
        position = 0
        for start, end, concept in case["expect"]:
            assert position <= start < end <= len(case["text"]), case["label"]
            assert concept in known, case["label"]
            position = end
