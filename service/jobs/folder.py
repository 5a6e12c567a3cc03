"""A folder as a job that can be run again: what is finished and unchanged is left alone, the rest is translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.documents.base import DocumentError
from service.documents.registry import format_of, parse
from service.jobs import store
from service.jobs.files import inside, read_limited, remove_leftovers, scan, sha256
from service.jobs.runner import is_running_here
from service.jobs.translate import Workbench, signature_for
from service.jobs.values import Job, JobDocument, JobError, JobKind, State


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What a run over a folder will do. ``unsupported`` are files of formats that are not translated."""

    job: Job
    todo: tuple[str, ...]
    finished: tuple[str, ...]
    unsupported: tuple[str, ...]


def plan_folder(
    source_root: Path, target_root: Path, bench: Workbench, *, source: str | None, target: str, options: Mapping[str, Any],
    report_root: Path | None = None,
) -> FolderPlan:  # fmt: skip
    """Find or make the folder's job and queue every document that is new, changed, failed or unfinished.

    Raises:
        JobError: a folder cannot be used, or another process is working on the same job.
    """
    source_root, target_root = source_root.resolve(), target_root.resolve()
    _check_folders(source_root, target_root)
    files = list(scan(source_root))
    paths = [path for path, known in files if known]
    with bench.sessions.begin() as session:
        job = store.find_folder_job(session, source_root, target_root, source, target)
        if job is None:
            job = store.create_job(
                session, kind=JobKind.FOLDER, source_root=source_root, target_root=target_root, report_root=report_root,
                source=source, target=target, options=options, now=bench.clock(),
            )  # fmt: skip
        known = store.documents(session, job.id)
        _refuse_second_run(store.busy_workers(session, job.id, bench.clock()))
        store.reopen_job(session, job.id, options, report_root)
        store.add_documents(session, job.id, paths)
        job = store.get_job(session, job.id)
    for root in (target_root, job.report_root):
        if root is not None:
            remove_leftovers(root)
    here = set(paths)
    states = {d.path: d for d in known if d.path in here}
    finished = [p for p, d in states.items() if _is_finished(job, d, bench)]
    with bench.sessions.begin() as session:
        _refuse_second_run(store.busy_workers(session, job.id, bench.clock()))  # it may have begun since
        everything = store.documents(session, job.id)
        done = set(finished)
        store.requeue(session, [d.id for d in everything if d.path in here and d.path not in done])
        for document in everything:
            if document.path in done and document.state is not State.DONE:
                store.end_document(session, document.id, State.DONE, bench.clock())
            elif document.path not in here and not document.state.ended:
                store.end_document(session, document.id, State.FAILED, bench.clock(), "the file is no longer there")
        store.close_job(session, job.id, bench.clock())
    unsupported = tuple(path for path, is_known in files if not is_known)
    return FolderPlan(job, tuple(p for p in paths if p not in done), tuple(sorted(done)), unsupported)


def _check_folders(source_root: Path, target_root: Path) -> None:
    if not source_root.is_dir():
        raise JobError(f"{source_root} is not a folder")
    try:
        next(source_root.iterdir(), None)
    except OSError as exc:
        raise JobError(f"the folder {source_root} cannot be read: {exc.strerror}") from exc
    if target_root == source_root or source_root in target_root.parents:
        raise JobError("the target folder must not be the source folder or lie inside it")
    try:
        target_root.mkdir(parents=True, exist_ok=True)
        probe = target_root / ".meiyaku-probe.part"
        probe.touch()
        probe.unlink()
    except OSError as exc:
        raise JobError(f"cannot write to the folder {target_root}: {exc.strerror}") from exc


def _refuse_second_run(workers: Sequence[str]) -> None:
    for worker in workers:
        if is_running_here(worker):
            raise JobError(f"another process is translating this folder (worker {worker}); wait for it or stop it")


def _is_finished(job: Job, document: JobDocument, bench: Workbench) -> bool:
    """Whether the output in place is what translating the present content would give.

    The output's digest was recorded before the file was put in place, so this also holds when a process was killed between
    writing the file and recording the end.
    """
    if document.output_sha256 is None or document.state is State.FAILED:
        return False
    try:
        content = read_limited(inside(job.source_root, document.path), bench.max_file_bytes)
        if sha256(content) != document.content_sha256:
            return False
        output = inside(job.target_root, document.path)
        if not output.is_file() or sha256(output.read_bytes()) != document.output_sha256:
            return False
        if job.report_root is not None and not inside(job.report_root, document.path + ".json").is_file():
            return False
        text = "\n".join(b.text for b in parse(content, format_of(Path(document.path))).blocks)
        return signature_for(job, text, bench) == document.signature
    except (DocumentError, OSError, ValueError):
        return False
