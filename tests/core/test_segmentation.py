"""Texts into segments and back: the law, and the places where Japanese and English sentences end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.translation.languages import Language
from service.translation.segmentation import Piece, clauses, join, split
from tests.core.cases import read_cases
from tests.core.small_termbase import ENGLISH, JAPANESE, LANGUAGES, pipeline
from tests.fakes import identity_engine

SEGMENTS = [*read_cases("segmentation", "japanese"), *read_cases("segmentation", "english")]
CLAUSES = read_cases("segmentation", "clauses")
EVERY_LANGUAGE = pytest.mark.parametrize("language", list(LANGUAGES), ids=lambda language: language.code)

_MARKS = "。！？!?．.「」『』（）()【】[]“”\"'、,;:・`"
_BLANKS = "\r\n\t \u3000\u00a0\u2028\x0b\x0c\x85"
_any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_likely_text = st.text(st.sampled_from("日本がのとaBcU.S" + _MARKS + _BLANKS), max_size=60)
_crlf_text = st.lists(st.sampled_from(["\r\n", "\r", "\n", "日本。", "The U.S. ", "is", "\u3000", " "]), max_size=12).map("".join)
TEXTS = st.one_of(_any_text, _likely_text, _crlf_text)


@EVERY_LANGUAGE
@given(text=TEXTS)
@example(text="一つ目。\r\n\u3000二つ目。\u3000\r\n\r\n")
@example(text="\u3000\r\n")
def test_joining_the_pieces_gives_the_text_back(language: Language, text: str) -> None:
    assert join(split(text, language)) == text


@EVERY_LANGUAGE
@given(text=TEXTS)
def test_pieces_have_no_blanks_around_and_only_blanks_between(language: Language, text: str) -> None:
    for piece in split(text, language):
        assert piece.text == piece.text.strip()
        assert not piece.separator.strip()
        assert piece.text or piece.separator


def _segments(text: str, source: str) -> list[str]:
    """The segments of a text as the pipeline decodes them: with an eye on what is protected."""
    target = "en" if source == "ja" else "ja"
    return [segment.source for segment in pipeline(identity_engine(source, target)).translate(text).segments if segment.source]


@pytest.mark.parametrize("case", SEGMENTS)
def test_sentences_end_where_a_reader_ends_them(case: dict[str, Any]) -> None:
    assert _segments(case["text"], case["language"]) == case["expect"]


def test_what_stands_between_segments_is_kept_beside_them() -> None:
    assert split("\u3000一。 \r\n\n二。", JAPANESE) == [Piece("", "\u3000"), Piece("一。", " \r\n"), Piece("", "\n"), Piece("二。", "")]


@pytest.mark.parametrize("case", CLAUSES)
def test_clauses_end_after_clause_marks(case: dict[str, Any]) -> None:
    text = case["text"]
    keep = [(text.index(stretch), text.index(stretch) + len(stretch)) for stretch in case.get("keep", ())]
    assert clauses(text, LANGUAGES.get(case["language"]), keep) == case["expect"]


def _kept_spans(length: int) -> st.SearchStrategy[list[tuple[int, int]]]:
    place = st.integers(0, length)
    return st.lists(st.tuples(place, place).map(lambda span: (min(span), max(span))), max_size=3)


@EVERY_LANGUAGE
@given(data=st.data(), text=st.text(st.sampled_from("行動しめて、,;: aB「」（）()“”"), max_size=40))
def test_clauses_join_to_the_text_and_cut_no_kept_span(language: Language, data: st.DataObject, text: str) -> None:
    keep = data.draw(_kept_spans(len(text)))
    parts = clauses(text, language, keep)
    assert "".join(parts) == text
    cuts = [sum(map(len, parts[:count])) for count in range(1, len(parts))]
    assert [(cut, span) for cut in cuts for span in keep if span[0] < cut < span[1]] == []


def _balanced_texts(pairs: tuple[str, ...]) -> st.SearchStrategy[str]:
    clause = st.sampled_from(["調査を進め、", "行動し、", "they met, ", "it ended; ", "同盟"])
    inner = st.lists(clause, max_size=4).map("".join)
    bracketed = st.tuples(st.sampled_from(pairs), inner).map(lambda drawn: drawn[0][0] + drawn[1] + drawn[0][1])
    return st.lists(st.one_of(clause, bracketed), max_size=6).map("".join)


@EVERY_LANGUAGE
@given(data=st.data())
def test_clauses_never_part_a_pair_of_brackets(language: Language, data: st.DataObject) -> None:
    for part in clauses(data.draw(_balanced_texts(language.pairs)), language):
        assert [pair for pair in language.pairs if part.count(pair[0]) != part.count(pair[1])] == []


def test_a_language_without_clause_marks_is_never_divided() -> None:
    plain = Language("xx", "Plain", "Plain", "a-z", spaced=True, joiner=" ", enders=".")
    assert clauses("they met, and they agreed; it ended", plain) == ["they met, and they agreed; it ended"]


def test_the_language_decides_what_ends_a_sentence() -> None:
    text = "日米。The U.S. Navy"
    assert [piece.text for piece in split(text, JAPANESE)] == ["日米。", "The U.S. Navy"]
    assert [piece.text for piece in split(text, ENGLISH)] == [text]
