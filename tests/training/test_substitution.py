from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.substitution import Match, TermPairs, carry_links, write_terms
from models.training.tokenizer import Pieces

JA_EN = [
    ("同盟", "alliance; union"),
    ("外相", "the foreign minister"),
    ("日米同盟", "Japan-U.S. alliance"),
    ("食べる", "to eat"),
    ("木", "tree"),
]
CHECKPOINT = Path(__file__).parents[2] / "models" / "bundled" / "ja-en"


def always() -> np.random.Generator:
    return np.random.default_rng(1)


def found(source: str, target: str, pairs: list[tuple[str, str]] | None = None, languages: str = "ja-en") -> list[tuple[str, str]]:
    terms = TermPairs(JA_EN if pairs is None else pairs, *languages.split("-"))
    return [(source[m.start : m.end], target[m.target_start : m.target_end]) for m in terms.find(source, target)]


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("同盟は続く。", "The alliance goes on.", [("同盟", "alliance")]),
        ("同盟は続く。", "The ALLIANCE goes on.", [("同盟", "ALLIANCE")]),
        ("同盟は続く。", "Alliances go on.", [("同盟", "Alliance")]),
        ("同盟は続く。", "A misalliance; an allianced one.", []),
        ("日米同盟は続く。", "The Japan-U.S. alliance goes on.", [("日米同盟", "Japan-U.S. alliance")]),
        ("日米同盟は続く。", "The alliance goes on.", []),
        ("外相が食べる。", "The foreign minister will eat.", [("外相", "foreign minister"), ("食べる", "eat")]),
        ("同盟と同盟", "an alliance", [("同盟", "alliance")]),
        ("木", "tree", []),
        ("同盟", "İ alliance", []),
    ],
)
def test_a_term_counts_where_a_rendering_of_it_stands_in_the_target(source: str, target: str, expected: list[tuple[str, str]]) -> None:
    assert found(source, target) == expected


def test_in_a_source_with_blanks_only_whole_words_count() -> None:
    pairs = [("alliance; league", "同盟"), ("the treaty", "条約")]
    assert found("An alliance, a treaty.", "同盟と条約。", pairs, "en-ja") == [("alliance", "同盟"), ("treaty", "条約")]
    assert found("A misalliance of treatyists", "同盟と条約。", pairs, "en-ja") == []


def test_an_empty_dictionary_finds_nothing() -> None:
    assert found("同盟", "alliance", []) == []


def test_renderings_are_written_with_blanks_around_them() -> None:
    source, target = "日本は同盟を、外相が。", "Japan: alliance, foreign minister."
    matches = TermPairs(JA_EN, "ja", "en").find(source, target)
    written = write_terms(source, target, matches, each=1.0, chance=always())
    assert written is not None
    assert written.text == "日本は alliance を、 foreign minister が。"
    assert [written.text[a:b] for (a, b), _ in written.insertions] == ["alliance", "foreign minister"]
    assert "".join(source[o] for o in written.origins if o is not None) == "日本はを、が。"


def test_no_blank_is_doubled_or_put_at_an_end() -> None:
    written = write_terms("同盟", "alliance", [Match(0, 2, 0, 8)], each=1.0, chance=always())
    assert written is not None and written.text == "alliance"
    written = write_terms("the alliance ends", "同盟", [Match(4, 12, 0, 2)], each=1.0, chance=always())
    assert written is not None and written.text == "the 同盟 ends"


def test_chance_may_take_none() -> None:
    assert write_terms("同盟", "alliance", [Match(0, 2, 0, 8)], each=1e-9, chance=always()) is None


TEXT = st.text(alphabet="日本は同盟をabc .", min_size=1, max_size=20)


@given(TEXT, TEXT, st.data())
def test_what_was_not_written_is_the_original_in_order(source: str, target: str, data: st.DataObject) -> None:
    start, target_start = data.draw(st.integers(0, len(source) - 1)), data.draw(st.integers(0, len(target) - 1))
    end, target_end = data.draw(st.integers(start + 1, len(source))), data.draw(st.integers(target_start + 1, len(target)))
    written = write_terms(source, target, [Match(start, end, target_start, target_end)], each=1.0, chance=always())
    assert written is not None
    assert len(written.origins) == len(written.text)
    assert all(origin is None or source[origin] == char for origin, char in zip(written.origins, written.text, strict=True))
    assert [o for o in written.origins if o is not None] == [*range(start), *range(end, len(source))]
    (((a, b), (c, d)),) = written.insertions
    assert written.text[a:b] == target[c:d]


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    if not (CHECKPOINT / "source.spm").is_file():
        pytest.skip("the bundled model is not here")
    return Pieces(CHECKPOINT)


def test_links_follow_by_character_offsets(pieces: Pieces) -> None:
    source, target = "日本は同盟を支持した。", "Japan supported the alliance."
    _, source_spans = pieces.source_spans(source)
    target_spans = pieces.target_spans(target)
    by_word = {"Japan": "日本", "support": "支持", "alliance": "同盟", ".": "。"}
    links = [
        next(
            (
                n
                for n, (a, b) in enumerate(source_spans)
                if by_word.get(target[s:e].lower().replace("japan", "Japan"), "?")[0] in source[a:b]
            ),
            -1,
        )
        for s, e in target_spans
    ]
    match = TermPairs(JA_EN, "ja", "en").find(source, target)
    written = write_terms(source, target, match, each=1.0, chance=always())
    assert written is not None
    ids, carried = carry_links(written, (source, target), links, pieces)
    _, spans = pieces.source_spans(written.text)
    assert len(ids) == len(spans)
    seen = {}
    for (start, end), link in zip(target_spans, carried, strict=True):
        if link >= 0:
            a, b = spans[link]
            seen[target[start:end]] = written.text[a:b]
    joined = "".join(v for k, v in seen.items() if k in "alliance")
    assert joined == "alliance", seen
    assert "日本" in seen["Japan"]
    assert "。" in seen["."]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_carried_links_stay_within_the_written_source(pieces: Pieces, data: st.DataObject) -> None:
    source, target = data.draw(TEXT), data.draw(TEXT)
    start, target_start = data.draw(st.integers(0, len(source) - 1)), data.draw(st.integers(0, len(target) - 1))
    match = Match(
        start, data.draw(st.integers(start + 1, len(source))), target_start, data.draw(st.integers(target_start + 1, len(target)))
    )
    written = write_terms(source, target, [match], each=1.0, chance=always())
    assert written is not None
    count, width = len(pieces.encode_target([target])[0]), len(pieces.encode_source([source])[0])
    links = data.draw(st.lists(st.integers(-1, width - 1), min_size=count, max_size=count)) if width else [-1] * count
    ids, carried = carry_links(written, (source, target), links, pieces)
    assert len(carried) == count
    assert all(-1 <= link < len(ids) for link in carried)
