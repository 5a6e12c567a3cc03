"""Quantities of an English text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from service.translation.numerals.clock import clock
from service.translation.numerals.currencies import ENGLISH, SIGNS
from service.translation.numerals.figures import figure, fold
from service.translation.numerals.number_en import CARDINALS, ORDINALS, SCALES, Number, read_run
from service.translation.numerals.patterns_en import IMPLIED, KEYWORD, MODAL_MAY, MONTHS, ORDER, PRONOUN_ONE, QUANTITY, SUFFIX
from service.translation.numerals.quantity import Covered, Kind, Quantity, Weight, overlaps, small_unless
from service.translation.numerals.ranges import spread
from service.translation.numerals.shared import ERAS, implied_values, label

_ERAS = {"reiwa": "令和", "heisei": "平成", "showa": "昭和", "shōwa": "昭和", "taisho": "大正", "taishō": "大正", "meiji": "明治"}
_OPEN = {"decades": Fraction(100), "centuries": Fraction(1000), "millennia": Fraction(10000), "millenniums": Fraction(10000)}
_AND_A = re.compile(r"\ban?\s\w+\sand\s$")  # a year and [a half]
_ROMAN = {"I": 1, "V": 5, "X": 10}
_AGES = {"teens": 10, "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
         "nineties": 90}  # fmt: skip
_PLURALS = {"tens": (10, 100), "dozens": (12, 100), "scores": (20, 100), "hundreds": (100, 1000), "thousands": (1000, 10**5),
            "millions": (10**6, 10**8), "billions": (10**9, 10**11), "trillions": (10**12, 10**14)}  # fmt: skip


def parse_english(text: str) -> list[Quantity]:
    """The quantities of an English text, in order."""
    folded = fold(text)
    found: list[Quantity] = []
    for match in QUANTITY.finditer(folded):
        found.extend(_READERS[_group(match)](match, text, folded))
    found = [q for place, q in enumerate(found) if not place or not overlaps(found[place - 1].span, q.span)]
    found = spread(folded, found, ORDER)
    taken = Covered(found)
    silent = (q for q in _implied(text, folded) if taken.frees(q.span))
    return sorted([*found, *silent], key=lambda q: q.span)


def _group(match: re.Match[str]) -> str:
    return next(name for name in _READERS if match.group(name) is not None)


def _fiscal(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    year = Fraction(match.group("term") or match.group("term2"))
    values = (year,) if year > 99 else (2000 + year, 1900 + year)
    yield Quantity(Kind.FISCAL_YEAR, values, match.span(), raw[slice(*match.span())])


def _era(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    reign = Fraction(match.group("reign"))
    values = (reign + ERAS[_ERAS[match.group("name").lower()]], reign)
    yield Quantity(Kind.YEAR, values, match.span(), raw[slice(*match.span())])


def _date(match: re.Match[str], raw: str, folded: str) -> Iterator[Quantity]:
    parts = []
    for name, kind in (("m", Kind.MONTH), ("d", Kind.DAY), ("y", Kind.YEAR)):
        for number in "12345":
            group = f"{name}{number}"
            if group in match.re.groupindex and match.group(group):
                text = match.group(group)
                value = MONTHS[text[:3]] if text[:3] in MONTHS else int(re.sub(r"\D", "", text))
                parts.append(Quantity(kind, (Fraction(value),), match.span(group), raw[slice(*match.span(group))]))
    if len(parts) == 1:
        doubtful = parts[0].text in ("May", "March") and not MODAL_MAY.search(folded, max(match.start() - 12, 0), match.start())
        yield replace(parts[0], weight=Weight.IMPLIED if doubtful else Weight.REQUIRED)
    else:
        parts.sort(key=lambda part: part.span)
        yield Quantity(Kind.DATE, (), match.span(), raw[slice(*match.span())], parts=tuple(parts))


def _clock(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    yield clock(match, raw)


def _hour(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    half = (match.group("half2") or "").lower()
    hours = int(match.group("h"))
    hours = hours % 12 + 12 * (half == "p") if half else hours
    span = match.span()
    yield Quantity(Kind.TIME, (Fraction(hours * 60),), span, raw[slice(*span)], unit="24" if half else "12", scale=Fraction(60))


def _noon(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    minutes = Fraction(720 if match.group().lower() == "noon" else 0)
    yield Quantity(Kind.TIME, (minutes,), match.span(), raw[slice(*match.span())], unit="24", weight=Weight.IMPLIED)


def _decade(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    if match.group("age"):
        value = Fraction(_AGES.get(match.group("age").lower(), 10))
        values: tuple[Fraction, ...] = (value, 1900 + value)
    else:
        value = Fraction(match.group("tens"))
        values = (value,) if value > 99 else (value, 1900 + value, 2000 + value)
    weight = Weight.IMPLIED if match.group("age") else Weight.REQUIRED
    yield Quantity(Kind.DECADE, values, match.span(), raw[slice(*match.span())], weight=weight)


def _plus(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    yield label(match.group(), raw, match.start(), plus=True)


def _label(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    yield label(match.group(), raw, match.start())


def _count(text: str) -> Fraction:
    return Fraction(CARDINALS[text.lower()]) if text.lower() in CARDINALS else figure(text)


def _rate(match: re.Match[str], raw: str, _folded: str) -> Iterator[Quantity]:
    """A share: "one in three", "4 out of 10"; else two numbers."""
    parts = []
    for name in ("share", "base"):
        text = match.group(name)
        value, spelled = _count(text), text[0].isalpha()
        weight = small_unless(not spelled or value > 2)
        parts.append(Quantity(Kind.NUMBER, (value,), match.span(name), raw[slice(*match.span(name))], weight=weight))
    share, base = parts
    if not 0 < share.value < base.value:
        yield from parts
        return
    text = raw[slice(*match.span())]
    yield Quantity(Kind.FRACTION, (share.value / base.value,), match.span(), text, parts=tuple(parts))


def _fraction(match: re.Match[str], raw: str, folded: str) -> Iterator[Quantity]:
    """A fraction: "two-thirds", "1/3", "a third" (which may be an ordinal)."""
    text = raw[slice(*match.span())]
    if match.group("above2"):
        above, below = Fraction(match.group("above2")), Fraction(match.group("below2"))
        parts = tuple(Quantity(Kind.NUMBER, (figure(match.group(n)),), match.span(n), match.group(n)) for n in ("above2", "below2"))
        yield Quantity(Kind.FRACTION, (above / below,), match.span(), text, parts=parts)
        return
    word, numerator = match.group("below").lower(), match.group("above").lower()
    below = Fraction({"quarter": 4, "half": 2, "halve": 2}.get(word, ORDINALS.get(word, 1)))
    above = Fraction(1 if numerator in ("a", "an") else CARDINALS[numerator])
    if (above == 1) == bool(match.group("plural")):
        yield from _not_fraction(match, raw, word, below, above)
        return
    values = (above / below, below) if numerator in ("a", "an") else (above / below,)
    if word == "half" and _AND_A.search(folded, max(match.start() - 24, 0), match.start()):
        values = (Fraction(3, 2), Fraction(18), *values)
    weight = Weight.IMPLIED if word in ("half", "halve", "quarter") else Weight.REQUIRED
    yield Quantity(Kind.FRACTION, values, match.span(), text, weight=weight)


def _not_fraction(match: re.Match[str], raw: str, word: str, below: Fraction, above: Fraction) -> Iterator[Quantity]:
    """Two numbers: "two third countries"."""
    yield Quantity(Kind.NUMBER, (above,), match.span("above"), raw[slice(*match.span("above"))], weight=small_unless(above > 2))
    kind = Kind.FRACTION if word in ("half", "halve", "quarter") else Kind.ORDINAL
    values = (1 / below, below) if kind is Kind.FRACTION else (below,)
    weight = Weight.IMPLIED if kind is Kind.FRACTION else small_unless(below > 2)
    yield Quantity(kind, values, match.span("below"), raw[slice(*match.span("below"))], weight=weight)


def _vague(match: re.Match[str], raw: str, folded: str) -> Iterator[Quantity]:
    """An order of magnitude: "tens of thousands", "several hundred million"."""
    if match.group("plurals"):
        first, *rest = match.group("plurals").lower().split(" of ")
        low, high = map(Fraction, _PLURALS[first])
        for word in rest:
            low, high = low * _PLURALS[word][0], high * _PLURALS[word][0]
    else:
        low, high = Fraction(2), Fraction(10)
        for word in re.findall(r"[a-z]+", match.group("few").lower()):
            low, high = low * SCALES[word], high * SCALES[word]
    text = raw[slice(*match.span())]
    yield _with_unit(Quantity(Kind.NUMBER, (low,), match.span(), text, high=high), raw, folded)


def _amount(match: re.Match[str], raw: str, folded: str) -> Iterator[Quantity]:
    sign = (match.group("sign") or "").strip()
    for number in read_run(match, signed=bool(sign)):
        start = match.start() if sign and number.start == match.start("figure") else number.start
        yield _with_unit(_plain(number, raw, start, SIGNS[sign] if sign else ""), raw, folded)


def _plain(number: Number, raw: str, start: int, currency: str) -> Quantity:
    text = raw[start : number.end]
    kind = Kind.MONEY if currency else Kind.ORDINAL if number.ordinal else Kind.NUMBER
    if kind is Kind.NUMBER and len(text) == 4 and text.isdigit() and 1500 <= number.value <= 2150:
        kind = Kind.YEAR
    ratio = number.value == 1 and raw[:start].endswith(" to ")  # 3 to 1
    weight = small_unless(number.value > 2 if number.words else not ratio)
    if number.words and (number.value == 0 or (number.value == 1 and not number.ordinal and PRONOUN_ONE.match(raw, number.end))):
        weight = Weight.IMPLIED
    return Quantity(kind, (number.value,), (start, number.end), text, currency, scale=number.scale, weight=weight)


def _with_unit(found: Quantity, raw: str, folded: str) -> Quantity:
    """A number with the unit behind it: percent, a currency, decades, centuries, "and a half"."""
    suffix = SUFFIX.match(folded, found.span[1])
    if not suffix or (found.kind is Kind.MONEY and suffix.lastgroup != "half"):
        return found
    span = (found.span[0], suffix.end())
    whole = replace(found, span=span, text=raw[slice(*span)])
    match suffix.lastgroup:
        case "percent":
            high = found.high / 100 if found.high is not None else None
            whole = replace(whole, weight=Weight.REQUIRED, high=high)
            return replace(whole, kind=Kind.PERCENT, values=(found.value / 100,), scale=found.scale / 100)
        case "points":
            return replace(found, values=(found.value, found.value / 100))
        case "money" | "name":
            currency = ENGLISH[re.sub(r"[\s-]", " ", suffix.group("name").lower())]
            return replace(whole, kind=Kind.MONEY, unit=currency, weight=Weight.REQUIRED)
        case "decades":
            return replace(whole, kind=Kind.NUMBER, values=(found.value * 10,), weight=small_unless(found.value > 1))
        case "century" if found.kind is Kind.ORDINAL:
            return replace(whole, kind=Kind.CENTURY, values=(found.value,), weight=Weight.REQUIRED)
        case "century":
            return replace(whole, kind=Kind.NUMBER, values=(found.value * 100, found.value), weight=small_unless(found.value > 1))
        case "half":
            value = found.value + found.scale / 2
            return replace(whole, values=(value, value * 12, found.value + Fraction(1, 2)))
    return found


def _folded(match: re.Match[str], raw: str, _text: str) -> Iterator[Quantity]:
    """A multiple: "tenfold"."""
    word = match.group("times").lower()
    value = Fraction(CARDINALS.get(word, SCALES.get(word, 1)))
    yield Quantity(Kind.NUMBER, (value,), match.span(), raw[slice(*match.span())], weight=small_unless(value > 2))


def _roman(match: re.Match[str], raw: str, folded: str) -> Iterator[Quantity]:
    if len(match.group()) == 1 and not KEYWORD.search(folded, max(match.start() - 12, 0), match.start()):
        return
    figures = [_ROMAN[c] for c in match.group()]
    value = sum(-f if f < max(figures[place:]) else f for place, f in enumerate(figures))
    yield Quantity(Kind.ORDINAL, (Fraction(value),), match.span(), raw[slice(*match.span())], weight=Weight.IMPLIED)


def _implied(raw: str, folded: str) -> Iterator[Quantity]:
    """Numbers that words imply: bilateral is two, tripled three, a decade ten."""
    for match in IMPLIED.finditer(folded):
        values = implied_values(match.lastgroup or "")
        kind = Kind.FRACTION if values[0] < 1 else Kind.NUMBER
        high = _OPEN.get(match.group().lower())
        yield Quantity(kind, values, match.span(), raw[slice(*match.span())], high=high, weight=Weight.IMPLIED)


_READERS: Mapping[str, Callable[[re.Match[str], str, str], Iterator[Quantity]]] = {
    "fiscal": _fiscal, "era": _era, "date": _date, "clock": _clock, "hour": _hour, "noon": _noon, "decade": _decade, "plus": _plus,
    "label": _label, "rate": _rate, "fraction": _fraction, "vague": _vague, "amount": _amount, "folded": _folded, "roman": _roman,
}  # fmt: skip
