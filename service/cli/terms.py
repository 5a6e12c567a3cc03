"""``meiyaku terms``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from glossary.checks import check_termbase
from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.search import SearchMode, search
from glossary.terms import Concept
from service.api.concepts import concept_json
from service.cli.console import out, print_json
from service.cli.errors import UsageProblem
from service.cli.inputs import read_input
from service.documents.base import decode_utf8
from service.settings import Settings
from service.translation.intake import IntakeError, check_text
from service.wiring import Application

app = typer.Typer(no_args_is_help=True, help="Look terms up, find them in a text, check the termbase.", rich_markup_mode=None)


@app.command()
def lookup(
    text: Annotated[str, typer.Argument(help="A term, a variant or a reading")],
    exact: Annotated[bool, typer.Option("--exact", help="Whole terms only")] = False,
    prefix: Annotated[bool, typer.Option("--prefix", help="Terms that begin so")] = False,
    fuzzy: Annotated[bool, typer.Option("--fuzzy", help="Terms that look alike")] = False,
    language: Annotated[str | None, typer.Option(help="Only terms of this language")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many concepts")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False,
) -> None:
    """Concepts whose terms match, with definitions and sources. Without an option, terms that contain the text."""
    chosen = [mode for mode, on in ((SearchMode.EXACT, exact), (SearchMode.PREFIX, prefix), (SearchMode.FUZZY, fuzzy)) if on]
    if len(chosen) > 1:
        raise UsageProblem("choose one of --exact, --prefix and --fuzzy")
    if not text.strip():
        raise UsageProblem("the text to look up is empty")
    application = Application(Settings())
    code = application.languages.get(language).code if language else None
    with application.sessions() as session:
        found = search(session, text, mode=chosen[0] if chosen else SearchMode.SUBSTRING, language=code, limit=limit)
    if as_json:
        print_json([{**concept_json(r.concept), "score": r.score} for r in found])
    elif found:
        for result in found:
            out.print(concept_table(result.concept))
    else:
        out.print(f"no term matches {text!r}")


@app.command()
def annotate(
    file: Annotated[str, typer.Argument(help="A text file; - reads standard input")] = "-",
    language: Annotated[str | None, typer.Option(help="Language of the text; detected where left out")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False,
) -> None:
    """Every term of a text with its place and its renderings."""
    settings = Settings()
    text, _ = decode_utf8(read_input(file, settings.max_upload_bytes))
    check_text(text, settings.max_text_characters)
    application = Application(settings)
    found = application.languages.get(language) if language else application.languages.detect(text)
    if found is None:
        raise IntakeError("the language of the text cannot be told: it has no letters; name it with --language")
    hits = application.glossary().index(found.code).find(text)
    rows = [
        (h, {x.code: t.text for x in application.languages if x.code != found.code and (t := h.concept.rendering(h.term, x.code))})
        for h in hits
    ]
    if as_json:
        print_json([
            {"span": [h.start, h.end], "text": h.text, "concept": h.concept.id, "domain": h.concept.domain, "renderings": renderings}
            for h, renderings in rows
        ])  # fmt: skip
        return
    table = Table(title=f"{len(rows)} term occurrences", title_justify="left")
    for heading in ("place", "term", "rendering", "concept"):
        table.add_column(heading, overflow="fold")
    for h, renderings in rows:
        table.add_row(f"{h.start}–{h.end}", h.text, ", ".join(f"{code}: {text}" for code, text in renderings.items()), h.concept.id)
    out.print(table)


@app.command()
def check(
    directory: Annotated[Path | None, typer.Argument(help="Folder of termbase files; the bundled one where left out")] = None,
) -> None:
    """Check the curated termbase files; exit code 1 where a rule is broken."""
    termbase = read_termbase(directory or CURATED_DIRECTORY)
    problems = check_termbase(termbase)
    for problem in problems:
        out.print(problem, markup=False)
    out.print(f"{len(termbase.concepts)} concepts in {len(termbase.domains)} domains: {len(problems)} problems")
    raise typer.Exit(1 if problems else 0)


def concept_table(concept: Concept) -> Table:
    """A concept for people."""
    table = Table(title=f"{concept.id} · {concept.domain}", title_justify="left", show_header=False, box=None, padding=(0, 2, 0, 0))
    for term in concept.terms:
        style = "green" if term.status.value == "preferred" else "red" if not term.status.approved else ""
        table.add_row(term.language, Text(term.text, style=style), term.status.value, term.reading or "")
    for language, definition in concept.definitions.items():
        table.add_row("", Text(definition, style="dim"), f"definition ({language})", "")
    for source in concept.sources:
        table.add_row("", Text(f"{source.publisher}: {source.title}", style="dim"), "source", "")
    if concept.note:
        table.add_row("", Text(concept.note, style="dim italic"), "note", "")
    return table
