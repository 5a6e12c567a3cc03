"""Queries over jobs and documents: rows in, frozen values out. Nothing here commits."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from service.jobs.tables import DocumentRow, JobRow
from service.jobs.values import Job, JobDocument, JobKind, JobNotFound, State

STALE_AFTER = timedelta(seconds=60)  # a running document without a heartbeat for so long is taken again


def create_job(
    session: Session, *, kind: JobKind, source_root: Path, target_root: Path, report_root: Path | None, source: str | None, target: str,
    options: Mapping[str, Any], now: datetime, job_id: str | None = None,
) -> Job:  # fmt: skip
    """Insert a queued job without documents."""
    row = JobRow(
        id=job_id or new_job_id(), kind=kind.value, state=State.QUEUED.value, source_root=str(source_root), target_root=str(target_root),
        report_root=str(report_root) if report_root else None, source=source, target=target, options=dict(options), created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _job(row)


def new_job_id() -> str:
    """An id that cannot be guessed."""
    return uuid.uuid4().hex


def get_job(session: Session, job_id: str) -> Job:
    """One job. Raises JobNotFound."""
    row = session.get(JobRow, job_id)
    if row is None:
        raise JobNotFound(f"there is no job {job_id!r}")
    return _job(row)


def find_folder_job(session: Session, source_root: Path, target_root: Path, source: str | None, target: str) -> Job | None:
    """The latest job of the same folders and languages, to go on with."""
    row = session.scalars(
        select(JobRow)
        .where(JobRow.kind == JobKind.FOLDER.value, JobRow.source_root == str(source_root), JobRow.target_root == str(target_root),
               JobRow.source == source, JobRow.target == target)
        .order_by(JobRow.created_at.desc()).limit(1)
    ).one_or_none()  # fmt: skip
    return _job(row) if row else None


def add_documents(session: Session, job_id: str, paths: Sequence[str]) -> None:
    """Queue documents that the job does not have yet."""
    known = set(session.scalars(select(DocumentRow.path).where(DocumentRow.job_id == job_id)))
    session.add_all(DocumentRow(job_id=job_id, path=p, state=State.QUEUED.value, totals={}, attempts=0) for p in paths if p not in known)
    session.flush()


def documents(session: Session, job_id: str) -> list[JobDocument]:
    """All documents of a job, by path."""
    rows = session.scalars(select(DocumentRow).where(DocumentRow.job_id == job_id).order_by(DocumentRow.path))
    return [_document(row) for row in rows]


def count_states(session: Session, job_id: str) -> Counter[State]:
    """How many documents of a job are in each state."""
    rows = session.execute(select(DocumentRow.state, func.count()).where(DocumentRow.job_id == job_id).group_by(DocumentRow.state))
    return Counter({State(state): n for state, n in rows})


def requeue(session: Session, document_ids: Sequence[int]) -> None:
    """Put documents back into the queue, forgetting what became of them."""
    if document_ids:
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.id.in_(document_ids))
            .values(state=State.QUEUED.value, output_sha256=None, error=None, attempts=0, worker=None, heartbeat_at=None)
        )


def claim_next(session: Session, *, worker: str, now: datetime, job_id: str | None = None) -> JobDocument | None:
    """Take one queued document, or one whose worker has gone silent; of one job, or of any upload.

    One statement, so two workers never take the same document: SQLite writes one at a time, PostgreSQL skips locked rows.
    """
    open_document = or_(
        DocumentRow.state == State.QUEUED.value,
        (DocumentRow.state == State.RUNNING.value) & (DocumentRow.heartbeat_at < now - STALE_AFTER),
    )
    candidates = select(DocumentRow.id).join(JobRow, JobRow.id == DocumentRow.job_id).where(open_document)
    if job_id is not None:
        candidates = candidates.where(DocumentRow.job_id == job_id)
    else:
        candidates = candidates.where(JobRow.kind == JobKind.UPLOAD.value, JobRow.state.in_([State.QUEUED.value, State.RUNNING.value]))
    first = candidates.order_by(DocumentRow.id).limit(1).with_for_update(skip_locked=True, of=DocumentRow).scalar_subquery()
    claimed = session.scalars(
        update(DocumentRow)
        .where(DocumentRow.id == first)
        .values(state=State.RUNNING.value, worker=worker, heartbeat_at=now, attempts=DocumentRow.attempts + 1)
        .returning(DocumentRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).one_or_none()
    if claimed is None:
        return None
    session.execute(update(JobRow).where(JobRow.id == claimed.job_id, JobRow.state == State.QUEUED.value).values(state=State.RUNNING.value))
    return _document(claimed)


def busy_workers(session: Session, job_id: str, now: datetime) -> list[str]:
    """The workers of a job's running documents that have not gone silent."""
    rows = session.scalars(
        select(DocumentRow.worker)
        .where(DocumentRow.job_id == job_id, DocumentRow.state == State.RUNNING.value, DocumentRow.heartbeat_at >= now - STALE_AFTER)
        .order_by(DocumentRow.id)
    )
    return [worker for worker in rows if worker]


def beat(session: Session, document_id: int, worker: str, now: datetime) -> None:
    """Say that a worker is still busy with a document."""
    session.execute(update(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.worker == worker).values(heartbeat_at=now))


def announce_output(session: Session, document_id: int, *, content_sha256: str, output_sha256: str, signature: str,
                    totals: Mapping[str, int]) -> None:  # fmt: skip
    """Record what a document's output is going to be, before the file is put in place."""
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.id == document_id)
        .values(content_sha256=content_sha256, output_sha256=output_sha256, signature=signature, totals=dict(totals))
    )


def end_document(session: Session, document_id: int, state: State, now: datetime, error: str | None = None) -> None:
    """Record the end of a document, and of its job when nothing of it is left to do."""
    session.execute(
        update(DocumentRow)
        .where(DocumentRow.id == document_id, DocumentRow.state != State.CANCELLED.value)
        .values(state=state.value, error=error, worker=None, heartbeat_at=None)
    )
    job_id = session.scalars(select(DocumentRow.job_id).where(DocumentRow.id == document_id)).one()
    close_job(session, job_id, now)


def close_job(session: Session, job_id: str, now: datetime) -> None:
    """End a job whose documents have all ended: failed when one of them failed.

    The job's row is locked first, so that of two workers that end the last documents at the same time one sees both ends.
    """
    session.execute(select(JobRow.id).where(JobRow.id == job_id).with_for_update())
    states = count_states(session, job_id)
    if any(not state.ended for state in states):
        return
    final = State.FAILED if states[State.FAILED] else State.DONE
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.state.in_([State.QUEUED.value, State.RUNNING.value]))
        .values(state=final.value, finished_at=now)
    )


def reopen_job(session: Session, job_id: str, options: Mapping[str, Any], report_root: Path | None) -> None:
    """Make an ended folder job run again with the present options."""
    session.execute(
        update(JobRow)
        .where(JobRow.id == job_id)
        .values(state=State.QUEUED.value, finished_at=None, options=dict(options), report_root=str(report_root) if report_root else None)
    )


def cancel_job(session: Session, job_id: str, now: datetime) -> Job:
    """Cancel a job and every document of it that has not ended. Raises JobNotFound."""
    get_job(session, job_id)
    active = [State.QUEUED.value, State.RUNNING.value]
    session.execute(
        update(DocumentRow).where(DocumentRow.job_id == job_id, DocumentRow.state.in_(active)).values(state=State.CANCELLED.value)
    )
    session.execute(
        update(JobRow).where(JobRow.id == job_id, JobRow.state.in_(active)).values(state=State.CANCELLED.value, finished_at=now)
    )
    session.expire_all()
    return get_job(session, job_id)


def is_cancelled(session: Session, document_id: int) -> bool:
    """Whether a document was cancelled while its worker was busy."""
    return session.scalars(select(DocumentRow.state).where(DocumentRow.id == document_id)).one() == State.CANCELLED.value


def _job(row: JobRow) -> Job:
    return Job(
        row.id, JobKind(row.kind), State(row.state), Path(row.source_root), Path(row.target_root),
        Path(row.report_root) if row.report_root else None, row.source, row.target, dict(row.options), row.created_at, row.finished_at,
    )  # fmt: skip


def _document(row: DocumentRow) -> JobDocument:
    return JobDocument(
        row.id, row.job_id, row.path, State(row.state), row.content_sha256, row.output_sha256, row.signature, dict(row.totals), row.error,
        row.attempts, row.worker,
    )  # fmt: skip
