"""``meiyaku translate``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.console import coloured, err, out, term_table, totals_line
from service.cli.errors import UsageProblem
from service.cli.inputs import check_output, read_input
from service.documents.registry import Format, format_of, parse, supported
from service.jobs.files import write_atomically
from service.reporting.html_report import html_report
from service.reporting.json_report import document_report
from service.settings import Settings
from service.translation.intake import check_text, choose_direction
from service.translation.pipeline import GlossaryMode
from service.translation.result import Finding, Translation
from service.wiring import Application


def translate(
    file: Annotated[str, typer.Argument(help="A text or Markdown file; - reads standard input")] = "-",
    to: Annotated[str, typer.Option("--to", help="Target language code")] = "en",
    from_: Annotated[str | None, typer.Option("--from", help="Source language code; detected where it is left out")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write the translation here instead of standard output")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a report of every term here: a page (.html) or JSON")] = None,
    document_format: Annotated[Format | None, typer.Option("--format", help="Format of the input; told by its name where left out")] = None,
    glossary: Annotated[GlossaryMode, typer.Option(help="What the termbase does")] = GlossaryMode.ENFORCE,
    domain: Annotated[list[str] | None, typer.Option(help="Domain that wins where characters name several concepts")] = None,
    terms: Annotated[bool, typer.Option("--terms", help="Print a table of the terms on standard error")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when there are findings")] = False,
) -> None:
    """Translate one document, keep its layout, and say what became of each term."""
    settings = Settings()
    if Path(file).is_dir():
        raise UsageProblem(f"{file} is a folder; use: meiyaku batch {file} TARGET")
    content = read_input(file, settings.max_upload_bytes)
    for path in filter(None, (output, report)):
        check_output(path)
    kind = document_format or (format_of(Path(file)) if file != "-" and supported(Path(file)) else Format.TEXT)
    document = parse(content, kind)
    texts = [b.text for b in document.blocks]
    check_text("\n".join(texts), settings.max_text_characters)
    application = Application(settings)
    source, target = choose_direction("\n".join(texts), from_, to, application.languages)
    pipeline = application.pipeline(source.code, target.code, {"mode": glossary, "domains": domain or []})
    translations = pipeline.translate_all(texts, [b.protected for b in document.blocks])
    result, markup = document.rebuild(translations)
    if report:
        write_atomically(report, _report(report, file, translations, markup, application))
    _write(result, output, translations if kind is Format.TEXT else None)
    findings = _tell(translations, markup, terms)
    raise typer.Exit(1 if strict and findings else 0)


def _report(report: Path, file: str, translations: list[Translation], markup: list[Finding], application: Application) -> bytes:
    if report.suffix.lower() in (".html", ".htm"):
        concepts = {c.id: c for c in application.glossary().concepts}
        title = "standard input" if file == "-" else Path(file).name
        return html_report(translations, markup, title=title, concepts=concepts, languages=application.languages).encode()
    data = document_report(translations, markup, path=None if file == "-" else Path(file).name)
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _write(result: bytes, output: Path | None, translations: list[Translation] | None) -> None:
    if output:
        write_atomically(output, result)
    elif translations and out.is_terminal:
        for translation in translations:
            out.print(coloured(translation))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(result)
        if not result.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
        sys.stdout.buffer.flush()


def _tell(translations: list[Translation], markup: list[Finding], terms: bool) -> int:
    if terms:
        err.print(term_table(translations, "Terms"))
    totals: dict[str, int] = {}
    for translation in translations:
        for key, value in translation.totals().items():
            totals[key] = totals.get(key, 0) + value
    findings = [f for t in translations for f in t.findings] + markup
    totals["findings"] = len(findings)
    for finding in findings:
        err.print(f"{finding.kind.value}: {finding.message}", markup=False)
    err.print(totals_line(totals))
    return len(findings)
