from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.config import Corpus, Training
from models.training.schedule import guided_weight, learning_rate, longest_sentence, mixture

SETTINGS = Training(warmup=0.1, decay=0.4, floor=0.05, curriculum=0.5, first_pieces=10, max_pieces=90, guided=(0.5, 0.1))
PASSED = st.floats(0, 1.5)


def corpus(name: str, weight: float, end: float | None = None) -> Corpus:
    return Corpus(name=name, files=("f",), licence="CC0", weight=weight, end_weight=end)


@pytest.mark.parametrize(("passed", "rate"), [(0.05, 0.5), (0.1, 1.0), (0.6, 1.0), (0.8, 0.525), (1.0, 0.05), (1.2, 0.05)])
def test_the_learning_rate_warms_up_stays_and_falls(passed: float, rate: float) -> None:
    assert learning_rate(passed, SETTINGS) == pytest.approx(rate)


def test_without_warmup_or_decay_it_is_constant() -> None:
    settings = Training(warmup=0, decay=0)
    assert [learning_rate(p, settings) for p in (0, 0.5, 1, 2)] == [1, 1, 1, 1]


@given(PASSED)
def test_the_learning_rate_is_never_zero_nor_above_one(passed: float) -> None:
    assert 0 < learning_rate(passed, SETTINGS) <= 1


def test_the_mixture_moves_from_the_first_weights_to_the_last() -> None:
    corpora = [corpus("general", 3, 1), corpus("domain", 1, 3), corpus("terms", 0)]
    assert mixture(0, corpora) == pytest.approx([0.75, 0.25, 0])
    assert mixture(0.5, corpora) == pytest.approx([0.5, 0.5, 0])
    assert mixture(2, corpora) == pytest.approx([0.25, 0.75, 0])


def test_short_sentences_come_first() -> None:
    assert [longest_sentence(p, SETTINGS) for p in (0, 0.25, 0.5, 1)] == [10, 50, 90, 90]
    assert longest_sentence(0, Training(curriculum=0)) == 90


@given(PASSED, PASSED)
def test_the_limit_never_falls(first: float, second: float) -> None:
    early, late = sorted((first, second))
    assert longest_sentence(early, SETTINGS) <= longest_sentence(late, SETTINGS) <= 90


def test_the_alignment_loss_fades() -> None:
    assert [guided_weight(p, SETTINGS) for p in (0, 0.5, 1, 2)] == pytest.approx([0.5, 0.3, 0.1, 0.1])
