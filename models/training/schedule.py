"""What changes while a model is trained, as functions of the share of the time that has passed (0 to 1)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.training.config import Corpus, Training


def learning_rate(passed: float, settings: Training) -> float:
    """The factor on the learning rate: a linear warm-up, a constant stretch, then half a cosine down to the floor."""
    if passed < settings.warmup:
        return max(passed / settings.warmup, 0.01)
    start = 1.0 - settings.decay
    if passed <= start or settings.decay == 0:
        return 1.0
    falling = min(1.0, (passed - start) / settings.decay)
    return settings.floor + (1.0 - settings.floor) * 0.5 * (1.0 + math.cos(math.pi * falling))


def mixture(passed: float, corpora: Sequence[Corpus]) -> list[float]:
    """The share of every group, from its first weight to its last; they add up to 1."""
    weights = [c.weight + (c.final_weight - c.weight) * min(passed, 1.0) for c in corpora]
    total = sum(weights)
    return [w / total for w in weights]


def longest_sentence(passed: float, settings: Training) -> int:
    """How many pieces a sentence may have: short ones first, every length once the curriculum is over."""
    if passed >= settings.curriculum or settings.curriculum == 0:
        return settings.max_pieces
    grown = (settings.max_pieces - settings.first_pieces) * passed / settings.curriculum
    return min(settings.max_pieces, settings.first_pieces + int(grown))


def guided_weight(passed: float, settings: Training) -> float:
    """The weight of the alignment loss beside the translation loss."""
    first, last = settings.guided
    return first + (last - first) * min(passed, 1.0)
