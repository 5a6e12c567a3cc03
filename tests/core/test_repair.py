"""Rung 4 on alignments written by hand: what the model attended from to a term is replaced, everything else stays."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.engine import Alignment
from service.translation.constraints import assign
from service.translation.repair import Candidate, locate, repair
from service.translation.result import Rung
from tests.core.attention import attention
from tests.core.naughty_engines import inattentive
from tests.core.small_termbase import ENGLISH, JAPANESE, constraints_of
from tests.fakes import units

SOURCE = "自衛隊は海外に派遣された。"


def _candidate(source: str, target: str, pairs: Mapping[str, str]) -> Candidate:
    return Candidate(target, -0.5, Rung.DECODED, attention(source, target, pairs))


def _repaired(source: str, target: str, pairs: Mapping[str, str]) -> Candidate:
    return repair(_candidate(source, target, pairs), constraints_of(source, "ja", "en"), ENGLISH)


@pytest.mark.parametrize(
    ("target", "attended", "expected"),
    [
        ("The military was sent abroad.", "military", "The Self-Defense Forces was sent abroad."),
        ("The Japanese military was sent abroad.", "Japanese military", "The Self-Defense Forces was sent abroad."),
        ("A military was sent abroad.", "military", "The Self-Defense Forces was sent abroad."),
        ("They sent the troops.", "troops", "They sent the Self-Defense Forces."),
        ("They sent “troops” abroad.", "“troops”", "They sent “Self-Defense Forces” abroad."),
        ("They sent (troops), too.", "(troops),", "They sent (the Self-Defense Forces), too."),
        ("Abroad went Japan's troops.", "troops", "Abroad went Japan's Self-Defense Forces."),
        ("They sent the military's ships.", "military's", "They sent the Self-Defense Forces' ships."),
    ],
)
def test_the_attended_words_are_replaced(target: str, attended: str, expected: str) -> None:
    repaired = _repaired(SOURCE, target, {attended: "自衛隊"})
    assert repaired.text == expected
    assert repaired.rung is Rung.REPAIRED
    assert repaired.written == (((0, 3), Rung.REPAIRED),)


def test_a_gap_of_one_word_inside_the_attended_words_is_bridged() -> None:
    pairs = {"Japanese": "自衛隊", "troops": "自衛隊"}
    assert _repaired(SOURCE, "The Japanese ground troops left.", pairs).text == "The Self-Defense Forces left."


def test_words_of_the_term_beside_the_attended_ones_are_taken_in() -> None:
    assert _repaired(SOURCE, "The Forces troops left.", {"troops": "自衛隊"}).text == "The Self-Defense Forces left."


@pytest.mark.parametrize("ending", [".", "!", "?"])
def test_a_term_that_ends_in_a_full_stop_brings_no_second_one(ending: str) -> None:
    repaired = _repaired("米国と連携した", f"It worked with America{ending}", {"America": "米国"})
    assert repaired.text == "It worked with U.S." + ("" if ending == "." else ending)


def test_a_term_in_another_letter_case_needs_no_alignment() -> None:
    candidate = Candidate("The self-defense forces left.", -0.5, Rung.DECODED)
    assert repair(candidate, constraints_of(SOURCE, "ja", "en"), ENGLISH).text == "The Self-Defense Forces left."


def test_without_an_alignment_the_candidate_stays() -> None:
    candidate = Candidate("The military left.", -0.5, Rung.DECODED)
    assert repair(candidate, constraints_of(SOURCE, "ja", "en"), ENGLISH) is candidate


def test_without_attention_on_the_term_the_candidate_stays() -> None:
    target = "The military left."
    candidate = Candidate(target, -0.5, Rung.DECODED, inattentive(SOURCE, target))
    assert repair(candidate, constraints_of(SOURCE, "ja", "en"), ENGLISH) is candidate


def test_a_whole_sentence_of_attention_says_nothing() -> None:
    target = "They went far away to a place that nobody knew and stayed there for years."
    assert _repaired(SOURCE, target, {target: "自衛隊"}).text == target


def test_a_candidate_that_meets_everything_stays() -> None:
    candidate = _candidate(SOURCE, "The Self-Defense Forces left.", {"left": "自衛隊"})
    assert repair(candidate, constraints_of(SOURCE, "ja", "en"), ENGLISH) is candidate


def test_the_rendition_of_another_term_is_not_overwritten() -> None:
    repaired = _repaired("米国の自衛隊", "The U.S. left.", {"U.S": "自衛隊"})
    assert repaired.text == "The U.S. left."
    assert repaired.written == ()


def test_every_unmet_term_is_written_where_it_belongs() -> None:
    pairs = {"America": "米国", "troops": "自衛隊", "force": "反撃能力"}
    repaired = _repaired("米国と自衛隊の反撃能力", "The force of America and troops.", pairs)
    assert repaired.text == "The counterstrike capability of U.S. and the Self-Defense Forces."
    assert {span for span, _ in repaired.written} == {(0, 2), (3, 6), (7, 11)}


def test_only_the_occurrence_without_a_rendition_is_repaired() -> None:
    source, target = "自衛隊と自衛隊", "The Self-Defense Forces and troops."
    columns, rows = units(source), units(target)
    weights = tuple(tuple(float(target[a:b] == "troops" and start >= 4) for start, _ in columns) for a, b in rows)
    candidate = Candidate(target, -0.5, Rung.DECODED, Alignment(columns, rows, weights))
    repaired = repair(candidate, constraints_of(source, "ja", "en"), ENGLISH)
    assert repaired.text == "The Self-Defense Forces and the Self-Defense Forces."
    assert repaired.written == (((4, 7), Rung.REPAIRED),)


def test_a_language_without_blanks_is_repaired_by_characters() -> None:
    source, target = "The Self-Defense Forces left.", "軍隊は去った。"
    candidate = _candidate(source, target, {"軍隊": "Self-Defense Forces"})
    assert repair(candidate, constraints_of(source, "en", "ja"), JAPANESE).text == "自衛隊は去った。"


def test_a_term_is_located_on_word_boundaries() -> None:
    target = "They sent ex-military people."
    (constraint,) = constraints_of(SOURCE, "ja", "en")
    span = locate(_candidate(SOURCE, target, {"ex-military": "自衛隊"}), constraint, [], ENGLISH)
    assert span is not None
    assert target[span[0] : span[1]] == "ex-military"


def test_the_alignment_follows_the_repair() -> None:
    repaired = _repaired(SOURCE, "The military was sent abroad.", {"military": "自衛隊", "abroad": "海外"})
    assert repaired.alignment is not None
    last_word = repaired.alignment.target_spans[-2]
    assert repaired.text[last_word[0] : last_word[1]] == "abroad"


@given(words=st.lists(st.sampled_from(["the", "army", "left", "U.S.", "now."]), max_size=8), data=st.data())
def test_splicing_moves_what_stands_after_and_keeps_what_stands_before(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.sampled_from(["", "x", "Self-Defense Forces"]))
    spliced = Candidate(text, 0.0, Rung.DECODED, attention("自衛隊", text, {})).splice((start, end), new)
    assert spliced.text == text[:start] + new + text[end:]
    assert spliced.alignment is not None
    for before, after in zip(units(text), spliced.alignment.target_spans, strict=True):
        assert 0 <= after[0] <= after[1] <= len(spliced.text)
        if before[1] <= start or before[0] >= end:
            assert spliced.text[after[0] : after[1]] == text[before[0] : before[1]]


_target_words = st.lists(
    st.sampled_from(["The", "army", "troops", "Self-Defense Forces", "self-defense forces", "U.S.", "America.", "left", "a"]), max_size=9
)


@given(words=_target_words, data=st.data())
def test_a_repair_never_loses_a_term(words: list[str], data: st.DataObject) -> None:
    source, target = "米国と自衛隊と自衛隊", " ".join(words)
    columns, rows = units(source), units(target)
    places = data.draw(st.lists(st.integers(0, len(columns) - 1), min_size=len(rows), max_size=len(rows)))
    weights = tuple(tuple(float(column == place) for column in range(len(columns))) for place in places)
    candidate = Candidate(target, 0.0, Rung.DECODED, Alignment(columns, rows, weights))
    constraints = constraints_of(source, "ja", "en")
    repaired = repair(candidate, constraints, ENGLISH)
    met_before = sum(span is not None for span in assign(target, constraints))
    met_after = sum(span is not None for span in assign(repaired.text, constraints))
    assert met_after == met_before + len(repaired.written)
