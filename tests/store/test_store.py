"""The termbase in the database: what goes in comes out, searches find what they should, and changes are seen."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.errors import ConceptNotFound, GlossaryDataError
from glossary.search import SearchMode, search
from glossary.store import get_concept, list_domains, load_concepts, read_state, replace_curated
from glossary.tables import ConceptRow, ConceptSourceRow, TermRow
from service.database import connect, sessions, upgrade
from service.settings import Settings
from service.wiring import Application
from tests.fakes import FakeEngine
from tests.postgres import PostgresServer
from tests.store.made_up import ALLIANCE, ECONOMY, concept, write_domain, write_termbase

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    """A session on an upgraded database without terms."""
    engine = connect(Settings(database_url=SecretStr(database_url)).resolved_database_url)
    upgrade(engine)
    with sessions(engine)() as open_session:
        yield open_session
    engine.dispose()


@pytest.fixture
def loaded(session: Session, tmp_path: Path) -> Session:
    """A session on a database that holds the small termbase."""
    _load(session, tmp_path)
    return session


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def searchable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """As ``loaded``, made once for all the tests that only read."""
    directory = tmp_path_factory.mktemp("searchable")
    with contextlib.ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{directory / 'test.db'}"
        else:
            server: PostgresServer = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        engine = connect(Settings(database_url=SecretStr(url)).resolved_database_url)
        stack.callback(engine.dispose)
        upgrade(engine)
        session = stack.enter_context(sessions(engine)())
        _load(session, directory)
        yield session


def _load(session: Session, directory: Path) -> None:
    replace_curated(session, read_termbase(write_termbase(directory / "terms")), NOW)
    session.commit()
    session.expunge_all()


def _ids(session: Session, query: str, mode: SearchMode = SearchMode.SUBSTRING, language: str | None = None,
         domains: tuple[str, ...] = ()) -> list[str]:  # fmt: skip
    return [r.concept.id for r in search(session, query, mode=mode, language=language, domains=domains)]


class TestRoundTrip:
    def test_the_bundled_files_come_back_equal_and_in_order(self, session: Session) -> None:
        termbase = read_termbase()
        assert replace_curated(session, termbase, NOW) == 1
        session.commit()
        session.expunge_all()
        assert load_concepts(session) == termbase.concepts
        assert read_state(session).curated_digest == termbase.digest

    def test_every_field_of_a_term_comes_back(self, loaded: Session) -> None:
        server = get_concept(loaded, "server")
        assert server.terms[0].variants == ("サーバ",)
        assert server.terms[0].not_followed_by == ("ー",)
        assert server.terms[2].use == "source"
        foip = get_concept(loaded, "foip")
        assert (foip.note, foip.terms[0].abbreviation) == ("A vision.", "FOIP")
        assert (foip.terms[3].kind, foip.terms[3].inflects) == ("abbreviation", False)
        assert [s.id for s in get_concept(loaded, "collective-self-defense").sources] == ["treaty", "paper"]

    def test_an_empty_database_has_revision_0_and_no_concepts(self, session: Session) -> None:
        assert read_state(session).revision == 0
        assert load_concepts(session) == ()
        assert search(session, "同盟") == []
        assert list_domains(session) == []

    def test_replacing_removes_what_the_files_no_longer_have(self, loaded: Session, tmp_path: Path) -> None:
        directory = tmp_path / "fewer"
        write_domain(directory, {**ALLIANCE, "concepts": ALLIANCE["concepts"][:1]})
        assert replace_curated(loaded, read_termbase(directory), NOW) == 2
        loaded.commit()
        loaded.expunge_all()
        assert [c.id for c in load_concepts(loaded)] == ["us-japan-alliance"]
        assert [domain for domain, _, _ in list_domains(loaded)] == ["alliance"]
        assert _ids(loaded, "サーバ") == []

    def test_domains_are_listed_with_titles_and_counts(self, loaded: Session) -> None:
        assert list_domains(loaded) == [
            ("alliance", {"en": "The alliance", "ja": "同盟"}, 4),
            ("economy", {"en": "The economy", "ja": "経済"}, 5),
        ]

    def test_an_unknown_id_is_an_error_in_words(self, loaded: Session) -> None:
        with pytest.raises(ConceptNotFound, match="'nobody-knows'"):
            get_concept(loaded, "nobody-knows")

    def test_a_query_that_nobody_asked_for_is_an_error(self, loaded: Session) -> None:
        row = loaded.scalars(select(ConceptRow).limit(1)).one()
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = row.terms
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = row.sources
        term = loaded.scalars(select(TermRow).limit(1)).one()
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = term.variants
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = term.concept
        with pytest.raises(InvalidRequestError, match="lazy='raise'"):
            _ = loaded.scalars(select(ConceptSourceRow).limit(1)).one().source


class TestSearch:
    def test_exact_finds_the_whole_term_alone(self, searchable: Session) -> None:
        assert _ids(searchable, "自衛権", SearchMode.EXACT) == ["self-defense"]
        assert _ids(searchable, "自衛", SearchMode.EXACT) == []

    def test_prefix_finds_what_begins_so(self, searchable: Session) -> None:
        assert _ids(searchable, "集団的", SearchMode.PREFIX) == ["collective-self-defense"]
        assert _ids(searchable, "自衛権", SearchMode.PREFIX) == ["self-defense"]

    def test_substring_finds_what_holds_it_the_closest_first(self, searchable: Session) -> None:
        assert _ids(searchable, "自衛権") == ["self-defense", "collective-self-defense"]
        assert _ids(searchable, "同盟") == ["alliance-of-firms", "us-japan-alliance"]  # equally close, so by id

    def test_fuzzy_finds_a_misspelling(self, searchable: Session) -> None:
        assert _ids(searchable, "colective self-defence", SearchMode.FUZZY)[0] == "collective-self-defense"
        assert _ids(searchable, "colective self-defence") == []
        assert _ids(searchable, "郵便番号", SearchMode.FUZZY) == []

    @pytest.mark.parametrize(
        ("mode", "query"), [(SearchMode.EXACT, "にちべいどうめい"), (SearchMode.PREFIX, "にちべい"), (SearchMode.SUBSTRING, "べいどうめい")]
    )
    def test_a_reading_finds_its_term(self, searchable: Session, mode: SearchMode, query: str) -> None:
        assert _ids(searchable, query, mode) == ["us-japan-alliance"]

    def test_a_variant_finds_its_term(self, searchable: Session) -> None:
        assert _ids(searchable, "サーバ", SearchMode.EXACT) == ["server"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("ＦＯＩＰ", "foip"),
            ("foip", "foip"),
            ("FREE AND OPEN INDO–PACIFIC", "foip"),
            ("u.s.‐japan ALLIANCE", "us-japan-alliance"),
            ("ｻｰﾊﾞｰ", "server"),
            ("  日米同盟　", "us-japan-alliance"),
            ("free　and　open　indo-pacific", "foip"),
        ],
    )
    def test_width_case_and_dashes_make_no_difference(self, searchable: Session, query: str, found: str) -> None:
        assert _ids(searchable, query, SearchMode.EXACT) == [found]

    @pytest.mark.parametrize("mode", [SearchMode.PREFIX, SearchMode.SUBSTRING])
    def test_wildcards_are_literal(self, searchable: Session, mode: SearchMode) -> None:
        assert _ids(searchable, "50%", mode) == ["half-rule"]
        assert _ids(searchable, "50_", mode) == []
        assert _ids(searchable, "dual_use", mode) == []
        assert _ids(searchable, "%", mode) == (["half-rule"] if mode is SearchMode.SUBSTRING else [])
        assert _ids(searchable, "\\", mode) == []
        assert _ids(searchable, "/", mode) == []

    @pytest.mark.parametrize("query", ["'", '"', "'; DROP TABLE terms; --", "[a-z]", "*", "^", "$"])
    @pytest.mark.parametrize("mode", list(SearchMode))
    def test_characters_of_other_query_languages_are_literal(self, searchable: Session, mode: SearchMode, query: str) -> None:
        assert _ids(searchable, query, mode) == []

    @pytest.mark.parametrize("query", ["", "   ", "　"])
    @pytest.mark.parametrize("mode", list(SearchMode))
    def test_an_empty_query_finds_nothing(self, searchable: Session, mode: SearchMode, query: str) -> None:
        assert _ids(searchable, query, mode) == []

    def test_a_language_narrows(self, searchable: Session) -> None:
        assert _ids(searchable, "foip", SearchMode.EXACT, language="en") == ["foip"]
        assert _ids(searchable, "server", SearchMode.EXACT, language="ja") == []
        assert _ids(searchable, "サーバ", SearchMode.EXACT, language="en") == []

    def test_domains_narrow(self, searchable: Session) -> None:
        assert _ids(searchable, "同盟", domains=("alliance",)) == ["us-japan-alliance"]
        assert _ids(searchable, "サーバ", domains=("alliance",)) == []
        assert _ids(searchable, "同盟", domains=("alliance", "economy")) == ["alliance-of-firms", "us-japan-alliance"]
        assert _ids(searchable, "同盟", domains=("no-such-domain",)) == []

    def test_the_limit_keeps_the_best(self, searchable: Session) -> None:
        found = search(searchable, "自衛権", limit=1)
        assert [r.concept.id for r in found] == ["self-defense"]

    @pytest.mark.parametrize("mode", list(SearchMode))
    def test_scores_fall_from_at_most_1(self, searchable: Session, mode: SearchMode) -> None:
        scores = [r.score for r in search(searchable, "自衛権", mode=mode)]
        assert scores
        assert scores[0] == 1.0
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] > 0

    def test_a_found_concept_is_whole(self, searchable: Session) -> None:
        assert search(searchable, "日米同盟")[0].concept == get_concept(searchable, "us-japan-alliance")


class TestChanges:
    def _application(self, tmp_path: Path, database_url: str, directory: Path) -> Application:
        engine = FakeEngine(lambda text: text)
        settings = Settings(data_dir=tmp_path, database_url=SecretStr(database_url), glossary_dir=directory)
        return Application(settings, engines={("ja", "en"): engine})

    def test_unchanged_files_keep_the_revision(self, database_url: str, tmp_path: Path) -> None:
        directory = write_termbase(tmp_path / "terms")
        first = self._application(tmp_path, database_url, directory)
        second = self._application(tmp_path, database_url, directory)
        assert first.glossary().revision == second.glossary().revision == second.upgrade() == 1
        first.close()
        second.close()

    def test_a_change_is_seen_by_a_running_application(self, database_url: str, tmp_path: Path) -> None:
        directory = write_termbase(tmp_path / "terms")
        running = self._application(tmp_path, database_url, directory)
        before = running.translate(["関税"], "ja", "en", {})[0]
        assert (before.terms, before.signature.glossary_revision) == ((), 1)
        write_domain(directory, {**ECONOMY, "concepts": [concept("tariff", "関税", "かんぜい", "tariff", sources=["report"])]})
        other = self._application(tmp_path, database_url, directory)
        after = running.translate(["関税"], "ja", "en", {})[0]
        assert [t.concept for t in after.terms] == ["tariff"]
        assert after.text == "Tariff"
        assert after.signature.glossary_revision == other.glossary().revision == 2
        assert running.glossary().concepts == other.glossary().concepts
        running.close()
        other.close()

    def test_a_removed_file_is_a_change(self, database_url: str, tmp_path: Path) -> None:
        directory = write_termbase(tmp_path / "terms")
        application = self._application(tmp_path, database_url, directory)
        (directory / "economy.yaml").unlink()
        assert application.upgrade() == 2
        assert {c.domain for c in application.glossary().concepts} == {"alliance"}
        application.close()

    def test_a_broken_file_leaves_the_database_as_it_was(self, database_url: str, tmp_path: Path) -> None:
        directory = write_termbase(tmp_path / "terms")
        application = self._application(tmp_path, database_url, directory)
        before = application.glossary()
        (directory / "economy.yaml").write_text("domain: [", encoding="utf-8")
        with pytest.raises(GlossaryDataError, match=r"economy\.yaml"):
            application.upgrade()
        after = application.glossary()
        assert (after.revision, after.concepts) == (1, before.concepts)
        application.close()

    def test_the_bundled_terms_are_the_default(self, tmp_path: Path) -> None:
        application = Application(Settings(data_dir=tmp_path))
        assert application.glossary().concepts == read_termbase(CURATED_DIRECTORY).concepts
        application.close()
