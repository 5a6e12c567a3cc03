"""Concepts out of the database for an export, read in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.collections import get_collection
from glossary.editing import local_id
from glossary.rows import concept_of, whole_concepts
from glossary.tables import CollectionRow, ConceptRow
from glossary.terms import Concept

_BATCH = 500


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What to export: everything where both are empty."""

    collections: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


def export_concepts(session: Session, choice: ExportChoice) -> Iterator[Concept]:
    """The chosen concepts in the order of precedence and termbase, with the ids that they have within their collection.

    Two collections may have the same id; where more than one is exported, the ids keep the names of their collections.

    Raises:
        CollectionNotFound
    """
    for collection in choice.collections:
        get_collection(session, collection)
    statement = select(ConceptRow.id).join(ConceptRow.collection)
    if choice.collections:
        statement = statement.where(ConceptRow.collection_id.in_(choice.collections))
    if choice.domains:
        statement = statement.where(ConceptRow.domain_id.in_(choice.domains))
    ids = session.scalars(statement.order_by(CollectionRow.precedence.desc(), ConceptRow.position, ConceptRow.id)).all()
    return _concepts(session, list(ids), qualified=len(choice.collections) != 1)


def _concepts(session: Session, ids: list[str], *, qualified: bool) -> Iterator[Concept]:
    for begin in range(0, len(ids), _BATCH):
        batch = ids[begin : begin + _BATCH]
        found = {row.id: concept_of(row) for row in session.scalars(whole_concepts().where(ConceptRow.id.in_(batch)))}
        for concept_id in batch:
            concept = found.get(concept_id)  # missing where somebody deleted it meanwhile
            if concept is not None:
                yield concept if qualified else replace(concept, id=local_id(concept.id))
        session.expunge_all()
