"""``meiyaku terms import`` and ``export``."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from glossary.collections import ensure_collection
from glossary.differences import differences
from glossary.exchange import ExportChoice, export_concepts
from glossary.importing import ImportPlan, apply_import, plan_import
from glossary.interchange.base import InterchangeOptions
from glossary.interchange.registry import FORMATS, detect, format_named
from service.api.exchange import described
from service.cli.console import err, out
from service.cli.errors import UsageProblem
from service.cli.inputs import check_output, read_input
from service.cli.termbase import ReasonOption, change
from service.settings import Settings
from service.wiring import Application

app = typer.Typer(rich_markup_mode=None)
_MAX_SHOWN = 50
_FORMATS = ", ".join(FORMATS)
FormatOption = Annotated[str | None, typer.Option("--format", help=f"One of {_FORMATS}; told from the file where left out")]
SourceOption = Annotated[str, typer.Option("--source", help="Language of the first column of a file that does not say")]
TargetOption = Annotated[str, typer.Option("--target", help="Language of the second column")]


@app.command("import")
def import_terms(
    file: Annotated[str, typer.Argument(help="A terminology file; - reads standard input")],
    collection: Annotated[str, typer.Option(help="The collection that the concepts go into; made where there is none")],
    format_name: FormatOption = None,
    source: SourceOption = "ja",
    target: TargetOption = "en",
    domain: Annotated[str, typer.Option(help="Domain of concepts whose file names none")] = "imported",
    encoding: Annotated[str | None, typer.Option(help="Encoding of a text file whose bytes do not tell")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change")] = False,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="Import the good rows even though there are bad ones")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Delete concepts that the file does not have")] = False,
    reason: ReasonOption = None,
) -> None:
    """Read a terminology file into a collection of your own: all of it or, where a row is bad, nothing."""
    settings = Settings()
    stream = _opened(file, settings)
    application = Application(settings)
    languages = application.languages
    options = InterchangeOptions(languages.get(source).code, languages.get(target).code, domain, encoding)
    chosen = format_named(format_name) if format_name else None
    if chosen is None:
        chosen, options = detect(stream, file, options)
    by = change(reason)
    with stream, application.sessions() as session:
        ensure_collection(session, collection, by)  # kept only where the import goes through
        plan = plan_import(session, collection, chosen.read(stream, options), replace_all=replace)
        for row in plan.rejected[:_MAX_SHOWN]:
            err.print(f"{file}: {described(row)}", markup=False, style="red")
        _show(plan, dry_run=dry_run)
        if plan.rejected and not (skip_bad_rows or dry_run):
            raise UsageProblem(f"{file}: {len(plan.rejected)} bad rows; nothing was imported. Mend them, or give --skip-bad-rows")
        if not dry_run:
            apply_import(session, plan, by)
            session.commit()


@app.command("export")
def export_terms(
    file: Annotated[str, typer.Argument(help="Where to write; - writes to standard output")] = "-",
    format_name: Annotated[str, typer.Option("--format", help=f"One of {_FORMATS}")] = "meiyaku-csv",
    collection: Annotated[list[str] | None, typer.Option(help="Only this collection (may be given several times)")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="Only this domain (may be given several times)")] = None,
    source: SourceOption = "ja",
    target: TargetOption = "en",
    bom: Annotated[bool, typer.Option("--bom", help="Begin a CSV file with a byte order mark, for Excel")] = False,
) -> None:
    """Write concepts to a terminology file."""
    chosen = format_named(format_name)
    if file != "-":
        check_output(Path(file))
    application = Application(Settings())
    languages = application.languages
    options = InterchangeOptions(languages.get(source).code, languages.get(target).code, byte_order_mark=bom)
    with application.sessions() as session:
        concepts = export_concepts(session, ExportChoice(tuple(collection or ()), tuple(domain or ())))
        if file == "-":
            chosen.write(concepts, sys.stdout.buffer, options)
            sys.stdout.buffer.flush()
            return
        partial = Path(f"{file}.partial")
        with partial.open("wb") as stream:
            chosen.write(concepts, stream, options)
        partial.replace(file)
    err.print(f"{file}: written as {chosen.name}", markup=False)


def _opened(file: str, settings: Settings) -> BinaryIO:
    if file == "-":
        return BytesIO(read_input(file, settings.max_upload_bytes))
    try:
        return Path(file).open("rb")
    except OSError as exc:
        raise UsageProblem(f"{file} cannot be read: {exc.strerror}") from exc


def _show(plan: ImportPlan, *, dry_run: bool) -> None:
    for concept in plan.created[: _MAX_SHOWN if dry_run else 0]:
        out.print(f"+ {concept.id}: {', '.join(t.text for t in concept.terms)}", markup=False, style="green")
    for after, before in plan.updated[: _MAX_SHOWN if dry_run else 0]:
        out.print(f"~ {after.id}", markup=False, style="yellow")
        for difference in differences(before, after):
            out.print(f"    {difference.field}: {difference.before!r} → {difference.after!r}", markup=False)
    for concept in plan.deleted[: _MAX_SHOWN if dry_run else 0]:
        out.print(f"- {concept.id}", markup=False, style="red")
    out.print(
        f"{len(plan.created)} created, {len(plan.updated)} changed, {len(plan.deleted)} deleted, {plan.unchanged} unchanged, "
        f"{len(plan.rejected)} bad rows" + ("; nothing was written (--dry-run)" if dry_run else ""),
        markup=False,
    )
