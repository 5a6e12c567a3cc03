"""Rung 5: the beginnings that the decoder is given, each ending in the missing term."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from service.translation.constraints import Constraint
from service.translation.forcing import ForcedPrefix, forced_prefixes
from service.translation.languages import Language
from service.translation.repair import Candidate
from service.translation.result import Rung
from tests.core.attention import attention
from tests.core.naughty_engines import inattentive
from tests.core.small_termbase import ENGLISH, JAPANESE, constraints_of

SOURCE = "自衛隊は海外に派遣された。"
TARGET = "They were sent abroad."


def _constraints(source: str, language: Language) -> Sequence[Constraint]:
    return constraints_of(source, "ja", "en") if language is ENGLISH else constraints_of(source, "en", "ja")


def _prefixes(source: str, target: str, pairs: Mapping[str, str], language: Language = ENGLISH) -> list[ForcedPrefix]:
    candidate = Candidate(target, -0.5, Rung.DECODED, attention(source, target, pairs))
    return forced_prefixes(candidate, _constraints(source, language), language)


def test_a_text_that_meets_every_term_needs_no_prefix() -> None:
    assert _prefixes(SOURCE, "The Self-Defense Forces were sent abroad.", {}) == []


def test_a_text_without_terms_needs_no_prefix() -> None:
    assert _prefixes("同盟は強い。", "The pact is strong.", {}) == []


def test_without_an_alignment_there_is_no_place_to_cut() -> None:
    assert forced_prefixes(Candidate(TARGET, -0.5, Rung.DECODED), constraints_of(SOURCE, "ja", "en"), ENGLISH) == []


def test_the_first_prefix_ends_where_the_attention_on_the_term_begins() -> None:
    first = _prefixes(SOURCE, "In May the troops were sent abroad.", {"troops": "自衛隊"})[0]
    assert first.text == "In May the Self-Defense Forces"
    assert first.span == (0, 3)
    assert not first.last_resort


def test_attention_beside_the_term_is_the_next_best_place() -> None:
    first = _prefixes(SOURCE, "In May were sent abroad.", {"were": "は"})[0]
    assert first.text == "In May the Self-Defense Forces" or first.text == "In May Self-Defense Forces"


@pytest.mark.parametrize("pairs", [{}, {"They": "自衛隊"}, {"abroad": "海外"}, {"sent abroad": "自衛隊"}])
def test_every_prefix_ends_in_the_missing_term(pairs: Mapping[str, str]) -> None:
    prefixes = _prefixes(SOURCE, TARGET, pairs)
    assert prefixes
    assert all(prefix.text.endswith("Self-Defense Forces") for prefix in prefixes)
    assert len({prefix.text for prefix in prefixes}) == len(prefixes) <= 4


def test_the_last_resort_holds_the_whole_text_so_far() -> None:
    candidate = Candidate(TARGET, -0.5, Rung.DECODED, inattentive(SOURCE, TARGET))
    (prefix,) = forced_prefixes(candidate, constraints_of(SOURCE, "ja", "en"), ENGLISH)
    assert prefix.last_resort
    assert prefix.text.startswith("They were sent abroad ")
    assert prefix.text.endswith("Self-Defense Forces")


def test_the_term_that_is_missing_first_is_forced_first() -> None:
    prefixes = _prefixes("米国と自衛隊の反撃能力", "The U.S. acted.", {"acted": "自衛隊"})
    assert {prefix.span for prefix in prefixes} == {(3, 6)}


@pytest.mark.parametrize("target", ["The U.S. acted with force.", "They joined the U.S.", "Force of the U.S. acted"])
def test_no_prefix_cuts_through_the_rendition_of_another_term(target: str) -> None:
    for prefix in _prefixes("米国と自衛隊", target, {"U.S": "自衛隊"}):
        head = prefix.text.removesuffix("Self-Defense Forces")
        assert head.count("U.S.") == head.count("U.S") == head.count("U")


def test_the_article_before_a_forced_term_is_mended() -> None:
    assert _prefixes(SOURCE, "A unit was sent abroad.", {"unit": "自衛隊"})[0].text == "The Self-Defense Forces"


def test_a_language_without_blanks_gets_none() -> None:
    source = "The U.S. and the Self-Defense Forces"
    first = _prefixes(source, "米国と軍隊", {"軍隊": "Self-Defense Forces"}, JAPANESE)[0]
    assert " " not in first.text
    assert first.text.endswith("自衛隊")
