"""What the door lets in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.translation.intake import IntakeError, check_text, choose_direction
from service.translation.languages import UnknownLanguage
from tests.core.small_termbase import ENGLISH, JAPANESE, LANGUAGES


@pytest.mark.parametrize("text", ["", " ", "\r\n", "\u3000\t"])
def test_empty_text_is_refused(text: str) -> None:
    with pytest.raises(IntakeError, match="empty"):
        check_text(text, 100)


def test_text_at_the_limit_is_let_in() -> None:
    check_text("同" * 100, 100)


def test_text_over_the_limit_is_refused_with_both_numbers() -> None:
    with pytest.raises(IntakeError, match=r"1,001 characters; the limit is 1,000"):
        check_text("同" * 1001, 1000)


@pytest.mark.parametrize("text", ["同盟\ud83d", "\udc00同盟", "同\0盟", "\ud83d\ude00"])
def test_malformed_text_is_refused(text: str) -> None:
    with pytest.raises(IntakeError, match="not valid Unicode"):
        check_text(text, 100)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=50).filter(str.strip))
def test_every_other_text_is_let_in(text: str) -> None:
    check_text(text, 50)


def test_the_source_is_detected_where_none_is_given() -> None:
    assert choose_direction("日米同盟", None, "en", LANGUAGES) == (JAPANESE, ENGLISH)
    assert choose_direction("The alliance", "", "ja", LANGUAGES) == (ENGLISH, JAPANESE)


def test_a_given_source_is_believed() -> None:
    assert choose_direction("AUKUS", "ja", "en", LANGUAGES) == (JAPANESE, ENGLISH)


@pytest.mark.parametrize(("source", "target"), [("xx", "en"), ("ja", "xx"), (None, "xx"), ("ja", "")])
def test_unknown_languages_are_refused(source: str | None, target: str) -> None:
    with pytest.raises(UnknownLanguage, match="known are"):
        choose_direction("日米同盟", source, target, LANGUAGES)


@pytest.mark.parametrize(("source", "how"), [("ja", "given"), ("JA", "given"), (None, "detected")])
def test_the_same_source_and_target_are_refused(source: str | None, how: str) -> None:
    with pytest.raises(IntakeError, match=f"both ja \\(source {how}\\)"):
        choose_direction("日米同盟", source, "ja", LANGUAGES)


def test_text_without_letters_needs_a_named_source() -> None:
    with pytest.raises(IntakeError, match="cannot be told"):
        choose_direction("2024-05-01", None, "en", LANGUAGES)
    assert choose_direction("2024-05-01", "ja", "en", LANGUAGES) == (JAPANESE, ENGLISH)
