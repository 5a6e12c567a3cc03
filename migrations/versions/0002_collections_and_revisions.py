"""collections and revisions

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _forget_curated()
    op.create_table(
        "collections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
        sa.UniqueConstraint("precedence", name=op.f("uq_collections_precedence")),
    )
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concept_id", sa.String(length=128), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("glossary_revision", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("concept", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
    )
    op.create_index(op.f("ix_revisions_concept_id"), "revisions", ["concept_id", "id"])
    op.create_index(op.f("ix_revisions_glossary_revision"), "revisions", ["glossary_revision"])
    with op.batch_alter_table("concepts") as batch_op:
        batch_op.add_column(sa.Column("collection_id", sa.String(length=32), nullable=False))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False))
        batch_op.create_foreign_key(op.f("fk_concepts_collection_id_collections"), "collections", ["collection_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_concepts_collection_id"), ["collection_id", "position"])


def downgrade() -> None:
    _forget_curated()
    with op.batch_alter_table("concepts") as batch_op:
        batch_op.drop_index(batch_op.f("ix_concepts_collection_id"))
        batch_op.drop_constraint(batch_op.f("fk_concepts_collection_id_collections"), type_="foreignkey")
        batch_op.drop_column("version")
        batch_op.drop_column("collection_id")
    op.drop_table("revisions")
    op.drop_table("collections")


def _forget_curated() -> None:
    """Empty the concept tables: the program loads the curated files again. Before 0002 there was nothing else in them.

    SQLite changes a table by replacing it, and with foreign keys on that would delete what refers to it.
    """
    for table in ("term_variants", "terms", "concept_sources", "concepts", "sources", "domains"):
        op.execute(sa.table(table).delete())
    op.execute("UPDATE glossary_state SET curated_digest = ''")
