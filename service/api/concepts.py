"""The shapes in which concepts, revisions and collections go over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from glossary.collections import Collection, CollectionKind
from glossary.editing import Revision
from glossary.serialization import to_json
from glossary.store import Stored
from glossary.terms import Article, Case, Concept, Kind, Status, Use

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class TermInfo(BaseModel):
    """A term of a concept."""

    model_config = ConfigDict(extra="forbid")

    text: Text
    language: str
    status: Status | None = Field(default=None, description="Left out: preferred for the first term of a language, admitted for the others")
    kind: Kind = Kind.FULL
    use: Use = Use.BOTH
    case: Case | None = Field(default=None, description="Left out: exact for a term with a capital letter, sentence for the others")
    article: Article = Article.ANY
    inflects: bool = True
    reading: str | None = None
    abbreviation: str | None = None
    variants: list[str] = []
    not_preceded_by: list[str] = []
    not_followed_by: list[str] = []


class SourceInfo(BaseModel):
    """Where a rendering comes from."""

    model_config = ConfigDict(extra="forbid")

    id: str
    title: str
    publisher: str
    url: str | None = None


class ConceptFields(BaseModel):
    """A concept as a client writes it."""

    model_config = ConfigDict(extra="forbid")

    domain: str = Field(description="Subject field; a new one is made where there is none of this id")
    part_of_speech: str = "noun"
    definitions: dict[str, str] = Field(default={}, description="One sentence a language code")
    terms: list[TermInfo] = Field(min_length=1)
    sources: list[SourceInfo] = []
    note: str | None = None


class NewConcept(ConceptFields):
    """A concept to be made; its id is the part after the name of the collection."""

    id: str


class ChangedConcept(ConceptFields):
    """A concept as it shall be; ``id``, ``collection`` and ``version`` may be sent back as they came."""

    id: str | None = None
    collection: str | None = None
    version: int | None = None


class ConceptInfo(ConceptFields):
    """A concept with its terms in every language."""

    id: str
    collection: str


class VersionedConcept(ConceptInfo):
    """A concept and its version, which is also its ETag."""

    version: int


class RevisionInfo(BaseModel):
    """One change of one concept; ``concept`` is what it was afterwards, null where it was deleted."""

    id: int
    concept_id: str
    glossary_revision: int
    action: str
    actor: str
    reason: str | None
    at: datetime
    concept: ConceptInfo | None


class CollectionInfo(BaseModel):
    """A set of concepts; where two collections name the same characters, the higher precedence is meant."""

    id: str
    title: str
    kind: CollectionKind
    precedence: int
    concepts: int


def concept_json(concept: Concept) -> dict[str, Any]:
    """The fields of ConceptInfo."""
    return {**to_json(concept), "collection": concept.collection}


def versioned(stored: Stored) -> VersionedConcept:
    """A stored concept for the client."""
    return VersionedConcept(**concept_json(stored.concept), version=stored.version)


def revision_info(revision: Revision) -> RevisionInfo:
    """A revision for the client."""
    concept = ConceptInfo(**concept_json(revision.concept)) if revision.concept else None
    return RevisionInfo(
        id=revision.id, concept_id=revision.concept_id, glossary_revision=revision.glossary_revision, action=revision.action,
        actor=revision.actor, reason=revision.reason, at=revision.at, concept=concept,
    )  # fmt: skip


def collection_info(collection: Collection) -> CollectionInfo:
    """A collection for the client."""
    return CollectionInfo(
        id=collection.id, title=collection.title, kind=collection.kind, precedence=collection.precedence, concepts=collection.concepts
    )
