"""Measuring terminology and translation quality (docs/decisions/0005-metrics.md)."""

from service.evaluation.bootstrap import RESAMPLES, Interval
from service.evaluation.lookalikes import Injection, LookalikeFile, WrongMatch, read_lookalikes, score_lookalikes
from service.evaluation.pairs import Pair, read_pairs
from service.evaluation.runs import Difference, Evaluation, Part, Scores, evaluate
from service.evaluation.terms import Occurrence, TermScores, score_terms

__all__ = [
    "RESAMPLES", "Difference", "Evaluation", "Injection", "Interval", "LookalikeFile", "Occurrence", "Pair", "Part", "Scores",
    "TermScores", "WrongMatch", "evaluate", "read_lookalikes", "read_pairs", "score_lookalikes", "score_terms",
]  # fmt: skip
