"""``meiyaku evaluate``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.cli.console import out, print_json
from service.cli.inputs import read_input
from service.documents.base import decode_utf8
from service.evaluation import Evaluation, TermScores, read_pairs
from service.evaluation import evaluate as run_evaluation
from service.settings import Settings
from service.translation.intake import IntakeError
from service.translation.pipeline import GlossaryMode
from service.wiring import Application


def evaluate(
    file: Annotated[Path, typer.Argument(help="TSV: a source text and its reference translation a line")],
    to: Annotated[str, typer.Option("--to", help="Target language code")] = "en",
    from_: Annotated[str | None, typer.Option("--from", help="Source language code; detected where left out")] = None,
    glossary: Annotated[list[GlossaryMode] | None, typer.Option(help="Runs to compare (may be repeated)")] = None,
    limit: Annotated[int, typer.Option(min=0, help="Only the first pairs; 0 takes all")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False,
) -> None:
    """Term success, all-constraints rate, consistency, chrF2 and BLEU on parallel text, with the glossary on and off side by side."""
    settings = Settings()
    text, _ = decode_utf8(read_input(str(file), settings.max_upload_bytes))
    application = Application(settings)
    pairs = read_pairs(text, to, application.languages)
    pairs = pairs[:limit] if limit else pairs
    target = application.languages.get(to)
    others = [x.code for x in application.languages if x.code != target.code]
    source = application.languages.get(from_) if from_ else application.languages.detect("".join(p.source for p in pairs), others)
    if source is None:
        raise IntakeError("the language of the source texts cannot be told: they have no letters; name it with --from")
    modes = glossary or [GlossaryMode.ENFORCE, GlossaryMode.OFF]
    pipelines = {m.value: application.pipeline(source.code, target.code, {"mode": m}) for m in modes}
    result = run_evaluation(pairs, pipelines)
    if as_json:
        print_json({**_json(result), "signature": asdict(next(iter(pipelines.values())).signature)})
    else:
        out.print(_table(result, file.name))
        for name, signature in result.signatures.items():
            out.print(f"{name}: {signature}", style="dim", markup=False)


def _json(result: Evaluation) -> dict[str, object]:
    """The evaluation as plain data, with the rates that are worked out from its counts."""
    data = asdict(result)
    for place, terms in [(data["reference"], result.reference), *((data["runs"][n]["terms"], s.terms) for n, s in result.runs.items())]:
        place.update(term_success=terms.term_success, all_constraints=terms.all_constraints)
    return data


def _table(result: Evaluation, name: str) -> Table:
    table = Table(title=f"{name}: {result.pairs} pairs, {result.reference.occurrences} term occurrences", title_justify="left")
    table.add_column("")
    for run in result.runs:
        table.add_column(f"glossary {run}", justify="right")
    table.add_column("reference", justify="right")
    scores = list(result.runs.values())
    rows: list[tuple[str, list[str], str]] = [
        ("term success rate", [_rate(s.terms.term_success) for s in scores], _rate(result.reference.term_success)),
        ("all-constraints rate", [_rate(s.terms.all_constraints) for s in scores], _rate(result.reference.all_constraints)),
        ("consistency", [_rate(s.terms.consistency) for s in scores], _rate(result.reference.consistency)),
        ("unmet occurrences", [_unmet(s.terms) for s in scores], _unmet(result.reference)),
        ("chrF2", [f"{s.chrf2:.1f}" for s in scores], ""),
        ("BLEU", [f"{s.bleu:.1f}" for s in scores], ""),
        ("broken outputs", [f"{s.broken:.1%}" for s in scores], ""),
        ("seconds", [f"{s.seconds:.1f}" for s in scores], ""),
    ]
    rungs = list(dict.fromkeys(r for s in scores for r in s.rungs))
    rows.extend((f"rung {r}", [str(s.rungs.get(r, 0)) for s in scores], "") for r in sorted(rungs))
    for label, values, reference in rows:
        table.add_row(label, *values, reference)
    return table


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _unmet(scores: TermScores) -> str:
    return str(scores.occurrences - scores.met)
