"""Word alignment: IBM model 1, then a hidden Markov model, in both directions; kept is what both directions agree on.

Only numpy. It serves to guide the attention of the network and to find pairs that are no translations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.training.hmm import Jumps, Posterior, forward_backward, no_distances
from models.training.lexicon import Chunk, Counts, Floats, Ids, Lexicon, TokenPair

Links = npt.NDArray[np.int16]
UNALIGNED = -1
_NULL_WEIGHT = np.float32(0.1)  # of one real word; as an equal it would take what stands in every sentence, such as the full stop


class Aligner:
    """Learns from a sample of sentence pairs and aligns any. Tokens are ids below ``size``."""

    def __init__(self, pairs: Sequence[TokenPair], size: int, *, lexical_rounds: int = 4, hmm_rounds: int = 4) -> None:
        """Learn. Sentences of any length; an empty side is skipped."""
        self._lexicon = Lexicon(pairs, size)
        self._ahead, self._back = Jumps(), Jumps()
        chunks = [(c, self._lexicon.slots(c)) for c in self._lexicon.chunks(pairs)]
        for number in range(lexical_rounds):
            counts = self._lexicon.empty_counts()
            for chunk, slots in chunks:
                _count_lexical(self._lexicon, chunk, slots, counts, first=number == 0)
            self._lexicon.update(counts)
        for _ in range(hmm_rounds):
            self._hmm_round(chunks)

    def align(self, pairs: Sequence[TokenPair]) -> list[Links]:
        """For every target token the position of its source token, or ``UNALIGNED``."""
        out = [np.full(len(target), UNALIGNED, dtype=np.int16) for _, target in pairs]
        for chunk in self._lexicon.chunks(pairs):
            ahead, back = self._posteriors(chunk, self._lexicon.slots(chunk))
            links = _agreement(ahead, back)
            for row, member in enumerate(chunk.members):
                out[member][:] = links[row, : len(out[member])]
        return out

    def _hmm_round(self, chunks: Sequence[tuple[Chunk, Ids]]) -> None:
        counts = self._lexicon.empty_counts()
        ahead_distances, back_distances = no_distances(), no_distances()
        for chunk, slots in chunks:
            ahead, back = self._posteriors(chunk, slots)
            _count(counts, chunk, slots, ahead.states.transpose(1, 0, 2) * back.states.transpose(1, 2, 0))
            ahead_distances += ahead.distances
            back_distances += back.distances
        self._lexicon.update(counts)
        self._ahead.update(ahead_distances)
        self._back.update(back_distances)

    def _posteriors(self, chunk: Chunk, slots: Ids) -> tuple[Posterior, Posterior]:
        """From the target's side, [T, pairs, S], and from the source's, [S, pairs, T]."""
        lexicon = self._lexicon
        pairs, width, states = slots.shape
        real = np.arange(width)[None, :] < chunk.target_lengths[:, None]
        ahead = forward_backward(
            np.ascontiguousarray(lexicon.forward[slots].transpose(1, 0, 2)),
            lexicon.null_forward[chunk.target].T,
            self._ahead.transition(states),
            real.sum(axis=0),
        )
        backward = (lexicon.backward[slots] * real[:, :, None]).transpose(2, 0, 1)
        back = forward_backward(
            np.ascontiguousarray(backward),
            lexicon.null_backward[chunk.source].T,
            self._back.transition(width),
            np.full(states, pairs),
        )
        return ahead, back


def aligned_share(links: Links, source_length: int) -> float:
    """How much of both sentences has a counterpart: 1 for a word-for-word translation, near 0 for unrelated sentences."""
    linked = int((links != UNALIGNED).sum())
    return 2.0 * linked / max(1, len(links) + source_length)


def inverted(links: Links, source_length: int) -> Links:
    """The same one-to-one links seen from the source: for every source token the position of its target token."""
    out = np.full(source_length, UNALIGNED, dtype=np.int16)
    places = np.flatnonzero(links != UNALIGNED)
    out[links[places]] = places.astype(np.int16)
    return out


def _count_lexical(lexicon: Lexicon, chunk: Chunk, slots: Ids, counts: Counts, *, first: bool) -> None:
    """One chunk of a round of IBM model 1; in the first round everything is as likely as everything."""
    cells, size = slots.ravel(), len(counts.forward)
    null_target, null_source = _NULL_WEIGHT * lexicon.null_forward[chunk.target], _NULL_WEIGHT * lexicon.null_backward[chunk.source]
    ahead, back = (np.ones(slots.shape, dtype=np.float32),) * 2 if first else (lexicon.forward[slots], lexicon.backward[slots])
    below = ahead.sum(axis=2) + null_target
    counts.forward += np.bincount(cells, (ahead / below[:, :, None]).ravel(), size)
    _add(counts.null_forward, chunk.target, null_target / below)
    below = back.sum(axis=1) + null_source
    counts.backward += np.bincount(cells, (back / below[:, None, :]).ravel(), size)
    _add(counts.null_backward, chunk.source, null_source / below)


def _count(counts: Counts, chunk: Chunk, slots: Ids, both: Floats) -> None:
    """Add the probability that two words align in both directions to the counts of their types."""
    found = np.bincount(slots.ravel(), both.ravel(), len(counts.forward))
    counts.forward += found
    counts.backward += found
    _add(counts.null_forward, chunk.target, np.clip(1.0 - both.sum(axis=2), 0, 1))
    _add(counts.null_backward, chunk.source, np.clip(1.0 - both.sum(axis=1), 0, 1))


def _add(totals: npt.NDArray[np.float64], types: Ids, values: npt.NDArray[np.float32]) -> None:
    totals += np.bincount(types.ravel(), values.ravel(), len(totals))


def _agreement(ahead: Posterior, back: Posterior) -> npt.NDArray[np.int64]:
    """[pairs, T]: the source position that is the best of a target position and whose own best it is, where both beat no counterpart."""
    best_source = np.where(ahead.states.max(axis=2) > ahead.null, ahead.states.argmax(axis=2), UNALIGNED).T
    best_target = np.where(back.states.max(axis=2) > back.null, back.states.argmax(axis=2), UNALIGNED).T
    returned = np.take_along_axis(best_target, np.maximum(best_source, 0), axis=1)
    mutual = (best_source != UNALIGNED) & (returned == np.arange(best_source.shape[1])[None, :])
    return np.where(mutual, best_source, UNALIGNED)
