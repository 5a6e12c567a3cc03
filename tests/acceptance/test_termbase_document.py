"""The example of docs/termbase.md is a termbase: it is read, it is clean, and it shows every key and every value."""

from __future__ import annotations

import dataclasses
import functools
import re
from enum import StrEnum
from pathlib import Path

import pytest
import yaml

from glossary.checks import check_termbase
from glossary.curated import CuratedTermbase, read_termbase
from glossary.matching import TermIndex
from glossary.terms import Kind, Status, Term, Use

_PAGE = (Path(__file__).parents[2] / "docs" / "termbase.md").read_text(encoding="utf-8")


@functools.cache
def _curated(language: str) -> TermIndex:
    return TermIndex(read_termbase().concepts, language)


@pytest.fixture(scope="module")
def example() -> str:
    [block] = re.findall(r"```yaml\n(.*?)```", _PAGE, re.DOTALL)
    return str(block)


@pytest.fixture(scope="module")
def termbase(example: str, tmp_path_factory: pytest.TempPathFactory) -> CuratedTermbase:
    directory = tmp_path_factory.mktemp("termbase")
    (directory / "fisheries.yaml").write_text(example, encoding="utf-8")
    return read_termbase(directory)


def test_the_example_is_clean(termbase: CuratedTermbase) -> None:
    assert check_termbase(termbase) == []


def test_the_example_shows_every_key_that_the_page_explains(example: str) -> None:
    data = yaml.safe_load(example)
    [concept] = data["concepts"]
    terms = [term for terms in concept["terms"].values() for term in terms]
    explained = {
        key for row in re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| .*\|$", _PAGE, re.MULTILINE) for key in re.findall(r"[a-z_]+", row)
    }
    statuses_and_cases = {*Status, "exact", "sentence", "any"}
    assert explained - statuses_and_cases == {*data, *concept} | {key for term in terms for key in term}


def test_the_page_explains_every_field_of_a_term(example: str) -> None:
    named_otherwise = {"language": "`ja`", "inflects": "`inflection`"}
    for field in dataclasses.fields(Term):
        assert named_otherwise.get(field.name, f"`{field.name}`") in _PAGE


@pytest.mark.parametrize("choice", [*Status, *(k for k in Kind if k is not Kind.SHORT), *Use])
def test_the_example_shows_the_choices(choice: StrEnum, termbase: CuratedTermbase) -> None:
    assert choice in {value for term in termbase.concepts[0].terms for value in (term.status, term.kind, term.use)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("漁獲可能量を決める。", ["漁獲可能量"]),
        ("個別漁獲可能量を決める。", []),
        ("漁獲可能量制度を見直す。", []),
        ("タックとTAC。", ["タック", "TAC"]),
    ],
)
def test_the_example_is_found_as_the_page_says(text: str, found: list[str], termbase: CuratedTermbase) -> None:
    assert [hit.text for hit in TermIndex(termbase.concepts, "ja").find(text)] == found


@pytest.mark.parametrize(
    "same", ["FOIP/ＦＯＩＰ", "日米韓3か国/日米韓3カ国", "グローバル・サウス/グローバルサウス", "ally/allies", "ally/ally's"]
)
def test_what_needs_no_variant(same: str) -> None:
    """Of the curated termbase: both spellings are found, as the same concept."""
    found = [[hit.concept.id for hit in _curated("en" if same.isascii() else "ja").find(name)] for name in same.split("/")]
    assert found[0] == found[1]
    assert len(found[0]) == 1
