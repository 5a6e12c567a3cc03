"""Confidence intervals by resampling the texts of a set (Koehn 2004, "Statistical significance tests for machine translation evaluation").

A resample draws as many texts as the set has, with replacement, and is written as the number of times that each text was drawn. What is
compared sees the same resamples, so that the interval of a difference is that of the paired bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
_SEED = 20260101
_CONFIDENCE = 0.95
_BLOCK = 4_000_000  # numbers held at a time; bounds the memory for large sets

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of a figure over the resamples. It has no width where no text speaks against the figure."""

    low: float
    high: float


def resample(texts: int, resamples: int = RESAMPLES) -> Iterator[Numbers]:
    """Blocks of resamples, each of shape (resamples of the block, texts): how often each text was drawn. The same at every call."""
    generator = np.random.default_rng(_SEED)
    size = max(1, _BLOCK // max(texts, 1))
    for begin in range(0, resamples, size):
        rows = min(size, resamples - begin)
        drawn = generator.integers(0, texts, (rows, texts)) + np.arange(rows)[:, None] * texts
        yield np.bincount(drawn.ravel(), minlength=rows * texts).reshape(rows, texts).astype(np.float64)


def interval(values: Sequence[float] | Numbers) -> Interval | None:
    """The interval of a figure from its values in the resamples; None where most resamples have no such figure."""
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if len(known) * 2 <= len(values):
        return None
    low, high = np.quantile(known, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    return Interval(float(low), float(high))
