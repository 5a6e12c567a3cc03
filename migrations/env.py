"""Alembic's entry. ``service.database`` passes an open connection; from the alembic command line MEIYAKU_* settings are used."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from glossary.tables import GlossaryBase
from service.database import connect
from service.jobs.tables import JobsBase
from service.settings import Settings

_METADATA = [GlossaryBase.metadata, JobsBase.metadata]


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=_METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("migrations run against a database; offline SQL is not supported")
given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with connect(Settings().resolved_database_url).connect() as own:
        _run(own)
        own.commit()
