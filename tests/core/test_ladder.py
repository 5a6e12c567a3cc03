"""The enforcement ladder against engines that misbehave: what they do wrong is put right or reported, and the rung is recorded."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.translation.pipeline import GlossaryMode
from service.translation.result import FindingKind, Rung, TermStatus, Translation
from tests.core.attention import attending
from tests.core.naughty_engines import DeafEngine, RecordingEngine, inattentive, stubborn
from tests.core.small_termbase import SELF_DEFENSE_FORCES, concept, pipeline
from tests.fakes import FakeEngine, diagonal, identity_engine

SOURCE = "自衛隊は海外に派遣された。"
RIGHT = "The Self-Defense Forces were sent abroad."
LONG_SOURCE = "自衛隊は海外で長く活動して多くの国と協力し、米国は域内の抑止力を高めるため各国と連携した。"


def _translate(engine: FakeEngine, text: str = SOURCE, **options: object) -> Translation:
    return pipeline(engine, **options).translate(text)


def _outcomes(translation: Translation) -> list[tuple[TermStatus, Rung]]:
    return [(term.status, term.rung) for term in translation.terms]


def _kinds(translation: Translation) -> set[FindingKind]:
    return {finding.kind for finding in translation.findings}


def _halves(text: str) -> str:
    """A translator of clauses: the whole of LONG_SOURCE is too much for it."""
    first, second = "海外" in text, "連携" in text
    if first and second:
        return "They acted together with many other countries in the region."
    return "The Self-Defense Forces worked abroad with many nations." if first else "The U.S. joined with each nation for deterrence."


# Rung 0 and 1: no model.


@pytest.mark.parametrize("text", ["2024", "3.5%", "----", "…", "", " \n"])
def test_what_has_no_letter_of_the_source_is_copied_without_the_engine(text: str) -> None:
    engine = identity_engine()
    translation = _translate(engine, text)
    assert translation.text == text
    assert {segment.rung for segment in translation.segments} <= {Rung.COPIED}
    assert engine.requests == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("自衛隊", "Self-Defense Forces"),
        ("自衛隊。", "Self-Defense Forces."),
        ("自衛隊？", "Self-Defense Forces?"),
        ("自衛隊！", "Self-Defense Forces!"),
        ("\u3000自衛隊\n", " Self-Defense Forces\n"),
        ("反撃能力", "Counterstrike capability"),
        ("米国", "U.S."),
        ("米国。", "U.S."),
        ("TPP", "Trans-Pacific Partnership"),
        ("ＴＰＰ", "Trans-Pacific Partnership"),
    ],
)
def test_a_segment_that_is_a_term_needs_no_engine(text: str, expected: str) -> None:
    engine = identity_engine()
    translation = _translate(engine, text)
    assert translation.text == expected
    assert _outcomes(translation) == [(TermStatus.MET, Rung.EXACT)]
    assert translation.findings == ()
    assert engine.requests == []


@pytest.mark.parametrize(
    ("text", "expected"), [("Self-Defense Forces", "自衛隊"), ("U.S.", "米国"), ("Counterstrike capabilities", "反撃能力")]
)
def test_an_english_segment_that_is_a_term_needs_no_engine(text: str, expected: str) -> None:
    engine = identity_engine("en", "ja")
    translation = _translate(engine, text)
    assert translation.text == expected
    assert _outcomes(translation) == [(TermStatus.MET, Rung.EXACT)]
    assert engine.requests == []


def test_a_term_of_exact_case_keeps_its_small_letter_at_the_start() -> None:
    concepts = [concept("leyen", ja=["フォンデアライエン"], en=[{"text": "von der Leyen", "case": "exact"}])]
    translation = _translate(identity_engine(), "フォンデアライエン", concepts=concepts)
    assert translation.text == "von der Leyen"
    assert _outcomes(translation) == [(TermStatus.MET, Rung.EXACT)]


@pytest.mark.parametrize("text", ["外為法", "外為法。"])
def test_an_approved_term_is_never_of_suspicious_length(text: str) -> None:
    concepts = [concept("fefta", ja=["外為法"], en=["Foreign Exchange and Foreign Trade Act"])]
    assert _translate(identity_engine(), text, concepts=concepts).findings == ()


@pytest.mark.parametrize(("before", "after"), [("「", "」"), ("（", "）"), ("・", ""), ("- ", ""), ("■ ", ""), ("", "："), ("", "……")])
def test_marks_around_a_lone_term_are_not_lost(before: str, after: str) -> None:
    halves = {"「": "“", "」": "”", "（": "(", "）": ")", "：": ":", "……": "..."}
    engine = FakeEngine(lambda _: f"{halves.get(before, before)}Self-Defense Forces{halves.get(after, after)}")
    text = _translate(engine, f"{before}自衛隊{after}").text
    assert re.fullmatch(r"(.*)Self-Defense Forces(.*)", text)
    assert text[:1] in {before[:1], halves.get(before, before)[:1]} or not before
    assert text[-1:] in {after[-1:], halves.get(after, after)[-1:]} or not after


# Rungs 2 and 3: what the model writes by itself.


def test_the_plain_translation_is_taken_where_it_is_right() -> None:
    translation = _translate(stubborn(RIGHT))
    assert translation.text == RIGHT
    assert _outcomes(translation) == [(TermStatus.MET, Rung.DECODED)]
    assert translation.findings == ()


def test_terms_written_into_the_source_bring_the_right_translation() -> None:
    engine = FakeEngine(lambda text: RIGHT if "Self-Defense Forces" in text else "The army was sent abroad.")
    translation = _translate(engine)
    assert "Self-Defense Forces は海外に派遣された。" in engine.requests
    assert translation.text == RIGHT
    assert _outcomes(translation) == [(TermStatus.MET, Rung.DECODED)]


def test_another_hypothesis_is_taken_where_it_is_right() -> None:
    translation = _translate(stubborn("The army was sent abroad.", "They left.", RIGHT))
    assert translation.text == RIGHT
    assert _outcomes(translation) == [(TermStatus.MET, Rung.N_BEST)]
    assert [segment.rung for segment in translation.segments] == [Rung.N_BEST]


def test_a_preferred_term_goes_before_an_admitted_one() -> None:
    engine = stubborn("The United States left the region.", "The U.S. left the region.")
    assert _translate(engine, "米国は地域を去った。").text == "The U.S. left the region."


def test_a_sound_hypothesis_goes_before_a_loop() -> None:
    engine = stubborn("The Self-Defense Forces left, they left, they left, they left.", RIGHT)
    assert _translate(engine).text == RIGHT


def test_the_better_score_decides_between_equals() -> None:
    assert _translate(stubborn(RIGHT, "Abroad went the Self-Defense Forces.")).text == RIGHT


# Rungs 4 to 6: what the ladder puts right.


def test_a_dropped_term_is_repaired_where_the_attention_shows_it() -> None:
    translation = _translate(stubborn("The army was sent abroad.", align=attending({"army": "自衛隊", "abroad": "海外"})))
    assert translation.text == "The Self-Defense Forces was sent abroad."
    assert _outcomes(translation) == [(TermStatus.REPAIRED, Rung.REPAIRED)]
    assert [segment.rung for segment in translation.segments] == [Rung.REPAIRED]


def test_only_the_term_that_was_written_counts_as_repaired() -> None:
    engine = stubborn("The U.S. and the army left.", align=attending({"army": "自衛隊"}))
    translation = _translate(engine, "米国と自衛隊が去った。")
    assert _outcomes(translation) == [(TermStatus.MET, Rung.DECODED), (TermStatus.REPAIRED, Rung.REPAIRED)]


def test_a_term_in_lower_case_is_put_right() -> None:
    translation = _translate(stubborn(RIGHT.replace("Self-Defense Forces", "self-defense forces"), align=inattentive))
    assert translation.text == RIGHT
    assert _outcomes(translation) == [(TermStatus.REPAIRED, Rung.REPAIRED)]


def test_a_term_that_left_no_trace_is_forced() -> None:
    engine = stubborn("were sent abroad.", align=inattentive)
    translation = _translate(engine)
    assert "Self-Defense Forces" in translation.text
    assert _outcomes(translation) == [(TermStatus.REPAIRED, Rung.FORCED)]


def test_a_long_sentence_is_divided_and_says_so() -> None:
    translation = _translate(DeafEngine(_halves, align=inattentive), LONG_SOURCE)
    assert "The Self-Defense Forces worked abroad with many nations, " in translation.text
    assert translation.text.endswith("U.S. joined with each nation for deterrence.")
    assert _outcomes(translation) == [(TermStatus.MET, Rung.DIVIDED)] * 3
    assert _kinds(translation) == {FindingKind.DIVIDED}


@pytest.mark.parametrize("kind", [FakeEngine, DeafEngine])
def test_a_number_is_not_given_up_for_a_term(kind: type[FakeEngine]) -> None:
    engine = kind(lambda _: "The 3 ships went out to sea.", align=attending({"3 ships": "自衛隊"}))
    translation = _translate(engine, "自衛隊の3隻が海に出た。")
    assert "3" in translation.text


def test_a_sound_repair_goes_before_a_loop_that_has_the_term() -> None:
    loop, plain = "The Self-Defense Forces left, they left, they left, they left.", "The army was sent abroad."
    engine = FakeEngine(lambda text: loop if "Self-Defense Forces" in text else plain, align=attending({"army": "自衛隊"}))
    translation = _translate(engine)
    assert translation.findings == ()
    assert translation.text == "The Self-Defense Forces was sent abroad."


@pytest.mark.parametrize(
    ("text", "output", "expected"),
    [
        ("彼は去った。", "he left.", "He left."),
        ("フォンデアライエンが去った。", "von der Leyen left.", "von der Leyen left."),
        ("自衛隊が去った。", "Self-Defense Forces left.", "The Self-Defense Forces left."),
        ("彼は去った。", "“he left.”", "“he left.”"),
    ],
)
def test_a_finished_translation_begins_as_a_sentence_does(text: str, output: str, expected: str) -> None:
    concepts = [concept("leyen", ja=["フォンデアライエン"], en=[{"text": "von der Leyen", "case": "exact"}]), SELF_DEFENSE_FORCES]
    translation = _translate(stubborn(output), text, concepts=concepts)
    assert translation.text == expected
    assert {status for status, _ in _outcomes(translation)} <= {TermStatus.MET}


# Rung 7, and everything that must not pass in silence.


def test_what_cannot_be_put_right_is_left_and_reported() -> None:
    translation = _translate(DeafEngine(lambda _: "They were sent abroad.", align=inattentive))
    (finding,) = translation.findings
    assert translation.text == "They were sent abroad."
    assert _outcomes(translation) == [(TermStatus.UNMET, Rung.UNMET)]
    assert (finding.kind, finding.source_span, finding.concept) == (FindingKind.UNMET_TERM, (0, 3), "self-defense-forces")
    assert "自衛隊" in finding.message
    assert "Self-Defense Forces" in finding.message


@pytest.mark.parametrize(
    "output",
    [
        "The Self-Defense Forces Self-Defense Forces were sent abroad.",
        "The Self-Defense Forces, Self-Defense Forces were sent abroad.",
        "The Self-Defense Forces Self-Defense Forces Self-Defense Forces were sent abroad.",
    ],
)
def test_a_doubled_term_is_put_right_or_reported(output: str) -> None:
    translation = _translate(stubborn(output))
    assert translation.text.count("Self-Defense Forces") == 1 or FindingKind.REPETITION in _kinds(translation)


def test_a_term_that_is_doubled_in_japanese_is_put_right_or_reported() -> None:
    translation = _translate(stubborn("自衛隊自衛隊が海外に派遣された。", source="en", target="ja"), RIGHT)
    assert translation.text.count("自衛隊") == 1 or FindingKind.REPETITION in _kinds(translation)


@pytest.mark.parametrize("output", ["", " ", "\n"])
@pytest.mark.parametrize("text", [SOURCE, "外交は長い対話の上に成り立つ。"])
def test_an_empty_output_is_reported(text: str, output: str) -> None:
    assert _translate(stubborn(output), text).findings


@pytest.mark.parametrize(
    ("text", "output", "kind"),
    [
        (SOURCE, "go away " * 10, FindingKind.REPETITION),
        (SOURCE, "The Self-Defense Forces left. " * 4, FindingKind.REPETITION),
        (SOURCE, SOURCE, FindingKind.UNTRANSLATED),
        (SOURCE, "The Self-Defense Forces は海外に派遣された。", FindingKind.UNTRANSLATED),
        ("外交は長い対話の上に成り立つ。", "外交は長い対話の上に成り立つ。", FindingKind.UNTRANSLATED),
        ("概要", "I'm sorry, but I do not know what you mean.", FindingKind.LENGTH),
        ("外交は長い対話の上に成り立つという考えは今も広く共有されている。", "I'm sorry.", FindingKind.LENGTH),
    ],
)
def test_a_broken_output_is_reported(text: str, output: str, kind: FindingKind) -> None:
    assert kind in _kinds(_translate(stubborn(output, align=inattentive), text))


def test_an_apology_for_a_short_segment_is_no_term_met() -> None:
    translation = _translate(stubborn("I'm sorry."), "自衛隊の活動")
    assert [term.status for term in translation.terms] != [TermStatus.MET]
    assert all(term.status is TermStatus.REPAIRED or translation.findings for term in translation.terms)


@pytest.mark.parametrize(
    "output",
    [
        "", "I'm sorry.", "The army left.", "the self-defense forces left", "SELF-DEFENSE FORCES", "The SDF left.", SOURCE,
        "Self Defense Forces", "The Self-Defense Force left.", "go " * 30, "The Diet passed the bill.", "自衛隊",
    ],
)  # fmt: skip
@pytest.mark.parametrize("align", [inattentive, attending({}), attending({"army": "自衛隊"})], ids=["blind", "empty", "army"])
def test_a_term_counts_as_right_only_where_it_stands_in_the_text(output: str, align: object) -> None:
    translation = _translate(stubborn(output, align=align))
    (segment,), (term,) = translation.segments, translation.terms
    unmet = [finding for finding in translation.findings if finding.kind is FindingKind.UNMET_TERM]
    assert (term.status is TermStatus.UNMET) is bool(unmet) is (term.target_span is None) is (term.rung is Rung.UNMET)
    if term.target_span is not None:
        assert segment.target[slice(*term.target_span)] == term.target_text
        assert term.target_text in {"Self-Defense Forces", "SDF"}


def test_a_concept_without_a_term_in_the_target_language_is_reported_and_binds_nothing() -> None:
    translation = _translate(stubborn("The office decided."), "官邸が決めた。")
    (finding,) = translation.findings
    assert (finding.kind, finding.concept, finding.source_span) == (FindingKind.NO_TERM, "kantei", (0, 2))
    assert translation.terms == ()


_SOURCES = st.lists(
    st.sampled_from(["自衛隊", "米国", "反撃能力", "は強い", "3隻", "。", "TPP", "https://a.example/b-c"]), min_size=1, max_size=8
)
_OUTPUTS = st.lists(
    st.sampled_from(["The", "Self-Defense", "Forces", "U.S.", "army", "counterstrike", "capability", "3", "left.", "自衛隊", "a", "go"]),
    max_size=14,
).map(" ".join)


@given(parts=_SOURCES, outputs=st.lists(_OUTPUTS, min_size=1, max_size=4), heard=st.booleans(), seen=st.booleans())
def test_whatever_the_engine_writes_every_occurrence_is_accounted_for(
    parts: list[str], outputs: list[str], heard: bool, seen: bool
) -> None:
    engine = (FakeEngine if heard else DeafEngine)(lambda _: outputs, align=diagonal if seen else inattentive)
    for segment in _translate(engine, "".join(parts)).segments:
        reported = [f.source_span for f in segment.findings if f.kind in (FindingKind.UNMET_TERM, FindingKind.LOST_PROTECTED)]
        assert reported == [use.source_span for use in segment.terms if use.status is TermStatus.UNMET]
        met = sorted(use.target_span for use in segment.terms if use.target_span)
        assert all(one[1] <= other[0] for one, other in pairwise(met))
        assert all(
            segment.target[start:end] == use.target_text for use in segment.terms for start, end in [use.target_span or (0, 0)] if end
        )
        assert all((use.status is TermStatus.REPAIRED) <= (use.rung in (Rung.REPAIRED, Rung.FORCED)) for use in segment.terms)


# What is decoded, and how often.


def test_identical_segments_are_decoded_once() -> None:
    engine = stubborn(RIGHT)
    translation = pipeline(engine).translate_all([SOURCE * 2, f"{SOURCE}\n{SOURCE}"])
    assert engine.requests
    assert len(engine.requests) == len(set(engine.requests))
    assert translation[0].text == f"{RIGHT} {RIGHT}"
    assert translation[1].text == f"{RIGHT}\n{RIGHT}"


def test_only_segments_that_lack_a_term_are_decoded_again() -> None:
    engine = FakeEngine(lambda text: RIGHT if "海外" in text else "It left.", align=inattentive)
    _translate(engine, f"{SOURCE}米国は去った。")
    good = [text for text in engine.requests if "海外" in text]
    lacking = [text for text in engine.requests if "去った" in text]
    assert len(good) == len(set(good))
    assert len(lacking) > len(set(lacking))


def test_a_segment_without_terms_is_decoded_once_as_it_is() -> None:
    engine = stubborn("Diplomacy takes long talks.")
    _translate(engine, "外交は長い対話だ。")
    assert engine.requests == ["外交は長い対話だ。"]


# Glossary modes.


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (SOURCE, lambda _: "The army was sent abroad."),
        (SOURCE, lambda _: "the self-defense forces were sent abroad."),
        (SOURCE, lambda _: ""),
        (SOURCE, lambda _: ["The army left.", RIGHT]),
        (LONG_SOURCE, _halves),
        (LONG_SOURCE, lambda _: "go away " * 10),
    ],
    ids=["otherwise", "lower-case", "nothing", "second-best", "divisible", "loop"],
)
def test_mode_prefer_never_edits_what_the_model_wrote(text: str, rule: object) -> None:
    engine = RecordingEngine(rule, align=attending({"army": "自衛隊"}))
    translation = _translate(engine, text, mode=GlossaryMode.PREFER)
    assert translation.text in engine.written
    assert {segment.rung for segment in translation.segments} <= {Rung.DECODED, Rung.N_BEST}
    assert {term.status for term in translation.terms} <= {TermStatus.MET, TermStatus.UNMET}


def test_mode_prefer_chooses_the_hypothesis_with_the_term() -> None:
    translation = _translate(stubborn("The army was sent abroad.", RIGHT), mode=GlossaryMode.PREFER)
    assert translation.text == RIGHT
    assert _outcomes(translation) == [(TermStatus.MET, Rung.N_BEST)]


def test_mode_prefer_reports_what_is_missing() -> None:
    translation = _translate(stubborn("The army was sent abroad."), mode=GlossaryMode.PREFER)
    assert _outcomes(translation) == [(TermStatus.UNMET, Rung.UNMET)]
    assert _kinds(translation) == {FindingKind.UNMET_TERM}


@pytest.mark.parametrize("text", [SOURCE, "自衛隊", "官邸が決めた。"])
def test_mode_off_looks_for_no_terms_and_reports_none(text: str) -> None:
    engine = stubborn("The army was sent.")
    translation = _translate(engine, text, mode=GlossaryMode.OFF)
    assert translation.text == "The army was sent."
    assert engine.requests == [text]
    assert translation.terms == ()
    assert translation.findings == ()
    assert translation.totals()["terms"] == 0


def test_mode_off_divides_nothing() -> None:
    engine = DeafEngine(_halves, align=inattentive)
    assert _translate(engine, LONG_SOURCE, mode=GlossaryMode.OFF).segments[0].rung is Rung.DECODED
