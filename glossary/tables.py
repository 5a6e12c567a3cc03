"""The terminology tables. ``lazy="raise"`` makes a query that nobody asked for an error."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class GlossaryBase(DeclarativeBase):
    """Base of the terminology tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class DomainRow(GlossaryBase):
    """A subject field; one reviewable file in the curated termbase."""

    __tablename__ = "domains"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    titles: Mapped[dict[str, str]] = mapped_column(JSON)


class SourceRow(GlossaryBase):
    """A publication that a rendering comes from."""

    __tablename__ = "sources"
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    publisher: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)


class CollectionRow(GlossaryBase):
    """A set of concepts with one owner: the curated files, or a user's own terms. The higher precedence wins."""

    __tablename__ = "collections"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(32))
    precedence: Mapped[int] = mapped_column(unique=True)


class ConceptRow(GlossaryBase):
    """A concept with its definitions per language. ``version`` is the glossary revision of its last change."""

    __tablename__ = "concepts"
    __table_args__ = (Index(None, "collection_id", "position"),)
    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    collection_id: Mapped[str] = mapped_column(ForeignKey("collections.id"))
    domain_id: Mapped[str] = mapped_column(ForeignKey("domains.id"), index=True)
    version: Mapped[int]
    position: Mapped[int]
    part_of_speech: Mapped[str] = mapped_column(String(32))
    definitions: Mapped[dict[str, str]] = mapped_column(JSON)
    note: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[list[TermRow]] = relationship(
        back_populates="concept", order_by="TermRow.position", cascade="all, delete-orphan", lazy="raise"
    )
    collection: Mapped[CollectionRow] = relationship(lazy="raise")
    sources: Mapped[list[ConceptSourceRow]] = relationship(order_by="ConceptSourceRow.position", cascade="all, delete-orphan", lazy="raise")


class ConceptSourceRow(GlossaryBase):
    """Which sources a concept rests on, in order."""

    __tablename__ = "concept_sources"
    concept_id: Mapped[str] = mapped_column(ForeignKey("concepts.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), primary_key=True)
    position: Mapped[int]
    source: Mapped[SourceRow] = relationship(lazy="raise")


class TermRow(GlossaryBase):
    """A term; ``folded`` is its search key."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("concept_id", "language", "text"), Index(None, "language", "folded"))
    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[str] = mapped_column(ForeignKey("concepts.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(35))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, index=True)
    status: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    use: Mapped[str] = mapped_column(String(16))
    letter_case: Mapped[str] = mapped_column(String(16))
    article: Mapped[str] = mapped_column(String(16))
    inflects: Mapped[bool] = mapped_column(Boolean)
    reading: Mapped[str | None] = mapped_column(Text, index=True)
    abbreviation: Mapped[str | None] = mapped_column(Text)
    guards: Mapped[dict[str, Any]] = mapped_column(JSON)
    concept: Mapped[ConceptRow] = relationship(back_populates="terms", lazy="raise")
    variants: Mapped[list[TermVariantRow]] = relationship(order_by="TermVariantRow.position", cascade="all, delete-orphan", lazy="raise")


class TermVariantRow(GlossaryBase):
    """Another spelling of the same term."""

    __tablename__ = "term_variants"
    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text, index=True)


class GlossaryStateRow(GlossaryBase):
    """One row: the revision number of the whole glossary and the digest of the curated files behind it."""

    __tablename__ = "glossary_state"
    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    curated_digest: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class RevisionRow(GlossaryBase):
    """One change of one concept: who, when, what and why. ``concept`` is what it was afterwards, null where it was deleted.

    Not tied to the concept by a foreign key: the history of a deleted concept stays.
    """

    __tablename__ = "revisions"
    __table_args__ = (Index(None, "concept_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[str] = mapped_column(String(128))
    collection_id: Mapped[str] = mapped_column(String(32))
    glossary_revision: Mapped[int] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    concept: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
