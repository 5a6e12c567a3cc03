"""Ranges and lists: in "3～5%" the 3 is a percentage too, in "$3 to 5 billion" both are billions of dollars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from service.translation.numerals.quantity import Kind, Quantity

_SHARED = frozenset({Kind.PERCENT, Kind.MONEY, Kind.MONTH, Kind.DAY, Kind.TIME, Kind.FISCAL_YEAR, Kind.DECADE, Kind.CENTURY, Kind.YEAR})


def spread(folded: str, found: Sequence[Quantity], between: re.Pattern[str]) -> list[Quantity]:
    """Give a bare number the unit and scale of the one that follows it behind a range or list mark."""
    out = list(found)
    for place in range(len(out) - 2, -1, -1):
        first, second = out[place], out[place + 1]
        gap = folded[first.span[1] : second.span[0]]
        if len(gap) > 12 or not between.fullmatch(gap):
            continue
        out[place + 1] = second = _same_century(first, second)
        if first.kind is Kind.NUMBER and first.high is None:
            out[place] = _like(first, second)
        if first.kind is second.kind is Kind.TIME:
            out[place], out[place + 1] = _times(first, second)
        if first.kind is Kind.MONEY:
            out[place], out[place + 1] = _amounts(first, second)
    return out


def _same_century(first: Quantity, second: Quantity) -> Quantity:
    """The second year of "1914–18" and 1869～95年 is in the century of the first."""
    if first.kind not in (Kind.YEAR, Kind.NUMBER) or not 1000 <= first.value < 2200 or first.scale != 1 or second.kind is not Kind.NUMBER:
        return second
    if not first.value % 100 < second.value < 100 or not re.fullmatch(r"\d\d年?", second.text):
        return second
    return replace(second, values=(*second.values, first.value - first.value % 100 + second.value))


def _like(first: Quantity, second: Quantity) -> Quantity:
    """A bare number before a number with a unit; its own value stays a second reading."""
    if second.kind is Kind.DATE:
        second = second.parts[0]
    scale = second.scale if first.scale == 1 and second.high is None else Fraction(1)
    if second.kind in _SHARED:
        values = _plausible(first, scale, second)
        if not values:
            return first
        unit = "12" if second.kind is Kind.TIME else second.unit
        return replace(first, kind=second.kind, values=(*values, first.value), unit=unit, scale=first.scale * scale)
    if second.kind is Kind.NUMBER and scale > 1:
        return replace(first, values=_either(first, second), scale=scale)
    return first


def _either(first: Quantity, second: Quantity) -> tuple[Fraction, Fraction]:
    """With and without the scale of the second: 10～20万 means 10万, but 300～1万 means 300."""
    scaled, plain = first.value * second.scale, first.value
    return (scaled, plain) if scaled < second.value else (plain, scaled)


def _plausible(first: Quantity, scale: Fraction, second: Quantity) -> list[Fraction]:
    """What the first number may be worth in the unit of the second: in 平成7・8年度 and 2023～25年度 both lie in one count."""
    value = first.value * scale
    limit = {Kind.MONTH: 12, Kind.DAY: 31, Kind.TIME: 24 * 60}.get(second.kind)
    if limit is not None:
        return [value] if 0 < value <= limit else []
    written = re.search(r"\d+", second.text)
    if second.kind in (Kind.FISCAL_YEAR, Kind.YEAR) and value < 100 and written:
        return [v - Fraction(written.group()) + value for v in second.values]
    return [value]


def _amounts(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity]:
    """Amounts: in "$3-5 billion" and "$3 billion to 5 billion" the sign holds for both, the scale too."""
    if second.kind is Kind.NUMBER and first.text[:1] in "$€£¥₩₹AUCNHS":
        second = replace(second, kind=Kind.MONEY, unit=first.unit)
    bare = first.scale == 1 and len(first.values) == 1 and first.high is None and first.text[-1].isdigit()
    if second.kind is Kind.MONEY and second.scale > 1 and bare:
        first = replace(first, values=_either(first, second), scale=second.scale)
    return first, second


def _times(first: Quantity, second: Quantity) -> tuple[Quantity, Quantity]:
    """Times: in "2:00–3:30 p.m." and 午後2時～3時半 the half of the day holds for both where the first is then before the second."""
    known = {first.unit, second.unit}
    if known != {"12", "24"}:
        return first, second
    half = (first if first.unit == "24" else second).value // 720 * 720
    moved = [replace(q, values=(q.value % 720 + half,), unit="24") for q in (first, second)]
    return (moved[0], moved[1]) if moved[0].value < moved[1].value else (first, second)
