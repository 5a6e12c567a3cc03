"""Quantities in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from service.translation.numerals.currencies import INTO_ENGLISH, SIGNS
from service.translation.numerals.figures import decimal
from service.translation.numerals.number_en import CARDINALS, ORDINALS
from service.translation.numerals.patterns_en import MONTH_NAMES
from service.translation.numerals.quantity import Kind, Quantity
from service.translation.numerals.shared import relabel

_NAMES = MONTH_NAMES
_CARDINAL = {value: word for word, value in CARDINALS.items()}
_ORDINAL = {value: word for word, value in ORDINALS.items()}
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))
_VAGUE = {1: "dozens", 2: "hundreds", 3: "thousands", 4: "tens of thousands", 5: "hundreds of thousands", 6: "millions",
          7: "tens of millions", 8: "hundreds of millions", 9: "billions", 10: "tens of billions", 11: "hundreds of billions",
          12: "trillions"}  # fmt: skip
_SEVERAL = {2: "hundred", 3: "thousand", 5: "hundred thousand", 6: "million", 8: "hundred million", 9: "billion",
            11: "hundred billion", 12: "trillion"}  # fmt: skip
_SHARE = re.compile(r"(?P<share>\S+)(?P<between>\s(?:in|out\sof|of)\s(?:every\s|each\s)?)(?P<base>\S+)")


def write_english(quantity: Quantity, like: str) -> str | None:
    """A quantity in English; None where this kind or value cannot be written."""
    written = _WRITERS[quantity.kind](quantity, like)
    if written is None or quantity.kind not in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT):
        return written
    if written.isdigit() and re.fullmatch(r"\d+\.\d", like):
        written += ".0"
    if re.search(r"\d{4}", like):
        written = written.replace(",", "")
    if re.search(r"\s[A-Z][a-z]", like):  # a heading
        written = re.sub(r"(?<=\s)[a-z](?!f\b)", lambda m: m.group().upper(), written)
    if re.search(r"\w-[a-z]", like) and re.search(r"\d", like) and " of " not in written:  # a 10-yen coin
        return written.replace(" ", "-")
    return written


def _number(quantity: Quantity, like: str) -> str | None:
    if quantity.high is not None:
        return _vague(quantity, like)
    if re.search(r"decade|centur", like):
        decades = quantity.value / 10
        if "centur" in like or decades.denominator > 1 or decades < 2:
            return None
        return f"{_count(decades, like)} decades"
    return _count(quantity.value, like)


def _count(value: Fraction, like: str) -> str | None:
    if value.denominator == 1 and not re.search(r"\d", like) and value < (100 if like[:1].isupper() else 13 if like else 10):
        return _cased(_spelled(int(value)), like)
    return _amount(value)


def _spelled(value: int) -> str:
    """Three, twenty-five."""
    if value in _CARDINAL:
        return _CARDINAL[value]
    return f"{_CARDINAL[value - value % 10]}-{_CARDINAL[value % 10]}"


def _amount(value: Fraction) -> str | None:
    """1,200; 43 trillion; 1.03 million."""
    for scale, name in _SCALES:
        part = decimal(value / scale)
        if value >= scale and part is not None:
            return f"{part} {name}"
    return decimal(value)


def _vague(quantity: Quantity, like: str) -> str | None:
    power = len(str(int(quantity.value))) - 1
    if quantity.high is None or quantity.high < 10 ** (power + 1):
        return None
    if like.lower().startswith("several") and power in _SEVERAL:
        return _cased(f"several {_SEVERAL[power]}", like)
    return _cased(_VAGUE[power], like) if power in _VAGUE else None


def _money(quantity: Quantity, like: str) -> str | None:
    name, sign = INTO_ENGLISH.get(quantity.unit, ("", ""))
    amount = _vague(quantity, like) if quantity.high is not None else _amount(quantity.value)
    if not name or amount is None or re.fullmatch(r"[\d,.]+", like):  # the first of "3 to 5 trillion yen"
        return None
    if quantity.high is not None:
        return f"{amount}{' ' if amount.lower().startswith('several') else ' of '}{name}"
    written = next((s for s, code in SIGNS.items() if code == quantity.unit and like.startswith(s)), sign)
    if written and not re.search(r"\w-[a-z]", like):
        return written + amount
    return f"{amount} {name[:-1] if name[-1] == 's' and like.endswith(name[:-1]) else name}"


def _percent(quantity: Quantity, like: str) -> str | None:
    amount = decimal(quantity.value * 100)
    if amount is None or quantity.high is not None or re.fullmatch(r"[\d,.]+", like):
        return amount if quantity.high is None else None
    if "point" in like:
        return f"{amount} percentage point{'' if amount == '1' else 's'}"
    if "%" in like:
        return f"{amount}%"
    return f"{amount if not like or re.search(r'[0-9]', like) else _count(quantity.value * 100, like)} percent"


def _fraction(quantity: Quantity, like: str) -> str | None:
    above, below = quantity.value.numerator, quantity.value.denominator
    if quantity.parts:
        above, below = sorted(int(part.value) for part in quantity.parts)
    share = _SHARE.fullmatch(like)
    if share:
        return f"{_count(Fraction(above), share.group('share'))}{share.group('between')}{_count(Fraction(below), share.group('base'))}"
    above, below = quantity.value.numerator, quantity.value.denominator
    if (above, below) == (1, 2):
        return _cased("half", like)
    if above not in _CARDINAL or (below not in _ORDINAL and below != 4):
        return f"{above}/{below}"
    name = "quarter" if below == 4 else _ORDINAL[below]
    if above == 1 and re.match(r"an?\s", like, re.IGNORECASE):
        return _cased(f"{'an' if name.startswith('eigh') else 'a'} {name}", like)
    return _cased(f"{_CARDINAL[above]}-{name}{'s' if above > 1 else ''}", like)


def _plain(quantity: Quantity, _like: str) -> str | None:
    return str(int(quantity.value))


def _month(quantity: Quantity, like: str) -> str | None:
    name = _NAMES[int(quantity.value) - 1]
    return name[:3] + "." if like.endswith(".") and len(name) > 4 else name


def _date(quantity: Quantity, like: str) -> str | None:
    """March 27, 2025; "27 March 2025" where that is the style."""
    parts = {part.kind: str(int(part.value)) for part in quantity.parts}
    year, day = parts.get(Kind.YEAR), parts.get(Kind.DAY)
    month = _NAMES[int(parts[Kind.MONTH]) - 1] if Kind.MONTH in parts else None
    if month is None:
        return None
    if day and re.match(r"\d{1,2}\D", like):
        return " ".join(filter(None, (day, month, year)))
    if day:
        return f"{month} {day}" + (f", {year}" if year else "")
    return f"{month} {year}"


def _fiscal(quantity: Quantity, like: str) -> str | None:
    if re.fullmatch(r"\d{4}", like):
        return str(int(quantity.value))
    form = re.match(r"(?i:FY\s?|fiscal\syears?\s|fiscal\s)", like)
    return (form.group() if form else "fiscal ") + str(int(quantity.value))


def _decade(quantity: Quantity, _like: str) -> str | None:
    return f"{int(quantity.value)}s"


def _century(quantity: Quantity, like: str) -> str | None:
    return f"{_ordinal_word(int(quantity.value), like or '1')}{'-' if '-century' in like else ' '}century"


def _ordinal(quantity: Quantity, like: str) -> str | None:
    if quantity.value.denominator > 1 or quantity.high is not None:
        return None
    if re.fullmatch(r"\d+", like):  # Article 5
        return str(int(quantity.value))
    return _ordinal_word(int(quantity.value), like)


def _ordinal_word(value: int, like: str) -> str:
    if value < 10 and value in _ORDINAL and not re.search(r"\d", like):
        return _cased(_ORDINAL[value], like)
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value:,}{ending}"


def _time(quantity: Quantity, like: str) -> str | None:
    hours, minutes = divmod(int(quantity.value) % 1440, 60)
    if quantity.unit != "24":
        return str(hours) if like.isdigit() and not minutes else f"{hours}:{minutes:02}"
    shown = f"{hours % 12 or 12}" + (f":{minutes:02}" if minutes or ":" in like else "")
    if re.fullmatch(r"[\d:]+", like):  # the first of "1 to 4 p.m."
        return shown
    if not minutes and hours in (0, 12) and not re.search(r"\d", like):
        return "noon" if hours else "midnight"
    return f"{shown} {'p.m.' if hours >= 12 else 'a.m.'}"


def _label(quantity: Quantity, like: str) -> str | None:
    text = "2+2" if quantity.unit == "2+2" else quantity.text
    return relabel(text, like) if text.isascii() else None


def _cased(word: str, like: str) -> str:
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


_WRITERS: Mapping[Kind, Callable[[Quantity, str], str | None]] = {
    Kind.NUMBER: _number, Kind.ORDINAL: _ordinal, Kind.PERCENT: _percent, Kind.FRACTION: _fraction, Kind.MONEY: _money,
    Kind.YEAR: _plain, Kind.MONTH: _month, Kind.DAY: _plain, Kind.DATE: _date, Kind.FISCAL_YEAR: _fiscal, Kind.DECADE: _decade,
    Kind.CENTURY: _century, Kind.TIME: _time, Kind.LABEL: _label,
}  # fmt: skip
