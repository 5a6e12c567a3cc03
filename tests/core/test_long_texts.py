"""Long and hostile texts take seconds at most: the time grows with the length, not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from glossary.folding import fold
from glossary.matching import TermIndex
from service.translation.constraints import assign
from service.translation.defects import defects
from service.translation.protection import protected_spans
from service.translation.segmentation import clauses, split
from tests.core.small_termbase import CONCEPTS, ENGLISH, JAPANESE, constraints_of

LIMIT = 2.0  # seconds of processor time; each needs a small part of it when the time grows with the length
MANY = constraints_of("米国、" * 600, "ja", "en")

TASKS: dict[str, Callable[[], object]] = {
    "a long English line": lambda: split("The alliance is strong and it works well for all of us here. " * 1600, ENGLISH),
    "a long Japanese line": lambda: split("自衛隊と米軍は緊密に連携している。" * 5000, JAPANESE),
    "many short lines": lambda: split("it is\n" * 15000, ENGLISH),
    "brackets within brackets": lambda: split("（" * 15000 + "）" * 15000, JAPANESE),
    "brackets that are never closed": lambda: split("（" * 10000 + "」" * 10000, JAPANESE),
    "many clauses": lambda: clauses("行動し、" * 20000, JAPANESE),
    "something like a mail address": lambda: protected_spans("a." * 20000),
    "something like placeholders": lambda: protected_spans("{{a" * 10000 + "<a " * 10000 + "`" * 10001),
    "characters of changing length": lambda: fold("㈱…ﾊﾟ" * 20000),
    "many terms in one sentence": lambda: TermIndex(CONCEPTS, "ja").find("米国、" * 20000),
    "many renditions in one sentence": lambda: assign("U.S., " * 600, MANY),
    "a long output without a loop": lambda: defects("日本" * 3000, " ".join(map(str, range(9000))), (JAPANESE, ENGLISH)),
    "a long output of blanks": lambda: defects("日本" * 3000, "a" + " 、." * 9000 + "b", (JAPANESE, ENGLISH)),
}


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_time_grows_with_the_length(task: Callable[[], object]) -> None:
    before = time.process_time()
    task()
    assert time.process_time() - before < LIMIT
