"""Queries over the terminology tables: rows in, frozen values out. Nothing here commits; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from glossary.curated import CuratedTermbase
from glossary.errors import ConceptExists, ConceptNotFound
from glossary.rows import concept_of, concept_row, whole_concepts
from glossary.serialization import to_json
from glossary.tables import CollectionRow, ConceptRow, ConceptSourceRow, DomainRow, GlossaryStateRow, RevisionRow, SourceRow
from glossary.terms import CURATED, Concept, Source


@dataclass(frozen=True, slots=True)
class GlossaryState:
    """The revision number of the glossary and the digest of the curated files in it."""

    revision: int
    curated_digest: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A concept and its version: the glossary revision of its last change."""

    concept: Concept
    version: int


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something, when, and why."""

    actor: str
    at: datetime
    reason: str | None = None


def read_state(session: Session) -> GlossaryState:
    """The current state; revision 0 before anything was loaded."""
    row = session.get(GlossaryStateRow, 1, populate_existing=True)
    return GlossaryState(row.revision, row.curated_digest) if row else GlossaryState(0, "")


def advance(session: Session, now: datetime) -> int:
    """Take the next glossary revision number. First statement of every change: it makes writers wait for each other."""
    statement = update(GlossaryStateRow).values(revision=GlossaryStateRow.revision + 1, changed_at=now).where(GlossaryStateRow.id == 1)
    taken = session.execute(
        statement.returning(GlossaryStateRow.revision).execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        session.add(GlossaryStateRow(id=1, revision=1, curated_digest="", changed_at=now))
        session.flush()
        return 1
    return taken


def replace_curated(session: Session, termbase: CuratedTermbase, now: datetime) -> int:
    """Make the curated concepts of the database equal to the files; returns the new revision number.

    Only what differs is written, with a revision of each concept that changed. Other collections stay as they are.
    """
    revision = advance(session, now)
    change = Change("curated files", now)
    if session.get(CollectionRow, CURATED) is None:
        session.add(CollectionRow(id=CURATED, title="Curated termbase", kind="terms", precedence=0))
        session.flush()
    before = {row.id: row for row in session.scalars(whole_concepts().where(ConceptRow.collection_id == CURATED))}
    wanted = {concept.id: (place, concept) for place, concept in enumerate(termbase.concepts)}
    _store_domains(session, termbase)
    store_sources(session, (s for c in termbase.concepts for s in c.sources), overwrite=True)
    for concept_id, row in before.items():
        if concept_id not in wanted:
            remove(session, row, change, revision)
    for place, concept in wanted.values():
        old = before.get(concept.id)
        if old is None:
            insert(session, concept, place, change, revision)
        elif concept_of(old) != concept:
            overwrite(session, old, concept, place, change, revision)
        elif old.position != place:
            old.position = place
    session.execute(update(GlossaryStateRow).values(curated_digest=termbase.digest).where(GlossaryStateRow.id == 1))
    session.flush()
    _drop_unused(session)
    return revision


def load_concepts(session: Session) -> tuple[Concept, ...]:
    """Every concept: collections of higher precedence first, each in its own order."""
    order = (CollectionRow.precedence.desc(), ConceptRow.position, ConceptRow.id)
    return tuple(concept_of(row) for row in session.scalars(whole_concepts().join(ConceptRow.collection).order_by(*order)))


def get_concept(session: Session, concept_id: str) -> Concept:
    """One concept. Raises ConceptNotFound."""
    return concept_of(find_row(session, concept_id))


def get_stored(session: Session, concept_id: str) -> Stored:
    """One concept with its version. Raises ConceptNotFound."""
    row = find_row(session, concept_id)
    return Stored(concept_of(row), row.version)


def find_row(session: Session, concept_id: str) -> ConceptRow:
    """The row of a concept with everything in it. Raises ConceptNotFound."""
    row = session.scalars(whole_concepts().where(ConceptRow.id == concept_id)).one_or_none()
    if row is None:
        raise ConceptNotFound(f"no concept has the id {concept_id!r}")
    return row


def list_domains(session: Session) -> list[tuple[str, dict[str, str], int]]:
    """Every domain with its titles and its number of concepts."""
    counts = select(ConceptRow.domain_id, func.count().label("n")).group_by(ConceptRow.domain_id).subquery()
    rows = session.execute(select(DomainRow, counts.c.n).join(counts, counts.c.domain_id == DomainRow.id).order_by(DomainRow.id))
    return [(domain.id, dict(domain.titles), n) for domain, n in rows]


def insert(session: Session, concept: Concept, position: int, change: Change, revision: int, action: str = "created") -> None:
    """Add a concept and its first revision."""
    session.add(concept_row(concept, position, revision))
    _record(session, concept, action, change, revision)


def overwrite(
    session: Session, row: ConceptRow, concept: Concept, position: int, change: Change, revision: int, action: str = "updated"
) -> None:
    """Put a concept in the place of its row and record the revision."""
    session.delete(row)
    session.flush()  # the old terms must be gone before the new ones claim their unique keys
    session.add(concept_row(concept, position, revision))
    _record(session, concept, action, change, revision)


def remove(session: Session, row: ConceptRow, change: Change, revision: int) -> None:
    """Delete a concept; its history stays."""
    concept = concept_of(row)
    session.delete(row)
    session.flush()
    _record(session, concept, "deleted", change, revision)


def store_sources(session: Session, sources: Iterable[Source], *, overwrite: bool = False) -> None:
    """Make the sources known. Raises ConceptExists where an id names another source already and ``overwrite`` is not given."""
    wanted = {s.id: s for s in sources}
    rows = {row.id: row for row in _by_ids(session, list(wanted))}
    for source in wanted.values():
        row = rows.get(source.id)
        if row is None:
            session.add(SourceRow(id=source.id, title=source.title, publisher=source.publisher, url=source.url))
        elif (row.title, row.publisher, row.url) != (source.title, source.publisher, source.url):
            if not overwrite:
                raise ConceptExists(f"the source id {source.id!r} names {row.title!r} of {row.publisher} already; use another id")
            row.title, row.publisher, row.url = source.title, source.publisher, source.url
    session.flush()


def _by_ids(session: Session, ids: Sequence[str]) -> Iterable[SourceRow]:
    for begin in range(0, len(ids), 500):
        yield from session.scalars(select(SourceRow).where(SourceRow.id.in_(ids[begin : begin + 500])))


def _store_domains(session: Session, termbase: CuratedTermbase) -> None:
    for domain in termbase.domains:
        row = session.get(DomainRow, domain.id)
        if row is None:
            session.add(DomainRow(id=domain.id, titles=dict(domain.titles)))
        elif row.titles != dict(domain.titles):
            row.titles = dict(domain.titles)
    session.flush()


def _drop_unused(session: Session) -> None:
    """Domains and sources that no concept names any more."""
    session.execute(delete(DomainRow).where(DomainRow.id.not_in(select(ConceptRow.domain_id))))
    session.execute(delete(SourceRow).where(SourceRow.id.not_in(select(ConceptSourceRow.source_id))))


def _record(session: Session, concept: Concept, action: str, change: Change, revision: int) -> None:
    session.add(
        RevisionRow(
            concept_id=concept.id, collection_id=concept.collection, glossary_revision=revision, action=action, actor=change.actor,
            reason=change.reason, at=change.at, concept=None if action == "deleted" else to_json(concept),
        )
    )  # fmt: skip
