"""Terms written into the source, and the way back to the positions of the original."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.engine import Alignment
from service.translation.substitution import Substitution, substitute
from tests.core.small_termbase import constraints_of
from tests.fakes import units

_texts = st.lists(st.sampled_from(["自衛隊", "米国", "反撃能力", "は", "強い", "。", " ", "\u3000", "「", "a"]), max_size=10).map("".join)


def _substituted(text: str) -> Substitution:
    return substitute(text, constraints_of(text, "ja", "en"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("自衛隊は強い", "Self-Defense Forces は強い"),
        ("強い自衛隊", "強い Self-Defense Forces"),
        ("米国の自衛隊", "U.S. の Self-Defense Forces"),
        ("米国と 自衛隊 は", "U.S. と Self-Defense Forces は"),
        ("自衛隊", "Self-Defense Forces"),
        ("米国自衛隊", "U.S. Self-Defense Forces"),
        ("同盟は強い", "同盟は強い"),
        ("", ""),
    ],
)
def test_renderings_are_written_with_blanks_around(text: str, expected: str) -> None:
    assert _substituted(text).text == expected


def test_the_order_of_the_constraints_does_not_matter() -> None:
    text = "米国の自衛隊"
    constraints = constraints_of(text, "ja", "en")
    assert substitute(text, constraints[::-1]) == substitute(text, constraints)


@given(text=_texts)
def test_each_written_term_leads_to_its_occurrence(text: str) -> None:
    constraints = constraints_of(text, "ja", "en")
    source = substitute(text, constraints)
    assert len(source.edits) == len(constraints)
    for (written, original), constraint in zip(source.edits, constraints, strict=True):
        assert source.text[written[0] : written[1]] == constraint.rendering
        assert original == constraint.span
        assert {source.to_original((place, place + 1)) for place in range(*written)} == {constraint.span}


@given(text=_texts)
@example(text="自衛隊は強い")
@example(text="米国の自衛隊は強い")
def test_every_other_character_leads_to_itself(text: str) -> None:
    source = _substituted(text)
    written = {place for (start, end), _ in source.edits for place in range(start, end)}
    for place, char in enumerate(source.text):
        start, end = source.to_original((place, place + 1))
        if place not in written and not char.isspace():
            assert text[start:end] == char


@given(text=_texts, data=st.data())
def test_original_spans_never_leave_the_text_or_go_back(text: str, data: st.DataObject) -> None:
    source = _substituted(text)
    places = sorted(data.draw(st.lists(st.integers(0, max(len(source.text) - 1, 0)), max_size=4)))
    spans = [source.to_original((place, place + 1)) for place in places] if source.text else []
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_a_piece_that_runs_into_a_term_belongs_to_the_occurrence() -> None:
    source = _substituted("強い自衛隊")
    assert source.to_original((1, 6)) == (2, 5)


def test_an_alignment_is_carried_back_to_the_original() -> None:
    source = _substituted("自衛隊は強い")
    columns = units(source.text)
    alignment = source.original_alignment(Alignment(columns, ((0, 3),), (tuple(1.0 / len(columns) for _ in columns),)))
    assert alignment.source_spans == ((0, 3), (0, 3), (0, 3), (0, 3), (3, 4), (4, 5), (5, 6))
    assert alignment.target_spans == ((0, 3),)


def test_an_alignment_of_an_unchanged_text_stays() -> None:
    alignment = Alignment(((0, 2),), ((0, 3),), ((1.0,),))
    assert _substituted("同盟").original_alignment(alignment) is alignment
