"""Languages are data: looked up by code, detected by their letters, added without a change of code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.translation.languages import Language, Languages, UnknownLanguage, parse_languages
from tests.core.small_termbase import ENGLISH, JAPANESE, LANGUAGES

GREEK = Language("el", "Greek", "Ελληνικά", "α-ωΑ-Ω", spaced=True, joiner=" ", enders=".")
BRAZILIAN = Language("pt-BR", "Brazilian Portuguese", "Português", "a-zA-Z", spaced=True, joiner=" ", enders=".")


def _table(**changes: object) -> dict[str, object]:
    known = {"name": "Greek", "native_name": "Ελληνικά", "characters": "α-ω", "spaced": True, "joiner": " ", "enders": "."}
    return {**known, **changes}


@pytest.mark.parametrize("code", ["ja", "JA", "Ja", " ja "])
def test_a_language_is_found_by_its_code_in_any_letter_case(code: str) -> None:
    assert LANGUAGES.get(code) == JAPANESE


@pytest.mark.parametrize("code", ["pt-BR", "pt-br", "PT-BR"])
def test_a_code_that_is_written_with_capitals_is_found_too(code: str) -> None:
    assert LANGUAGES.extended([BRAZILIAN]).get(code) is BRAZILIAN


@pytest.mark.parametrize("code", ["xx", "", "jpn", "ja-JP"])
def test_an_unknown_code_is_refused_with_the_known_ones(code: str) -> None:
    with pytest.raises(UnknownLanguage, match="known are en, ja") as caught:
        LANGUAGES.get(code)
    assert repr(code) in str(caught.value)


def test_membership_is_by_code() -> None:
    assert "ja" in LANGUAGES
    assert "el" not in LANGUAGES
    assert None not in LANGUAGES


def test_extending_adds_and_leaves_the_original_alone() -> None:
    more = LANGUAGES.extended([GREEK])
    assert [language.code for language in more] == [*(language.code for language in LANGUAGES), "el"]
    assert more.get("el") is GREEK
    assert "el" not in LANGUAGES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("日米同盟は強い。", "ja"),
        ("The alliance is strong.", "en"),
        ("AUKUSとNATOとQuadの協力", "ja"),
        ("Prime Minister Kishida (岸田) met the President at the White House.", "en"),
        ("ｱﾒﾘｶ", "ja"),
        ("Élysée", "en"),
        ("2024年", "ja"),
        ("ok", "en"),
    ],
)
def test_the_language_with_the_weightiest_letters_is_detected(text: str, code: str) -> None:
    found = LANGUAGES.detect(text)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "   ", "2024-05-01", "！？…", "🙂", "Привет"])
def test_a_text_without_letters_of_a_known_language_is_not_detected(text: str) -> None:
    assert LANGUAGES.detect(text) is None


def test_detection_can_be_narrowed_to_some_languages() -> None:
    assert LANGUAGES.detect("日米同盟 is strong", among=["en"]) == ENGLISH
    assert LANGUAGES.detect("日米同盟", among=["en"]) is None
    assert LANGUAGES.detect("日米同盟", among=["xx"]) is None


def test_an_added_language_is_detected() -> None:
    assert LANGUAGES.extended([GREEK]).detect("Η συμμαχία NATO είναι ισχυρή") is GREEK


@given(text=st.text(max_size=30))
def test_what_is_detected_has_letters_in_the_text(text: str) -> None:
    found = LANGUAGES.detect(text)
    assert found.count(text) > 0 if found else all(language.count(text) == 0 for language in LANGUAGES)


def test_a_language_is_read_from_its_table() -> None:
    (language,) = parse_languages({"el": _table(pairs=["()"], abbreviations=["κ"])})
    assert language.code == "el"
    assert language.pairs == ("()",)
    assert language.abbreviations == frozenset({"κ"})
    assert language.starters == frozenset()


def test_a_table_with_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        parse_languages({"el": _table(colour="blue")})


def test_a_table_without_a_needed_field_is_refused() -> None:
    table = _table()
    del table["enders"]
    with pytest.raises(TypeError, match="enders"):
        parse_languages({"el": table})


def test_builtin_languages_differ_in_code_and_have_whole_pairs() -> None:
    assert {language.code for language in LANGUAGES} >= {"ja", "en"}
    assert [(language.code, pair) for language in LANGUAGES for pair in language.pairs if len(pair) != 2 or pair[0] == pair[1]] == []


def test_a_collection_of_no_languages_knows_none() -> None:
    assert Languages([]).detect("日米同盟") is None
