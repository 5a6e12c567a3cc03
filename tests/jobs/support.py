"""What the tests of jobs share: a made-up model, a clock that is set by hand, a folder, and runs over it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from service.jobs import store
from service.jobs.folder import FolderPlan, plan_folder
from service.jobs.runner import run_job
from service.jobs.translate import Workbench
from service.jobs.values import Job, JobDocument, JobKind
from service.settings import Settings
from service.wiring import Application
from tests.fakes import FakeEngine

ENFORCE = {"mode": "enforce", "domains": []}


def say(text: str) -> str:
    """Repeats the numbers and the Latin words of a source text, which are the terms that were written into it."""
    return f"It says {' and '.join(re.findall(r'[A-Za-z]+|[0-9]+', text)) or 'something'}."


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Folder:
    """Places of a folder job on disk."""

    source: Path
    target: Path
    reports: Path

    def write(self, path: str, content: str | bytes) -> None:
        """Put a source document in place."""
        full = self.source / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content.encode() if isinstance(content, str) else content)

    def outputs(self) -> dict[str, bytes]:
        """Every file below the target by its path."""
        return {p.relative_to(self.target).as_posix(): p.read_bytes() for p in sorted(self.target.rglob("*")) if p.is_file()}


@dataclass
class Run:
    """What one run over the folder did."""

    plan: FolderPlan
    ended: list[JobDocument] = field(default_factory=list)
    documents: dict[str, JobDocument] = field(default_factory=dict)
    job: Job | None = None

    @property
    def errors(self) -> dict[str, str | None]:
        """Reasons of the documents that failed in this run."""
        return {d.path: d.error for d in self.ended if d.error}


@dataclass
class Shop:
    """Runs over one folder with one database."""

    settings: Settings
    engine: FakeEngine
    folder: Folder
    with_reports: bool = True
    applications: list[Application] = field(default_factory=list)

    def bench(self) -> Workbench:
        """A workbench as a new process would have it."""
        self.applications.append(Application(self.settings, engines={("ja", "en"): self.engine}))
        return self.applications[-1].workbench()

    def plan(self, bench: Workbench, options: Mapping[str, Any] | None = None) -> FolderPlan:
        """Plan a run."""
        reports = self.folder.reports if self.with_reports else None
        return plan_folder(
            self.folder.source, self.folder.target, bench, source=None, target="en", options=options or ENFORCE, report_root=reports
        )

    def run(self, *, workers: int = 1, options: Mapping[str, Any] | None = None, bench: Workbench | None = None) -> Run:
        """Plan and do what is to be done."""
        bench = bench or self.bench()
        run = Run(self.plan(bench, options))
        run_job(run.plan.job, bench, workers=workers, listener=run.ended.append)
        with bench.sessions() as session:
            run.documents = {d.path: d for d in store.documents(session, run.plan.job.id)}
            run.job = store.get_job(session, run.plan.job.id)
        return run

    def close(self) -> None:
        """Give every database connection back."""
        for application in self.applications:
            application.close()


def upload_job(bench: Workbench, root: Path, contents: Mapping[str, str]) -> Job:
    """A job as the HTTP interface makes it."""
    for path, content in contents.items():
        (root / "source").mkdir(parents=True, exist_ok=True)
        (root / "source" / path).write_text(content, encoding="utf-8")
    with bench.sessions.begin() as session:
        job = store.create_job(
            session, kind=JobKind.UPLOAD, source_root=root / "source", target_root=root / "target", report_root=root / "report",
            source=None, target="en", options=ENFORCE, now=bench.clock(),
        )  # fmt: skip
        store.add_documents(session, job.id, list(contents))
    return job


def documents_of(bench: Workbench, job: Job) -> dict[str, JobDocument]:
    """A job's documents by path."""
    with bench.sessions() as session:
        return {d.path: d for d in store.documents(session, job.id)}


def timed(bench: Workbench, clock: Clock) -> Workbench:
    """The same workbench with another clock."""
    return replace(bench, clock=clock)
