"""Word alignment: IBM model 1, then a hidden Markov model, in both directions; kept is what both directions agree on.

Only numpy. It serves to guide the attention of the network and to find pairs that are no translations.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.training.hmm import Jumps, Posterior, forward_backward, no_distances
from models.training.lexicon import Chunk, Ids, Lexicon, TokenPair

Links = npt.NDArray[np.int16]
UNALIGNED = -1


class Aligner:
    """Learns from a sample of sentence pairs and aligns any. Tokens are ids below ``size``."""

    def __init__(self, pairs: Sequence[TokenPair], size: int, *, lexical_rounds: int = 4, hmm_rounds: int = 4) -> None:
        """Learn. Sentences of any length; an empty side is skipped."""
        self._lexicon = Lexicon(pairs, size)
        self._ahead, self._back = Jumps(), Jumps()
        chunks = [(c, self._lexicon.slots(c)) for c in self._lexicon.chunks(pairs)]
        for number in range(lexical_rounds):
            self._lexical_round(chunks, first=number == 0)
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

    def _lexical_round(self, chunks: Sequence[tuple[Chunk, Ids]], *, first: bool) -> None:
        """One round of IBM model 1; in the first one everything is as likely as everything."""
        lexicon = self._lexicon
        forward, backward = lexicon.no_counts(), lexicon.no_counts()
        for chunk, slots in chunks:
            cells, ones = slots.ravel(), np.ones(slots.shape, dtype=np.float32)
            ahead = ones if first else lexicon.forward[slots]
            ahead = ahead / (ahead.sum(axis=2) + lexicon.targets.shares[chunk.target])[:, :, None]
            back = ones if first else lexicon.backward[slots]
            back = back / (back.sum(axis=1) + lexicon.sources.shares[chunk.source])[:, None, :]
            forward += np.bincount(cells, ahead.ravel(), len(forward))
            backward += np.bincount(cells, back.ravel(), len(backward))
        lexicon.update(forward, backward)

    def _hmm_round(self, chunks: Sequence[tuple[Chunk, Ids]]) -> None:
        """One round in both directions. Counted is what both expect (Liang, Taskar and Klein 2006), which keeps rare words from
        collecting everything that has no counterpart.
        """
        counts = self._lexicon.no_counts()
        ahead_distances, back_distances = no_distances(), no_distances()
        for chunk, slots in chunks:
            ahead, back = self._posteriors(chunk, slots)
            both = ahead.states.transpose(1, 0, 2) * back.states.transpose(1, 2, 0)
            counts += np.bincount(slots.ravel(), both.ravel(), len(counts))
            ahead_distances += ahead.distances
            back_distances += back.distances
        self._lexicon.update(counts, counts)
        self._ahead.update(ahead_distances)
        self._back.update(back_distances)

    def _posteriors(self, chunk: Chunk, slots: Ids) -> tuple[Posterior, Posterior]:
        """From the target's side, [T, pairs, S], and from the source's, [S, pairs, T]."""
        lexicon = self._lexicon
        pairs, width, states = slots.shape
        real = np.arange(width)[None, :] < chunk.target_lengths[:, None]
        ahead = forward_backward(
            np.ascontiguousarray(lexicon.forward[slots].transpose(1, 0, 2)),
            lexicon.targets.shares[chunk.target].T,
            self._ahead.transition(states),
            real.sum(axis=0),
        )
        backward = (lexicon.backward[slots] * real[:, :, None]).transpose(2, 0, 1)
        back = forward_backward(
            np.ascontiguousarray(backward),
            lexicon.sources.shares[chunk.source].T,
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


def _agreement(ahead: Posterior, back: Posterior) -> npt.NDArray[np.int64]:
    """[pairs, T]: the source position that is the best of a target position and whose own best it is, where both beat no counterpart."""
    best_source = np.where(ahead.states.max(axis=2) > ahead.null, ahead.states.argmax(axis=2), UNALIGNED).T
    best_target = np.where(back.states.max(axis=2) > back.null, back.states.argmax(axis=2), UNALIGNED).T
    returned = np.take_along_axis(best_target, np.maximum(best_source, 0), axis=1)
    mutual = (best_source != UNALIGNED) & (returned == np.arange(best_source.shape[1])[None, :])
    return np.where(mutual, best_source, UNALIGNED)
