"""Jobs and documents as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


class State(StrEnum):
    """State of a job or a document."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


class JobKind(StrEnum):
    """Who does a job's work: the command that made it (a folder), or any worker (an upload)."""

    FOLDER = "folder"
    UPLOAD = "upload"


class JobError(Exception):
    """A job cannot be made or found; the message says why."""


class JobNotFound(JobError):
    """There is no such job."""


@dataclass(frozen=True, slots=True)
class Job:
    """A request to translate the documents below ``source_root`` into the same places below ``target_root``."""

    id: str
    kind: JobKind
    state: State
    source_root: Path
    target_root: Path
    report_root: Path | None
    source: str | None
    target: str
    options: Mapping[str, Any]
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobDocument:
    """One document of a job; ``path`` is relative, with forward slashes."""

    id: int
    job_id: str
    path: str
    state: State
    content_sha256: str | None
    output_sha256: str | None
    signature: str | None
    totals: Mapping[str, int]
    error: str | None
    attempts: int
    worker: str | None
