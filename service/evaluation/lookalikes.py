"""Injection error: terms seen, and written into a translation, where the text does not mean them.

A case file is JSON: ``{"cases": [{"label", "language", "text", "expect": [[start, end, concept id], ...]}, ...]}`` with the terms that the
text does mean, often none; and ``"concepts"`` in the form of a termbase file, where the cases bring their own.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from glossary.curated import read_concept
from glossary.errors import GlossaryDataError
from glossary.matching import TermIndex
from glossary.terms import Concept
from service.evaluation.bootstrap import Interval
from service.translation.intake import IntakeError
from service.translation.pipeline import Pipeline
from service.translation.result import TermStatus

_UNUSED: Mapping[str, Any] = {"pos": "noun", "definition": {}, "sources": []}  # what a case's concept may leave out
Place = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A text with the places (start, end, concept id) that mean a term."""

    label: str
    language: str
    text: str
    expect: frozenset[Place]


@dataclass(frozen=True, slots=True)
class LookalikeFile:
    """Cases, and the concepts that they are about; None where it is the termbase in use."""

    cases: tuple[Lookalike, ...]
    concepts: tuple[Concept, ...] | None


@dataclass(frozen=True, slots=True)
class WrongMatch:
    """A term that was seen where the text does not mean it.

    ``injected``: whether a translation has its rendering; None where no model translates from that language.
    """

    label: str
    concept: str
    text: str
    injected: bool | None


@dataclass(frozen=True, slots=True)
class Injection:
    """Figures over a file of cases. ``missed`` counts terms that the texts mean and that were not seen."""

    cases: int
    languages: Mapping[str, int]
    wrong: tuple[WrongMatch, ...]
    missed: int

    @property
    def matched_wrongly(self) -> int:
        """Cases in which a term was seen that is not meant."""
        return len({match.label for match in self.wrong})

    @property
    def injected(self) -> int:
        """Those of them whose translation has the term; where no model could be asked, the match counts."""
        return len({match.label for match in self.wrong if match.injected is not False})

    @property
    def injection_error(self) -> float:
        """Cases with an injected term, of all."""
        return self.injected / self.cases

    @property
    def interval(self) -> Interval:
        """Wilson's 95 % interval: cases are single trials, and a bootstrap of none in n would say that there can be none."""
        return wilson(self.injected, self.cases)


def read_lookalikes(text: str) -> LookalikeFile:
    """Parse a case file. Raises IntakeError, naming the case that cannot be used."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or not isinstance(data.get("cases"), list) or not data["cases"]:
            raise IntakeError('the look-alikes must be a JSON object with a list of "cases"')
        concepts = tuple(read_concept({**_UNUSED, **c}, "look-alikes", {}) for c in data["concepts"]) if "concepts" in data else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, GlossaryDataError) as exc:
        raise IntakeError(f"the look-alikes cannot be read: {exc or type(exc).__name__}") from exc
    cases = tuple(_case(number, item) for number, item in enumerate(data["cases"], 1))
    twice = [label for label, times in Counter(case.label for case in cases).items() if times > 1]
    if twice:
        raise IntakeError(f"two cases have the label {twice[0]!r}")
    return LookalikeFile(cases, concepts)


def _case(number: int, item: Any) -> Lookalike:
    try:
        label, language, text = (item[key] for key in ("label", "language", "text"))
        if not all(isinstance(value, str) and value for value in (label, language, text)):
            raise ValueError("label, language and text must be texts")
        expect = frozenset((int(start), int(end), str(concept)) for start, end, concept in item["expect"])
    except (KeyError, TypeError, ValueError) as exc:
        raise IntakeError(f'case {number} cannot be used: it needs "label", "language", "text" and "expect" ({exc})') from exc
    return Lookalike(label, language, text, expect)


def score_lookalikes(
    file: LookalikeFile, index_of: Callable[[str], TermIndex], pipeline_of: Callable[[str, TermIndex], Pipeline | None]
) -> Injection:
    """Look for terms in every text; translate the texts in which one is seen that is not meant.

    Args:
        file: the cases.
        index_of: the terms of a language, for files that bring no concepts.
        pipeline_of: a pipeline that translates from a language and enforces the given terms, or None where there is none.
    """
    wrong: list[WrongMatch] = []
    missed = 0
    languages = Counter(case.language for case in file.cases)
    for language in sorted(languages):
        index = index_of(language) if file.concepts is None else TermIndex(file.concepts, language)
        seen: list[tuple[Lookalike, set[Place]]] = []
        for case in file.cases:
            if case.language == language:
                hits = {(hit.start, hit.end, hit.concept.id) for hit in index.find(case.text)}
                missed += len(case.expect - hits)
                if hits - case.expect:
                    seen.append((case, hits - case.expect))
        wrong.extend(_wrong_matches(seen, pipeline_of(language, index) if seen else None))
    return Injection(len(file.cases), dict(sorted(languages.items())), tuple(wrong), missed)


def _wrong_matches(seen: Sequence[tuple[Lookalike, set[Place]]], pipeline: Pipeline | None) -> list[WrongMatch]:
    written = _written([case.text for case, _ in seen], pipeline) if pipeline else None
    return [
        WrongMatch(case.label, place[2], case.text[place[0] : place[1]], place in written[number] if written is not None else None)
        for number, (case, places) in enumerate(seen)
        for place in sorted(places)
    ]


def _written(texts: Sequence[str], pipeline: Pipeline) -> list[set[Place]]:
    """For each text the terms whose rendering is in its translation."""
    found: list[set[Place]] = []
    for translation in pipeline.translate_all(texts):
        places: set[Place] = set()
        offset = 0
        for segment in translation.segments:
            for use in segment.terms:
                if use.concept and use.status is not TermStatus.UNMET:
                    places.add((use.source_span[0] + offset, use.source_span[1] + offset, use.concept))
            offset += len(segment.source) + segment.source_gap
        found.append(places)
    return found


def wilson(successes: int, trials: int) -> Interval:
    """Wilson's 95 % score interval of a proportion (Wilson 1927)."""
    z = NormalDist().inv_cdf(0.975)
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return Interval(max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale))
