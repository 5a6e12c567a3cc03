"""Quantities are found, compared by value and written again: every case of ``tests/cases/numerals/*.json``, and laws."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.translation.numerals.compare import PARSERS, Comparison, Mismatch, Reason, compare, parse
from service.translation.numerals.quantity import Kind, Quantity, Weight
from service.translation.numerals.render import WRITERS, render

CASES_DIRECTORY = Path(__file__).parents[1] / "cases" / "numerals"
FILES = {path.stem: json.loads(path.read_text(encoding="utf-8"))["cases"] for path in sorted(CASES_DIRECTORY.glob("*.json"))}
DIRECTIONS = {
    "equal_ja_en": ("ja", "en"),
    "wrong_ja_en": ("ja", "en"),
    "equal_en_ja": ("en", "ja"),
    "wrong_en_ja": ("en", "ja"),
}
_WORDS = (
    "1 2,000 ３０ 1.5 2025 7 三 十 百 千 万 億 兆 数 第 年 月 日 年度 年代 時 分 分の 割 % 円 ドル 人に 人 か国 約 令和 "
    "午後 ～ 、 。 G F- - / : "
    "one two twenty hundred thousand million billion and a half third percent yen $ £ dollars March May fiscal FY s th nd p.m. in of "
    "to tens dozens several decades century Reiwa I II"
)
_PIECES = st.sampled_from(_WORDS.split())
TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join), st.lists(_PIECES, max_size=25).map(" ".join))
LANGUAGES = st.sampled_from(["ja", "en", "fr"])


def _cases(*names: str) -> list[Any]:
    return [pytest.param(name, case, id=f"{name}-{case['label']}") for name in names for case in FILES[name]]


def _shown(mismatches: tuple[Mismatch, ...]) -> list[list[str]]:
    return [[mismatch.quantity.text, mismatch.reason.value] for mismatch in mismatches]


def _value(quantity: Quantity) -> str:
    if quantity.kind is Kind.DATE:
        order = (Kind.YEAR, Kind.MONTH, Kind.DAY)
        return "-".join(str(part.value) for part in sorted(quantity.parts, key=lambda part: order.index(part.kind)))
    return str(quantity.value) + (f"~{quantity.high}" if quantity.high is not None else "")


@pytest.mark.parametrize(("name", "case"), _cases(*DIRECTIONS))
def test_a_pair_is_compared_by_value(name: str, case: dict[str, Any]) -> None:
    """What is missing and what is extra, with the reasons; nothing where the texts agree."""
    found = compare(case["source"], case["target"], DIRECTIONS[name])
    assert {"missing": _shown(found.missing), "extra": _shown(found.extra)} == case["expect"]


@pytest.mark.parametrize(("name", "case"), _cases(*DIRECTIONS))
def test_a_pair_the_other_way_round_is_the_mirror_image(name: str, case: dict[str, Any]) -> None:
    """Which text is called the source makes no difference to what disagrees."""
    found = compare(case["target"], case["source"], DIRECTIONS[name][::-1])
    assert {"missing": _shown(found.extra), "extra": _shown(found.missing)} == case["expect"]


@pytest.mark.parametrize(("_name", "case"), _cases("parse"))
def test_quantities_are_found_with_kind_value_and_text(_name: str, case: dict[str, Any]) -> None:
    """Numbers that words imply are left out, but names with digits are shown."""
    shown = [q for q in parse(case["source"], case["language"]) if q.weight is not Weight.IMPLIED or q.kind is Kind.LABEL]
    assert [[q.kind.value, _value(q), q.text] for q in shown] == case["expect"]


@pytest.mark.parametrize(("_name", "case"), _cases("render"))
def test_a_quantity_is_written_in_the_style_of_what_it_replaces(_name: str, case: dict[str, Any]) -> None:
    """The first quantity of the source in the target language."""
    quantity = parse(case["source"], case["language"])[0]
    assert render(quantity, case["target_language"], case["like"]) == case["expect"]


@pytest.mark.parametrize("name", FILES)
def test_labels_are_unique_within_a_file(name: str) -> None:
    """A label names one case."""
    counts = Counter(case["label"] for case in FILES[name])
    assert [label for label, count in counts.items() if count > 1] == []


def test_there_are_enough_pairs() -> None:
    """At least 320 cases, and pairs in both directions."""
    assert sum(map(len, FILES.values())) >= 320
    assert sum(len(FILES[name]) for name in DIRECTIONS) >= 300


def test_a_wrong_amount_can_be_replaced() -> None:
    """The mismatch names its counterpart, says that it is certain, and the quantity can be written there."""
    source, target = "首相は対米投資を1兆ドルに増やす。", "The prime minister will raise investment to $1 billion."
    (mismatch,) = compare(source, target, ("ja", "en")).missing
    assert mismatch.reason is Reason.SCALE and mismatch.certain and mismatch.counterpart is not None
    start, end = mismatch.counterpart.span
    repaired = target[:start] + (render(mismatch.quantity, "en", mismatch.counterpart.text) or "") + target[end:]
    assert repaired == "The prime minister will raise investment to $1 trillion."
    assert compare(source, repaired, ("ja", "en")).agrees


@pytest.mark.parametrize("case", [c for c in FILES["wrong_ja_en"] if len(c["expect"]["missing"]) == len(c["expect"]["extra"]) == 1])
def test_a_certain_mismatch_is_repaired_by_writing_it(case: dict[str, Any]) -> None:
    """Where the pairing is certain and the quantity can be written, writing it makes the texts agree."""
    (mismatch,) = compare(case["source"], case["target"], ("ja", "en")).missing
    if not mismatch.certain or mismatch.counterpart is None:
        return
    start, end = mismatch.counterpart.span
    written = render(mismatch.quantity, "en", mismatch.counterpart.text)
    if written is not None:
        repaired = case["target"][:start] + written + case["target"][end:]
        assert compare(case["source"], repaired, ("ja", "en")).agrees, repaired


def test_two_candidates_are_not_certain() -> None:
    """With two wrong amounts of one kind nothing says which is which."""
    found = compare("30億円と50億円を計上した。", "It earmarked 4 billion yen and 6 billion yen.", ("ja", "en"))
    assert len(found.missing) == 2 and not any(mismatch.certain for mismatch in found.missing)


def test_ignored_spans_raise_no_alarm_but_may_answer() -> None:
    """A number inside a term is the term's business; it still counts as a counterpart."""
    source, target = "第5条を確認した。", "They affirmed it."
    assert not compare(source, target, ("ja", "en")).agrees
    assert compare(source, target, ("ja", "en"), ignore_source=[(0, 3)]).agrees
    assert compare(source, "They affirmed Article 5.", ("ja", "en"), ignore_source=[(0, 3)]).agrees
    assert compare("確認した。", "They affirmed Article 5.", ("ja", "en"), ignore_target=[(14, 23)]).agrees


def test_language_codes_may_have_a_region() -> None:
    """Only the language itself decides."""
    assert compare("43兆円", "43 trillion yen", ("ja-JP", "en_US")).agrees
    assert not compare("43兆円", "43 billion yen", ("JA", "EN-gb")).agrees


def test_a_language_without_a_notation_has_its_digits_compared() -> None:
    """Separators differ by country and are left out; words and scales are not understood."""
    assert compare("2025年に1,500人", "1.500 personnes en 2025", ("ja", "fr")).agrees
    found = compare("2025年に1,500人", "1.600 personnes en 2025", ("ja", "fr"))
    assert _shown(found.missing) == [["1,500", "other-value"]] and _shown(found.extra) == [["1.600", "other-value"]]


def test_an_empty_comparison_agrees() -> None:
    """No quantities, no alarm."""
    assert compare("", "", ("ja", "en")) == Comparison() and Comparison().agrees


def test_parsers_and_writers_speak_the_same_languages() -> None:
    """A language is an entry in both tables."""
    assert set(PARSERS) == set(WRITERS)


@given(TEXTS, LANGUAGES)
def test_any_text_can_be_parsed(text: str, language: str) -> None:
    """Quantities stand in order, with the text of their span; parts lie within."""
    position = 0
    for quantity in parse(text, language):
        start, end = quantity.span
        assert position <= start < end <= len(text)
        assert quantity.text == text[start:end]
        assert all(start <= part.span[0] < part.span[1] <= end for part in quantity.parts)
        position = end


@given(TEXTS, st.sampled_from(["ja", "en"]))
def test_a_text_agrees_with_itself(text: str, language: str) -> None:
    """Whatever it says, a copy says the same."""
    assert compare(text, text, (language, language)).agrees


@given(TEXTS, TEXTS)
def test_any_two_texts_can_be_compared_and_rendered(source: str, target: str) -> None:
    """Nothing raises; what is missing is part of the source."""
    found = compare(source, target, ("ja", "en"))
    for mismatch in found.missing:
        assert source[slice(*mismatch.quantity.span)] == mismatch.quantity.text
        written = render(mismatch.quantity, "en", mismatch.counterpart.text if mismatch.counterpart else "")
        assert written is None or written


@given(st.integers(1, 10**15), st.sampled_from(["JPY", "USD", "EUR", "AUD"]), st.sampled_from(["ja", "en"]))
def test_an_amount_that_is_written_is_read_again(value: int, currency: str, language: str) -> None:
    """Writing and reading an amount gives the same amount."""
    text = render(Quantity(Kind.MONEY, (Fraction(value),), (0, 1), "", currency), language)
    assert text is not None
    (again,) = [q for q in parse(text, language) if q.required]
    assert (again.kind, again.value, again.unit, again.text) == (Kind.MONEY, Fraction(value), currency, text)


@given(st.integers(1868, 2100), st.integers(1, 12), st.integers(1, 31), st.sampled_from(["ja", "en"]))
def test_a_date_that_is_written_is_read_again(year: int, month: int, day: int, language: str) -> None:
    """Writing and reading a date gives the same date."""
    (date,) = parse(f"{year}年{month}月{day}日", "ja")
    text = render(date, language)
    assert text is not None
    (again,) = parse(text, language)
    assert sorted((p.kind, p.value) for p in again.parts) == sorted((p.kind, p.value) for p in date.parts)
