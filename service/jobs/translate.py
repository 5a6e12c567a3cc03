"""The use case that every entrance shares: one document of a job, from its bytes to its translated bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Protocol

from sqlalchemy.orm import Session, sessionmaker

from service.documents.base import DocumentError
from service.documents.registry import format_of, parse
from service.jobs import store
from service.jobs.files import inside, read_limited, sha256, write_atomically
from service.jobs.values import Job, JobDocument, State
from service.reporting.json_report import document_report
from service.translation.intake import check_text, choose_direction
from service.translation.languages import Languages
from service.translation.pipeline import Pipeline


class PipelineSource(Protocol):
    """Gives the pipeline of a direction with the present glossary."""

    def __call__(self, source: str, target: str, options: Mapping[str, Any]) -> Pipeline:
        """Raises ModelError where no model translates in that direction."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the use case needs, passed in: database, pipelines, languages, limits, clock."""

    sessions: sessionmaker[Session]
    pipeline: PipelineSource
    languages: Languages
    max_text_characters: int
    max_file_bytes: int
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def translate_document(job: Job, document: JobDocument, bench: Workbench) -> JobDocument:
    """Translate one claimed document and record what happened.

    A document that cannot be handled ends as failed with its reason. Broken machinery (a damaged model, a lost database)
    is an exception and leaves the document to be taken again.
    """
    state, error = State.DONE, None
    totals: Mapping[str, int] = {}
    try:
        totals = _translate(job, document, bench)
    except (DocumentError, ValueError) as exc:
        state, error = State.FAILED, str(exc)
    with bench.sessions.begin() as session:
        store.end_document(session, document.id, state, bench.clock(), error)
        if store.is_cancelled(session, document.id):
            state, totals, error = State.CANCELLED, {}, None
    return replace(document, state=state, totals=totals, error=error, worker=None)


def signature_for(job: Job, text: str, bench: Workbench) -> str:
    """The signature that a text of the job would be translated with now."""
    source, target = choose_direction(text, job.source, job.target, bench.languages)
    return bench.pipeline(source.code, target.code, job.options).signature.key()


def _translate(job: Job, document: JobDocument, bench: Workbench) -> Mapping[str, int]:
    path = inside(job.source_root, document.path)
    content = read_limited(path, bench.max_file_bytes)
    parsed = parse(content, format_of(PurePosixPath(document.path)))
    texts = [block.text for block in parsed.blocks]
    whole = "\n".join(texts)
    check_text(whole, bench.max_text_characters)
    source, target = choose_direction(whole, job.source, job.target, bench.languages)
    pipeline = bench.pipeline(source.code, target.code, job.options)
    translations = pipeline.translate_all(texts, [block.protected for block in parsed.blocks])
    output, markup = parsed.rebuild(translations)
    totals: Counter[str] = Counter()
    for translation in translations:
        totals.update(translation.totals())
    totals["findings"] += len(markup)
    with bench.sessions() as session:
        if store.is_cancelled(session, document.id):
            return totals
    if job.report_root is not None:  # before the announcement: what counts as finished then has its own report
        report = document_report(translations, markup, path=document.path)
        target_path = inside(job.report_root, document.path + ".json")
        write_atomically(target_path, (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode())
    with bench.sessions.begin() as session:
        store.announce_output(
            session, document.id, content_sha256=sha256(content), output_sha256=sha256(output),
            signature=pipeline.signature.key(), totals=totals,
        )  # fmt: skip
    write_atomically(inside(job.target_root, document.path), output)
    return totals
