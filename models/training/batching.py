"""Batches of similar length, drawn from the groups in changing shares.

The order is a function of the seed and of the moments at which pools were begun; both are in the position, so a run that is
continued goes on with the batch that it would have had.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.training.alignment import UNALIGNED
from models.training.config import Config
from models.training.examples import Examples
from models.training.schedule import longest_sentence, mixture
from models.training.substitution import carry_links, write_terms
from models.training.tokenizer import Pieces

Array = npt.NDArray[np.int64]
_BATCHES_A_POOL = 10  # of the largest size; sorting by length needs some to choose from
_JITTER = 3.0  # pieces, so that not always the same sentences meet


class Example(NamedTuple):
    """One pair as the network sees it: ids with the end mark, and for every target piece its source piece or -1."""

    source: Sequence[int]
    target: Sequence[int]
    links: Sequence[int]

    @property
    def length(self) -> int:
        """Pieces of the longer side."""
        return max(len(self.source), len(self.target))


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded matrices, one row a pair."""

    sources: Array
    targets: Array
    links: Array


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the stream a run is: the number of the pool, when it was begun, how many of its batches are used up."""

    pool: int = 0
    passed: float = 0.0
    taken: int = 0


class BatchStream:
    """Batches without end."""

    def __init__(self, config: Config, groups: Mapping[str, Examples], pieces: Pieces, position: Position | None = None) -> None:
        """``position``: where an earlier stream of the same seed stopped."""
        self._config, self._pieces = config, pieces
        self._groups = [groups[c.name] for c in config.corpus]
        self._mean_length = [max(1.0, float(g.targets.lengths.mean())) for g in self._groups]
        self.position = position or Position()
        self._pool: list[list[Example]] | None = None

    def next(self, passed: float) -> Batch:
        """The next batch. ``passed``: the share of the time that has passed; it shapes the pools begun from now on."""
        if self._pool is not None and self.position.taken >= len(self._pool):
            self.position = Position(self.position.pool + 1, passed, 0)
            self._pool = None
        if self._pool is None:
            self._pool = self._draw(np.random.default_rng((self._config.training.seed, self.position.pool)))
        batch = self._pool[self.position.taken]
        self.position = Position(self.position.pool, self.position.passed, self.position.taken + 1)
        return as_batch(batch, self._pieces.pad)

    def _draw(self, chance: np.random.Generator) -> list[list[Example]]:
        settings, passed = self._config.training, self.position.passed
        limit = longest_sentence(passed, settings)
        shares = mixture(passed, self._config.corpus)
        pool: list[Example] = []
        for group, share, mean in zip(self._groups, shares, self._mean_length, strict=True):
            wanted = share * _BATCHES_A_POOL * settings.batch_pieces / mean
            rows = chance.integers(len(group), size=int(wanted + chance.random()))
            short = (group.sources.lengths[rows] < limit) & (group.targets.lengths[rows] < limit)
            pool.extend(self._example(group, int(row), chance) for row in rows[short])
        if not pool:  # nothing is as short as the curriculum wants: the shortest of the largest group
            group = self._groups[int(np.argmax(shares))]
            pool.append(self._example(group, int(np.argmin(group.sources.lengths + group.targets.lengths)), chance))
        return make_batches(pool, settings.batch_pieces, chance)

    def _example(self, group: Examples, row: int, chance: np.random.Generator) -> Example:
        settings, end = self._config.substitution, self._pieces.end
        source, target, links = group.sources[row].tolist(), group.targets[row].tolist(), group.links[row].tolist()
        matches = group.matches_of(row)
        if matches and chance.random() < settings.share:
            pair = group.texts[row]
            written = write_terms(*pair, matches, each=settings.each, chance=chance)
            if written:
                ids, carried = carry_links(written, pair, links, self._pieces)
                if len(ids) <= 1.25 * self._config.training.max_pieces:
                    source, links = ids.tolist(), carried
        return Example([*source, end], [*target, end], [*links, len(source)])


def make_batches(examples: Sequence[Example], budget: int, chance: np.random.Generator) -> list[list[Example]]:
    """Group examples by length so that no batch has more than ``budget`` places on both sides, padding counted; in random order."""
    keys = np.array([e.length for e in examples]) + chance.random(len(examples)) * _JITTER
    batches: list[list[Example]] = []
    current: list[Example] = []
    longest = 0
    for place in np.argsort(keys):
        example = examples[place]
        longest = max(longest, example.length)
        if current and 2 * longest * (len(current) + 1) > budget:
            batches.append(current)
            current, longest = [], example.length
        current.append(example)
    if current:
        batches.append(current)
    return [batches[i] for i in chance.permutation(len(batches))]


def evaluation_batches(examples: Examples, pieces: Pieces, budget: int) -> list[Batch]:
    """All examples of a set, as they are."""
    none = [UNALIGNED]
    rows = [
        Example([*examples.sources[n].tolist(), pieces.end], [*examples.targets[n].tolist(), pieces.end], none)
        for n in range(len(examples))
    ]
    return [as_batch(b, pieces.pad) for b in make_batches(rows, budget, np.random.default_rng(0))]


def as_batch(examples: Sequence[Example], pad: int) -> Batch:
    """Padded matrices of some examples."""
    width = max(len(e.target) for e in examples)
    return Batch(
        _padded([e.source for e in examples], max(len(e.source) for e in examples), pad),
        _padded([e.target for e in examples], width, pad),
        _padded([e.links for e in examples], width, UNALIGNED),
    )


def frequent_targets(config: Config, groups: Mapping[str, Examples], size: int, count: int) -> list[int]:
    """The most frequent target pieces of the final mixture."""
    total = np.zeros(size)
    for corpus, share in zip(config.corpus, mixture(1.0, config.corpus), strict=True):
        found = np.bincount(groups[corpus.name].targets.values, minlength=size)
        total += share * found / max(1, found.sum())
    order: list[int] = np.argsort(-total, kind="stable")[:count].tolist()
    return order


def _padded(rows: Sequence[Sequence[int]], width: int, fill: int) -> Array:
    out = np.full((len(rows), width), fill, dtype=np.int64)
    for number, row in enumerate(rows):
        out[number, : len(row)] = row
    return out
