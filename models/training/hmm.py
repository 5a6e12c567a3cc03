"""The hidden Markov model of word alignment (Vogel, Ney and Tillmann 1996) for a chunk of sentence pairs at once.

States are the positions of one sentence, time runs over the other. Every state has a double that emits a word without
counterpart and remembers the position (Och and Ney 2003).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.training.lexicon import Floats

_FARTHEST = 40  # jumps beyond it are as likely as this one
_UNIFORM = 0.1  # share of the transition that does not depend on the distance
NULL_SHARE = 0.2
_TINY = np.float32(1e-30)


class Jumps:
    """How likely it is that neighbours align at some distance."""

    def __init__(self) -> None:
        distance = np.arange(-_FARTHEST, _FARTHEST + 1)
        self._weights = 1.0 / (1.0 + np.abs(distance - 1.0))

    def transition(self, states: int) -> Floats:
        """p(to | from) over the positions of a sentence, [from, to]."""
        weights = self._weights[_distances(states)]
        near = weights / weights.sum(axis=1, keepdims=True)
        mixed: Floats = ((1.0 - _UNIFORM) * near + _UNIFORM / states).astype(np.float32)
        return mixed

    def update(self, counts: npt.NDArray[np.float64]) -> None:
        """New weights from expected counts of distances."""
        self._weights = (counts + 0.5) / (counts + 0.5).sum()


@dataclass(frozen=True, slots=True)
class Posterior:
    """For every step, pair and state the probability that they align, and the expected counts of distances."""

    states: Floats
    distances: npt.NDArray[np.float64]

    @property
    def null(self) -> Floats:
        """The probability of having no counterpart, [steps, pairs]; 1 where a pair has no such step."""
        rest: Floats = np.clip(1.0 - self.states.sum(axis=2), 0.0, 1.0)
        return rest


def no_distances() -> npt.NDArray[np.float64]:
    """Counts of distances to begin a round with."""
    return np.zeros(2 * _FARTHEST + 1)


def forward_backward(emission: Floats, null: Floats, transition: Floats, active: npt.NDArray[np.int64]) -> Posterior:
    """Expected alignments. ``emission`` is [steps, pairs, states], ``null`` [steps, pairs].

    ``active``: how many pairs, counted from the first, have this step; it never rises.
    """
    real, mass, scale = _forward(emission, null, transition, active)
    steps, _, states = emission.shape
    posterior = np.zeros_like(emission)
    jumps = np.zeros((states, states))
    backward = np.ones(emission.shape[1:], dtype=np.float32)
    for step in range(steps - 1, -1, -1):
        n = active[step]
        total = (mass[step, :n] * backward[:n]).sum(axis=1, keepdims=True) + _TINY
        posterior[step, :n] = real[step, :n] * backward[:n] / total
        if step == 0:
            break
        scaled = backward[:n] / scale[step, :n, None]
        onward = (1.0 - NULL_SHARE) * emission[step, :n] * scaled
        jumps += mass[step - 1, :n].T @ onward
        backward[:n] = onward @ transition.T + NULL_SHARE * null[step, :n, None] * scaled
    distances = no_distances()
    distances += np.bincount(_distances(states).ravel(), (jumps * transition).ravel(), len(distances))
    return Posterior(posterior, distances)


def _forward(emission: Floats, null: Floats, transition: Floats, active: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Scaled forward probabilities: of the positions, of the positions with their doubles, and the scale of each step."""
    steps, pairs, states = emission.shape
    real, mass = np.zeros_like(emission), np.zeros_like(emission)
    scale = np.ones((steps, pairs), dtype=np.float32)
    before = np.full((pairs, states), 1.0 / states, dtype=np.float32)
    for step in range(steps):
        n = active[step]
        moved = before[:n] @ transition if step else before[:n]
        reached = (1.0 - NULL_SHARE) * moved * emission[step, :n]
        both = reached + NULL_SHARE * null[step, :n, None] * before[:n]
        scale[step, :n] = both.sum(axis=1) + _TINY
        real[step, :n] = reached / scale[step, :n, None]
        mass[step, :n] = before[:n] = both / scale[step, :n, None]
    return real, mass, scale


def _distances(states: int) -> npt.NDArray[np.int64]:
    """The index of the distance between every two positions, [from, to]."""
    places = np.arange(states)
    clipped: npt.NDArray[np.int64] = np.clip(places[None, :] - places[:, None], -_FARTHEST, _FARTHEST) + _FARTHEST
    return clipped
