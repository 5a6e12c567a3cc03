"""Nothing is hidden: whatever an engine does, the report names every term that the texts show to be missing, and no other."""

from __future__ import annotations

from collections import Counter

import pytest

from service.translation.pipeline import GlossaryMode
from service.translation.result import TermStatus, Translation
from tests.core.independent_count import unmet
from tests.core.naughty_engines import DeafEngine, inattentive, stubborn
from tests.core.small_termbase import CONCEPTS, pipeline
from tests.fakes import FakeEngine

TEXTS = (
    "反撃能力は抑止力を高める。",
    "自衛隊は集団的自衛権を行使する。",
    "自衛権と集団的自衛権は異なる。自衛権は古い。",
    "米国はTPPを離れたが、自由で開かれたインド太平洋を支える。",
    "抑止力、抑止力、そして抑止力。",
    "天気の話をしよう。",
)
_RIGHT = {
    "反撃能力": "counterstrike capability", "抑止力": "deterrence", "自衛隊": "Self-Defense Forces", "TPP": "Trans-Pacific Partnership",
    "集団的自衛権": "right of collective self-defense", "米国": "United States",
}  # fmt: skip


def _drops(text: str) -> str:
    """Renders half of the terms and forgets the others."""
    known = [english for number, (japanese, english) in enumerate(_RIGHT.items()) if japanese in text and number % 2]
    return f"The {' and the '.join(known) or 'matter'} remained in doubt this year."


def _doubles(text: str) -> str:
    """Says the first term twice, and none of the others."""
    first = next((english for japanese, english in _RIGHT.items() if japanese in text), "matter")
    return f"The {first} needs the {first} now."


def _reorders(text: str) -> str:
    return " ".join(reversed([english for japanese, english in _RIGHT.items() if japanese in text])) or "Nothing."


ENGINES = {
    "drops": FakeEngine(_drops),
    "drops, no attention": FakeEngine(_drops, align=inattentive),
    "drops, deaf": DeafEngine(_drops, align=inattentive),
    "doubles": FakeEngine(_doubles),
    "doubles, deaf": DeafEngine(_doubles, align=inattentive),
    "reorders, deaf": DeafEngine(_reorders, align=inattentive),
    "translates": stubborn("Japan's ability to hit back and its power to scare grow."),
    "translates, deaf": DeafEngine(lambda _: "Japan's ability to hit back and its power to scare grow.", align=inattentive),
    "splits a term": DeafEngine(lambda _: "The right of self-help and a collective right of defense.", align=inattentive),
    "changes numbers": stubborn("In 1999 there were 17 of them."),
    "nothing": stubborn(""),
    "nothing, deaf": DeafEngine(lambda _: "", align=inattentive),
    "loops": stubborn("deterrence deterrence deterrence deterrence deterrence deterrence deterrence"),
    "copies": DeafEngine(lambda text: text, align=inattentive),
}


def _reported(translation: Translation) -> Counter[str]:
    return Counter(str(use.concept) for use in translation.terms if use.status is TermStatus.UNMET)


@pytest.mark.parametrize("mode", [GlossaryMode.ENFORCE, GlossaryMode.PREFER])
@pytest.mark.parametrize("engine", ENGINES.values(), ids=ENGINES)
def test_the_report_names_what_the_texts_lack(engine: FakeEngine, mode: GlossaryMode) -> None:
    """Counted segment by segment, as a term has to stand in the translation of its own sentence."""
    for translation in pipeline(engine, mode=mode).translate_all(TEXTS):
        counted = sum((unmet(s.source, s.target, CONCEPTS) for s in translation.segments), Counter[str]())
        assert _reported(translation) == counted, translation.text


@pytest.mark.parametrize("name", ["drops, deaf", "translates, deaf", "splits a term", "nothing, deaf"])
def test_where_nothing_helps_something_is_reported(name: str) -> None:
    """The comparison above is not one of nothing with nothing."""
    translations = pipeline(ENGINES[name], mode=GlossaryMode.PREFER).translate_all(TEXTS)
    assert sum(_reported(t).total() for t in translations) >= 5


def test_the_count_is_one_that_can_be_followed() -> None:
    assert unmet("抑止力と抑止力", "Deterrence matters.", CONCEPTS) == Counter({"deterrence": 1})
    assert unmet("集団的自衛権", "The right of self-defense.", CONCEPTS) == Counter({"collective-self-defense": 1})
    assert unmet("反撃能力", "Counterstrike capabilitys and SDFs.", CONCEPTS) == Counter()
    assert unmet("官邸", "", CONCEPTS) == Counter()
