"""Which pairs are worth training on, and why the others are not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from models.training.config import Corpus, Data
from models.training.corpus import Pair, first_rendering, normalise, spoken
from models.training.languages import facts_of

_SHORT = 12  # characters; a name or a number need not be in the script of its language


class Reason(StrEnum):
    """Why a pair is left out."""

    EMPTY = "nothing but punctuation on a side"
    LONG = "too long"
    LANGUAGE = "not in its language"
    RATIO = "lengths do not fit"
    SAME = "source and target are the same"
    EVALUATION = "in an evaluation set"
    DUPLICATE = "seen before"
    ALIGNMENT = "hardly a word has a counterpart"


class Filter:
    """Decides on pairs one by one; remembers what it has seen and what it rejected, per group."""

    def __init__(self, data: Data, source: str, target: str, held_out: Iterable[str] = ()) -> None:
        """``held_out``: sentences, of either language, that must not be trained on."""
        self._data = data
        self._source, self._target = facts_of(source), facts_of(target)
        self._held_out = frozenset(map(spoken, held_out)) - {""}
        self._seen: set[Pair] = set()
        self.rejected: dict[str, Counter[Reason]] = {}

    def clean(self, pairs: Iterable[Pair], corpus: Corpus) -> list[Pair]:
        """The pairs of a group that pass, normalised."""
        rejected = self.rejected.setdefault(corpus.name, Counter())
        kept: list[Pair] = []
        for raw in pairs:
            source, target = (normalise(t, nfkc=self._data.nfkc) for t in raw)
            if corpus.terms:
                source, target = first_rendering(source), first_rendering(target)
            reason = self._reason(source, target, corpus)
            if reason is None:
                self._seen.add((source, target))
                kept.append((source, target))
            else:
                rejected[reason] += 1
        return kept

    def _reason(self, source: str, target: str, corpus: Corpus) -> Reason | None:
        keys = spoken(source), spoken(target)
        if not all(keys):
            return Reason.EMPTY
        if len(source) > (corpus.max_characters or self._data.max_characters):
            return Reason.LONG
        if source == target:
            return Reason.SAME
        if not self._in_language(source, target):
            return Reason.LANGUAGE
        least, most = self._data.length_ratio
        floor = least * len(source) if len(source) >= self._data.ratio_from else 0
        if not floor <= len(target) <= most * max(len(source), self._data.ratio_from):
            return Reason.RATIO
        if not self._held_out.isdisjoint(keys):
            return Reason.EVALUATION
        return Reason.DUPLICATE if (source, target) in self._seen else None

    def _in_language(self, source: str, target: str) -> bool:
        for text, facts in ((source, self._source), (target, self._target)):
            if facts.foreign and facts.foreign.search(text):
                return False
            if len(text) > _SHORT and not facts.own.search(text):
                return False
        return True
