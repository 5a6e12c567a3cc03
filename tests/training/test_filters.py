from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.config import Corpus, Data
from models.training.corpus import Pair, normalise
from models.training.filters import Filter, Reason

DATA = Data(columns=("ja", "en"), length_ratio=(0.7, 6.0), max_characters=40)


def corpus(**more: object) -> Corpus:
    return Corpus.model_validate({"name": "c", "files": ("f",), "licence": "CC0", **more})


def clean(*pairs: Pair, held_out: tuple[str, ...] = (), **more: object) -> tuple[list[Pair], dict[Reason, int]]:
    filters = Filter(DATA, "ja", "en", held_out)
    kept = filters.clean(pairs, corpus(**more))
    return kept, dict(filters.rejected["c"])


GOOD = ("首相は昨日、同盟を支持した。", "The prime minister supported the alliance yesterday.")


def test_a_good_pair_is_kept_and_normalised() -> None:
    kept, rejected = clean(("首相は　昨日､同盟を支持した｡ ", " The  prime minister supported the alliance yesterday. "))
    assert kept == [("首相は 昨日、同盟を支持した。", GOOD[1])]
    assert not rejected


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (("。。。", "Hello"), Reason.EMPTY),
        (("同盟", " "), Reason.EMPTY),
        (("同盟" * 30, "alliance " * 20), Reason.LONG),
        (("Windows 11", "Windows 11"), Reason.SAME),
        (("首相は同盟を支持した。", "首相は同盟を支持した。ok"), Reason.LANGUAGE),
        (("The prime minister supported", "The prime minister supports it"), Reason.LANGUAGE),
        (("首相は昨日同盟を支持した。", "1234567890 123456"), Reason.LANGUAGE),
        (("동맹을 지지했다", "He supported the alliance"), Reason.LANGUAGE),
        (("首相は昨日、同盟を支持した。", "Yes, he"), Reason.RATIO),
        (("首相は昨日、同盟を支持した。", "The prime minister " * 6), Reason.RATIO),
        (("はい。", "Yes, that is what the government of the day was thinking of it."), Reason.RATIO),
    ],
)
def test_a_bad_pair_is_left_out_with_its_reason(pair: Pair, reason: Reason) -> None:
    kept, rejected = clean(pair)
    assert (kept, rejected) == ([], {reason: 1})


def test_short_names_and_numbers_need_no_script_of_their_language() -> None:
    pairs = [("FOIP", "Free and Open Indo-Pacific"), ("G7", "Group of 7"), ("第9条", "Article 9")]
    assert clean(*pairs)[0] == pairs


def test_evaluation_sentences_are_removed_on_either_side_whatever_their_punctuation() -> None:
    other = ("別の文がここにあります。", "Here is another sentence.")
    near = (GOOD[0].replace("、", "").replace("。", "！"), "Something else was said here yesterday.")
    reverse = ("まったく別の文がここにあります。", GOOD[1].upper())
    kept, rejected = clean(GOOD, near, reverse, other, held_out=GOOD)
    assert kept == [other]
    assert rejected == {Reason.EVALUATION: 3}


def test_duplicates_go_across_groups_after_normalising() -> None:
    filters = Filter(DATA, "ja", "en")
    assert len(filters.clean([GOOD, GOOD], corpus())) == 1
    assert filters.clean([(GOOD[0].replace("、", "､"), GOOD[1])], corpus(name="d")) == []
    assert filters.rejected == {"c": {Reason.DUPLICATE: 1}, "d": {Reason.DUPLICATE: 1}}


def test_of_a_dictionary_entry_the_first_rendering_is_taken() -> None:
    assert clean(("同盟", "alliance; union; league"), terms=True)[0] == [("同盟", "alliance")]
    assert clean(("同盟", "alliance; union"))[0] == [("同盟", "alliance; union")]


@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=8))
def test_every_pair_is_kept_or_counted_and_what_is_kept_is_normal(pairs: list[Pair]) -> None:
    kept, rejected = clean(*pairs)
    assert len(kept) + sum(rejected.values()) == len(pairs)
    assert len(set(kept)) == len(kept)
    assert all(text == normalise(text) and text for pair in kept for text in pair)
