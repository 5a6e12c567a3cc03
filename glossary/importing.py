"""Importing a file into a collection: first the plan, with every bad row; then, if it is wanted, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from glossary.collections import Collection
from glossary.editing import make_room, next_position, prepare, writable
from glossary.errors import InvalidConcept
from glossary.folding import fold_key
from glossary.interchange.base import ImportedConcept, RejectedRow
from glossary.rows import concept_of, whole_concepts
from glossary.store import Change, advance, insert, overwrite, remove, store_sources
from glossary.tables import ConceptRow
from glossary.terms import Concept, Status

_MAX_REJECTED = 10_000  # beyond this a file is in another format than it was read as


@dataclass
class ImportPlan:
    """What an import would do. ``updated`` pairs each concept with what it replaces."""

    collection: str
    created: list[Concept] = field(default_factory=list)
    updated: list[tuple[Concept, Concept]] = field(default_factory=list)
    deleted: list[Concept] = field(default_factory=list)
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)

    @property
    def changes(self) -> int:
        """The number of concepts that would be written or deleted."""
        return len(self.created) + len(self.updated) + len(self.deleted)


def plan_import(
    session: Session, collection_id: str, items: Iterable[ImportedConcept | RejectedRow], *, replace_all: bool = False
) -> ImportPlan:
    """Compare a file with a collection. ``replace_all``: concepts that the file lacks would be deleted.

    A concept whose preferred terms another concept of the same domain has already, apart from width or case, is rejected.

    Raises:
        CollectionNotFound, ReadOnlyCollection
        InterchangeError: the file as a whole cannot be read.
    """
    planner = _Planner(session, writable(session, collection_id))
    for item in items:
        if isinstance(item, RejectedRow):
            planner.reject(item)
        else:
            planner.take(item)
        if len(planner.plan.rejected) >= _MAX_REJECTED:
            planner.reject(RejectedRow(None, None, f"more than {_MAX_REJECTED:,} bad rows: the rest of the file was not read"))
            break
    return planner.finish(replace_all)


def apply_import(session: Session, plan: ImportPlan, change: Change) -> int:
    """Carry a plan out; returns the new glossary revision. Bad rows are left out: refuse a plan that has some unless that is wanted."""
    revision = advance(session, change.at)
    rows = {row.id: row for row in session.scalars(whole_concepts().where(ConceptRow.collection_id == plan.collection))}
    position = next_position(session, plan.collection)
    for concept in plan.deleted:
        remove(session, rows[concept.id], change, revision)
    for concept, _ in plan.updated:
        make_room(session, concept)
        overwrite(session, rows[concept.id], concept, rows[concept.id].position, change, revision, "imported")
    domains: set[str] = set()
    store_sources(session, (s for c in plan.created for s in c.sources))
    for place, concept in enumerate(plan.created, position):
        if concept.domain not in domains:
            make_room(session, replace(concept, sources=()))
            domains.add(concept.domain)
        insert(session, concept, place, change, revision, "imported")
    session.flush()
    return revision


class _Planner:
    """Collects the plan while the file is read once."""

    def __init__(self, session: Session, collection: Collection) -> None:
        self.plan = ImportPlan(collection.id)
        self._collection = collection
        rows = session.scalars(whole_concepts().where(ConceptRow.collection_id == collection.id).order_by(ConceptRow.position))
        self._known = {row.id: concept_of(row) for row in rows}
        self._sources = {s.id: s for c in self._known.values() for s in c.sources}
        self._claims = {claim: c.id for c in self._known.values() for claim in _claims(c)}
        self._lines: dict[str, int | None] = {}

    def reject(self, row: RejectedRow) -> None:
        """Note a bad row."""
        self.plan.rejected.append(row)

    def take(self, item: ImportedConcept) -> None:
        """Sort a concept into created, updated, unchanged or rejected."""
        try:
            concept = prepare(item.concept, self._collection)
        except InvalidConcept as exc:
            for problem in exc.problems:
                self.reject(RejectedRow(item.line, None, problem))
            return
        reason = self._refusal(concept)
        if reason:
            self.reject(RejectedRow(item.line, None, reason))
            return
        self._lines[concept.id] = item.line
        self._sources.update((s.id, s) for s in concept.sources)
        self._claims.update(dict.fromkeys(_claims(concept), concept.id))
        before = self._known.get(concept.id)
        if before is None:
            self.plan.created.append(concept)
        elif before == concept:
            self.plan.unchanged += 1
        else:
            self.plan.updated.append((concept, before))

    def finish(self, replace_all: bool) -> ImportPlan:
        """The plan, with what is to be deleted."""
        if replace_all:
            self.plan.deleted = [c for c in self._known.values() if c.id not in self._lines]
        return self.plan

    def _refusal(self, concept: Concept) -> str | None:
        if concept.id in self._lines:
            return f"the concept {concept.id!r} stands in line {self._lines[concept.id]} already"
        for claim in _claims(concept):
            other = self._claims.get(claim)
            if other not in (None, concept.id):
                return f"the term {claim[2]!r} is {other!r} already, apart from width or case; give it that id, or another domain"
        for source in concept.sources:
            if self._sources.get(source.id, source) != source:
                return f"the source id {source.id!r} names two different sources"
        return None


def _claims(concept: Concept) -> list[tuple[str, str, str]]:
    """What no two concepts of a collection may share: domain, first language and its preferred term, folded."""
    first = next((t for t in concept.terms if t.status is Status.PREFERRED), concept.terms[0])
    return [(concept.domain, first.language, fold_key(first.text))]
