"""Uploaded documents as jobs: accepted at once, translated in the background, fetched as a zip that mirrors the upload."""

from __future__ import annotations

import logging
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask

from service.api.dependencies import App, require_key
from service.api.problems import Problem
from service.documents.base import DocumentError
from service.documents.registry import format_of
from service.jobs import store
from service.jobs.files import inside, write_atomically
from service.jobs.values import Job, JobDocument, JobKind, State
from service.translation.pipeline import GlossaryMode

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], dependencies=[Depends(require_key)])
_LOG = logging.getLogger("meiyaku.api")
_MAX_NAME_BYTES = 240  # file systems allow 255, and a report's name is longer by its ending
_MAX_PATH_BYTES = 1_024


class DocumentInfo(BaseModel):
    """A document of a job."""

    path: str
    state: State
    totals: dict[str, int]
    error: str | None


class JobInfo(BaseModel):
    """A job with its documents."""

    id: str
    state: State
    source: str | None
    target: str
    created_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]
    documents: list[DocumentInfo]


@router.post("", status_code=202)
def create(
    application: App,
    response: Response,
    files: Annotated[list[UploadFile], File(description="Text or Markdown files; a file name may hold folders")],
    target: Annotated[str, Form()],
    source: Annotated[str | None, Form()] = None,
    glossary_mode: Annotated[GlossaryMode, Form()] = GlossaryMode.ENFORCE,
) -> JobInfo:
    """Accept documents for translation."""
    languages = application.languages
    into = languages.get(target).code
    origin = languages.get(source).code if source else None
    if origin is not None:
        if origin == into:
            raise Problem(422, "text-not-accepted", f"source and target language are both {into}; name another target or source")
        application.engine(origin, into)
    elif all(to != into for _, to in application.directions()):
        raise Problem(422, "no-model-for-direction", f"no model is installed that translates into {into}; see: meiyaku models list")
    contents = _read(files, application)
    job_id = store.new_job_id()
    root = application.uploads() / job_id
    try:
        _write(root / "source", contents)
        with application.sessions.begin() as session:
            job = store.create_job(
                session, job_id=job_id, kind=JobKind.UPLOAD, source_root=root / "source", target_root=root / "target",
                report_root=root / "report", source=origin, target=into, options={"mode": glossary_mode.value},
                now=application.workbench().clock(),
            )  # fmt: skip
            store.add_documents(session, job.id, list(contents))
            documents = store.documents(session, job.id)
    except BaseException:
        shutil.rmtree(root, ignore_errors=True)
        raise
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return _info(job, documents)


def _write(root: Path, contents: Mapping[str, bytes]) -> None:
    try:
        for path, content in contents.items():
            write_atomically(inside(root, path), content)
    except DocumentError as exc:
        _LOG.error("an upload could not be stored: %s", exc)
        raise Problem(503, "storage-unavailable", "the server could not store the documents; its log has the reason") from exc


def _read(files: list[UploadFile], application: App) -> dict[str, bytes]:
    """The uploads by path. Refuses bad names, unknown formats, repetition and too much."""
    settings = application.settings
    if len(files) > settings.max_upload_files:
        raise Problem(413, "too-large", f"{len(files)} files; the limit is {settings.max_upload_files}")
    contents: dict[str, bytes] = {}
    left = settings.max_upload_bytes
    for upload in files:
        name = upload.filename or ""
        path = inside(Path(), name).as_posix()
        format_of(Path(path))
        if max(len(part.encode()) for part in path.split("/")) > _MAX_NAME_BYTES or len(path.encode()) > _MAX_PATH_BYTES:
            raise Problem(422, "document-not-accepted", f"the file name {path[:40]!r}… is too long")
        if path in contents:
            raise Problem(422, "document-not-accepted", f"the upload holds {path!r} twice")
        content = upload.file.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Problem(413, "too-large", f"the upload is larger than {settings.max_upload_bytes:,} bytes")
        contents[path] = content
    for path in contents:
        for folder in Path(path).parents:
            if folder.as_posix() in contents:
                raise Problem(422, "document-not-accepted", f"{folder.as_posix()!r} is a file and a folder of the upload")
    return contents


@router.get("/{job_id}")
def status(application: App, job_id: str) -> JobInfo:
    """State of a job and of each of its documents."""
    return _info(*_find(application, job_id))


@router.delete("/{job_id}")
def cancel(application: App, job_id: str) -> JobInfo:
    """Cancel what has not ended; what is done stays."""
    _find(application, job_id)
    with application.sessions.begin() as session:
        job = store.cancel_job(session, job_id, application.workbench().clock())
        return _info(job, store.documents(session, job_id))


@router.get("/{job_id}/result", response_class=FileResponse)
def result(application: App, job_id: str) -> FileResponse:
    """The translated documents and their reports as a zip: ``documents/…`` mirrors the upload, ``reports/…`` has a JSON file for each."""
    job, documents = _find(application, job_id)
    if not job.state.ended:
        raise Problem(409, "job-not-finished", f"the job is {job.state}; ask /v1/jobs/{job_id} until it has ended")
    done = [d for d in documents if d.state is State.DONE]
    if not done:
        reasons = "; ".join(f"{d.path}: {d.error}" for d in documents if d.error)
        raise Problem(409, "nothing-translated", f"no document of this job was translated: {reasons or job.state}")
    handle = tempfile.NamedTemporaryFile(suffix=".zip", delete=False)  # noqa: SIM115 - removed after it was sent
    try:
        with handle, zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED) as archive:
            for document in done:
                archive.write(inside(job.target_root, document.path), f"documents/{document.path}")
                if job.report_root is not None:
                    archive.write(inside(job.report_root, document.path + ".json"), f"reports/{document.path}.json")
    except BaseException as exc:
        Path(handle.name).unlink(missing_ok=True)
        if isinstance(exc, FileNotFoundError):
            raise Problem(410, "files-removed", "the files of this job were removed") from exc
        raise
    remove = BackgroundTask(Path(handle.name).unlink, missing_ok=True)
    return FileResponse(handle.name, media_type="application/zip", filename=f"meiyaku-{job_id}.zip", background=remove)


@router.delete("/{job_id}/files", status_code=204)
def remove_files(application: App, job_id: str) -> None:
    """Remove an ended job's uploaded and translated files from the server."""
    job, _ = _find(application, job_id)
    if not job.state.ended:
        raise Problem(409, "job-not-finished", f"the job is {job.state}; cancel it first")
    shutil.rmtree(application.uploads() / job.id, ignore_errors=True)


def _find(application: App, job_id: str) -> tuple[Job, list[JobDocument]]:
    with application.sessions() as session:
        job = store.get_job(session, job_id)
        if job.kind is not JobKind.UPLOAD:
            raise Problem(404, "job-not-found", f"there is no job {job_id!r}")
        return job, store.documents(session, job_id)


def _info(job: Job, documents: list[JobDocument]) -> JobInfo:
    counts: dict[str, Any] = {state.value: sum(d.state is state for d in documents) for state in State}
    return JobInfo(
        id=job.id, state=job.state, source=job.source, target=job.target, created_at=job.created_at, finished_at=job.finished_at,
        counts=counts,
        documents=[DocumentInfo(path=d.path, state=d.state, totals=dict(d.totals), error=d.error) for d in documents],
    )  # fmt: skip
