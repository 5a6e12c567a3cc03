"""Folding unifies spellings and never loses the way back to the raw text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from glossary.folding import fold, fold_key

_COUNTERS = "ヶヵケカか箇ｹｶ"  # folded by what stands around them, so a cutting of the text may fold otherwise
_any_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=_COUNTERS), max_size=40)
_likely_text = st.text(st.sampled_from("㈱㌔…ﾊﾟﾎﾞｶﾞｰー゛\u3099\u309aﬃﬀ½㋿Ａａ日本―—〜 　ŀŉ"), max_size=20)
TEXTS = st.one_of(_any_text, _likely_text)


@pytest.mark.parametrize(
    ("text", "folded", "raw"),
    [
        ("㈱日本製鉄", "日本製鉄", "日本製鉄"),
        ("㈱日本製鉄", "(株)", "㈱"),
        ("㈱日本製鉄", "株", "㈱"),
        ("強いﾊﾟﾜｰだ", "パワー", "ﾊﾟﾜｰ"),
        ("強いﾊﾟﾜｰだ", "だ", "だ"),
        ("ハ\u309aワーだ", "パワー", "ハ\u309aワー"),
        ("そして…同盟だ", "同盟", "同盟"),
        ("そして…同盟だ", "...", "…"),
        ("300㌔先の同盟", "キロ", "㌔"),
        ("300㌔先の同盟", "同盟", "同盟"),
        ("the oﬃce door", "office", "oﬃce"),
        ("the oﬃce door", "door", "door"),
        ("ＦＯＩＰの推進", "foip", "ＦＯＩＰ"),
        ("㈱㈱同盟㈱", "同盟", "同盟"),
    ],
)
def test_a_folded_stretch_is_traced_to_its_raw_span(text: str, folded: str, raw: str) -> None:
    result = fold(text)
    start = result.text.index(folded)
    begin, end = result.raw_span(start, start + len(folded))
    assert text[begin:end] == raw


@pytest.mark.parametrize(("start", "end", "whole"), [(0, 3, True), (0, 1, False), (1, 3, False), (3, 5, True), (2, 5, False)])
def test_a_span_is_whole_when_it_cuts_no_raw_character(start: int, end: int, whole: bool) -> None:
    assert fold("㈱日本").whole(start, end) is whole


def test_a_character_cut_out_of_an_expanded_pair_leads_to_the_whole_pair() -> None:
    assert fold("㈱\u3099").raw_span(0, 1) == (0, 2)


@given(text=TEXTS)
@example(text="ﾟ")
@example(text="㈱ﾞ")
def test_offsets_lead_from_the_start_to_the_end_without_going_back(text: str) -> None:
    folded = fold(text)
    if folded.offsets is None:
        assert len(folded.text) == len(text)
        return
    assert len(folded.offsets) == len(folded.text) + 1
    assert folded.offsets[-1] == len(text)
    assert folded.offsets[0] == 0
    assert list(folded.offsets) == sorted(folded.offsets)


@given(text=TEXTS)
def test_the_raw_spans_of_all_characters_cover_the_text(text: str) -> None:
    folded = fold(text)
    spans = [folded.raw_span(place, place + 1) for place in range(len(folded.text))]
    assert {place for start, end in spans for place in range(start, end)} == set(range(len(text)))
    assert all(start < end for start, end in spans)


@given(text=TEXTS, data=st.data())
def test_a_whole_span_folds_by_itself_to_the_same_characters(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    if start < end and folded.whole(start, end):
        begin, stop = folded.raw_span(start, end)
        assert fold_key(text[begin:stop]) == folded.text[start:end]


def test_folding_what_is_folded_changes_nothing() -> None:
    characters = [chr(code) for code in range(1, 0x10000) if not 0xD800 <= code <= 0xDFFF]
    assert [c for c in characters if fold_key(fold_key(c)) != fold_key(c)] == []


@pytest.mark.parametrize("dash", "‐‑‒–—―−﹣－﹘")
def test_dashes_are_one_hyphen(dash: str) -> None:
    assert fold_key(f"日米{dash}同盟") == "日米-同盟"


@given(text=st.text(st.sampled_from("サバカンヶアｱｻﾊﾞーｰ"), min_size=1, max_size=12))
def test_the_long_vowel_mark_between_kana_is_never_a_dash(text: str) -> None:
    assert "-" not in fold_key(text)
    assert fold_key(text).count("ー") == text.count("ー") + text.count("ｰ")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("四か国", "四ヶ国"), ("四か国", "四カ国"), ("四か国", "四箇国"), ("強靱化", "強靭化"), ("ＱＵＡＤ", "quad"),
        ("ホスト・ネーション", "ホスト·ネーション"), ("leaders’ meeting", "leaders' meeting"), ("〜", "～"), ("日\u3000米", "日 米"),
    ],
)  # fmt: skip
def test_spellings_of_one_term_have_one_key(one: str, other: str) -> None:
    assert fold_key(one) == fold_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("霞ヶ関", "霞か関"), ("カナダ", "かナダ"), ("サーバ", "サーバー"), ("ハード", "バード"), ("フアン", "ファン")]
)
def test_different_words_keep_different_keys(one: str, other: str) -> None:
    assert fold_key(one) != fold_key(other)
