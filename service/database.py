"""The database: SQLite (WAL) by default, PostgreSQL where a URL says so; one set of migrations for both."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from sqlite3 import DatabaseError as SQLiteError
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

_UPGRADE_LOCK = 7_364_911  # any number, the same for every process that may migrate
_BUSY_TIMEOUT_MS = 30_000


class DatabaseError(Exception):
    """The database cannot be used; the message says why and what to do."""


class DatabaseTooNew(DatabaseError):
    """The database was migrated by a newer version of this program."""


def connect(url: str) -> Engine:
    """An engine for a URL. Nothing is opened yet, but a missing driver or a malformed URL is found.

    Raises:
        DatabaseError: the URL or its driver cannot be used.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise DatabaseError(f"unsupported database {parsed.get_backend_name()!r}; use sqlite or postgresql")
        if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
            _make_directory(Path(str(parsed.database)).parent)
        engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() == "postgresql")
    except (ArgumentError, NoSuchModuleError) as exc:
        raise DatabaseError("the database URL cannot be read; it looks like postgresql://user:password@host/name") from exc
    except ModuleNotFoundError as exc:
        raise DatabaseError("PostgreSQL needs its driver: pip install 'meiyaku[postgres]'") from exc
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise DatabaseError(f"the data directory {directory} cannot be made: {exc.strerror}; set MEIYAKU_DATA_DIR") from exc


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def upgrade(engine: Engine) -> None:
    """Bring the schema to this program's version, wholly or not at all. Call it inside ``exclusive``.

    Raises:
        DatabaseTooNew: a newer version has migrated it.
        DatabaseError: it cannot be reached or written.
    """
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # by itself Python's driver begins no transaction before DDL
            refuse_newer(connection)
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
    except (DBAPIError, SQLiteError) as exc:
        raise DatabaseError(f"the database cannot be used: {getattr(exc, 'orig', exc)}") from exc


def refuse_newer(connection: Connection) -> None:
    """Raise DatabaseTooNew where the database's revision is not one of ours."""
    script = ScriptDirectory.from_config(alembic_config(connection))
    known = {revision.revision for revision in script.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    unknown = [revision for revision in current if revision not in known]
    if unknown:
        raise DatabaseTooNew(
            f"the database is at revision {unknown[0]}, which this version does not know: it was used by a newer meiyaku; "
            "upgrade meiyaku, or use another MEIYAKU_DATA_DIR"
        )


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to an open connection where one is given."""
    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__path__[0])))
    config.set_main_option("path_separator", "os")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


@contextmanager
def exclusive(engine: Engine) -> Iterator[None]:
    """Let one process at a time change schema or curated terms: several start together behind one database.

    Raises:
        DatabaseError: the database cannot be reached.
    """
    if engine.dialect.name == "sqlite":
        name = engine.url.database
        with FileLock(f"{name}.lock") if name and name != ":memory:" else nullcontext():
            yield
        return
    try:
        connection = engine.connect()
    except OperationalError as exc:
        raise DatabaseError(f"the database cannot be reached: {exc.orig}") from exc
    with connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _UPGRADE_LOCK})
            connection.commit()


def sessions(engine: Engine) -> sessionmaker[Session]:
    """A factory of sessions. ``with factory.begin() as session`` is one transaction; code inside never commits."""
    return sessionmaker(engine, expire_on_commit=False)
