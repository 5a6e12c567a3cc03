"""What counts as a rendition of a term, and how renditions are given to occurrences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.matching import TermIndex
from glossary.terms import Concept
from service.translation.constraints import Constraint, assign, constrain, protect, renditions
from tests.core.small_termbase import (
    COLLECTIVE_SELF_DEFENSE,
    COUNTERSTRIKE,
    SELF_DEFENSE,
    SELF_DEFENSE_FORCES,
    UNITED_STATES,
    WITHOUT_ENGLISH,
    concept,
    constraints_of,
)

NARROW = concept("defense", ja=["防衛"], en=["self-defense"])
WIDE = concept("collective-defense", ja=["集団防衛"], en=["collective self-defense"])


def _first_term(text: str, language: str, **fields: object) -> Concept:
    return concept("anything", **{language: [{"text": text, **fields}]})


def _rendered(target: str, constraints: Sequence[Constraint]) -> list[str | None]:
    return [target[span[0] : span[1]] if span else None for span in assign(target, constraints)]


@pytest.mark.parametrize(
    ("term", "target", "found"),
    [
        ("counterstrike capability", "A counterstrike capability deters.", ["counterstrike capability"]),
        ("counterstrike capability", "Counterstrike Capability", ["Counterstrike Capability"]),
        ("counterstrike capability", "Counterstrike capabilities deter.", ["Counterstrike capabilities"]),
        ("counterstrike capability", "the counterstrike capability's cost", ["counterstrike capability's"]),
        ("counterstrike capability", "a counterstrike\u00a0capability", ["counterstrike\u00a0capability"]),
        ("counterstrike capability", "a counterstrike\ncapability", ["counterstrike\ncapability"]),
        ("counterstrike capability", "a counterstrikecapability", []),
        ("counterstrike capability", "a counterstrike capabilityx", []),
        ("ally", "Allies and an ally's ally", ["Allies", "ally's", "ally"]),
        ("ally", "really, a rally", []),
        ("Self-Defense Forces", "the Self-Defense Forces", ["Self-Defense Forces"]),
        ("Self-Defense Forces", "the Self‑Defense Forces and Self–Defense Forces", ["Self‑Defense Forces", "Self–Defense Forces"]),
        ("Self-Defense Forces", "the Self Defense Forces", []),
        ("Self-Defense Forces", "the self-defense forces", []),
        ("Self-Defense Forces", "THE SELF-DEFENSE FORCES", []),
        ("Self-Defense Forces", "the Self-Defense Forces’ ships", ["Self-Defense Forces’"]),
        ("SDF", "SDF and SDFs, not sdf or SDFX", ["SDF", "SDFs"]),
        ("U.S.", "the U.S., the US and U.S.-Japan", ["U.S.", "US", "U.S."]),
        ("U.S.", "join us", []),
        ("leaders' meeting", "the leaders’ meeting", ["leaders’ meeting"]),
        ("C4ISR", "C4ISR or C4ISR2", ["C4ISR"]),
        ("café policy", "Café Policy", ["Café Policy"]),
        ("2+2", "the 2+2 meeting, 12+2, 2+22", ["2+2"]),
    ],
)
def test_english_renditions(term: str, target: str, found: list[str]) -> None:
    (rendering,) = _first_term(term, "en").terms
    assert [target[start:end] for start, end in renditions(target, rendering)] == found


@pytest.mark.parametrize(
    ("term", "target", "found"),
    [
        ("自衛隊", "陸上自衛隊は", ["自衛隊"]),
        ("クアッド", "クアッド首脳", ["クアッド"]),
        ("クアッド", "スクアッド", []),
        ("クアッド", "クアッドロン", []),
        ("ファイブ・アイズ", "ファイブアイズの国", ["ファイブアイズ"]),
        ("FOIP", "FOIPの推進", ["FOIP"]),
        ("FOIP", "foipの推進", []),
        ("反撃能力", "反撃の能力", []),
    ],
)
def test_japanese_renditions(term: str, target: str, found: list[str]) -> None:
    (rendering,) = _first_term(term, "ja").terms
    assert [target[start:end] for start, end in renditions(target, rendering)] == found


@pytest.mark.parametrize(
    ("case", "target", "met"),
    [
        ("exact", "Diet", True), ("exact", "diet", False), ("exact", "DIET", False),
        ("sentence", "Diet", True), ("sentence", "diet", True), ("any", "DIET", True),
    ],
)  # fmt: skip
def test_letter_case_follows_the_rule_of_the_term(case: str, target: str, met: bool) -> None:
    (term,) = _first_term("Diet", "en", case=case).terms
    assert bool(renditions(target, term)) is met


def test_a_term_without_inflection_is_met_only_as_it_stands() -> None:
    (term,) = _first_term("ally", "en", inflection="none").terms
    assert renditions("Allies help.", term) == []


def test_two_occurrences_need_two_renditions() -> None:
    constraints = constraints_of("反撃能力は反撃能力だ。", "ja", "en")
    assert _rendered("A counterstrike capability is one.", constraints) == ["counterstrike capability", None]
    assert None not in _rendered("Counterstrike capabilities are a counterstrike capability.", constraints)


def test_occurrences_of_one_concept_are_taken_in_reading_order() -> None:
    constraints = constraints_of("反撃能力と反撃能力", "ja", "en")
    assert assign("counterstrike capability, counterstrike capability", constraints) == [(0, 24), (26, 50)]


def test_a_rendition_inside_a_longer_one_serves_no_other_concept() -> None:
    constraints = constraints_of("防衛と集団防衛", "ja", "en", [NARROW, WIDE])
    assert _rendered("collective self-defense", constraints) == [None, "collective self-defense"]
    assert _rendered("collective self-defense and self-defense", constraints) == ["self-defense", "collective self-defense"]


def test_the_longest_term_of_the_source_is_the_one_that_binds() -> None:
    constraints = constraints_of("集団的自衛権", "ja", "en", [SELF_DEFENSE, COLLECTIVE_SELF_DEFENSE])
    assert [c.concept for c in constraints] == ["collective-self-defense"]


def test_admitted_terms_count_and_the_preferred_one_is_written() -> None:
    (constraint,) = constraints_of("米国", "ja", "en", [UNITED_STATES])
    assert constraint.rendering == "U.S."
    assert _rendered("The United States acted.", [constraint]) == ["United States"]
    assert _rendered("The United States and the U.S. acted.", [constraint]) == ["U.S."]


def test_an_abbreviation_is_written_for_an_abbreviation() -> None:
    full, short = constraints_of("自衛隊（SDF）", "ja", "en", [SELF_DEFENSE_FORCES])
    assert (full.rendering, short.rendering) == ("Self-Defense Forces", "SDF")
    assert _rendered("SDF and SDF", [full]) == ["SDF"]


def test_forbidden_and_deprecated_terms_do_not_count() -> None:
    terms = [{"text": "sea lane"}, {"text": "sea route", "status": "deprecated"}, {"text": "sea road", "status": "forbidden"}]
    (constraint,) = constraints_of("航路", "ja", "en", [concept("sea-lane", ja=["航路"], en=terms)])
    assert _rendered("The sea route and the sea road", [constraint]) == [None]


def test_a_term_for_reading_only_is_no_right_rendering() -> None:
    terms = [{"text": "在日米軍駐留経費"}, {"text": "思いやり予算", "use": "source"}]
    (constraint,) = constraints_of("Host-nation support", "en", "ja", [concept("support", ja=terms, en=["host-nation support"])])
    assert _rendered("思いやり予算", [constraint]) == [None]
    assert _rendered("在日米軍駐留経費", [constraint]) == ["在日米軍駐留経費"]


def test_a_term_for_writing_only_counts_and_is_not_searched_for() -> None:
    only_written = concept("quad", ja=["クアッド"], en=["Quad", {"text": "Quadrilateral", "use": "target"}])
    assert constraints_of("Quadrilateral", "en", "ja", [only_written]) == []
    assert _rendered("The Quadrilateral met.", constraints_of("クアッド", "ja", "en", [only_written])) == ["Quadrilateral"]


def test_a_hit_without_a_term_in_the_target_language_is_handed_back() -> None:
    hits = TermIndex([WITHOUT_ENGLISH, COUNTERSTRIKE], "ja").find("官邸は反撃能力を")
    constraints, without = constrain(hits, "en")
    assert [c.concept for c in constraints] == ["counterstrike-capability"]
    assert [hit.concept.id for hit in without] == ["kantei"]


def test_a_constraint_carries_the_span_the_text_the_concept_and_the_domain() -> None:
    (constraint,) = constraints_of("政府は反撃能力を", "ja", "en", [COUNTERSTRIKE])
    assert (constraint.span, constraint.source_text) == ((3, 7), "反撃能力")
    assert (constraint.concept, constraint.domain) == ("counterstrike-capability", "defense")


@pytest.mark.parametrize(
    ("protected", "target"),
    [
        ("https://example.com/a-b", "See https://example.com/a–b for more."),
        ("https://www.u.s.example/a", "See https://www.us.example/a for more."),
        ("https://example.com/a", "See https://example.com/A for more."),
        ("`it's`", "Write `it’s` here."),
        ("`a b`", "Write `a  b` here."),
        ("{user_name}", "Dear {user_names}"),
        ("ファイブ・アイズ", "ファイブアイズ"),
    ],
)
def test_protected_text_must_come_through_as_it_is(protected: str, target: str) -> None:
    constraint = protect((0, len(protected)), protected, "en")
    assert assign(target, [constraint]) == [None]
    assert _rendered(f"Here: {protected}.", [constraint]) == [protected]


def test_protected_text_belongs_to_no_concept() -> None:
    assert protect((0, 3), "{x}", "en").concept is None


_terms = st.lists(st.sampled_from(["防衛", "集団防衛", "反撃能力", "米国"]), max_size=5)
_words = st.lists(
    st.sampled_from(["collective", "self-defense", "counterstrike", "capability", "U.S.", "United States", "the"]), max_size=10
)


@given(terms=_terms, words=_words)
def test_spans_are_disjoint_and_hold_an_accepted_term(terms: list[str], words: list[str]) -> None:
    target = " ".join(words)
    constraints = constraints_of("、".join(terms), "ja", "en", [NARROW, WIDE, COUNTERSTRIKE, UNITED_STATES])
    spans = assign(target, constraints)
    taken = sorted(span for span in spans if span)
    assert all(one[1] <= other[0] for one, other in pairwise(taken))
    for constraint, span in zip(constraints, spans, strict=True):
        assert span is None or any(span in renditions(target, term) for term in constraint.accepted)


@given(terms=_terms)
def test_a_text_of_all_renderings_meets_every_constraint(terms: list[str]) -> None:
    constraints = constraints_of("、".join(terms), "ja", "en", [NARROW, WIDE, COUNTERSTRIKE, UNITED_STATES])
    assert len(constraints) == len(terms)
    assert None not in assign(", ".join(c.rendering for c in constraints), constraints)
