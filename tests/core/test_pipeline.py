"""The whole pipeline on one text: what stands between segments, what is protected, what is counted, what results depend on."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.matching import TermIndex
from service.translation.pipeline import GlossaryMode
from service.translation.result import FindingKind, Translation
from service.translation.segmentation import split
from tests.core.naughty_engines import DeafEngine, inattentive, stubborn
from tests.core.small_termbase import CONCEPTS, JAPANESE, LANGUAGES, abbreviation, concept, pipeline
from tests.fakes import FakeEngine

_DICTIONARY = {"自衛隊": "the Self-Defense Forces", "米国": "America", "反撃能力": "a counterstrike capability", "官邸": "the office"}
_texts = st.lists(
    st.sampled_from([*_DICTIONARY, "TPP", "は強い", "。", "？", "「", "」", "\n", "\r\n", " ", "\u3000", "2024", "{name}"]), max_size=14
).map("".join)


def _words(text: str) -> str:
    """A translation word by word; what it does not know it passes over."""
    known = re.findall("|".join([*_DICTIONARY, r"\{name\}", r"[A-Za-z.-]+"]), text)
    return " ".join(["So", *(_DICTIONARY.get(word, word) for word in known)]) + "."


def _translate(text: str, rule: Callable[[str], str] = _words, **options: object) -> Translation:
    return pipeline(FakeEngine(rule), **options).translate(text)


# Between the segments.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("同盟は強い。中国は去った。", "So. So."),
        ("概要\n\n同盟は強い。中国は去った。\n次だ。\n", "So.\n\nSo. So.\nSo.\n"),
        ("同盟は強い。\r\n\r\n中国は去った。", "So.\r\n\r\nSo."),
        ("\u3000同盟は強い。\u3000中国は去った。", " So. So."),
        ("同盟は強い。  ", "So.  "),
        ("\n\n  同盟は強い。\n\n\n", "\n\n  So.\n\n\n"),
        ("\n \n", "\n \n"),
        ("", ""),
    ],
)
def test_blanks_and_lines_are_kept_and_sentences_joined_with_a_blank(text: str, expected: str) -> None:
    assert _translate(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It works. It is old.", "はい。はい。"),
        ("Overview\n\nIt works. It is old.\n", "はい\n\nはい。はい。\n"),
        ("It works.\n  It is old.", "はい。\n  はい。"),
    ],
)
def test_japanese_sentences_are_joined_without_a_blank(text: str, expected: str) -> None:
    engine = FakeEngine(lambda source: "はい。" if source.endswith(".") else "はい", source="en", target="ja")
    assert pipeline(engine).translate(text).text == expected


@given(text=_texts)
def test_every_line_break_is_kept(text: str) -> None:
    assert re.findall(r"[\r\n]", _translate(text).text) == re.findall(r"[\r\n]", text)


@given(text=_texts)
def test_segments_make_up_the_text_and_account_for_the_source(text: str) -> None:
    translation = _translate(text)
    assert "".join(segment.target + segment.separator for segment in translation.segments) == translation.text
    assert sum(len(segment.source) + segment.source_gap for segment in translation.segments) == len(text)
    assert [segment.source for segment in translation.segments] == [piece.text for piece in split(text, JAPANESE)]


def test_blocks_are_translated_together_as_they_are_alone() -> None:
    texts = ["自衛隊は強い。米国は強い。", "", "概要\n", "自衛隊は強い。"]
    done: list[int] = []
    together = pipeline(FakeEngine(_words)).translate_all(texts, progress=done.append)
    assert together == [_translate(text) for text in texts]
    assert done == [2, 0, 1, 1]


# Protected text.

PROTECTED = ["https://example.com/search?q=1&b=2", "{user_name}", "`make demo`", "%(name)s", "info@example.com", "<b>", "`a。b`"]


@pytest.mark.parametrize("protected", PROTECTED)
def test_protected_text_that_the_engine_keeps_is_kept(protected: str) -> None:
    translation = _translate(f"詳しくは{protected}を参照。", lambda text: f"See {protected} for more." if protected in text else "See it.")
    assert translation.text == f"See {protected} for more."
    assert translation.findings == ()
    assert translation.terms == ()


@pytest.mark.parametrize("protected", PROTECTED)
@pytest.mark.parametrize("output", ["See the page for more.", "", "See https://example.com for it.", "See {username}, %s and `make` <i>."])
@pytest.mark.parametrize("mode", list(GlossaryMode))
def test_protected_text_that_the_engine_loses_is_put_back_or_reported(protected: str, output: str, mode: GlossaryMode) -> None:
    translation = _translate(f"詳しくは{protected}を参照。", lambda _: output, mode=mode)
    kinds = [finding.kind for finding in translation.findings]
    assert protected in translation.text or FindingKind.LOST_PROTECTED in kinds


def test_protected_text_that_cannot_be_put_back_is_reported_where_it_stands() -> None:
    engine = DeafEngine(lambda _: "See the page for more.", align=inattentive)
    (finding,) = pipeline(engine).translate("米軍は{name}を参照。").findings
    assert (finding.kind, finding.source_span, finding.concept) == (FindingKind.LOST_PROTECTED, (3, 9), None)


def test_a_term_inside_protected_text_is_no_term() -> None:
    translation = _translate("`自衛隊`と書く。", lambda _: "Write `自衛隊`.")
    assert translation.terms == ()
    assert translation.text == "Write `自衛隊`."


@pytest.mark.parametrize("protected", ["https://example.com/a", "info@example.com", "`make demo`"])
def test_protected_text_alone_in_its_segment_is_kept(protected: str) -> None:
    translation = pipeline(FakeEngine(lambda text: text, source="en", target="ja")).translate(f"{protected}\n\nSee above.\n")
    assert translation.segments[0].target == protected
    assert translation.segments[0].findings == ()


@pytest.mark.parametrize("output", ["It is <<自衛隊>>.", "It is the army.", ""])
def test_stretches_that_the_caller_protects_are_kept_or_reported(output: str) -> None:
    text = "前文。合言葉は<<自衛隊>>だ。"
    start = text.index("<<")
    (translation,) = pipeline(stubborn(output)).translate_all([text], [[(start, start + 7)]])
    kinds = [finding.kind for finding in translation.findings]
    assert "<<自衛隊>>" in translation.segments[1].target or FindingKind.LOST_PROTECTED in kinds
    assert translation.terms == ()


def test_a_protected_stretch_with_a_full_stop_in_it_is_kept_or_reported() -> None:
    text = "合言葉は<<川。山>>だ。"
    start, end = text.index("<<"), text.index("だ。")
    (translation,) = pipeline(stubborn("It is a word.")).translate_all([text], [[(start, end)]])
    kinds = [finding.kind for finding in translation.findings]
    assert "<<川。山>>" in translation.text or FindingKind.LOST_PROTECTED in kinds


# What is counted.


@given(text=_texts)
def test_totals_equal_an_independent_count(text: str) -> None:
    translation = _translate(text)
    index = TermIndex(CONCEPTS, "ja")
    segments = [piece.text for piece in split(text, JAPANESE) if piece.text]
    hits = [hit for segment in segments for hit in index.find(segment) if hit.concept.preferred("en")]
    totals = translation.totals()
    assert totals["segments"] == len(segments)
    assert totals["terms"] == len(hits) == totals["met"] + totals["repaired"] + totals["unmet"]
    assert totals["unmet"] == sum(finding.kind is FindingKind.UNMET_TERM for finding in translation.findings)
    assert totals["findings"] == len(translation.findings) == sum(len(segment.findings) for segment in translation.segments)


@given(text=_texts)
def test_spans_of_terms_lie_where_the_terms_stand(text: str) -> None:
    for segment in _translate(text).segments:
        for term in segment.terms:
            assert segment.source[slice(*term.source_span)] == term.source_text
            assert term.target_span is None or segment.target[slice(*term.target_span)] == term.target_text
        assert [term.source_span for term in segment.terms] == sorted(term.source_span for term in segment.terms)


@given(text=_texts)
def test_links_lie_within_their_segment(text: str) -> None:
    for segment in _translate(text).segments:
        for (start, end), (target_start, target_end) in segment.links:
            assert 0 <= start <= end <= len(segment.source)
            assert 0 <= target_start <= target_end <= len(segment.target)


def test_totals_of_a_text_that_is_known() -> None:
    translation = _translate("自衛隊は強い。米国は自衛隊と強い。\n官邸は強い。")
    assert translation.totals() == {"segments": 3, "terms": 3, "met": 3, "repaired": 0, "unmet": 0, "findings": 1}


# What results depend on.


def test_a_result_cannot_be_changed() -> None:
    translation = _translate("自衛隊は強い。官邸は強い。")
    values = [translation, translation.signature, translation.segments[0], translation.terms[0], translation.findings[0]]
    for value in values:
        with pytest.raises(FrozenInstanceError):
            setattr(value, next(iter(value.__dataclass_fields__)), None)
    assert all(isinstance(part, tuple) for part in (translation.segments, translation.terms, translation.findings))
    hash(translation)


def test_a_pipeline_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        pipeline(FakeEngine(_words)).mode = GlossaryMode.OFF


@pytest.mark.parametrize(
    "changes",
    [
        {"glossary_revision": 1},
        {"mode": GlossaryMode.PREFER},
        {"mode": GlossaryMode.OFF},
        {"domains": ("defense",)},
        {"engine": FakeEngine(_words, digest="another")},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_the_signature_changes_with_everything_that_a_result_depends_on(changes: dict[str, object]) -> None:
    usual = pipeline(FakeEngine(_words))
    changed = replace(usual, **changes)
    assert changed.signature != usual.signature
    assert changed.signature.key() != usual.signature.key()


def test_the_signature_does_not_depend_on_the_order_of_the_domains() -> None:
    engine = FakeEngine(_words)
    one, other = pipeline(engine, domains=("a", "b")), pipeline(engine, domains=("b", "a"))
    assert one.signature == other.signature
    assert one.signature != pipeline(engine, domains=("a",)).signature


def test_a_result_carries_the_signature_and_the_direction() -> None:
    usual = pipeline(FakeEngine(_words), glossary_revision=7)
    translation = usual.translate("同盟")
    assert translation.signature == usual.signature
    assert translation.signature.glossary_revision == 7
    assert (translation.source, translation.target) == ("ja", "en")


@given(text=_texts)
def test_the_same_input_gives_an_equal_result(text: str) -> None:
    usual = pipeline(FakeEngine(_words))
    assert usual.translate(text) == usual.translate(text) == _translate(text)


def test_several_threads_get_what_one_gets() -> None:
    usual = pipeline(FakeEngine(_words))
    texts = [f"{number}隻の自衛隊は強い。米国は{number}回去った。\n" * (number % 5 + 1) for number in range(40)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        assert list(pool.map(usual.translate, texts)) == [usual.translate(text) for text in texts]


def test_a_chosen_domain_decides_between_concepts_of_one_name() -> None:
    concepts = [
        concept("alliance-forces", "alliance", ja=["部隊"], en=["forces"]),
        concept("army-unit", "army", ja=["部隊"], en=["army unit", abbreviation("AU")]),
    ]
    engine = stubborn("The forces left.", "The army unit left.")
    assert pipeline(engine, concepts).translate("部隊が去った。").text == "The forces left."
    assert pipeline(engine, concepts, domains=("army",)).translate("部隊が去った。").text == "The army unit left."


def test_without_a_termbase_the_text_is_translated_all_the_same() -> None:
    usual = replace(pipeline(FakeEngine(_words)), index=None)
    assert usual.translate("自衛隊は強い。").text == "So the Self-Defense Forces."
    assert usual.translate("自衛隊は強い。").terms == ()


def test_every_builtin_language_can_be_either_side() -> None:
    for source in LANGUAGES:
        for target in LANGUAGES:
            engine = FakeEngine(lambda text: text, source=source.code, target=target.code)
            assert pipeline(engine).translate("2024\n\n3.5").text == "2024\n\n3.5"
