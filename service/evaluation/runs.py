"""Measuring pipelines on parallel text: terminology and quality side by side, usually with the glossary on and off.

Metrics, by the names used throughout: ``term_success``, ``all_constraints``, ``consistency`` (docs/decisions/0005-metrics.md), ``chrf2``,
``bleu`` (sacreBLEU's, with its signatures) and ``broken``, the share of texts with an output that is empty, loops, leaves the source's
script or has an absurd length. All are counted from the texts, and for all runs in the same way.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.evaluation.bootstrap import RESAMPLES, Interval, Numbers, interval, resample
from service.evaluation.pairs import Pair
from service.evaluation.statistics import QualityMetrics, TermStatistics, TextStatistics
from service.evaluation.terms import Occurrence, TermScores, look_up, terms_of, total
from service.evaluation.timing import timed
from service.translation.constraints import Constraint
from service.translation.defects import defects
from service.translation.pipeline import GlossaryMode, Pipeline
from service.translation.result import TermStatus, Translation

_SMALLEST_PART = 10  # texts; fewer say nothing of the spread


@dataclass(frozen=True, slots=True)
class Part:
    """Figures of some of the pairs: those with a term of one domain, counting that domain's terms alone, or those with one tag."""

    pairs: int
    terms: TermScores
    chrf2: float
    bleu: float
    broken: float
    intervals: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything measured of one run.

    ``rungs`` counts segments, ``term_rungs`` occurrences, by the rung that settled them. ``reported_unmet`` is what the run says of itself;
    ``unreported`` counts occurrences that are unmet by the texts and that the run does not report. Both are None where the glossary was
    off. ``seconds_by_rung`` is described in service/evaluation/timing.py.
    """

    terms: TermScores
    chrf2: float
    bleu: float
    broken: float
    seconds: float
    rungs: Mapping[str, int]
    reported_unmet: int | None
    unreported: int | None
    term_rungs: Mapping[str, int]
    seconds_by_rung: Mapping[str, float]
    intervals: Mapping[str, Interval]
    domains: Mapping[str, Part]
    tags: Mapping[str, Part]


@dataclass(frozen=True, slots=True)
class Difference:
    """One run's figure less another's, with the interval of the paired bootstrap."""

    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Runs by name, what they differ by, the terminology figures of the references, and the metrics' signatures.

    ``differences`` holds the first run less each other one, by their names and then by metric.
    """

    pairs: int
    runs: Mapping[str, Scores]
    differences: Mapping[str, Mapping[str, Difference]]
    reference: TermScores
    reference_intervals: Mapping[str, Interval]
    signatures: Mapping[str, str]
    resamples: int


@dataclass(frozen=True)
class _Run:
    """A finished run: what it wrote, what became of each text's terms, and how long it took."""

    pipeline: Pipeline
    translations: Sequence[Translation]
    found: Sequence[tuple[Occurrence, ...]]
    statistics: TextStatistics
    seconds: float
    seconds_by_rung: Mapping[str, float]


def evaluate(pairs: Sequence[Pair], pipelines: Mapping[str, Pipeline], *, resamples: int = RESAMPLES) -> Evaluation:
    """Translate the sources with each pipeline and score them; the first pipeline's terms are what counts in every run."""
    first = next(iter(pipelines.values()))
    metrics = QualityMetrics(first.target.code)
    constraints = [terms_of(pair.source, first) for pair in pairs]
    runs = {name: _run(pairs, pipeline, first, constraints, metrics) for name, pipeline in pipelines.items()}
    references = [look_up(pair.reference, bound) for pair, bound in zip(pairs, constraints, strict=True)]
    reference = TermStatistics.of(references)
    spread = _spread({name: run.statistics for name, run in runs.items()}, metrics, resamples)
    ceiling = _joined([reference.figures(weights) for weights in resample(len(pairs), resamples)])
    return Evaluation(
        len(pairs),
        {name: _scores(pairs, run, spread[name], metrics, resamples) for name, run in runs.items()},
        _differences({name: run.statistics for name, run in runs.items()}, spread, metrics),
        total(references),
        _intervals(ceiling),
        metrics.signatures(),
        resamples,
    )


def _run(
    pairs: Sequence[Pair], pipeline: Pipeline, first: Pipeline, constraints: Sequence[Sequence[Constraint]], metrics: QualityMetrics
) -> _Run:
    measured, clock = timed(pipeline)
    begin = time.perf_counter()
    translations = measured.translate_all([p.source for p in pairs])
    seconds, by_rung = time.perf_counter() - begin, clock.seconds()
    outputs = [t.text for t in translations]
    found = [look_up(output, bound) for output, bound in zip(outputs, constraints, strict=True)]
    broken = np.array([_is_broken(t, first) for t in translations], dtype=np.float64)
    bleu, chrf = metrics.statistics(outputs, [p.reference for p in pairs])
    return _Run(pipeline, translations, found, TextStatistics(TermStatistics.of(found), broken, bleu, chrf), seconds, by_rung)


def _is_broken(translation: Translation, pipeline: Pipeline) -> bool:
    """Judged segment by segment, with the same terms expected in every run."""
    for segment in translation.segments:
        expected = [(c.source_text, c.rendering) for c in terms_of(segment.source, pipeline)]
        if defects(segment.source, segment.target, (pipeline.source, pipeline.target), expected=expected):
            return True
    return False


def _scores(pairs: Sequence[Pair], run: _Run, spread: Mapping[str, Numbers], metrics: QualityMetrics, resamples: int) -> Scores:
    figures = _figures(run.statistics, metrics)
    reports = run.pipeline.mode is not GlossaryMode.OFF and run.pipeline.index is not None
    domains, tags = ({o.domain for text in run.found for o in text}, {tag for pair in pairs for tag in pair.tags})
    return Scores(
        terms=total(run.found),
        chrf2=figures["chrf2"],
        bleu=figures["bleu"],
        broken=figures["broken"],
        seconds=run.seconds,
        rungs=_histogram(s.rung.name.lower() for t in run.translations for s in t.segments if s.source),
        reported_unmet=sum(t.totals()[TermStatus.UNMET] for t in run.translations) if reports else None,
        unreported=sum(map(_unreported, run.found, run.translations)) if reports else None,
        term_rungs=_histogram(use.rung.name.lower() for t in run.translations for use in t.terms),
        seconds_by_rung=run.seconds_by_rung,
        intervals=_intervals(spread),
        domains={domain: _domain_part(run, domain, metrics, resamples) for domain in sorted(domains)},
        tags={tag: _tag_part(pairs, run, tag, metrics, resamples) for tag in sorted(tags)},
    )


def _figures(statistics: TextStatistics, metrics: QualityMetrics) -> dict[str, float]:
    """Every metric of a set as it is, without resampling."""
    whole = np.ones((1, len(statistics.broken)))
    return {metric: float(values[0]) for metric, values in statistics.figures(whole, metrics).items()}


def _unreported(found: Sequence[Occurrence], translation: Translation) -> int:
    counted = Counter(o.concept for o in found if o.rendered is None)
    return (counted - Counter(use.concept or "" for use in translation.terms if use.status is TermStatus.UNMET)).total()


def _domain_part(run: _Run, domain: str, metrics: QualityMetrics, resamples: int) -> Part:
    own = [tuple(o for o in text if o.domain == domain) for text in run.found]
    return _part(run, [place for place, text in enumerate(own) if text], own, metrics, resamples)


def _tag_part(pairs: Sequence[Pair], run: _Run, tag: str, metrics: QualityMetrics, resamples: int) -> Part:
    return _part(run, [place for place, pair in enumerate(pairs) if tag in pair.tags], run.found, metrics, resamples)


def _part(run: _Run, places: Sequence[int], found: Sequence[tuple[Occurrence, ...]], metrics: QualityMetrics, resamples: int) -> Part:
    own = [found[place] for place in places]
    statistics = run.statistics.part(places, TermStatistics.of(own))
    figures = _figures(statistics, metrics)
    spread = _spread({"": statistics}, metrics, resamples)[""] if len(places) >= _SMALLEST_PART else {}
    return Part(len(places), total(own), figures["chrf2"], figures["bleu"], figures["broken"], _intervals(spread))


def _spread(runs: Mapping[str, TextStatistics], metrics: QualityMetrics, resamples: int) -> dict[str, dict[str, Numbers]]:
    """For each run and metric the values in the resamples, which are the same ones for all runs."""
    texts = len(next(iter(runs.values())).broken)
    values: dict[str, list[dict[str, Numbers]]] = defaultdict(list)
    for weights in resample(texts, resamples):
        for name, statistics in runs.items():
            values[name].append(statistics.figures(weights, metrics))
    return {name: _joined(blocks) for name, blocks in values.items()}


def _joined(blocks: Sequence[Mapping[str, Numbers]]) -> dict[str, Numbers]:
    return {metric: np.concatenate([block[metric] for block in blocks]) for metric in blocks[0]}


def _intervals(spread: Mapping[str, Numbers]) -> dict[str, Interval]:
    found = {metric: interval(values) for metric, values in spread.items()}
    return {metric: spanned for metric, spanned in found.items() if spanned}


def _differences(
    runs: Mapping[str, TextStatistics], spread: Mapping[str, Mapping[str, Numbers]], metrics: QualityMetrics
) -> dict[str, dict[str, Difference]]:
    figures = {name: _figures(statistics, metrics) for name, statistics in runs.items()}
    first, *others = runs
    return {
        f"{first} - {other}": {
            metric: Difference(value - figures[other][metric], interval(spread[first][metric] - spread[other][metric]))
            for metric, value in figures[first].items()
            if not np.isnan(value - figures[other][metric])
        }
        for other in others
    }


def _histogram(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
