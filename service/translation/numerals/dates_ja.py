"""Japanese dates and times: years, eras, months, days, fiscal years, decades, centuries, hours."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from service.translation.numerals.plain_ja import half, number, rate
from service.translation.numerals.quantity import Kind, Quantity, small_unless
from service.translation.numerals.text_ja import Read, Text

MINUTES = re.compile(r"\s?分(?!の)")
_HALF_OF_DAY = re.compile(r"(?P<am>午前|朝|早朝|未明)\s?$|(?P<pm>午後|夕方|夜|深夜)\s?$")


def year(text: Text, place: int, end: int) -> Read:
    """A year, and the month and day that follow it."""
    numeral = text.numerals[place]
    era = text.era(numeral)
    value = numeral.value
    if era:
        found = text.make(Kind.YEAR, (value + era[1], value), era[0], end)
    elif 1000 <= value < 2200 and numeral.high is None and numeral.scale == 1:
        found = text.make(Kind.YEAR, (value,), numeral.start, end)
    else:
        return _short_year(text, place)
    return _date(text, place + 1, [found])


def _short_year(text: Text, place: int) -> Read:
    """24年: 24 years, or 2024 for short; 9年 after 平成7年 may be 平成9年."""
    found, following = number(text, place)
    if found.kind is not Kind.NUMBER or len(found.values) > 1:
        return found, following
    values = [found.value]
    if found.value < 100 and found.text.isdigit() and len(found.text) == 2:
        values += [2000 + found.value, 1900 + found.value]
    return replace(found, values=(*values, *text.in_era(text.numerals[place]))), following


def years(text: Text, place: int, end: int) -> Read:
    """A length of time (1000年間, 3年半), unless it is a year after all (2015年生まれ)."""
    numeral = text.numerals[place]
    lasting = text.folded.startswith(("間", "前", "ぶり", "余"), end)
    if not lasting and (1000 <= numeral.value < 2200 or text.era(numeral)):
        return year(text, place, end)
    return number(text, place)


def _date(text: Text, place: int, parts: list[Quantity]) -> Read:
    """Go on with a date: the month and the day right behind what was read."""
    for name, kind, most in (("month", Kind.MONTH, 12), ("day", Kind.DAY, 31)):
        if parts[-1].kind is kind:
            continue
        if not text.follows(place, parts[-1].span[1]):
            break
        numeral = text.numerals[place]
        suffix = text.suffix(numeral)
        if not suffix or suffix.lastgroup != name or not 1 <= numeral.value <= most:
            break
        parts.append(text.make(kind, (numeral.value,), numeral.start, suffix.end()))
        place += 1
    if len(parts) == 1:
        return parts[0], place
    whole = text.make(Kind.DATE, (), parts[0].span[0], parts[-1].span[1])
    return replace(whole, parts=tuple(parts)), place


def month(text: Text, place: int, end: int) -> Read:
    """7月, and the day that follows it."""
    numeral = text.numerals[place]
    if not 1 <= numeral.value <= 12 or numeral.value.denominator > 1:
        return number(text, place)
    return _date(text, place + 1, [text.make(Kind.MONTH, (numeral.value,), numeral.start, end)])


def day(text: Text, place: int, end: int) -> Read:
    """27日."""
    numeral = text.numerals[place]
    if not 1 <= numeral.value <= 31 or rate(text, place) or half(text, place):
        return number(text, place)
    needed = numeral.value > 2 or (not numeral.kanji and numeral.value > 1)
    return replace(text.make(Kind.DAY, (numeral.value,), numeral.start, end), weight=small_unless(needed)), place + 1


def fiscal(text: Text, place: int, end: int) -> Read:
    """2025年度, 令和7年度, 25年度."""
    numeral = text.numerals[place]
    era = text.era(numeral)
    value, start = numeral.value, numeral.start
    values = [value]
    if era:
        start, values = era[0], [value + era[1], value]
    elif value < 100:
        values = [*text.in_era(numeral), 2000 + value, 1900 + value, value]
    return text.make(Kind.FISCAL_YEAR, values, start, end), place + 1


def decade(text: Text, place: int, end: int) -> Read:
    """1990年代, 90年代; the 昭和30年代 began in 1955, in the 1950s."""
    numeral = text.numerals[place]
    era = text.era(numeral)
    value = numeral.value
    values = [value] if value >= 100 else [1900 + value, 2000 + value, value, 1800 + value]
    if era:
        begin = value + era[1] - (value + era[1]) % 10
        values = [begin, begin + 10, value]
    return text.make(Kind.DECADE, values, era[0] if era else numeral.start, end), place + 1


def age(text: Text, place: int, end: int) -> Read:
    """30代: in one's thirties; otherwise 45代 counts holders of an office."""
    numeral = text.numerals[place]
    if numeral.value % 10 or not 10 <= numeral.value <= 90 or text.folded[max(numeral.start - 1, 0) : numeral.start] == "第":
        return number(text, place)
    return text.make(Kind.DECADE, (numeral.value,), numeral.start, end), place + 1


def century(text: Text, place: int, end: int) -> Read:
    """21世紀; 2世紀 may also be two hundred years."""
    numeral = text.numerals[place]
    return text.make(Kind.CENTURY, (numeral.value, numeral.value * 100), numeral.start, end), place + 1


def hour(text: Text, place: int, end: int) -> Read:
    """午後3時30分, 15時, 3時半."""
    numeral = text.numerals[place]
    part = _HALF_OF_DAY.search(text.folded, max(numeral.start - 3, 0), numeral.start)
    if numeral.value > 30 or numeral.value.denominator > 1 or (numeral.kanji and not part):
        return number(text, place)
    minutes, following = numeral.value * 60, place + 1
    if text.folded.startswith("半", end):
        minutes, end = minutes + 30, end + 1
    elif text.follows(following, end):
        more = MINUTES.match(text.folded, text.numerals[following].end)
        if more:
            minutes, end, following = minutes + text.numerals[following].value, more.end(), following + 1
    if part and part.group("pm"):
        minutes = _after_noon(part.group().strip(), minutes)
    known = part is not None or minutes >= 780
    found = text.make(Kind.TIME, (minutes,), part.start() if part else numeral.start, end)
    return replace(found, unit="24" if known else "12", scale=Fraction(60)), following


def _after_noon(part: str, minutes: Fraction) -> Fraction:
    """Minutes after midnight: 午後3時; but 深夜1時 is after midnight, and 夜12時 is midnight."""
    if part == "深夜" and minutes < 300:
        return minutes
    if part != "午後" and minutes >= 720:
        return minutes - 720 if minutes < 780 else minutes
    return minutes + 720 if minutes < 720 else minutes
