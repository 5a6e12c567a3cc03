"""Tables of jobs and their documents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from glossary.tables import NAMING_CONVENTION


class JobsBase(DeclarativeBase):
    """Base of the job tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class JobRow(JobsBase):
    """One request to translate a set of documents."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), index=True)
    source_root: Mapped[str] = mapped_column(Text)
    target_root: Mapped[str] = mapped_column(Text)
    report_root: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(35))
    target: Mapped[str] = mapped_column(String(35))
    options: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DocumentRow(JobsBase):
    """One document of a job. ``output_sha256`` is written before the output file is put in place, so a crash between the two shows."""

    __tablename__ = "documents"
    __table_args__ = (UniqueConstraint("job_id", "path"), Index(None, "state", "heartbeat_at"))
    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    content_sha256: Mapped[str | None] = mapped_column(String(64))
    output_sha256: Mapped[str | None] = mapped_column(String(64))
    signature: Mapped[str | None] = mapped_column(Text)
    totals: Mapped[dict[str, int]] = mapped_column(JSON)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int]
    worker: Mapped[str | None] = mapped_column(String(64))
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
