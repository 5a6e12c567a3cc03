"""What is kept of each text so that every figure can be worked out for any resample of the texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from service.evaluation.bootstrap import Numbers
from service.evaluation.terms import Occurrence

_TOKENIZERS = {"ja": "char", "zh": "zh", "ko": "char"}  # of BLEU; words of other languages are separated by blanks


class QualityMetrics:
    """sacreBLEU's BLEU and chrF2 for one target language, as sums over texts.

    sacreBLEU does its own significance tests from the same per-text statistics, but offers no interval for a difference and no sums over a
    chosen part of the texts; hence the calls of its underscored methods, which a test compares with its public scores.
    """

    def __init__(self, target: str) -> None:
        self._bleu, self._chrf = BLEU(tokenize=_TOKENIZERS.get(target, "13a")), CHRF()

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> tuple[Numbers, Numbers]:
        """What BLEU and chrF2 sum up, one row a text."""
        bleu, chrf = (m._extract_corpus_statistics(list(outputs), [list(references)]) for m in (self._bleu, self._chrf))
        return np.array(bleu, dtype=np.float64), np.array(chrf, dtype=np.float64)

    def bleu(self, sums: Numbers) -> Numbers:
        """BLEU of each row of sums."""
        return np.array([self._bleu._compute_score_from_stats(row).score for row in sums.tolist()])

    def chrf2(self, sums: Numbers) -> Numbers:
        """chrF2 of each row of sums."""
        return np.array([self._chrf._compute_f_score(row) for row in sums.tolist()])

    def signatures(self) -> dict[str, str]:
        """The settings of both, as sacreBLEU writes them; known after the first statistics."""
        return {"BLEU": str(self._bleu.get_signature()), "chrF2": str(self._chrf.get_signature())}


@dataclass(frozen=True)
class TermStatistics:
    """Counts of terms: ``counts`` (texts, 4) holds occurrences, met ones, whether there is any, whether all are met.

    ``renderings`` (texts, renderings) says how often each rendering of a repeated thing is used; the columns of one thing stand together
    and begin at ``starts``.
    """

    counts: Numbers
    renderings: Numbers
    starts: tuple[int, ...]

    @classmethod
    def of(cls, texts: Sequence[Sequence[Occurrence]]) -> TermStatistics:
        """Count the occurrences of each text."""
        counts = [(len(t), sum(o.rendered is not None for o in t), bool(t), bool(t) and all(o.rendered for o in t)) for t in texts]
        used: dict[tuple[str, str], dict[str, int]] = {}
        times: dict[tuple[str, str], int] = {}
        for occurrence in (o for text in texts for o in text if o.rendered is not None):
            used.setdefault(occurrence.thing, {}).setdefault(str(occurrence.rendered), 0)
            times[occurrence.thing] = times.get(occurrence.thing, 0) + 1
        repeated = [thing for thing in used if times[thing] >= 2]
        columns = {key: place for place, key in enumerate((thing, word) for thing in repeated for word in used[thing])}
        renderings = np.zeros((len(texts), len(columns)))
        for row, text in enumerate(texts):
            for occurrence in text:
                column = columns.get((occurrence.thing, str(occurrence.rendered)))
                if column is not None and occurrence.rendered is not None:
                    renderings[row, column] += 1
        starts = tuple(columns[thing, next(iter(used[thing]))] for thing in repeated)
        return cls(np.array(counts, dtype=np.float64).reshape(len(texts), 4), renderings, starts)

    def figures(self, weights: Numbers) -> dict[str, Numbers]:
        """Rates for each row of weights, NaN where there is nothing to take a share of."""
        occurrences, met, with_terms, all_met = (weights @ self.counts).T
        return {
            "term_success": share(met, occurrences),
            "all_constraints": share(all_met, with_terms),
            "consistency": self._consistency(weights),
        }

    def _consistency(self, weights: Numbers) -> Numbers:
        if not self.starts:
            return np.full(len(weights), np.nan)
        used = weights @ self.renderings
        most, times = np.maximum.reduceat(used, self.starts, axis=1), np.add.reduceat(used, self.starts, axis=1)
        repeated = times >= 2
        return share((most * repeated).sum(axis=1), (times * repeated).sum(axis=1))


@dataclass(frozen=True)
class TextStatistics:
    """Everything of one run: terms, whether each text is broken, and what BLEU and chrF2 sum up."""

    terms: TermStatistics
    broken: Numbers
    bleu: Numbers
    chrf: Numbers

    def figures(self, weights: Numbers, metrics: QualityMetrics) -> dict[str, Numbers]:
        """Every metric for each row of weights (resamples, texts)."""
        return {
            **self.terms.figures(weights),
            "chrf2": metrics.chrf2(weights @ self.chrf),
            "bleu": metrics.bleu(weights @ self.bleu),
            "broken": share(weights @ self.broken, weights.sum(axis=1)),
        }

    def part(self, places: Sequence[int], terms: TermStatistics) -> TextStatistics:
        """Some of the texts, with the terms that are to be counted in them."""
        rows = np.array(places, dtype=np.intp)
        return TextStatistics(terms, self.broken[rows], self.bleu[rows], self.chrf[rows])


def share(part: Numbers, whole: Numbers) -> Numbers:
    """Part of whole, NaN where the whole is nothing."""
    rates: Numbers = np.full(len(part), np.nan)
    np.divide(part, whole, out=rates, where=whole > 0)
    return rates
