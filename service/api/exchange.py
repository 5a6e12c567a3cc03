"""Terminology files in and out over HTTP."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from glossary.differences import differences
from glossary.exchange import ExportChoice, export_concepts
from glossary.importing import ImportPlan, apply_import, plan_import
from glossary.interchange.base import InterchangeOptions, RejectedRow
from glossary.interchange.registry import FORMATS, detect, format_named
from glossary.terms import Concept
from service.api.dependencies import App, DomainId, require_key
from service.api.editing import By
from service.api.problems import Problem

router = APIRouter(prefix="/v1/terms", tags=["terms"], dependencies=[Depends(require_key)])
_CHUNK = 65_536
_IN_MEMORY = 4_000_000  # bytes of an export; beyond, it goes through a file
_MAX_SHOWN = 1000
Language = Annotated[str, Query(max_length=35)]


class FormatInfo(BaseModel):
    """A file format for terminology."""

    name: str
    title: str
    suffix: str


class RejectedInfo(BaseModel):
    """A row of an imported file that cannot be used."""

    line: int | None
    column: str | None
    reason: str


class FieldChange(BaseModel):
    """A field of a concept before and after."""

    field: str
    before: Any
    after: Any


class ConceptChange(BaseModel):
    """A concept that an import changes."""

    id: str
    changes: list[FieldChange]


class ImportReport(BaseModel):
    """What an import did or, as a dry run, would do. Lists are cut at ``show`` entries; the counts are whole."""

    dry_run: bool
    format: str
    collection: str
    glossary_revision: int | None
    counts: dict[str, int]
    created: list[str]
    updated: list[ConceptChange]
    deleted: list[str]
    rejected: list[RejectedInfo]


@router.get("/formats")
def formats() -> list[FormatInfo]:
    """The formats that terms can be imported from and exported to."""
    return [FormatInfo(name=f.name, title=f.title, suffix=f.suffix) for f in FORMATS.values()]


@router.post("/import")
def import_terms(
    application: App, by: By, file: UploadFile,
    collection: Annotated[str, Query(description="The collection that the concepts go into; make it first")],
    format_name: Annotated[str | None, Query(alias="format", description="Name of a format; told from the file where left out")] = None,
    source: Language = "ja", target: Language = "en", domain: DomainId = "imported",
    dry_run: Annotated[bool, Query(description="Only tell what would change")] = False,
    skip_bad_rows: Annotated[bool, Query(description="Import the good rows even though there are bad ones")] = False,
    replace: Annotated[bool, Query(description="Delete concepts that the file does not have")] = False,
    show: Annotated[int, Query(ge=0, le=_MAX_SHOWN)] = 200,
) -> ImportReport:  # fmt: skip
    """Read a file into a collection: all of it or, where a row is bad, nothing."""
    options = InterchangeOptions(
        source=application.languages.get(source).code, target=application.languages.get(target).code, domain=domain
    )
    chosen = format_named(format_name) if format_name else None
    if chosen is None:
        chosen, options = detect(file.file, file.filename or "", options)
    with application.sessions() as session:
        plan = plan_import(session, collection, chosen.read(file.file, options), replace_all=replace)
    if plan.rejected and not (skip_bad_rows or dry_run):
        raise Problem(
            422, "bad-rows", f"{len(plan.rejected)} bad rows, first: {described(plan.rejected[0])}; nothing was imported. "
            "Mend them, or send skip_bad_rows=true to import the others",
            errors=[_rejected(r).model_dump() for r in plan.rejected[:_MAX_SHOWN]],
        )  # fmt: skip
    revision = None
    if not dry_run and plan.changes:
        with application.sessions.begin() as session:
            revision = apply_import(session, plan, by)
    return _report(plan, chosen.name, revision, dry_run=dry_run, show=show)


@router.get("/export")
def export_terms(
    application: App,
    format_name: Annotated[str, Query(alias="format", description="Name of a format")] = "meiyaku-csv",
    collection: Annotated[list[str] | None, Query(description="Only these collections")] = None,
    domain: Annotated[list[DomainId] | None, Query(description="Only these domains")] = None,
    source: Language = "ja", target: Language = "en",
) -> StreamingResponse:  # fmt: skip
    """The concepts as a file."""
    chosen = format_named(format_name)
    options = InterchangeOptions(source=application.languages.get(source).code, target=application.languages.get(target).code)
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the response
    with application.sessions() as session:
        chosen.write(export_concepts(session, ExportChoice(tuple(collection or ()), tuple(domain or ()))), spool, options)  # type: ignore[arg-type]
    spool.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="terms{chosen.suffix}"'}
    return StreamingResponse(_chunks(spool), media_type=chosen.media_type, headers=headers)  # type: ignore[arg-type]


def described(row: RejectedRow) -> str:
    """A rejected row in a few words."""
    place = ", ".join(filter(None, (f"line {row.line}" if row.line else "", f"column {row.column}" if row.column else "")))
    return f"{place}: {row.reason}" if place else row.reason


def _report(plan: ImportPlan, name: str, revision: int | None, *, dry_run: bool, show: int) -> ImportReport:
    return ImportReport(
        dry_run=dry_run, format=name, collection=plan.collection, glossary_revision=revision,
        counts={
            "created": len(plan.created), "updated": len(plan.updated), "deleted": len(plan.deleted), "unchanged": plan.unchanged,
            "rejected": len(plan.rejected),
        },
        created=[c.id for c in plan.created[:show]],
        updated=[_change(after, before) for after, before in plan.updated[:show]],
        deleted=[c.id for c in plan.deleted[:show]],
        rejected=[_rejected(r) for r in plan.rejected[:show]],
    )  # fmt: skip


def _change(after: Concept, before: Concept) -> ConceptChange:
    changes = [FieldChange(field=d.field, before=d.before, after=d.after) for d in differences(before, after)]
    return ConceptChange(id=after.id, changes=changes)


def _rejected(row: RejectedRow) -> RejectedInfo:
    return RejectedInfo(line=row.line, column=row.column, reason=row.reason)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
