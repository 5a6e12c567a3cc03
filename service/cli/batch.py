"""``meiyaku batch``."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from service.cli.console import err, print_json, totals_line
from service.jobs import store
from service.jobs.folder import FolderPlan, plan_folder
from service.jobs.runner import run_job
from service.jobs.values import JobDocument, State
from service.settings import Settings
from service.translation.pipeline import GlossaryMode
from service.wiring import Application

_PRINTING = threading.Lock()


def batch(
    source_dir: Annotated[Path, typer.Argument(help="Folder with text and Markdown files")],
    target_dir: Annotated[Path, typer.Argument(help="Folder for the translations; the tree is mirrored")],
    to: Annotated[str, typer.Option("--to", help="Target language code")] = "en",
    from_: Annotated[str | None, typer.Option("--from", help="Source language code; detected per document where left out")] = None,
    report_dir: Annotated[Path | None, typer.Option(help="Folder for a JSON report of each document")] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Documents translated at the same time")] = 1,
    glossary: Annotated[GlossaryMode, typer.Option(help="What the termbase does")] = GlossaryMode.ENFORCE,
    domain: Annotated[list[str] | None, typer.Option(help="Domain that wins where characters name several concepts")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, translate nothing")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON line for each document instead of a progress bar")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when there are findings")] = False,
) -> None:
    """Translate a folder. Run it again after an interruption or a change: finished, unchanged documents are left alone."""
    application = Application(Settings())
    target = application.languages.get(to).code
    source = application.languages.get(from_).code if from_ else None
    if source:
        application.engine(source, target)
    bench = application.workbench()
    options = {"mode": glossary.value, "domains": sorted(domain or [])}
    plan = plan_folder(
        source_dir, target_dir, bench, source=source, target=target, options=options,
        report_root=report_dir.resolve() if report_dir else None,
    )  # fmt: skip
    if dry_run:
        _print_plan(plan)
        return
    if as_json:
        for path in plan.finished:
            print(json.dumps({"event": "unchanged", "path": path}, ensure_ascii=False), flush=True)
        run_job(plan.job, bench, workers=workers, listener=_print_line)
    else:
        _run_with_bar(plan, application, workers)
    with application.sessions() as session:
        documents = [d for d in store.documents(session, plan.job.id) if d.path in {*plan.todo, *plan.finished}]
    raise typer.Exit(_summary(documents, plan, as_json=as_json, strict=strict))


def _print_plan(plan: FolderPlan) -> None:
    print_json({"translate": list(plan.todo), "unchanged": list(plan.finished), "unsupported": list(plan.unsupported)})


def _print_line(document: JobDocument) -> None:
    line = {"event": document.state.value, "path": document.path, **document.totals}
    if document.error:
        line["error"] = document.error
    with _PRINTING:  # several workers report at the same time; a line must come out whole
        print(json.dumps(line, ensure_ascii=False), flush=True)


def _run_with_bar(plan: FolderPlan, application: Application, workers: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    lock = threading.Lock()
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        bar = progress.add_task("translating", total=len(plan.todo) + len(plan.finished), completed=len(plan.finished))

        def on_document(document: JobDocument) -> None:
            with lock:
                progress.update(bar, advance=1, description=document.path[-40:])
                if document.state is State.FAILED:
                    progress.console.print(f"failed: {document.path}: {document.error}", style="red", markup=False)

        run_job(plan.job, application.workbench(), workers=workers, listener=on_document)


def _summary(documents: list[JobDocument], plan: FolderPlan, *, as_json: bool, strict: bool) -> int:
    totals: dict[str, int] = {}
    for document in documents:
        for key, value in document.totals.items():
            totals[key] = totals.get(key, 0) + value
    failed = [d for d in documents if d.state is State.FAILED]
    if as_json:
        summary = {"event": "summary", "documents": len(documents), "failed": len(failed), "unchanged": len(plan.finished),
                   "unsupported": list(plan.unsupported), **totals}  # fmt: skip
        print(json.dumps(summary, ensure_ascii=False), flush=True)
    else:
        for path in plan.unsupported:
            err.print(f"not translated, format unknown: {path}", style="yellow", markup=False)
        err.print(f"{len(documents)} documents: {len(documents) - len(failed)} done ({len(plan.finished)} unchanged), {len(failed)} failed")
        err.print(totals_line(totals))
    if failed:
        return 2
    return 1 if strict and totals.get("findings") else 0
