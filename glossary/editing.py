"""Changes of single concepts, each with its revision. Nothing here commits; a failed change leaves its transaction to be rolled back.

Ids of concepts outside the curated collection begin with their collection and a colon (``mine:free-trade``), so that no curated id, now
or later, can be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from glossary.collections import Collection, CollectionKind, get_collection
from glossary.errors import ConceptExists, ConceptNotFound, InvalidConcept, ReadOnlyCollection, StaleConcept
from glossary.rows import concept_of
from glossary.serialization import from_json
from glossary.store import Change, Stored, advance, find_row, insert, overwrite, remove, store_sources
from glossary.tables import ConceptRow, DomainRow, RevisionRow
from glossary.terms import ANY_LANGUAGE, CURATED, Case, Concept, Status, Term
from glossary.validation import problems_of


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of one concept. ``concept`` is what it was afterwards, None where it was deleted."""

    id: int
    concept_id: str
    collection: str
    glossary_revision: int
    action: str
    actor: str
    reason: str | None
    at: datetime
    concept: Concept | None


def qualified(collection: str, concept_id: str) -> str:
    """The id of a concept in the database: its own, after the name of its collection unless that is the curated one."""
    return concept_id if collection == CURATED else f"{collection}:{local_id(concept_id)}"


def local_id(concept_id: str) -> str:
    """The part of an id that the file or client gave."""
    return concept_id.rpartition(":")[2]


def create_concept(session: Session, collection: str, concept: Concept, change: Change) -> Stored:
    """Add a concept to a collection of the user's.

    Raises:
        InvalidConcept: it breaks a rule.
        ConceptExists: the collection has this id, or the database another source of the same id.
        ReadOnlyCollection, CollectionNotFound: it cannot be added there.
    """
    revision = advance(session, change.at)
    place = writable(session, collection)
    stored = prepare(concept, place)
    if session.get(ConceptRow, stored.id) is not None:
        raise ConceptExists(f"the collection {collection!r} has a concept {local_id(stored.id)!r} already; change that one")
    make_room(session, stored)
    insert(session, stored, next_position(session, collection), change, revision)
    session.flush()
    return Stored(stored, revision)


def replace_concept(session: Session, concept: Concept, change: Change, expected: int | None = None) -> Stored:
    """Put a concept in the place of the one with its id. ``expected`` is the version that the change was made for.

    Raises:
        ConceptNotFound, InvalidConcept, ReadOnlyCollection, ConceptExists
        StaleConcept: the concept has another version by now.
    """
    revision = advance(session, change.at)
    row = _row_for_change(session, concept.id, expected)
    stored = prepare(concept, get_collection(session, row.collection_id))
    if stored == concept_of(row):
        return Stored(stored, row.version)
    make_room(session, stored)
    overwrite(session, row, stored, row.position, change, revision)
    session.flush()
    return Stored(stored, revision)


def delete_concept(session: Session, concept_id: str, change: Change, expected: int | None = None) -> None:
    """Delete a concept; its history stays and it can be restored. Raises as ``replace_concept``."""
    revision = advance(session, change.at)
    remove(session, _row_for_change(session, concept_id, expected), change, revision)
    session.flush()


def history(session: Session, concept_id: str, *, limit: int = 50, before: int | None = None) -> list[Revision]:
    """The revisions of a concept, newest first; ``before``: only older ones than that. Raises ConceptNotFound."""
    statement = select(RevisionRow).where(RevisionRow.concept_id == concept_id).order_by(RevisionRow.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(RevisionRow.id < before)
    found = [_revision(row) for row in session.scalars(statement)]
    if not found and before is None:
        raise ConceptNotFound(f"no concept has or had the id {concept_id!r}")
    return found


def get_revision(session: Session, concept_id: str, revision_id: int) -> Revision:
    """One revision of a concept. Raises ConceptNotFound."""
    row = session.get(RevisionRow, revision_id)
    if row is None or row.concept_id != concept_id:
        raise ConceptNotFound(f"the concept {concept_id!r} has no revision {revision_id}")
    return _revision(row)


def restore_concept(session: Session, concept_id: str, revision_id: int, change: Change, expected: int | None = None) -> Stored:
    """Make a concept what it was after a revision, also where it has been deleted since.

    Raises:
        ConceptNotFound: there is no such revision, or the concept was deleted in it.
        StaleConcept, ReadOnlyCollection, CollectionNotFound, ConceptExists
    """
    number = advance(session, change.at)
    wanted = get_revision(session, concept_id, revision_id)
    if wanted.concept is None:
        raise ConceptNotFound(f"revision {revision_id} deleted {concept_id!r}; choose an earlier one")
    place = writable(session, wanted.collection)
    stored = prepare(wanted.concept, place)
    make_room(session, stored)
    if session.get(ConceptRow, concept_id) is None:
        if expected is not None:
            raise StaleConcept(f"{concept_id!r} has been deleted since you read it")
        insert(session, stored, next_position(session, wanted.collection), change, number, "restored")
    else:
        row = _row_for_change(session, concept_id, expected)
        overwrite(session, row, stored, row.position, change, number, "restored")
    session.flush()
    return Stored(stored, number)


def prepare(concept: Concept, collection: Collection) -> Concept:
    """A concept as it is stored in a collection. Raises InvalidConcept."""
    if collection.kind is CollectionKind.DO_NOT_TRANSLATE:
        concept = _untranslated(concept)
    problems = problems_of(replace(concept, id=local_id(concept.id)))
    if problems:
        raise InvalidConcept(problems)
    return replace(concept, id=qualified(collection.id, concept.id), collection=collection.id, precedence=collection.precedence)


def _untranslated(concept: Concept) -> Concept:
    """Each term of a do-not-translate list is written the same in every language, letter for letter."""
    texts = dict.fromkeys(t.text for t in concept.terms)
    terms = (
        Term(text, ANY_LANGUAGE, Status.ADMITTED if n else Status.PREFERRED, case=Case.EXACT, inflects=False)
        for n, text in enumerate(texts)
    )
    return replace(concept, terms=tuple(terms))


def make_room(session: Session, concept: Concept) -> None:
    """The domain and the sources that a concept names."""
    if session.get(DomainRow, concept.domain) is None:
        session.add(DomainRow(id=concept.domain, titles={}))
        session.flush()
    store_sources(session, concept.sources)


def writable(session: Session, collection: str) -> Collection:
    """A collection that concepts may be written to. Raises ReadOnlyCollection, CollectionNotFound."""
    if collection == CURATED:
        raise ReadOnlyCollection(
            "the curated collection follows its files; put the concept into a collection of your own, which takes precedence"
        )
    return get_collection(session, collection)


def next_position(session: Session, collection: str) -> int:
    """The place after the last concept of a collection."""
    last = session.scalar(select(func.max(ConceptRow.position)).where(ConceptRow.collection_id == collection))
    return 0 if last is None else last + 1


def _row_for_change(session: Session, concept_id: str, expected: int | None) -> ConceptRow:
    row = find_row(session, concept_id)
    writable(session, row.collection_id)
    if expected is not None and row.version != expected:
        raise StaleConcept(f"{concept_id!r} was changed by somebody else (version {row.version}, not {expected}); read it again")
    return row


def _revision(row: RevisionRow) -> Revision:
    concept = from_json(row.concept) if row.concept is not None else None
    if concept is not None:
        concept = replace(concept, collection=row.collection_id)
    return Revision(row.id, row.concept_id, row.collection_id, row.glossary_revision, row.action, row.actor, row.reason, row.at, concept)
