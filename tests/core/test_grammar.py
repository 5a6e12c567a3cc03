"""Mending the words around an inserted term. The term stands in brackets."""

from __future__ import annotations

import pytest

from glossary.terms import Article, Case, Term
from service.translation.grammar import mend


def _mended(marked: str, language: str = "en", **fields: str) -> str:
    """Mend a text in which the term is marked with brackets, and mark the term in what comes back."""
    start, end = marked.index("["), marked.index("]") - 1
    case = Case(fields.get("case", "sentence"))
    term = Term(marked[start + 1 : end + 1], language, case=case, article=Article(fields.get("article", "any")))
    text, (begin, stop) = mend(marked.replace("[", "").replace("]", ""), (start, end), term)
    return f"{text[:begin]}[{text[begin:stop]}]{text[stop:]}"


@pytest.mark.parametrize(
    ("article", "noun"),
    [
        ("a", "security treaty"), ("a", "missile"), ("a", "host-nation agreement"), ("a", "frigate"), ("a", "legal basis"), ("a", "navy"),
        ("a", "region"), ("a", "counterstrike capability"), ("an", "alliance"), ("an", "embargo"), ("an", "island"), ("an", "oil embargo"),
        ("an", "SDF unit"), ("an", "MOU"), ("an", "LNG terminal"), ("an", "HNS budget"), ("an", "F-35"), ("an", "EU summit"),
        ("a", "NATO ally"), ("a", "U.S. ally"), ("a", "UN resolution"), ("a", "UK envoy"), ("a", "union"), ("a", "unanimous vote"),
        ("a", "unit"),
        ("an", "uninhabited island"), ("an", "unarmed vessel"), ("an", "umbrella"), ("a", "European ally"), ("a", "one-China policy"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("wrong", ["a", "an"])
def test_the_indefinite_article_follows_the_sound(article: str, noun: str, wrong: str) -> None:
    case = "exact" if noun != noun.lower() else "sentence"
    assert _mended(f"It needs {wrong} [{noun}] now.", case=case) == f"It needs {article} [{noun}] now."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It joined [Quad].", "It joined [Quad]."),
        ("It is part of [Quad].", "It is part of the [Quad]."),
        ("It is part of the [Quad].", "It is part of the [Quad]."),
        ("It joined a [Quad].", "It joined the [Quad]."),
        ("[Quad] met.", "The [Quad] met."),
        ("A [Quad] met.", "The [Quad] met."),
        ("It met. [Quad] left.", "It met. The [Quad] left."),
        ("Japan's [Quad] met.", "Japan's [Quad] met."),
        ("However, [Quad] met.", "However, the [Quad] met."),
    ],
)
def test_a_term_that_takes_the_definite_article_gets_it(before: str, after: str) -> None:
    assert _mended(before, article="the", case="exact") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It met the [Japan].", "It met [Japan]."),
        ("The [Japan] met.", "[Japan] met."),
        ("It met an [Japan].", "It met [Japan]."),
        ("It met [Japan].", "It met [Japan]."),
    ],
)
def test_a_term_that_takes_no_article_loses_it(before: str, after: str) -> None:
    assert _mended(before, article="none", case="exact") == after


def test_a_definite_article_stays_where_any_is_right() -> None:
    assert _mended("It met the [alliance].") == "It met the [alliance]."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[counterstrike capability] deters.", "[Counterstrike capability] deters."),
        ("It ended. [counterstrike capability] deters.", "It ended. [Counterstrike capability] deters."),
        ("He asked, “Why?” [counterstrike capability] deters.", "He asked, “Why?” [Counterstrike capability] deters."),
        ("“[counterstrike capability] deters,” he said.", "“[Counterstrike capability] deters,” he said."),
        ("The [counterstrike capability] deters.", "The [counterstrike capability] deters."),
        ("It is; [counterstrike capability] deters.", "It is; [counterstrike capability] deters."),
        ("The U.S. [counterstrike capability] deters.", "The U.S. [counterstrike capability] deters."),
    ],
)
def test_a_sentence_begins_with_a_capital(before: str, after: str) -> None:
    assert _mended(before) == after


def test_a_term_of_exact_case_keeps_its_small_letter() -> None:
    assert _mended("[von der Leyen] spoke.", case="exact") == "[von der Leyen] spoke."


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("in a free and [free and open order]", "in a [free and open order]"),
        ("the Self-Defense [Self-Defense Forces] left", "the [Self-Defense Forces] left"),
        ("the [Self-Defense Forces] forces left", "the [Self-Defense Forces] left"),
        ("the [Self-Defense Forces] Self-Defense Forces left", "the [Self-Defense Forces] left"),
        ("the [Self-Defense Forces] forced its way", "the [Self-Defense Forces] forced its way"),
        ("the [Self-Defense Forces], forces left", "the [Self-Defense Forces], forces left"),
        ("himself-defense [Self-Defense Forces]", "himself-defense [Self-Defense Forces]"),
    ],
)
def test_words_of_the_term_do_not_stand_twice(before: str, after: str) -> None:
    assert _mended(before, case="exact") == after


@pytest.mark.parametrize("marked", ["a a [alliance] alliance.", "[alliance] the.", "the the [alliance]"])
@pytest.mark.parametrize("language", ["ja", "fr", "toki"])
def test_languages_without_rules_are_left_alone(marked: str, language: str) -> None:
    assert _mended(marked, language, article="the") == marked
