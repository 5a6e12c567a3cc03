from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.batching import Batch, BatchStream, Example, Position, as_batch, evaluation_batches, frequent_targets, make_batches
from models.training.config import Config
from models.training.prepared import Prepared


def equal(first: Batch, second: Batch) -> bool:
    return all(np.array_equal(getattr(first, f), getattr(second, f)) for f in ("sources", "targets", "links"))


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=60), st.integers(60, 400))
def test_batches_hold_every_example_once_within_the_budget(lengths: list[tuple[int, int]], budget: int) -> None:
    examples = [Example([n] * s, [n] * t, [-1] * t) for n, (s, t) in enumerate(lengths)]
    batches = make_batches(examples, budget, np.random.default_rng(0))
    assert sorted(e.source[0] for b in batches for e in b) == list(range(len(examples)))
    assert all(2 * max(e.length for e in b) * len(b) <= budget for b in batches)


def test_a_batch_is_padded_on_the_right() -> None:
    batch = as_batch([Example([5, 0], [6, 7, 0], [0, -1, 1]), Example([5, 6, 0], [7, 0], [1, 2])], pad=9)
    assert batch.sources.tolist() == [[5, 0, 9], [5, 6, 0]]
    assert batch.targets.tolist() == [[6, 7, 0], [7, 0, 9]]
    assert batch.links.tolist() == [[0, -1, 1], [1, 2, -1]]


def test_sentences_end_with_the_end_mark_and_it_links_to_the_sources_end(config: Config, prepared: Prepared) -> None:
    batch = BatchStream(config, prepared.groups, prepared.pieces).next(0.5)
    for source, target, links in zip(batch.sources, batch.targets, batch.links, strict=True):
        ends = [np.flatnonzero(row == prepared.pieces.end)[-1] for row in (source, target)]
        assert links[ends[1]] == ends[0]
        assert links.max() <= ends[0]


def test_the_curriculum_begins_with_short_sentences(config: Config, prepared: Prepared) -> None:
    first = BatchStream(config, prepared.groups, prepared.pieces)
    assert max(first.next(0).targets.shape[1] for _ in range(3)) <= config.training.first_pieces + 1
    later = BatchStream(config, prepared.groups, prepared.pieces, Position(1, 0.9, 0))
    assert max(later.next(0.9).targets.shape[1] for _ in range(3)) > config.training.first_pieces


def test_the_order_is_a_function_of_the_seed(config: Config, prepared: Prepared) -> None:
    def first(seed: int) -> Batch:
        changed = config.model_copy(update={"training": config.training.model_copy(update={"seed": seed})})
        return BatchStream(changed, prepared.groups, prepared.pieces).next(0)

    assert equal(first(1), first(1))
    assert not equal(first(1), first(2))


@pytest.mark.parametrize("stop", [0, 1, 7, 40])
def test_a_stream_continues_where_another_stopped(config: Config, prepared: Prepared, stop: int) -> None:
    def passed(step: int) -> float:
        return step / 60

    whole = BatchStream(config, prepared.groups, prepared.pieces)
    batches = [whole.next(passed(n)) for n in range(60)]
    first = BatchStream(config, prepared.groups, prepared.pieces)
    for n in range(stop):
        first.next(passed(n))
    second = BatchStream(config, prepared.groups, prepared.pieces, first.position)
    assert all(equal(batches[n], second.next(passed(n))) for n in range(stop, 60))


def test_terms_are_written_into_a_share_of_the_sources(config: Config, prepared: Prepared) -> None:
    def written(share: float) -> float:
        changed = config.model_copy(update={"substitution": config.substitution.model_copy(update={"share": share})})
        stream = BatchStream(changed, prepared.groups, prepared.pieces, Position(5, 0.9, 0))
        plain = {tuple(row) for g in prepared.groups.values() for row in (g.sources[n].tolist() for n in range(len(g)))}
        rows = [tuple(r) for _ in range(20) for r in stream.next(0.9).sources.tolist()]
        bare = [tuple(i for i in r if i not in (prepared.pieces.pad, prepared.pieces.end)) for r in rows]
        return sum(r not in plain for r in bare) / len(bare)

    assert written(0.0) == 0.0
    assert 0.1 < written(0.4) < written(1.0)


def test_evaluation_batches_are_all_of_a_set(prepared: Prepared) -> None:
    batches = evaluation_batches(prepared.evaluation["dev"], prepared.pieces, 300)
    assert sum(len(b.sources) for b in batches) == len(prepared.evaluation["dev"]) > 30


def test_frequent_targets_are_by_the_final_mixture(config: Config, prepared: Prepared) -> None:
    frequent = frequent_targets(config, prepared.groups, prepared.pieces.size, 10)
    assert len(set(frequent)) == 10
    the = prepared.pieces.encode_target(["the"])[0].tolist()
    assert the[0] in frequent
