"""``meiyaku models evaluate``, and what it writes into a model's card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from models.card import CARD, with_scores
from models.catalogue import Catalogue, ModelEntry
from models.engine import EngineSignature
from models.errors import ModelFileError
from models.loading import load_engine
from service.cli.console import err, out, print_json
from service.cli.errors import UsageProblem
from service.cli.inputs import check_output
from service.cli.model_scores import Meter, SetScores, read_set
from service.evaluation import TermScores
from service.jobs.files import write_atomically
from service.settings import Settings
from service.translation.pipeline import GlossaryMode
from service.wiring import Application

_ALONE = ("pairs", "BLEU", "chrF2", "broken", "odd length", "term success", "all-constraints", "consistency")
_ENFORCED = ("term occurrences", "term success", "all-constraints", "consistency", "BLEU", "chrF2", "broken or odd length")

_EXCHANGED = ", from its second column to its first"


def evaluate(
    model_id: Annotated[str, typer.Argument(help="Id of an installed model")],
    files: Annotated[list[Path], typer.Argument(help="TSV files: a text and its translation a line, in either order")],
    glossary: Annotated[bool, typer.Option(help="Measure with the glossary enforced, too")] = True,
    beam: Annotated[int, typer.Option(min=1, max=32, help="Width of the beam search for the model by itself")] = 4,
    limit: Annotated[int, typer.Option(min=0, help="Only the first pairs of each set; 0 takes all")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of tables")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the scores into the model's card, in place of earlier ones")] = False,
) -> None:
    """BLEU, chrF2, terms and broken outputs of one model on parallel text, by itself and with the glossary enforced."""
    if write and limit:
        raise UsageProblem("a card holds the scores of whole sets: leave out --limit or --write")
    settings = Settings()
    entry = Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests).get(model_id)
    engine = load_engine(entry, kind=settings.engine, compute_type=settings.compute_type, threads=settings.threads)
    application = Application(settings, engines={(entry.source, entry.target): engine})
    sets = [read_set(f, entry, application.languages, settings.max_upload_bytes, limit) for f in files]
    card = entry.directory / CARD
    before = _read_card(card) if write else ""
    if entry.warning:
        err.print(f"warning: {entry.id}: {entry.warning}", style="yellow", markup=False)
    pipeline = application.pipeline(entry.source, entry.target, {"mode": GlossaryMode.ENFORCE})
    meter = Meter(engine, pipeline, beam=beam, glossary=glossary)
    scores = [meter.measure(s) for s in sets]
    if write:
        section = card_section(scores, meter.signatures(), engine.signature, beam)
        write_atomically(card, with_scores(before, section, title=entry.title).encode())
        err.print(f"the scores are in {card}", markup=False)
    if as_json:
        made_by = {"model": entry.id, "signature": asdict(engine.signature), "beam": beam, "metrics": meter.signatures()}
        print_json({**made_by, "sets": [_plain(s) for s in scores]})
    else:
        _print(scores, entry, meter.signatures())


def card_section(scores: Sequence[SetScores], metrics: dict[str, str], engine: EngineSignature, beam: int) -> str:
    """The section of a card in Markdown. It has no date: the same model on the same sets gives the same bytes."""
    parts = [
        f"Measured by `meiyaku models evaluate`: `{engine.model}`, files `{engine.digest[:16]}`, {engine.engine} {engine.compute}, "
        f"beam {beam}.",
        "The model by itself, one decoding a text. \"Broken\" outputs repeat, copy the source, leave its script in place or are empty.",
        _markdown(("set", *_ALONE), ([s.text.name, *_alone(s)] for s in scores)),
    ]  # fmt: skip
    if any(s.enforced for s in scores):
        parts += [
            "With the glossary enforced:",
            _markdown(("set", *_ENFORCED), ([s.text.name, *_enforced(s)] for s in scores)),
        ]
    parts += [
        "The reference translations:",
        _markdown(("set", *_ENFORCED[:4]), ([s.text.name, str(s.reference.occurrences), *_terms(s.reference)] for s in scores)),
        "\n".join(f"- `{s.text.name}`{_EXCHANGED if s.text.exchanged else ''}: SHA-256 `{s.text.sha256}`" for s in scores),
        "\n".join(f"- {name}: `{signature}`" for name, signature in metrics.items()),
    ]
    return "\n\n".join(parts)


def _read_card(path: Path) -> str:
    """The present card, checked before an hour of measuring: it can be read and written, and its marks are in order."""
    check_output(path)
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as exc:
        raise ModelFileError(f"the model card {path} cannot be read: {exc}") from exc
    with_scores(text, "", title="")
    return text


def _print(scores: Sequence[SetScores], entry: ModelEntry, metrics: dict[str, str]) -> None:
    out.print(_table(f"{entry.id} by itself", _ALONE, {s.text.name: _alone(s) for s in scores}))
    if any(s.enforced for s in scores):
        out.print(_table("with the glossary enforced", _ENFORCED, {s.text.name: _enforced(s) for s in scores}))
    for name, signature in metrics.items():
        out.print(f"{name}: {signature}", style="dim", markup=False)


def _table(title: str, headings: Sequence[str], rows: dict[str, list[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("set", overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="right", overflow="fold")
    for name, cells in rows.items():
        table.add_row(name, *cells)
    return table


def _alone(s: SetScores) -> list[str]:
    quality = [f"{s.bleu:.1f}", f"{s.chrf2:.1f}", f"{s.broken:.1%}", f"{s.odd_length:.1%}"]
    return [str(len(s.text.pairs)), *quality, *_terms(s.terms)]


def _enforced(s: SetScores) -> list[str]:
    if s.enforced is None:
        return [str(s.terms.occurrences)]
    run = s.enforced
    return [str(s.terms.occurrences), *_terms(run.terms), f"{run.bleu:.1f}", f"{run.chrf2:.1f}", f"{run.broken:.1%}"]


def _terms(terms: TermScores) -> list[str]:
    rates = (terms.term_success, terms.all_constraints, terms.consistency)
    return ["–" if rate is None else f"{rate:.3f}" for rate in rates]


def _plain(s: SetScores) -> dict[str, object]:
    enforced = None
    if s.enforced:
        enforced = {**_rates(s.enforced.terms), "bleu": s.enforced.bleu, "chrf2": s.enforced.chrf2, "broken": s.enforced.broken}
    return {
        "name": s.text.name, "sha256": s.text.sha256, "pairs": len(s.text.pairs), "exchanged": s.text.exchanged,
        "bleu": s.bleu, "chrf2": s.chrf2, "broken": s.broken, "odd_length": s.odd_length,
        **_rates(s.terms), "enforced": enforced, "reference": _rates(s.reference),
    }  # fmt: skip


def _rates(terms: TermScores) -> dict[str, float | None]:
    return {
        "term_occurrences": terms.occurrences, "term_success": terms.term_success,
        "all_constraints": terms.all_constraints, "consistency": terms.consistency,
    }  # fmt: skip


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
