"""Collections: the curated termbase, and a user's own glossaries and do-not-translate lists beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from glossary.errors import CollectionExists, CollectionNotFound, InvalidConcept, ReadOnlyCollection
from glossary.store import Change, advance
from glossary.tables import CollectionRow, ConceptRow
from glossary.terms import CURATED

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_HIGHEST_PRECEDENCE = 1_000_000


class CollectionKind(StrEnum):
    """What the concepts of a collection are for."""

    TERMS = "terms"
    DO_NOT_TRANSLATE = "do-not-translate"  # its terms stay as they are, in every language


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of concepts. Where two collections name the same characters, the higher precedence is meant; the curated one has 0."""

    id: str
    title: str
    kind: CollectionKind
    precedence: int
    concepts: int = 0


def list_collections(session: Session) -> list[Collection]:
    """Every collection with its number of concepts, the highest precedence first."""
    counts = select(ConceptRow.collection_id, func.count().label("n")).group_by(ConceptRow.collection_id).subquery()
    rows = session.execute(
        select(CollectionRow, func.coalesce(counts.c.n, 0))
        .outerjoin(counts, counts.c.collection_id == CollectionRow.id)
        .order_by(CollectionRow.precedence.desc())
    )
    return [_collection(row, n) for row, n in rows]


def get_collection(session: Session, collection_id: str) -> Collection:
    """One collection. Raises CollectionNotFound."""
    row = session.get(CollectionRow, collection_id)
    if row is None:
        raise CollectionNotFound(f"there is no collection {collection_id!r}; make it first")
    return _collection(row, session.scalar(select(func.count()).where(ConceptRow.collection_id == collection_id)) or 0)


def ensure_collection(session: Session, collection_id: str, change: Change) -> Collection:
    """The collection of this id, made where there is none. Raises as ``create_collection``."""
    try:
        return get_collection(session, collection_id)
    except CollectionNotFound:
        return create_collection(session, collection_id, collection_id, change)


def create_collection(
    session: Session, collection_id: str, title: str, change: Change, *, kind: CollectionKind = CollectionKind.TERMS,
    precedence: int | None = None,
) -> Collection:  # fmt: skip
    """Make an empty collection; without ``precedence`` it goes before all that there are.

    Raises:
        InvalidConcept: id, title or precedence break a rule.
        CollectionExists: id or precedence are taken.
    """
    advance(session, change.at)
    if not _ID.fullmatch(collection_id):
        raise InvalidConcept([f"the id {collection_id[:40]!r} must be lower-case letters, digits and hyphens, at most 32"])
    _check(title, precedence)
    if session.get(CollectionRow, collection_id) is not None:
        raise CollectionExists(f"there is a collection {collection_id!r} already")
    if precedence is None:
        precedence = (session.scalar(select(func.max(CollectionRow.precedence))) or 0) + 1
    _refuse_taken(session, precedence, collection_id)
    row = CollectionRow(id=collection_id, title=title, kind=kind.value, precedence=precedence)
    session.add(row)
    _flush(session, collection_id)
    return _collection(row, 0)


def update_collection(
    session: Session, collection_id: str, change: Change, *, title: str | None = None, precedence: int | None = None
) -> Collection:
    """Change title or precedence. Raises as ``create_collection``, and CollectionNotFound, ReadOnlyCollection."""
    advance(session, change.at)
    found = get_collection(session, collection_id)
    if collection_id == CURATED:
        raise ReadOnlyCollection("the curated collection follows its files")
    _check(title if title is not None else found.title, precedence)
    row = session.get_one(CollectionRow, collection_id)
    if precedence is not None and precedence != row.precedence:
        _refuse_taken(session, precedence, collection_id)
        row.precedence = precedence
    row.title = title if title is not None else row.title
    _flush(session, collection_id)
    return _collection(row, found.concepts)


def delete_collection(session: Session, collection_id: str, change: Change) -> None:
    """Delete an empty collection.

    Raises:
        CollectionNotFound
        ReadOnlyCollection: it is the curated one, or holds concepts.
    """
    advance(session, change.at)
    found = get_collection(session, collection_id)
    if collection_id == CURATED:
        raise ReadOnlyCollection("the curated collection follows its files")
    if found.concepts:
        raise ReadOnlyCollection(f"the collection {collection_id!r} holds {found.concepts} concepts; delete them first")
    session.delete(session.get_one(CollectionRow, collection_id))
    session.flush()


def _check(title: str, precedence: int | None) -> None:
    problems = []
    if not title.strip() or len(title) > 200 or not title.isprintable():
        problems.append("the title must be a line of 1 to 200 characters")
    if precedence is not None and not 1 <= precedence <= _HIGHEST_PRECEDENCE:
        problems.append(f"the precedence must be a number from 1 to {_HIGHEST_PRECEDENCE:,}; the curated collection has 0")
    if problems:
        raise InvalidConcept(problems)


def _refuse_taken(session: Session, precedence: int, collection_id: str) -> None:
    other = session.scalar(select(CollectionRow.id).where(CollectionRow.precedence == precedence, CollectionRow.id != collection_id))
    if other is not None:
        raise CollectionExists(f"the collection {other!r} has the precedence {precedence} already; choose another one")


def _flush(session: Session, collection_id: str) -> None:
    try:
        session.flush()
    except IntegrityError as exc:
        raise CollectionExists(f"the collection {collection_id!r} or its precedence is taken by now") from exc


def _collection(row: CollectionRow, concepts: int) -> Collection:
    return Collection(row.id, row.title, CollectionKind(row.kind), row.precedence, concepts)
