"""Everything put together once. Entrances build an Application and call it; nothing below knows the settings."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from glossary.curated import CURATED_DIRECTORY, digest_of, read_termbase
from glossary.matching import TermIndex
from glossary.store import load_concepts, read_state, replace_curated
from glossary.terms import Concept
from models.catalogue import Catalogue
from models.engine import Engine
from models.loading import load_engine
from service.database import connect, exclusive, sessions, upgrade
from service.jobs.translate import Workbench
from service.settings import Settings
from service.translation.intake import check_text, choose_direction
from service.translation.languages import Languages, LanguagesFileError, builtin_languages, parse_languages
from service.translation.pipeline import GlossaryMode, Pipeline
from service.translation.result import Translation


@dataclass(frozen=True)
class Glossary:
    """One revision of the termbase with an index per language, built when first needed."""

    revision: int
    concepts: tuple[Concept, ...]
    indexes: dict[str, TermIndex]

    def index(self, language: str) -> TermIndex:
        """The index of a language. Two threads may build it at the same time; both results are equal."""
        found = self.indexes.get(language)
        if found is None:
            found = self.indexes[language] = TermIndex(self.concepts, language)
        return found


class Application:
    """The composed service. Safe to use from several threads."""

    def __init__(self, settings: Settings, *, engines: Mapping[tuple[str, str], Engine] | None = None) -> None:
        """Open the database, bring its schema and the curated terms up to date. ``engines`` replaces models of directions."""
        self.settings = settings
        self.languages = _languages(settings.languages_file)
        self.catalogue = Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests)
        self.database = connect(settings.resolved_database_url)
        self.sessions: sessionmaker[Session] = sessions(self.database)
        self._engines: dict[tuple[str, str], Engine] = dict(engines or {})
        self._given = frozenset(self._engines)
        self._engine_lock = threading.Lock()
        self._glossary: Glossary | None = None
        try:
            self.upgrade()
        except BaseException:
            self.close()
            raise

    def upgrade(self) -> int:
        """Migrate the schema and load the curated files where they changed; returns the glossary revision."""
        directory = self.settings.glossary_dir or CURATED_DIRECTORY
        with exclusive(self.database):
            upgrade(self.database)
            with self.sessions.begin() as session:
                state = read_state(session)
                if state.curated_digest == digest_of(directory):
                    return state.revision
                return replace_curated(session, read_termbase(directory), datetime.now(UTC))

    def glossary(self) -> Glossary:
        """The present revision. A change by another process is seen at the next call."""
        with self.sessions() as session:
            found = self._glossary
            while found is None or found.revision != read_state(session).revision:
                revision = read_state(session).revision
                found = Glossary(revision, load_concepts(session), {})
                session.rollback()  # a fresh look: where the number has moved meanwhile, the concepts may be of two revisions
                session.expunge_all()
            self._glossary = found
            return found

    def directions(self) -> list[tuple[str, str]]:
        """Directions that can be translated now."""
        return list(dict.fromkeys([*self._given, *self.catalogue.directions()]))

    def engine(self, source: str, target: str) -> Engine:
        """The engine of a direction, loaded once. Raises ModelError."""
        with self._engine_lock:
            found = self._engines.get((source, target))
            if found is None:
                entry = self.catalogue.installed(source, target)
                found = self._engines[source, target] = load_engine(
                    entry, kind=self.settings.engine, compute_type=self.settings.compute_type, threads=self.settings.threads
                )
            return found

    def pipeline(self, source: str, target: str, options: Mapping[str, Any]) -> Pipeline:
        """The pipeline of a direction with the present glossary. ``options``: ``mode`` and ``domains``."""
        glossary = self.glossary()
        return Pipeline(
            self.engine(source, target),
            self.languages.get(source),
            self.languages.get(target),
            glossary.index(source),
            glossary.revision,
            GlossaryMode(options.get("mode", GlossaryMode.ENFORCE)),
            tuple(options.get("domains", ())),
        )

    def translate(self, texts: list[str], source: str | None, target: str, options: Mapping[str, Any]) -> list[Translation]:
        """Translate texts, each in its own direction where ``source`` is None.

        Raises:
            IntakeError, UnknownLanguage: a text or a language cannot be accepted.
            ModelError: no model for a direction, or it cannot be used.
        """
        check_text("\n".join(texts) if all(t.strip() for t in texts) else "", self.settings.max_text_characters)
        directions = [choose_direction(text, source, target, self.languages) for text in texts]
        out: dict[int, Translation] = {}
        for direction in dict.fromkeys(directions):
            places = [i for i, d in enumerate(directions) if d == direction]
            pipeline = self.pipeline(direction[0].code, direction[1].code, options)
            out.update(zip(places, pipeline.translate_all([texts[i] for i in places]), strict=True))
        return [out[i] for i in range(len(texts))]

    def workbench(self) -> Workbench:
        """What jobs need."""
        limits = self.settings
        return Workbench(self.sessions, self.pipeline, self.languages, limits.max_text_characters, limits.max_upload_bytes)

    def uploads(self) -> Path:
        """Where uploaded jobs keep their files."""
        return self.settings.data_dir / "jobs"

    def close(self) -> None:
        """Give the database connections back."""
        self.database.dispose()


def _languages(path: Path | None) -> Languages:
    builtin = builtin_languages()
    if path is None:
        return builtin
    try:
        with path.open("rb") as file:
            return builtin.extended(parse_languages(tomllib.load(file)))
    except (OSError, ValueError, TypeError, AttributeError) as exc:
        raise LanguagesFileError(f"languages file {path} cannot be used: {exc}; see MEIYAKU_LANGUAGES_FILE") from exc
