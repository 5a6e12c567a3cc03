"""Quantities of a Japanese text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from service.translation.numerals import dates_ja
from service.translation.numerals.currencies import JAPANESE
from service.translation.numerals.figures import fold
from service.translation.numerals.number_ja import blank_names, numerals
from service.translation.numerals.plain_ja import number
from service.translation.numerals.quantity import Covered, Kind, Quantity, small_unless
from service.translation.numerals.ranges import spread
from service.translation.numerals.text_ja import Read, Text
from service.translation.numerals.words_ja import BETWEEN, implied, names

_PER = re.compile(r"\s?(?:[=当あに、は]|約|およそ|\d)")  # 1ドル=150円


def parse_japanese(text: str) -> list[Quantity]:
    """The quantities of a Japanese text, in order."""
    folded = blank_names(fold(text))
    fixed = names(text, folded)
    taken = Covered(fixed)
    plain = [n for n in numerals(folded) if taken.frees((n.start, n.end))]
    state = Text(text, folded, plain)
    found: list[Quantity] = []
    place = 0
    while place < len(plain):
        quantity, place = _read(state, place)
        found.append(quantity)
    found = spread(folded, sorted([*found, *fixed], key=lambda q: q.span), BETWEEN)
    taken = Covered(found)
    silent = (q for q in implied(text, folded) if taken.frees(q.span))
    return sorted([*found, *silent], key=lambda q: q.span)


def _read(text: Text, place: int) -> Read:
    suffix = text.suffix(text.numerals[place])
    if suffix and suffix.lastgroup:
        return _READERS[suffix.lastgroup](text, place, suffix.end())
    return number(text, place)


def _days(text: Text, place: int, _end: int) -> Read:
    return number(text, place)


def _percent(text: Text, place: int, end: int) -> Read:
    numeral = text.numerals[place]
    share = text.make(Kind.PERCENT, (numeral.value / 100,), numeral.start, end, numeral)
    high = numeral.high / 100 if numeral.high is not None else None
    return replace(share, scale=numeral.scale / 100, high=high), place + 1


def _tenths(text: Text, place: int, end: int) -> Read:
    """2割, 2割5分."""
    numeral = text.numerals[place]
    value, following = numeral.value / 10, place + 1
    if text.follows(following, end):
        more = text.numerals[following]
        minutes = dates_ja.MINUTES.match(text.folded, more.end)
        if minutes and more.value < 10:
            value, end, following = value + more.value / 100, minutes.end(), following + 1
    return replace(text.make(Kind.PERCENT, (value,), numeral.start, end), scale=Fraction(1, 10)), following


def _points(text: Text, place: int, _end: int) -> Read:
    """3ポイント: percentage points, or points of an index."""
    numeral = text.numerals[place]
    return text.make(Kind.NUMBER, (numeral.value, numeral.value / 100), numeral.start, numeral.end, numeral), place + 1


def _over(text: Text, place: int, end: int) -> Read:
    """3分の1."""
    if not text.follows(place + 1, end) or not text.numerals[place].value:
        return number(text, place)
    below, above = text.numerals[place : place + 2]
    return text.make(Kind.FRACTION, (above.value / below.value,), below.start, above.end), place + 2


def _money(text: Text, place: int, end: int) -> Read:
    numeral = text.numerals[place]
    unit = JAPANESE[text.folded[numeral.end : end].strip()]
    per = numeral.value == 1 and _PER.match(text.folded, end)
    money = text.make(Kind.MONEY, (numeral.value,), numeral.start, end, numeral)
    return replace(money, unit=unit, weight=small_unless(not per)), place + 1


def _times(text: Text, place: int, _end: int) -> Read:
    """1.5倍 is also an increase by half."""
    found, following = number(text, place)
    if found.value.denominator > 1 and found.value > 1:
        found = replace(found, values=(*found.values, found.value - 1))
    return found, following


def _ordinal(text: Text, place: int, end: int) -> Read:
    numeral = text.numerals[place]
    start = numeral.start - (text.folded[max(numeral.start - 1, 0) : numeral.start] == "第")
    whole = text.folded.startswith("番目", numeral.end)
    ordinal = text.make(Kind.ORDINAL, (numeral.value,), start, end if whole else numeral.end)
    return replace(ordinal, weight=small_unless(not (numeral.kanji and numeral.value <= 2))), place + 1


_READERS: Mapping[str, Callable[[Text, int, int], Read]] = {
    "fiscal": dates_ja.fiscal, "decade": dates_ja.decade, "years": dates_ja.years, "year": dates_ja.year, "month": dates_ja.month,
    "days": _days, "day": dates_ja.day, "age": dates_ja.age, "century": dates_ja.century, "percent": _percent, "tenths": _tenths,
    "points": _points, "over": _over, "hour": dates_ja.hour, "money": _money, "times": _times, "ordinal": _ordinal,
}  # fmt: skip
