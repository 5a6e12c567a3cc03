"""``meiyaku evaluate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from glossary.matching import TermIndex
from service.cli.console import print_json
from service.cli.errors import UsageProblem
from service.cli.evaluation_output import evaluation_data, injection_data, show_evaluation, show_injection
from service.cli.inputs import read_input
from service.documents.base import decode_utf8
from service.evaluation import Pair, read_lookalikes, read_pairs, score_lookalikes
from service.evaluation import evaluate as run_evaluation
from service.settings import Settings
from service.translation.intake import IntakeError
from service.translation.pipeline import GlossaryMode, Pipeline
from service.wiring import Application


def evaluate(
    file: Annotated[Path | None, typer.Argument(help="TSV: a source text, its reference translation and, optionally, tags")] = None,
    to: Annotated[str, typer.Option("--to", help="Target language code")] = "en",
    from_: Annotated[str | None, typer.Option("--from", help="Source language code; detected where left out")] = None,
    glossary: Annotated[list[GlossaryMode] | None, typer.Option(help="Runs to compare (may be repeated)")] = None,
    lookalikes: Annotated[Path | None, typer.Option(help="JSON file of texts that seem to hold a term: injection error")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Only the first pairs; 0 takes all")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of tables")] = False,
) -> None:
    """Measure terminology and quality on parallel text, with the glossary on and off side by side.

    Each line of FILE holds a source text and its reference translation, separated by a tab, in either order. A third column may hold tags,
    separated by commas or blanks: figures are broken down by them and by the domains of the terms. Lines that begin with # are left out.

    Figures: term success rate, all-constraints rate, consistency (docs/decisions/0005-metrics.md), chrF2 and BLEU (sacreBLEU, with
    their signatures), broken outputs, unmet terms counted from the texts beside those that the run reports, segments and occurrences by
    rung, and seconds. Intervals are the middle 95 % of 1,000 bootstrap resamples of the texts, always the same ones; the difference of
    two runs is paired. A figure that no text speaks against (1.000) has an interval without width: that is no proof.

    Seconds by rung: "forced" is decoding with a beginning given, "decoded" all other decoding, "other" everything without the model.

    --lookalikes takes a JSON file {"cases": [{"label", "language", "text", "expect": [[start, end, concept]]}]} of texts that hold the
    letters of a term without meaning it; "expect" lists what they do mean; "concepts" may bring the terms. It may be given without FILE.
    """
    if file is None and lookalikes is None:
        raise UsageProblem("there is nothing to measure: give a TSV file, --lookalikes, or both")
    settings = Settings()
    text = _read(file, settings) if file else None
    cases = read_lookalikes(_read(lookalikes, settings)) if lookalikes else None
    application = Application(settings)
    target = application.languages.get(to).code
    data: dict[str, object] = {}
    if file and text is not None:
        pairs = read_pairs(text, target, application.languages)
        pairs = pairs[:limit] if limit else pairs
        pipelines = _pipelines(application, pairs, (from_, target), glossary or [GlossaryMode.ENFORCE, GlossaryMode.OFF])
        result = run_evaluation(pairs, pipelines)
        data.update(evaluation_data(result), signature=asdict(next(iter(pipelines.values())).signature))
        if not as_json:
            show_evaluation(result, file.name)
    if lookalikes and cases:
        injection = score_lookalikes(cases, application.glossary().index, partial(_enforcing, application, target))
        data["lookalikes"] = injection_data(injection)
        if not as_json:
            show_injection(injection, lookalikes.name)
    if as_json:
        print_json(data)


def _read(file: Path, settings: Settings) -> str:
    return decode_utf8(read_input(str(file), settings.max_upload_bytes))[0]


def _pipelines(
    application: Application, pairs: Sequence[Pair], direction: tuple[str | None, str], modes: Sequence[GlossaryMode]
) -> dict[str, Pipeline]:
    """A pipeline for each mode, in the direction that was given or that the source texts show."""
    languages, target = application.languages, application.languages.get(direction[1])
    others = [x.code for x in languages if x.code != target.code]
    source = languages.get(direction[0]) if direction[0] else languages.detect("".join(p.source for p in pairs), others)
    if source is None:
        raise IntakeError("the language of the source texts cannot be told: they have no letters; name it with --from")
    return {mode.value: application.pipeline(source.code, target.code, {"mode": mode}) for mode in modes}


def _enforcing(application: Application, target: str, source: str, index: TermIndex) -> Pipeline | None:
    """A pipeline from a language of the look-alikes with their terms enforced, where a model is installed."""
    if (source, target) not in application.directions():
        return None
    return replace(application.pipeline(source, target, {}), index=index)
