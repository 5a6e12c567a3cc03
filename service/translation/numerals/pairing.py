"""When two quantities are the same, and which quantities of two texts have no counterpart in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from service.translation.numerals.currencies import mentioned, same_currency
from service.translation.numerals.quantity import Kind, Quantity, Weight, overlaps
from service.translation.result import Span

_MONTH_LIKE = frozenset({Kind.MONTH, Kind.NUMBER, Kind.ORDINAL})
_DECADE_LIKE = frozenset({Kind.DECADE, Kind.LABEL})
_HALF_A_DAY = 720


@dataclass(frozen=True, slots=True)
class Side:
    """One text, read: its quantities one by one, and what it says without repeating it."""

    atoms: list[Quantity]
    currencies: frozenset[str]
    fiscal: bool


def side(text: str, language: str, quantities: Sequence[Quantity], ignore: Sequence[Span]) -> Side:
    """A text and its quantities; those that touch a span to ignore need no counterpart."""
    atoms = [atom for quantity in quantities for atom in quantity.atoms()]
    if ignore:
        atoms = [replace(a, weight=Weight.IMPLIED) if any(overlaps(a.span, span) for span in ignore) else a for a in atoms]
    return Side(atoms, mentioned(text, language), any(a.kind is Kind.FISCAL_YEAR for a in atoms))


def unanswered(ours: Side, theirs: Side) -> tuple[list[Quantity], list[Quantity]]:
    """The quantities of each side that have no counterpart in the other and need one."""
    missing = [a for a in ours.atoms if a.required and not _answered(a, ours, theirs)] + _relabelled(ours.atoms, theirs.atoms)
    extra = [a for a in theirs.atoms if a.required and not _answered(a, theirs, ours)] + _relabelled(theirs.atoms, ours.atoms)
    for kind in (Kind.NUMBER, Kind.ORDINAL):
        few, many = _small(kind, ours, theirs), _small(kind, theirs, ours)
        open_few = [q for q in few if not _answered(q, ours, theirs)]
        open_many = [q for q in many if not _answered(q, theirs, ours)]
        if any(q.kind is kind for q in missing):
            extra += open_many
        elif any(q.kind is kind for q in extra):
            missing += open_few
        elif few and many and (open_few or open_many):
            missing += few
            extra += many
    return missing, extra


def _small(kind: Kind, own: Side, other: Side) -> list[Quantity]:
    """Small numbers in words that no number written in the other text answers; an "a" may still do so."""
    stated = replace(other, atoms=[a for a in other.atoms if a.weight is not Weight.IMPLIED])
    return [a for a in own.atoms if a.weight is Weight.SMALL and a.kind is kind and not _answered(a, own, stated)]


def _answered(quantity: Quantity, own: Side, other: Side) -> bool:
    """Whether another text has a counterpart: the quantity itself, or else both numbers of "one in three"."""
    for candidate in other.atoms:
        for part in (candidate, *candidate.parts):
            if _equal(quantity, part) and _same_unit((quantity, own), (part, other)):
                return True
    return bool(quantity.parts) and all(not part.required or _answered(part, own, other) for part in quantity.parts)


def _equal(one: Quantity, other: Quantity) -> bool:
    if one.kind is Kind.TIME or other.kind is Kind.TIME:
        return _same_time(one, other)
    return same_value(one, other) and _compatible(one, other)


def _compatible(one: Quantity, other: Quantity) -> bool:
    kinds = {one.kind, other.kind}
    if kinds == {Kind.LABEL}:
        return one.unit == other.unit
    if Kind.MONTH in kinds:
        return kinds <= _MONTH_LIKE
    if Kind.DECADE in kinds:
        return kinds <= _DECADE_LIKE or (one.value < 100 and Kind.YEAR not in kinds)
    return True


def same_value(one: Quantity, other: Quantity) -> bool:
    """Whether two quantities may be worth the same, whatever they count."""
    if one.high is None and other.high is None:
        return any(value in other.values for value in one.values)
    return any(_meet((v, one.high), (w, other.high)) for v in one.values for w in other.values)


def _meet(one: tuple[Fraction, Fraction | None], other: tuple[Fraction, Fraction | None]) -> bool:
    """Whether an approximate value covers another, which may be approximate too."""
    (low, high), (low2, high2) = one, other
    if high is None:
        return high2 is not None and low2 <= low < high2
    return low <= low2 < high if high2 is None else low < high2 and low2 < high


def _same_time(one: Quantity, other: Quantity) -> bool:
    if one.kind is other.kind:
        known = one.unit == other.unit == "24"
        return (one.value - other.value) % (2 * _HALF_A_DAY if known else _HALF_A_DAY) == 0
    time, number = (one, other) if one.kind is Kind.TIME else (other, one)
    return number.kind in (Kind.NUMBER, Kind.LABEL) and (time.value - number.value * 60) % _HALF_A_DAY == 0


def _same_unit(one: tuple[Quantity, Side], other: tuple[Quantity, Side]) -> bool:
    """Whether currencies agree, and fiscal years are not calendar years; "2 to 3 trillion yen" names the currency only once."""
    (quantity, own), (quantity2, own2) = one, other
    if quantity.kind is quantity2.kind:
        return quantity.kind is not Kind.MONEY or same_currency(quantity.unit, quantity2.unit)
    kinds = {quantity.kind, quantity2.kind}
    if Kind.MONEY in kinds:
        if not kinds <= {Kind.MONEY, Kind.NUMBER, Kind.YEAR}:
            return False
        money, bare = (quantity, own2) if quantity.kind is Kind.MONEY else (quantity2, own)
        return any(same_currency(money.unit, unit) for unit in bare.currencies)
    if Kind.FISCAL_YEAR in kinds:
        return (own2 if quantity.kind is Kind.FISCAL_YEAR else own).fiscal
    return True


def _relabelled(quantities: Sequence[Quantity], others: Sequence[Quantity]) -> list[Quantity]:
    """Names whose letters the other text has with other digits only: F-35 where it has F-15."""
    theirs = [q.unit for q in others if q.kind is Kind.LABEL]
    ours = {q.unit for q in quantities if q.kind is Kind.LABEL}
    changed = {letters(u) for u in theirs if u not in ours}
    return [q for q in quantities if q.kind is Kind.LABEL and q.unit not in theirs and letters(q.unit) in changed]


def letters(key: str) -> str:
    """The letters of a name with digits."""
    return "".join(c for c in key if c.isalpha())
