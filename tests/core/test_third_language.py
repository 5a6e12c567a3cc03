"""A language that the service does not know, built here and added as data: its terms are found, enforced and verified all the same."""

from __future__ import annotations

from itertools import permutations

import pytest

from glossary.terms import languages_of
from service.translation.intake import choose_direction
from service.translation.languages import Language
from service.translation.result import FindingKind, Rung, TermStatus, Translation
from service.translation.segmentation import join, split
from tests.core.attention import attending
from tests.core.naughty_engines import DeafEngine, inattentive, stubborn
from tests.core.small_termbase import LANGUAGES, concept, pipeline
from tests.fakes import FakeEngine

TOKI = Language(
    "toki", "Toki Pona", "toki pona", "aeioujklmnpstw",
    spaced=True, joiner=" ", enders=".!?", weight=1.2, density=2.6, clauses="[,:](?= )", pairs=("()", "“”"),
)  # fmt: skip
KNOWN = LANGUAGES.extended([TOKI])
CONCEPTS = (
    concept("soldier", ja=["兵士"], en=["soldier"], toki=["jan utala"]),
    concept("treaty", ja=["条約"], en=["treaty"], toki=["lipu wawa", "lipu pi wile wawa"]),
    concept("embassy", ja=["大使館"], en=["embassy"]),
)
DIRECTIONS = pytest.mark.parametrize(("source", "target"), list(permutations(["ja", "en", "toki"], 2)))

SENTENCES = {
    "ja": "兵士は条約を読んだ。",
    "en": "The soldier read the treaty.",
    "toki": "jan utala li lukin e lipu wawa.",
}
TERMS = {"ja": ("兵士", "条約"), "en": ("soldier", "treaty"), "toki": ("jan utala", "lipu wawa")}
WRONG = {"ja": "戦士は約束を読んだ。", "en": "The fighter read the promise.", "toki": "jan wawa li lukin e lipu suli."}
WRONG_TERMS = {"ja": ("戦士", "約束"), "en": ("fighter", "promise"), "toki": ("jan wawa", "lipu suli")}
WITHOUT_TERMS = {"ja": "今日はとてもよい天気だ。", "en": "The weather is very good today.", "toki": "sewi li pona mute lon tenpo ni."}


def _translate(engine: FakeEngine, text: str) -> Translation:
    return pipeline(engine, CONCEPTS, KNOWN).translate(text)


def _statuses(translation: Translation) -> list[tuple[TermStatus, Rung]]:
    return [(term.status, term.rung) for term in translation.terms]


def test_the_language_is_known_only_where_it_was_added() -> None:
    assert "toki" in KNOWN
    assert "toki" not in LANGUAGES
    assert languages_of(CONCEPTS) == {"ja", "en", "toki"}


@pytest.mark.parametrize("code", ["ja", "en", "toki"])
def test_each_language_is_detected_beside_the_others(code: str) -> None:
    found = KNOWN.detect(SENTENCES[code])
    assert found is not None
    assert found.code == code


def test_a_direction_is_chosen_from_a_text_in_it() -> None:
    source, target = choose_direction(SENTENCES["toki"], None, "en", KNOWN)
    assert (source.code, target.code) == ("toki", "en")


def test_its_texts_are_divided_and_joined() -> None:
    text = "jan li utala. Lipu li wawa! (ni li pona. ona li ike) li suli.\n\nsitelen."
    pieces = split(text, TOKI)
    assert join(pieces) == text
    assert [piece.text for piece in pieces if piece.text] == [
        "jan li utala.", "Lipu li wawa!", "(ni li pona. ona li ike) li suli.", "sitelen.",
    ]  # fmt: skip


@DIRECTIONS
def test_a_right_translation_meets_its_terms(source: str, target: str) -> None:
    translation = _translate(stubborn(SENTENCES[target], source=source, target=target), SENTENCES[source])
    assert translation.text.lower() == SENTENCES[target].lower()
    assert _statuses(translation) == [(TermStatus.MET, Rung.DECODED)] * 2
    assert [term.target_text for term in translation.terms] == list(TERMS[target])
    assert translation.findings == ()


@DIRECTIONS
def test_terms_are_written_into_the_source(source: str, target: str) -> None:
    engine = FakeEngine(lambda text: SENTENCES[target] if TERMS[target][0] in text else WRONG[target], source=source, target=target)
    assert _statuses(_translate(engine, SENTENCES[source])) == [(TermStatus.MET, Rung.DECODED)] * 2


@DIRECTIONS
def test_wrong_terms_are_repaired(source: str, target: str) -> None:
    pairs = dict(zip(WRONG_TERMS[target], TERMS[source], strict=True))
    translation = _translate(stubborn(WRONG[target], align=attending(pairs), source=source, target=target), SENTENCES[source])
    assert translation.text.lower() == SENTENCES[target].lower()
    assert _statuses(translation) == [(TermStatus.REPAIRED, Rung.REPAIRED)] * 2


@DIRECTIONS
def test_missing_terms_are_forced(source: str, target: str) -> None:
    translation = _translate(stubborn(WRONG[target], align=inattentive, source=source, target=target), SENTENCES[source])
    assert {status for status, _ in _statuses(translation)} <= {TermStatus.REPAIRED, TermStatus.UNMET}
    assert TermStatus.REPAIRED in {status for status, _ in _statuses(translation)}


@DIRECTIONS
def test_what_cannot_be_put_right_is_reported(source: str, target: str) -> None:
    engine = DeafEngine(lambda _: WRONG[target], align=inattentive, source=source, target=target)
    translation = _translate(engine, SENTENCES[source])
    assert _statuses(translation) == [(TermStatus.UNMET, Rung.UNMET)] * 2
    assert [finding.kind for finding in translation.findings] == [FindingKind.UNMET_TERM] * 2


@DIRECTIONS
def test_a_segment_that_is_a_term_needs_no_engine(source: str, target: str) -> None:
    engine = stubborn("!", source=source, target=target)
    translation = _translate(engine, TERMS[source][0])
    assert translation.text.lower() == TERMS[target][0]
    assert _statuses(translation) == [(TermStatus.MET, Rung.EXACT)]
    assert engine.requests == []


@DIRECTIONS
def test_an_empty_output_is_reported(source: str, target: str) -> None:
    translation = _translate(stubborn("", source=source, target=target), WITHOUT_TERMS[source])
    assert [finding.kind for finding in translation.findings] == [FindingKind.EMPTY]


@DIRECTIONS
def test_a_copied_sentence_is_reported_whatever_the_scripts(source: str, target: str) -> None:
    translation = _translate(stubborn(WITHOUT_TERMS[source], source=source, target=target), WITHOUT_TERMS[source])
    assert [finding.kind for finding in translation.findings] == [FindingKind.UNTRANSLATED]


@DIRECTIONS
def test_a_sound_translation_without_terms_has_no_findings(source: str, target: str) -> None:
    translation = _translate(stubborn(WITHOUT_TERMS[target], source=source, target=target), WITHOUT_TERMS[source])
    assert translation.findings == ()


def test_an_admitted_term_counts() -> None:
    engine = stubborn("jan utala li lukin e lipu pi wile wawa.", source="ja", target="toki")
    translation = _translate(engine, SENTENCES["ja"])
    assert [term.target_text for term in translation.terms] == ["jan utala", "lipu pi wile wawa"]


@pytest.mark.parametrize(("source", "text"), [("ja", "大使館だ。"), ("en", "It is an embassy.")])
def test_a_concept_without_a_term_in_it_is_reported(source: str, text: str) -> None:
    translation = _translate(stubborn("tomo li lon.", source=source, target="toki"), text)
    (finding,) = translation.findings
    assert (finding.kind, finding.concept) == (FindingKind.NO_TERM, "embassy")
    assert "Toki Pona" in finding.message


def test_its_words_are_no_terms_inside_longer_words() -> None:
    translation = _translate(stubborn("It is so.", source="toki", target="en"), "jan utalan li lipu wawan.")
    assert translation.terms == ()


def test_paragraphs_are_kept() -> None:
    engine = FakeEngine(lambda _: "pona.", source="ja", target="toki")
    assert _translate(engine, "今日はよい。明日もよい。\n\n終わり\n").text == "pona. pona.\n\npona.\n"
