"""Termbase files: what is refused, and that the error says in which file and concept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glossary.checks import check_termbase
from glossary.curated import CURATED_DIRECTORY, MAXIMUM_TERM_LENGTH, CuratedTermbase, Domain, digest_of, read_termbase
from glossary.errors import GlossaryDataError
from glossary.terms import Case, Concept, Source, Status, Term, Use
from service.settings import Settings
from service.wiring import Application
from tests.store.made_up import ALLIANCE, ECONOMY, concept, write_domain, write_termbase


def _alliance(**changes: Any) -> dict[str, Any]:
    """The alliance file with its first concept changed."""
    first = concept("us-japan-alliance", "日米同盟", "にちべいどうめい", "U.S.-Japan alliance", **changes)
    return {**ALLIANCE, "concepts": [first, *ALLIANCE["concepts"][1:]]}


def _with_term(language: str, **changes: Any) -> dict[str, Any]:
    """The alliance file with one term of its first concept changed."""
    terms: dict[str, list[dict[str, Any]]] = {
        "ja": [{"text": "日米同盟", "reading": "にちべいどうめい"}],
        "en": [{"text": "U.S.-Japan alliance"}],
    }
    terms[language][0].update(changes)
    return _alliance(terms=terms)


def _without(name: str) -> dict[str, Any]:
    data = _alliance()
    del data["concepts"][0][name]
    return data


def _refused(directory: Path) -> str:
    with pytest.raises(GlossaryDataError) as caught:
        read_termbase(directory)
    return str(caught.value)


CONCEPT_RULES = {
    "unknown field of a concept": (_alliance(defintion="x"), "unknown field 'defintion'"),
    "unknown field of a term": (_with_term("en", readign="x"), "unknown field 'readign'"),
    "missing sources": (_without("sources"), "'sources' is missing"),
    "missing terms": (_without("terms"), "'terms' is missing"),
    "missing part of speech": (_without("pos"), "'pos' is missing"),
    "missing definition": (_without("definition"), "'definition' is missing"),
    "source that is not defined": (_alliance(sources=["treaty", "hearsay"]), "source 'hearsay' is not defined"),
    "sources as text": (_alliance(sources="treaty"), "sources must be a list"),
    "definition as text": (_alliance(definition="An alliance."), "definition must be a mapping"),
    "terms as a list": (_alliance(terms=[{"text": "日米同盟"}]), "terms must be a mapping"),
    "terms of a language as text": (_alliance(terms={"ja": "日米同盟"}), "terms of ja must be a list"),
    "term as text": (_alliance(terms={"ja": ["日米同盟"]}), r"a term \(ja\) must be a mapping"),
    "term without text": (_alliance(terms={"ja": [{"reading": "にちべい"}]}), "'text' is missing"),
    "empty term": (_with_term("en", text="  "), "must be text without blanks around it"),
    "term with blanks around it": (_with_term("en", text=" alliance"), "must be text without blanks around it"),
    "term that YAML reads as a number": (_with_term("en", text=2015), "must be text"),
    "term of 100,000 characters": (_with_term("ja", text="同" * 100_000), f"is longer than {MAXIMUM_TERM_LENGTH} characters"),
    "variant of 100,000 characters": (_with_term("ja", variants=["同" * 100_000]), "is longer than"),
    "reading of 100,000 characters": (_with_term("ja", reading="ど" * 100_000), "is longer than"),
    "term twice": (_alliance(terms={"en": [{"text": "alliance"}, {"text": "alliance"}]}), "stands twice"),
    "term with a null": (_with_term("en", text="al\0liance"), "control character"),
    "variants as text": (_with_term("en", variants="US-Japan alliance"), "variants must be a list"),
    "variant with blanks around it": (_with_term("en", variants=["a", " b"]), "variants ' b' must be text without blanks"),
    "guard that is empty": (_with_term("ja", not_followed_by=[""]), "not_followed_by '' must be text"),
    "reading that YAML reads as a truth value": (_with_term("ja", reading=False), "reading False must be text"),
    "unknown status": (_with_term("en", status="best"), "'best' is not a valid Status"),
    "unknown case": (_with_term("en", case="upper"), "'upper' is not a valid Case"),
    "unknown inflection": (_with_term("en", inflection="irregular"), "inflection of .* must be 'none'"),
    "note that is no text": (_alliance(note=2015), "note 2015 must be text"),
    "part of speech that is no text": (_alliance(pos=["noun"]), "must be text"),
}


@pytest.mark.parametrize(("data", "message"), CONCEPT_RULES.values(), ids=CONCEPT_RULES)
def test_a_broken_concept_is_named_with_its_file(data: dict[str, Any], message: str, tmp_path: Path) -> None:
    write_domain(tmp_path, data)
    with pytest.raises(GlossaryDataError, match=rf"^alliance\.yaml: concept us-japan-alliance: .*{message}"):
        read_termbase(tmp_path)


@pytest.mark.parametrize("concept_id", ["US-Japan", "us_japan", "-us", "us japan", "日米", "a/b", "x" * 129, 15, ""])
def test_an_id_has_a_form(concept_id: object, tmp_path: Path) -> None:
    write_domain(tmp_path, _alliance(id=concept_id))
    message = _refused(tmp_path)
    assert message.startswith("alliance.yaml: concept ")
    assert " id " in message or ": id" in message


@pytest.mark.parametrize("entry", ["text", 15, None, ["list"]])
def test_an_entry_that_is_no_concept_is_named_by_its_number(entry: object, tmp_path: Path) -> None:
    write_domain(tmp_path, {**ALLIANCE, "concepts": [ALLIANCE["concepts"][0], entry]})
    assert _refused(tmp_path) == "alliance.yaml: concept number 2: a concept must be a mapping"


FILE_RULES: dict[str, tuple[Callable[[Path], object], str]] = {
    "bad YAML": (lambda p: p.write_text("domain: alliance\nconcepts: [", encoding="utf-8"), "not readable as YAML"),
    "tabs": (lambda p: p.write_text("domain:\n\talliance", encoding="utf-8"), "not readable as YAML"),
    "not UTF-8": (lambda p: p.write_bytes("domain: alliance\ntitle: {ja: 同盟}".encode("shift_jis")), "not readable as YAML"),
    "YAML that makes objects": (lambda p: p.write_text("!!python/object/apply:os.getcwd []", encoding="utf-8"), "not readable as YAML"),
    "empty": (lambda p: p.write_bytes(b""), "'domain' must be 'alliance'"),
    "a list": (lambda p: p.write_text("- domain: alliance", encoding="utf-8"), "'domain' must be 'alliance'"),
    "another domain's name": (lambda p: p.write_text("domain: economy", encoding="utf-8"), "'domain' must be 'alliance'"),
    "concepts as a number": (lambda p: p.write_text("domain: alliance\nconcepts: 5", encoding="utf-8"), "concepts must be a list"),
    "title as text": (lambda p: p.write_text("domain: alliance\ntitle: Alliance", encoding="utf-8"), "title must be a mapping"),
    "sources as a list": (lambda p: p.write_text("domain: alliance\nsources: [a]", encoding="utf-8"), "sources must be a mapping"),
    "source as text": (lambda p: p.write_text("domain: alliance\nsources: {a: b}", encoding="utf-8"), "source 'a' must be a mapping"),
    "source without publisher": (
        lambda p: p.write_text("domain: alliance\nsources: {a: {title: b}}", encoding="utf-8"),
        "'publisher' is missing",
    ),
}


@pytest.mark.parametrize(("write", "message"), FILE_RULES.values(), ids=FILE_RULES)
def test_a_broken_file_is_named(write: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    write(tmp_path / "alliance.yaml")
    with pytest.raises(GlossaryDataError, match=rf"^alliance\.yaml: .*{message}"):
        read_termbase(tmp_path)


def test_a_file_name_that_the_table_has_no_room_for_is_refused(tmp_path: Path) -> None:
    name = "a" * 65
    write_domain(tmp_path, {**ALLIANCE, "domain": name})
    assert "longer than 64" in _refused(tmp_path)


def test_an_id_in_two_files_is_refused_with_both(tmp_path: Path) -> None:
    write_domain(tmp_path, ALLIANCE)
    write_domain(tmp_path, {**ECONOMY, "concepts": [concept("foip", "関税", "かんぜい", "tariff", sources=["report"])]})
    assert _refused(tmp_path) == "concept id 'foip' stands in alliance.yaml and in economy.yaml"


def test_an_id_twice_in_one_file_is_refused(tmp_path: Path) -> None:
    write_domain(tmp_path, {**ALLIANCE, "concepts": [ALLIANCE["concepts"][0]] * 2})
    assert _refused(tmp_path) == "concept id 'us-japan-alliance' stands in alliance.yaml and in alliance.yaml"


def test_a_source_that_two_files_define_differently_is_refused(tmp_path: Path) -> None:
    write_domain(tmp_path, ALLIANCE)
    other = {"treaty": {"title": "Another treaty", "publisher": "Others"}}
    write_domain(tmp_path, {**ECONOMY, "sources": other, "concepts": [concept("tariff", "関税", "かんぜい", "tariff")]})
    assert _refused(tmp_path) == "source 'treaty' is one thing in alliance.yaml and another in economy.yaml"


def test_a_source_that_two_files_define_equally_is_accepted(tmp_path: Path) -> None:
    write_domain(tmp_path, ALLIANCE)
    write_domain(tmp_path, {**ECONOMY, "sources": ALLIANCE["sources"], "concepts": [concept("tariff", "関税", "かんぜい", "tariff")]})
    assert len(read_termbase(tmp_path).concepts) == 5


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_directory_without_files_is_refused_and_not_taken_for_an_empty_termbase(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(GlossaryDataError, match=f"{name} holds no termbase file"):
        Application(Settings(data_dir=tmp_path / "data", glossary_dir=tmp_path / name)).close()


def test_defaults_of_a_term(tmp_path: Path) -> None:
    terms = {"en": [{"text": "alliance"}, {"text": "U.S. alliance"}, {"text": "ally", "inflection": "none"}]}
    write_domain(tmp_path, _alliance(terms=terms))
    first, second, third = read_termbase(tmp_path).concepts[0].terms
    assert (first.status, first.case, first.inflects) == (Status.PREFERRED, Case.SENTENCE, True)
    assert (second.status, second.case) == (Status.ADMITTED, Case.EXACT)
    assert third.inflects is False


def test_the_digest_follows_names_and_bytes(tmp_path: Path) -> None:
    write_termbase(tmp_path)
    before = digest_of(tmp_path)
    assert read_termbase(tmp_path).digest == before
    (tmp_path / "notes.txt").write_text("not a termbase file", encoding="utf-8")
    assert digest_of(tmp_path) == before
    path = tmp_path / "economy.yaml"
    path.write_bytes(path.read_bytes() + b"\n")
    changed = digest_of(tmp_path)
    assert changed != before
    path.rename(tmp_path / "trade.yaml")
    assert digest_of(tmp_path) not in (before, changed)


class TestCheckTermbase:
    def test_the_bundled_termbase_is_clean(self) -> None:
        assert check_termbase(read_termbase(CURATED_DIRECTORY)) == []

    def test_the_small_termbase_is_clean(self, tmp_path: Path) -> None:
        assert check_termbase(read_termbase(write_termbase(tmp_path))) == []

    def _problems(self, *concepts: Concept) -> list[str]:
        return check_termbase(CuratedTermbase((Domain("alliance", {}, concepts),), ""))

    def _concept(self, concept_id: str = "pact", **changes: Any) -> Concept:
        fields: dict[str, Any] = {
            "terms": (
                Term("盟約", "ja", Status.PREFERRED, reading="めいやく"),
                Term("pact", "en", Status.PREFERRED),
            ),
            "definitions": {"ja": "約束。", "en": "A promise."},
            "sources": (Source("treaty", "Treaty", "Two governments"),),
            **changes,
        }
        return Concept(concept_id, "alliance", **fields)

    def test_a_clean_concept_has_no_problem(self) -> None:
        assert self._problems(self._concept()) == []

    def test_no_source(self) -> None:
        assert self._problems(self._concept(sources=())) == ["pact: no source"]

    def test_an_unknown_part_of_speech(self) -> None:
        [problem] = self._problems(self._concept(part_of_speech="thing"))
        assert problem.startswith("pact: part of speech 'thing' is not one of adjective, noun")

    @pytest.mark.parametrize(("kept", "missing"), [(0, "en"), (1, "ja")])
    def test_a_language_without_a_term(self, kept: int, missing: str) -> None:
        assert self._problems(self._concept(terms=(self._concept().terms[kept],))) == [f"pact: no {missing} term"]

    def test_no_preferred_term(self) -> None:
        terms = (self._concept().terms[0], Term("pact", "en"))
        assert self._problems(self._concept(terms=terms)) == ["pact: 0 preferred en terms"]

    def test_two_preferred_terms(self) -> None:
        terms = (*self._concept().terms, Term("covenant", "en", Status.PREFERRED))
        assert self._problems(self._concept(terms=terms)) == ["pact: 2 preferred en terms"]

    @pytest.mark.parametrize("definitions", [{"ja": "約束。"}, {"ja": "約束。", "en": " "}])
    def test_no_definition(self, definitions: dict[str, str]) -> None:
        assert self._problems(self._concept(definitions=definitions)) == ["pact: no en definition"]

    def test_kanji_without_a_reading(self) -> None:
        terms = (Term("盟約", "ja", Status.PREFERRED), self._concept().terms[1])
        assert self._problems(self._concept(terms=terms)) == ["pact: '盟約' has kanji and no reading"]

    def test_kana_needs_no_reading(self) -> None:
        terms = (Term("サーバー", "ja", Status.PREFERRED), self._concept().terms[1])
        assert self._problems(self._concept(terms=terms)) == []

    def test_a_reading_that_is_not_kana(self) -> None:
        terms = (Term("盟約", "ja", Status.PREFERRED, reading="盟やく"), self._concept().terms[1])
        assert self._problems(self._concept(terms=terms)) == ["pact: reading '盟やく' of '盟約' is not kana"]

    def test_a_variant_that_folds_to_its_term(self) -> None:
        terms = (self._concept().terms[0], Term("pact", "en", Status.PREFERRED, variants=("Ｐａｃｔ",)))
        assert self._problems(self._concept(terms=terms)) == ["pact: two spellings of 'pact' fold to one key"]

    @pytest.mark.parametrize("spellings", [("共有", "共用"), ("ＰＡＣＴ", "PACT")])
    def test_a_spelling_of_two_terms(self, spellings: tuple[str, str]) -> None:
        """Written alike, that is: spellings that differ in case may differ in use, as 'Security Treaty' and 'security treaty' do."""
        first, second = (Term(s, "en", use=Use.TARGET, variants=("shared",)) for s in spellings)
        problems = self._problems(self._concept(terms=(*self._concept().terms, first, second)))
        assert problems == ["pact: 'shared' (en) is a spelling of two terms"]

    @pytest.mark.parametrize("reading", ["めいやく ", "めい・やく", "NATOめいやく", "めい-やく"])
    def test_a_reading_with_more_than_kana(self, reading: str) -> None:
        terms = (Term("盟約", "ja", Status.PREFERRED, reading=reading), self._concept().terms[1])
        assert self._problems(self._concept(terms=terms)) == [f"pact: reading {reading!r} of '盟約' is not kana"]

    @pytest.mark.parametrize(
        ("language", "definition"),
        [
            ("en", "A promise"), ("en", "A promise. It binds."), ("en", "A promise of 1960. It binds."), ("en", "Is it one? It is."),
            ("en", 'The so-called "pact." It binds.'), ("ja", "約束"), ("ja", "約束。守られるもの。"), ("ja", "約束か？約束である。"),
        ],
    )  # fmt: skip
    def test_a_definition_that_is_not_one_sentence(self, language: str, definition: str) -> None:
        problems = self._problems(self._concept(definitions={"ja": "約束。", "en": "A promise.", language: definition}))
        assert problems == [f"pact: the {language} definition is not one sentence with a full stop"]

    @pytest.mark.parametrize(
        "definition", ["A promise of the U.S. Navy.", "A word of Donald J. Trump in 2025.", "A promise, e.g. to defend."]
    )
    def test_a_full_stop_within_a_sentence_ends_none(self, definition: str) -> None:
        assert self._problems(self._concept(definitions={"ja": "約束。", "en": definition})) == []

    def test_a_term_that_is_a_sentence(self) -> None:
        long = "pact " * 100 + "s"
        terms = (self._concept().terms[0], Term("pact", "en", Status.PREFERRED, variants=(long,)))
        assert self._problems(self._concept(terms=terms)) == [f"pact: {long[:20]!r}… has more than 500 characters"]

    def test_two_concepts_of_one_domain_under_one_spelling(self) -> None:
        assert self._problems(self._concept(), self._concept("covenant")) == [
            "pact, covenant: both are looked for under the ja term '盟約'",
            "pact, covenant: both are looked for under the en term 'pact'",
        ]

    def test_a_variant_claims_its_spelling_too(self) -> None:
        terms = (Term("誓約", "ja", Status.PREFERRED, reading="せいやく"), Term("covenant", "en", Status.PREFERRED, variants=("Pact",)))
        problems = self._problems(self._concept(), self._concept("covenant", terms=terms))
        assert problems == ["pact, covenant: both are looked for under the en term 'pact'"]

    def test_a_rendering_claims_nothing(self) -> None:
        terms = (Term("誓約", "ja", Status.PREFERRED, reading="せいやく"), Term("pact", "en", Status.PREFERRED, use=Use.TARGET))
        assert self._problems(self._concept(), self._concept("covenant", terms=terms)) == []
