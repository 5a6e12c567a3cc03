"""Translation probabilities of word types in both directions, kept only for types that occur together.

Types are numbered by frequency; beyond a limit, rare ones share a number, so that a dense table of pairs always fits into memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]
Totals = npt.NDArray[np.float64]
Row = npt.NDArray[np.int32]
TokenPair = tuple[Row, Row]

_COMMON_TYPES = 8000  # with the shared numbers below, the table of pairs takes 324 MB at most
_RARE_TYPES = 1000
_CHUNK_CELLS = 400_000
_FLOOR = np.float32(1e-8)
_PRIOR = 0.05


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pairs of one source length and similar target lengths, longest target first.

    ``members`` are their places in the corpus, ``source`` is [pairs, S], ``target`` is [pairs, T] and padded.
    """

    members: npt.NDArray[np.int64]
    source: Ids
    target: Ids
    target_lengths: npt.NDArray[np.int64]


class Types:
    """The numbering of the types of one side. ``pad`` is the number of no type, ``shares`` how frequent each number is."""

    def __init__(self, sentences: Sequence[Row], size: int) -> None:
        counts = np.bincount(np.concatenate([np.zeros(0, np.int32), *sentences]), minlength=size)
        rank = np.empty(len(counts), dtype=np.int32)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts), dtype=np.int32)
        rare = rank >= _COMMON_TYPES
        rank[rare] = _COMMON_TYPES + rank[rare] % _RARE_TYPES
        self.pad = int(min(len(counts), _COMMON_TYPES + _RARE_TYPES))
        self._rank = rank
        shares = np.bincount(rank, counts, self.pad + 1) / max(1, counts.sum())
        self.shares: Floats = (0.9 * shares + 0.1 / (self.pad + 1)).astype(np.float32)

    def padded(self, sentences: Sequence[Row], width: int) -> Ids:
        """The numbers of some sentences as one matrix."""
        out = np.full((len(sentences), width), self.pad, dtype=np.int32)
        for row, sentence in enumerate(sentences):
            out[row, : len(sentence)] = self._rank[sentence]
        return out


class Lexicon:
    """p(target | source) and p(source | target).

    The arrays are indexed by slot; slot 0 stands for a pair that was never seen, and for padding. A word without a counterpart
    is as likely as it is frequent: were that learnt, it would take the full stop, which stands in every sentence, from its own.
    """

    def __init__(self, pairs: Sequence[TokenPair], size: int) -> None:
        """Number the types and find all pairs of types that occur. ``size``: how many ids there are."""
        self.sources = Types([p[0] for p in pairs], size)
        self.targets = Types([p[1] for p in pairs], size)
        self._stride = self.targets.pad + 1
        self._slots = np.zeros((self.sources.pad + 1) * self._stride, dtype=np.int32)
        for chunk in self.chunks(pairs):
            self._slots[self._flat(chunk)] = 1
        self._slots[self.sources.pad * self._stride :] = 0
        self._slots[self.targets.pad :: self._stride] = 0
        seen = np.flatnonzero(self._slots)
        self._slots[seen] = np.arange(1, len(seen) + 1, dtype=np.int32)
        self._source_of, self._target_of = np.divmod(seen, self._stride)
        self.forward: Floats = np.ones(len(seen) + 1, dtype=np.float32)
        self.backward: Floats = np.ones(len(seen) + 1, dtype=np.float32)

    def chunks(self, pairs: Sequence[TokenPair]) -> Iterator[Chunk]:
        """The pairs in chunks of equal shape; pairs with an empty side are in none."""
        lengths = np.array([(len(s), len(t)) for s, t in pairs], dtype=np.int64).reshape(-1, 2)
        order = np.lexsort((-lengths[:, 1], lengths[:, 0]))
        order = order[(lengths[order] > 0).all(axis=1)]
        start = 0
        for place in range(1, len(order) + 1):
            width, longest = lengths[order[start]]
            if place < len(order):
                here = lengths[order[place]]
                if here[0] == width and here[1] * 1.25 + 2 >= longest and (place - start) * width * longest < _CHUNK_CELLS:
                    continue
            yield self._chunk(pairs, order[start:place], int(width), int(longest))
            start = place

    def slots(self, chunk: Chunk) -> Ids:
        """The slot of every cell, [pairs, T, S]."""
        found: Ids = self._slots[self._flat(chunk)]
        return found

    def no_counts(self) -> Totals:
        """Expected counts to begin a round with."""
        return np.zeros(len(self.forward))

    def update(self, forward: Totals, backward: Totals) -> None:
        """New probabilities from expected counts, with a sparse prior (variational Bayes) against rare types that explain anything."""
        for table, counts, given in ((self.forward, forward, self._source_of), (self.backward, backward, self._target_of)):
            totals = np.bincount(given, weights=counts[1:]) + _PRIOR * np.maximum(np.bincount(given), 1)
            table[1:] = _exp_digamma(counts[1:] + _PRIOR) / _exp_digamma(totals)[given]
            table[0] = _FLOOR
            np.maximum(table, _FLOOR, out=table)

    def _chunk(self, pairs: Sequence[TokenPair], members: npt.NDArray[np.int64], width: int, longest: int) -> Chunk:
        targets = [pairs[i][1] for i in members]
        return Chunk(
            members,
            self.sources.padded([pairs[i][0] for i in members], width),
            self.targets.padded(targets, longest),
            np.array([len(t) for t in targets], dtype=np.int64),
        )

    def _flat(self, chunk: Chunk) -> npt.NDArray[np.int64]:
        return chunk.source[:, None, :].astype(np.int64) * self._stride + chunk.target[:, :, None]


def _exp_digamma(values: Totals) -> Totals:
    """exp(digamma(x)) for x > 0: the recurrence up to x + 6, then the asymptotic series."""
    shift = sum((1.0 / (values + k) for k in range(6)), np.zeros_like(values))
    x = values + 6.0
    series = np.log(x) - 0.5 / x - 1.0 / (12.0 * x**2) + 1.0 / (120.0 * x**4)
    out: Totals = np.exp(series - shift)
    return out
