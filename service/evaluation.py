"""Measuring a pipeline on parallel text: terminology and quality side by side, with the glossary on and off.

Occurrence, term success rate, all-constraints rate and consistency are defined in docs/decisions/0005-metrics.md; chrF2 and BLEU are
sacreBLEU's, with its signatures.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from service.translation.constraints import assign, constrain, rendering_of
from service.translation.intake import IntakeError
from service.translation.languages import Languages
from service.translation.pipeline import Pipeline
from service.translation.result import FindingKind

_BROKEN = {FindingKind.EMPTY, FindingKind.REPETITION, FindingKind.UNTRANSLATED, FindingKind.LENGTH}


@dataclass(frozen=True, slots=True)
class Pair:
    """A source text and its reference translation."""

    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class TermScores:
    """Terminology figures of a set of translations. Rates are None where nothing was to be rendered."""

    occurrences: int
    met: int
    segments_with_terms: int
    segments_all_met: int
    consistency: float | None

    @property
    def term_success(self) -> float | None:
        """Occurrences rendered by an approved target, of all."""
        return self.met / self.occurrences if self.occurrences else None

    @property
    def all_constraints(self) -> float | None:
        """Texts with every occurrence rendered, of those with any."""
        return self.segments_all_met / self.segments_with_terms if self.segments_with_terms else None


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything measured of one run."""

    terms: TermScores
    chrf2: float
    bleu: float
    broken: float
    seconds: float
    rungs: dict[str, int]
    reported_unmet: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Runs by name, the terminology figures of the references, and the metrics' signatures."""

    pairs: int
    runs: dict[str, Scores]
    reference: TermScores
    signatures: dict[str, str]


def read_pairs(text: str, target: str, languages: Languages) -> list[Pair]:
    """Pairs of a two-column TSV; the column whose text is in the target language holds the references.

    Raises:
        IntakeError: a line has no two columns, or neither column is in the target language.
    """
    into = languages.get(target)
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.split("\t")
        if len(columns) < 2 or not columns[0].strip() or not columns[1].strip():
            raise IntakeError(f"line {number} does not have two columns with text, separated by a tab")
        rows.append((columns[0], columns[1]))
    if not rows:
        raise IntakeError("the file holds no pairs")
    votes = Counter(column for row in rows[:200] for column in (0, 1) if languages.detect(row[column]) == into)
    if not votes:
        raise IntakeError(f"neither column is {into.name}; name the right target language")
    reference = votes.most_common(1)[0][0]
    return [Pair(row[1 - reference], row[reference]) for row in rows]


def evaluate(pairs: Sequence[Pair], pipelines: dict[str, Pipeline]) -> Evaluation:
    """Translate the sources with each pipeline and score them; the first pipeline's terms are what counts in every run."""
    first = next(iter(pipelines.values()))
    tokenizer = {"ja": "char", "zh": "zh", "ko": "char"}.get(first.target.code, "13a")
    bleu, chrf = BLEU(tokenize=tokenizer, effective_order=False), CHRF()
    references = [p.reference for p in pairs]
    runs: dict[str, Scores] = {}
    for name, pipeline in pipelines.items():
        begin = time.perf_counter()
        translations = pipeline.translate_all([p.source for p in pairs])
        seconds = time.perf_counter() - begin
        outputs = [t.text for t in translations]
        runs[name] = Scores(
            score_terms(pairs, outputs, first),
            chrf.corpus_score(outputs, [references]).score,
            bleu.corpus_score(outputs, [references]).score,
            sum(any(f.kind in _BROKEN for f in t.findings) for t in translations) / len(pairs),
            seconds,
            dict(Counter(s.rung.name.lower() for t in translations for s in t.segments if s.source)),
            sum(t.totals()["unmet"] for t in translations),
        )
    signatures = {"BLEU": str(bleu.get_signature()), "chrF2": str(chrf.get_signature())}
    return Evaluation(len(pairs), runs, score_terms(pairs, references, first), signatures)


def score_terms(pairs: Sequence[Pair], outputs: Sequence[str], pipeline: Pipeline) -> TermScores:
    """Count occurrences and renditions from the texts alone, not from what a pipeline says of itself."""
    occurrences = met = with_terms = all_met = 0
    renderings: dict[str, Counter[str]] = defaultdict(Counter)
    for pair, output in zip(pairs, outputs, strict=True):
        if pipeline.index is None:
            break
        constraints, _ = constrain(pipeline.index.find(pair.source, pipeline.domains), pipeline.target.code)
        spans = assign(output, constraints)
        occurrences += len(constraints)
        found = sum(span is not None for span in spans)
        met += found
        with_terms += bool(constraints)
        all_met += bool(constraints) and found == len(constraints)
        for constraint, span in zip(constraints, spans, strict=True):
            term = rendering_of(output[span[0] : span[1]], constraint) if span else None
            if term is not None and constraint.concept:
                renderings[f"{constraint.concept}/{constraint.rendering}"][term.text] += 1
    return TermScores(occurrences, met, with_terms, all_met, _consistency(renderings))


def _consistency(renderings: dict[str, Counter[str]]) -> float | None:
    """Share of occurrences that use their concept's most frequent rendering, over concepts that occur at least twice."""
    repeated = [c for c in renderings.values() if c.total() >= 2]
    total = sum(c.total() for c in repeated)
    return sum(c.most_common(1)[0][1] for c in repeated) / total if total else None
