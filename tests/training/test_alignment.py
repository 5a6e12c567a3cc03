from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.alignment import UNALIGNED, Aligner, aligned_share, inverted
from models.training.hmm import NULL_SHARE, Jumps, forward_backward
from models.training.lexicon import Row, TokenPair

WORDS = 60


def row(*values: int) -> Row:
    return np.array(values, dtype=np.int32)


def translated(count: int, seed: int = 0) -> list[TokenPair]:
    """Sentences of ids below 60 and their "translations": every word plus 60, the last word first."""
    chance = np.random.default_rng(seed)
    sources = [chance.choice(WORDS, size=chance.integers(3, 9), replace=False).astype(np.int32) for _ in range(count)]
    return [(s, np.concatenate([s[-1:], s[:-1]]).astype(np.int32) + WORDS) for s in sources]


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner(translated(400), 2 * WORDS)


def test_a_word_for_word_translation_is_found_in_its_new_order(aligner: Aligner) -> None:
    fresh = translated(50, seed=1)
    right = total = 0
    for (source, target), links in zip(fresh, aligner.align(fresh), strict=True):
        expected = np.array([len(source) - 1, *range(len(source) - 1)])
        right += int((links == expected).sum())
        total += len(target)
    assert right / total > 0.97


def test_a_full_stop_in_every_sentence_aligns_with_its_counterpart() -> None:
    stopped = [(np.append(s, 120).astype(np.int32), np.append(t, 121).astype(np.int32)) for s, t in translated(400)]
    links = Aligner(stopped, 122).align(stopped)
    assert np.mean([found[-1] == len(pair[0]) - 1 for found, pair in zip(links, stopped, strict=True)]) > 0.9


def test_pairs_that_are_no_translations_have_a_low_share(aligner: Aligner) -> None:
    pairs = translated(200, seed=2)
    mixed = [(a[0], b[1]) for a, b in itertools.pairwise(pairs)]
    good = [aligned_share(links, len(p[0])) for links, p in zip(aligner.align(pairs), pairs, strict=True)]
    bad = [aligned_share(links, len(p[0])) for links, p in zip(aligner.align(mixed), mixed, strict=True)]
    assert np.mean(good) > 0.95
    assert np.mean(bad) < 0.4


def test_unknown_words_and_empty_sides_are_no_trouble(aligner: Aligner) -> None:
    unseen = Aligner(translated(50), 200)
    links = unseen.align([(row(199, 3), row(198, 3 + WORDS)), (row(), row(4)), (row(4), row())])
    assert [len(x) for x in links] == [2, 1, 0]
    assert links[1].tolist() == [UNALIGNED]
    assert len(Aligner([], 5).align([(row(1), row(2))])[0]) == 1


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.lists(st.integers(0, 119), max_size=12), st.lists(st.integers(0, 119), max_size=12)), max_size=6))
def test_links_are_one_to_one_and_within_the_source(pairs: list[tuple[list[int], list[int]]]) -> None:
    rows = [(row(*s), row(*t)) for s, t in pairs]
    for (source, target), links in zip(rows, Aligner(rows, 120, lexical_rounds=2, hmm_rounds=1).align(rows), strict=True):
        assert len(links) == len(target)
        linked = links[links != UNALIGNED].tolist()
        assert len(set(linked)) == len(linked)
        assert all(0 <= link < len(source) for link in linked)
        assert inverted(inverted(links, len(source)), len(target)).tolist() == links.tolist()


def test_forward_backward_equals_the_sum_over_all_alignments() -> None:
    chance = np.random.default_rng(5)
    steps, states = 4, 3
    emission = chance.random((steps, 1, states)).astype(np.float32)
    null = chance.random((steps, 1)).astype(np.float32)
    transition = Jumps().transition(states)
    expected = np.zeros((steps, states))
    total = 0.0
    for path in itertools.product(range(states), (False, True), repeat=steps):
        places, doubles = path[::2], path[1::2]
        weight = 1.0
        for step, (place, double) in enumerate(zip(places, doubles, strict=True)):
            before = places[step - 1] if step else None
            if double:
                moved = 1 / states if before is None else float(before == place)
                weight *= NULL_SHARE * moved * null[step, 0]
            else:
                moved = 1 / states if before is None else float(transition[before, place])
                weight *= (1 - NULL_SHARE) * moved * emission[step, 0, place]
        total += weight
        for step, (place, double) in enumerate(zip(places, doubles, strict=True)):
            expected[step, place] += 0.0 if double else weight
    posterior = forward_backward(emission, null, transition, np.full(steps, 1))
    np.testing.assert_allclose(posterior.states[:, 0], expected / total, rtol=1e-4)


def test_shorter_sentences_of_a_chunk_are_not_touched_by_the_padding() -> None:
    chance = np.random.default_rng(6)
    emission = chance.random((5, 2, 3)).astype(np.float32)
    null = chance.random((5, 2)).astype(np.float32)
    transition = Jumps().transition(3)
    both = forward_backward(emission, null, transition, np.array([2, 2, 2, 1, 1]))
    alone = forward_backward(emission[:3, 1:], null[:3, 1:], transition, np.array([1, 1, 1]))
    np.testing.assert_allclose(both.states[:3, 1], alone.states[:, 0], rtol=1e-5)
    assert not both.states[3:, 1].any()
