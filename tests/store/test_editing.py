"""Collections, changes of concepts with their history, and imports: on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.orm import Session, sessionmaker

from glossary.collections import CollectionKind, create_collection, delete_collection, list_collections, update_collection
from glossary.curated import read_termbase
from glossary.editing import create_concept, delete_concept, get_revision, history, replace_concept, restore_concept
from glossary.errors import (
    CollectionExists,
    CollectionNotFound,
    ConceptExists,
    ConceptNotFound,
    GlossaryError,
    InvalidConcept,
    ReadOnlyCollection,
    StaleConcept,
)  # fmt: skip
from glossary.exchange import ExportChoice, export_concepts
from glossary.importing import apply_import, plan_import
from glossary.interchange.base import ImportedConcept, RejectedRow
from glossary.matching import TermIndex
from glossary.serialization import from_json, to_json
from glossary.store import Change, get_stored, load_concepts, read_state, replace_curated
from glossary.terms import Concept, Source, Term
from service.database import connect, sessions, upgrade
from service.settings import Settings
from tests.store.made_up import write_termbase

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ME = Change("me", NOW, "because")
SOURCE = Source("memo", "Memo", "Our desk")


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database with the small termbase and an empty collection ``mine``."""
    engine = connect(Settings(database_url=SecretStr(database_url)).resolved_database_url)
    upgrade(engine)
    factory = sessions(engine)
    with factory.begin() as session:
        replace_curated(session, read_termbase(write_termbase(tmp_path / "terms")), NOW)
        create_collection(session, "mine", "My terms", ME)
    yield factory
    engine.dispose()


def made(concept_id: str = "pact", ja: str = "日米同盟", en: str = "alliance of ours", **changes: object) -> Concept:
    """A small concept."""
    concept = Concept(concept_id, "own", (Term(ja, "ja"), Term(en, "en")), {"en": "A pact."}, sources=(SOURCE,))
    return replace(concept, **changes)  # type: ignore[arg-type]


def _create(database: sessionmaker[Session], concept: Concept, collection: str = "mine") -> int:
    with database.begin() as session:
        return create_concept(session, collection, concept, ME).version


class TestConcepts:
    def test_a_created_concept_is_read_back_whole_under_the_name_of_its_collection(self, database: sessionmaker[Session]) -> None:
        version = _create(database, made())
        with database() as session:
            stored = get_stored(session, "mine:pact")
        assert stored.version == version
        assert stored.concept == replace(made(), id="mine:pact", collection="mine", precedence=1)

    def test_every_change_takes_a_revision_number_and_is_kept_with_who_and_why(self, database: sessionmaker[Session]) -> None:
        before = read_state(database()).revision
        _create(database, made())
        with database.begin() as session:
            replace_concept(session, made("mine:pact", en="our alliance"), Change("you", NOW, "shorter"))
        with database.begin() as session:
            delete_concept(session, "mine:pact", ME)
        with database() as session:
            revisions = history(session, "mine:pact")
            assert [(r.action, r.actor, r.reason) for r in revisions] == [
                ("deleted", "me", "because"), ("updated", "you", "shorter"), ("created", "me", "because"),
            ]  # fmt: skip
            assert [r.glossary_revision for r in revisions] == [before + 3, before + 2, before + 1]
            assert [c.concept.terms[1].text if c.concept else None for c in revisions] == [None, "our alliance", "alliance of ours"]
            assert [r.id for r in history(session, "mine:pact", limit=1, before=revisions[0].id)] == [revisions[1].id]
            assert read_state(session).revision == before + 3

    def test_any_revision_can_be_restored_also_of_a_deleted_concept(self, database: sessionmaker[Session]) -> None:
        _create(database, made())
        with database.begin() as session:
            replace_concept(session, made("mine:pact", en="our alliance"), ME)
            delete_concept(session, "mine:pact", ME)
        with database.begin() as session:
            first = history(session, "mine:pact")[-1]
            restored = restore_concept(session, "mine:pact", first.id, ME)
        assert restored.concept.terms[1].text == "alliance of ours"
        with database() as session:
            assert get_stored(session, "mine:pact") == restored
            assert history(session, "mine:pact")[0].action == "restored"
            deleted = history(session, "mine:pact")[1]
        with database.begin() as session, pytest.raises(ConceptNotFound, match="choose an earlier one"):
            restore_concept(session, "mine:pact", deleted.id, ME)
        with database() as session, pytest.raises(ConceptNotFound, match="has no revision"):
            get_revision(session, "foip", first.id)

    def test_a_change_made_for_an_older_version_is_refused(self, database: sessionmaker[Session]) -> None:
        version = _create(database, made())
        with database.begin() as session:
            newer = replace_concept(session, made("mine:pact", en="our alliance"), ME, version).version
        assert newer > version
        for attempt in (
            lambda s: replace_concept(s, made("mine:pact", en="lost"), ME, version),
            lambda s: delete_concept(s, "mine:pact", ME, version),
            lambda s: restore_concept(s, "mine:pact", history(s, "mine:pact")[-1].id, ME, version),
        ):
            with pytest.raises(StaleConcept, match="read it again"), database.begin() as session:
                attempt(session)
        with database() as session:
            assert get_stored(session, "mine:pact").concept.terms[1].text == "our alliance"

    def test_a_change_that_changes_nothing_makes_no_revision_of_the_concept(self, database: sessionmaker[Session]) -> None:
        version = _create(database, made())
        with database.begin() as session:
            assert replace_concept(session, made("mine:pact"), ME).version == version
        with database() as session:
            assert len(history(session, "mine:pact")) == 1

    def test_the_curated_collection_cannot_be_written_to(self, database: sessionmaker[Session]) -> None:
        for attempt in (
            lambda s: create_concept(s, "curated", made(), ME),
            lambda s: replace_concept(s, made("foip"), ME),
            lambda s: delete_concept(s, "foip", ME),
        ):
            with pytest.raises(ReadOnlyCollection, match="takes precedence"), database.begin() as session:
                attempt(session)

    @pytest.mark.parametrize(
        ("concept", "error", "message"),
        [
            (made("pact"), ConceptExists, "already"),
            (made("other", sources=(Source("memo", "Another", "Our desk"),)), ConceptExists, "source id 'memo'"),
            (made("a b"), InvalidConcept, "no blanks"),
            (made("x", terms=()), InvalidConcept, "no terms"),
            (made("x", ja="長" * 100_000), InvalidConcept, "100,000 characters; at most 500"),
            (made("x", ja=" "), InvalidConcept, "without blanks"),
            (made("x", ja="a\0b"), InvalidConcept, "control characters"),
            (made("x", terms=(Term("ＦＯＩＰ", "ja"), Term("FOIP", "ja"))), InvalidConcept, "apart from the width"),
            (made("x", domain="a domain"), InvalidConcept, "the domain"),
        ],
    )  # fmt: skip
    def test_what_breaks_a_rule_is_refused(
        self, database: sessionmaker[Session], concept: Concept, error: type[GlossaryError], message: str
    ) -> None:
        _create(database, made())
        with pytest.raises(error, match=message), database.begin() as session:
            create_concept(session, "mine", concept, ME)

    def test_an_unknown_collection_is_named(self, database: sessionmaker[Session]) -> None:
        with pytest.raises(CollectionNotFound, match="'yours'"), database.begin() as session:
            create_concept(session, "yours", made(), ME)


class TestPrecedence:
    def _hit(self, database: sessionmaker[Session], language: str, text: str) -> Concept:
        with database() as session:
            [hit] = TermIndex(load_concepts(session), language).find(text, ["alliance"])
        return hit.concept

    def test_a_users_term_goes_before_the_curated_one_whatever_the_domain(self, database: sessionmaker[Session]) -> None:
        assert self._hit(database, "ja", "日米同盟").id == "us-japan-alliance"
        _create(database, made())
        assert self._hit(database, "ja", "日米同盟").id == "mine:pact"

    def test_the_collection_of_higher_precedence_wins_until_that_changes(self, database: sessionmaker[Session]) -> None:
        with database.begin() as session:
            assert create_collection(session, "desk", "Desk", ME).precedence == 2
        _create(database, made())
        _create(database, made(), "desk")
        assert self._hit(database, "ja", "日米同盟").id == "desk:pact"
        with database.begin() as session:
            update_collection(session, "mine", ME, precedence=9)
        assert self._hit(database, "ja", "日米同盟").id == "mine:pact"

    def test_a_term_that_is_not_to_be_translated_is_found_and_kept_in_both_directions(self, database: sessionmaker[Session]) -> None:
        with database.begin() as session:
            create_collection(session, "as-is", "Names", ME, kind=CollectionKind.DO_NOT_TRANSLATE)
        _create(database, made("name", ja="WireWatch", en="WireWatch", domain="names", sources=()), "as-is")
        for language, other in (("ja", "en"), ("en", "ja")):
            concept = self._hit(database, language, "WireWatch")
            assert [t.text for t in concept.approved(other)] == ["WireWatch"]
        with database() as session:
            assert TermIndex(load_concepts(session), "en").find("wirewatch") == []


class TestCollections:
    def test_listed_with_their_concepts_highest_precedence_first(self, database: sessionmaker[Session]) -> None:
        _create(database, made())
        with database() as session:
            assert [(c.id, c.precedence, c.concepts > 0) for c in list_collections(session)] == [("mine", 1, True), ("curated", 0, True)]

    def test_only_an_empty_one_can_be_deleted(self, database: sessionmaker[Session]) -> None:
        _create(database, made())
        with pytest.raises(ReadOnlyCollection, match="holds 1 concept"), database.begin() as session:
            delete_collection(session, "mine", ME)
        with database.begin() as session:
            delete_concept(session, "mine:pact", ME)
            delete_collection(session, "mine", ME)
        with database() as session:
            assert [c.id for c in list_collections(session)] == ["curated"]

    @pytest.mark.parametrize(("collection", "precedence", "error"), [
        ("mine", None, CollectionExists), ("other", 1, CollectionExists), ("Other", None, InvalidConcept), ("other", 0, InvalidConcept),
    ])  # fmt: skip
    def test_id_and_precedence_are_checked(
        self, database: sessionmaker[Session], collection: str, precedence: int | None, error: type[GlossaryError]
    ) -> None:
        with pytest.raises(error), database.begin() as session:
            create_collection(session, collection, "Title", ME, precedence=precedence)


class TestCuratedFiles:
    def test_a_new_state_of_the_files_leaves_the_users_terms_alone(self, database: sessionmaker[Session], tmp_path: Path) -> None:
        _create(database, made())
        directory = write_termbase(tmp_path / "terms")
        text = (directory / "alliance.yaml").read_text(encoding="utf-8").replace("right of self-defense", "self-defense right")
        (directory / "alliance.yaml").write_text(text, encoding="utf-8")
        with database.begin() as session:
            replace_curated(session, read_termbase(directory), NOW)
        with database() as session:
            assert get_stored(session, "mine:pact").concept.terms[0].text == "日米同盟"
            assert [r.action for r in history(session, "self-defense")] == ["updated", "created"]
            assert [r.action for r in history(session, "foip")] == ["created"]


class TestImport:
    def _plan(self, database: sessionmaker[Session], items: list[ImportedConcept | RejectedRow], **options: bool):  # type: ignore[no-untyped-def]
        with database() as session:
            return plan_import(session, "mine", items, **options)

    def test_the_plan_sorts_concepts_and_writes_nothing(self, database: sessionmaker[Session]) -> None:
        _create(database, made("same"))
        _create(database, made("old", ja="旧"))
        _create(database, made("gone", ja="無"))
        items = [
            ImportedConcept(made("same"), 2), ImportedConcept(made("old", ja="旧", en="changed"), 3),
            ImportedConcept(made("new", ja="新"), 4),
            RejectedRow(5, "target", "the term is empty"),
        ]  # fmt: skip
        plan = self._plan(database, items, replace_all=True)
        assert ([c.id for c in plan.created], plan.unchanged, [c.id for c in plan.deleted]) == (["mine:new"], 1, ["mine:gone"])
        assert [(a.terms[1].text, b.terms[1].text) for a, b in plan.updated] == [("changed", "alliance of ours")]
        assert plan.rejected == [RejectedRow(5, "target", "the term is empty")]
        with database() as session:
            assert get_stored(session, "mine:old").concept.terms[1].text == "alliance of ours"
        with database.begin() as session:
            apply_import(session, plan, ME)
        with database() as session:
            found = {c.id: c for c in load_concepts(session) if c.collection == "mine"}
            assert set(found) == {"mine:same", "mine:old", "mine:new"}
            assert found["mine:old"].terms[1].text == "changed"
            assert history(session, "mine:new")[0].action == "imported"

    @pytest.mark.parametrize(("concept", "reason"), [
        (made("other", ja="ＦＯＩＰ"), "apart from width or case"),
        (made("foip", ja="基地"), "stands in line 1 already"),
        (made("x", ja="語", sources=(Source("memo", "Another", "Desk"),)), "two different sources"),
        (made("x", ja="長" * 501), "at most 500"),
    ])  # fmt: skip
    def test_a_concept_that_clashes_within_the_file_is_rejected_with_its_line(
        self, database: sessionmaker[Session], concept: Concept, reason: str
    ) -> None:
        plan = self._plan(database, [ImportedConcept(made("foip", ja="FOIP"), 1), ImportedConcept(concept, 2)])
        assert [c.id for c in plan.created] == ["mine:foip"]
        [row] = plan.rejected
        assert (row.line, reason in row.reason) == (2, True)

    def test_what_is_exported_from_one_collection_can_be_imported_into_another(self, database: sessionmaker[Session]) -> None:
        with database() as session:
            concepts = list(export_concepts(session, ExportChoice(("curated",))))
        plan = self._plan(database, [ImportedConcept(c, n) for n, c in enumerate(concepts, 1)])
        assert plan.rejected == []
        with database.begin() as session:
            apply_import(session, plan, ME)
        with database() as session:
            assert [to_json(c) for c in export_concepts(session, ExportChoice(("mine",)))] == [to_json(c) for c in concepts]


def test_every_curated_concept_survives_json() -> None:
    for concept in read_termbase().concepts:
        assert from_json(to_json(concept)) == concept


def test_everything_wrong_with_a_json_concept_is_named_at_once() -> None:
    with pytest.raises(InvalidConcept) as caught:
        from_json({"id": 3, "terms": [{"text": "a", "language": "en", "status": "fine"}], "colour": "red"})
    assert [p.split(" must")[0] for p in caught.value.problems] == [
        "the concept has an unknown field 'colour'", "term 1: 'status'", "the concept: 'id'", "the concept: 'domain' is missing",
    ]  # fmt: skip
