"""Terminology figures, counted from source and target texts alone; the definitions are in docs/decisions/0005-metrics.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.evaluation.pairs import Pair
from service.translation.constraints import Constraint, assign, constrain, rendering_of
from service.translation.pipeline import Pipeline
from service.translation.protection import protected_spans


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term that a source text names. ``rendered`` is the approved term that the target text has for it, None where it has none."""

    concept: str
    domain: str
    approved: str
    rendered: str | None

    @property
    def thing(self) -> tuple[str, str]:
        """What has to be called the same throughout. A concept's abbreviation is a thing of its own beside its full name."""
        return self.concept, self.approved


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


def terms_of(source: str, pipeline: Pipeline) -> list[Constraint]:
    """The terms that a source text names and that have an approved target; addresses, code and the like name nothing."""
    if pipeline.index is None:
        return []
    protected = protected_spans(source)
    hits = [h for h in pipeline.index.find(source, pipeline.domains) if all(h.end <= a or b <= h.start for a, b in protected)]
    return constrain(hits, pipeline.target.code)[0]


def look_up(output: str, constraints: Sequence[Constraint]) -> tuple[Occurrence, ...]:
    """What a target text makes of each term."""
    found = []
    for constraint, span in zip(constraints, assign(output, constraints), strict=True):
        term = rendering_of(output[span[0] : span[1]], constraint) if span else None
        rendered = (term.text if term else output[span[0] : span[1]]) if span else None
        found.append(Occurrence(constraint.concept or "", constraint.domain or "", constraint.rendering, rendered))
    return tuple(found)


def total(texts: Iterable[Sequence[Occurrence]]) -> TermScores:
    """The figures of a set, from the occurrences of each text."""
    occurrences = met = with_terms = all_met = 0
    renderings: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for text in texts:
        rendered = [o for o in text if o.rendered is not None]
        occurrences += len(text)
        met += len(rendered)
        with_terms += bool(text)
        all_met += bool(text) and len(rendered) == len(text)
        for occurrence in rendered:
            renderings[occurrence.thing][str(occurrence.rendered)] += 1
    return TermScores(occurrences, met, with_terms, all_met, _consistency(renderings.values()))


def score_terms(pairs: Sequence[Pair], outputs: Sequence[str], pipeline: Pipeline) -> TermScores:
    """The figures of translations of the pairs' sources, not looking at what a pipeline says of itself."""
    return total(look_up(output, terms_of(pair.source, pipeline)) for pair, output in zip(pairs, outputs, strict=True))


def _consistency(renderings: Iterable[Counter[str]]) -> float | None:
    """Share of rendered occurrences that use their concept's most frequent rendering, over concepts that occur at least twice."""
    repeated = [c for c in renderings if c.total() >= 2]
    occurrences = sum(c.total() for c in repeated)
    return sum(c.most_common(1)[0][1] for c in repeated) / occurrences if occurrences else None
