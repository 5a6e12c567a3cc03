"""Which quantities of a text have no counterpart in its translation, and which of the translation none in the text: by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from service.translation.numerals.figures import parse_digits
from service.translation.numerals.pairing import letters, same_value, side, unanswered
from service.translation.numerals.parse_en import parse_english
from service.translation.numerals.parse_ja import parse_japanese
from service.translation.numerals.quantity import Kind, Quantity
from service.translation.result import Span

PARSERS: Mapping[str, Callable[[str], list[Quantity]]] = {"ja": parse_japanese, "en": parse_english}
_SCALED = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_SIMPLE = frozenset({Kind.NUMBER, Kind.ORDINAL, Kind.YEAR, Kind.DAY, Kind.PERCENT, Kind.FRACTION, Kind.FISCAL_YEAR})


class Reason(StrEnum):
    """Why a quantity has no counterpart. The value is stable and goes into reports."""

    ABSENT = "absent"  # nothing like it in the other text
    SCALE = "other-scale"  # the same digits, but thousand, million, billion or 万, 億, 兆 differ
    UNIT = "other-unit"  # the same value in another currency, or a year where a decade or fiscal year stands
    VALUE = "other-value"  # another value


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A quantity without a counterpart.

    ``counterpart``: the quantity of the other text that it probably became, or came from; itself a mismatch there.
    ``certain``: it is the only one of its kind on either side, so that the one may be written in place of the other.
    """

    quantity: Quantity
    reason: Reason
    counterpart: Quantity | None = None
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """``missing``: quantities of the source without counterpart in the target; ``extra``: those of the target with none in the source."""

    missing: tuple[Mismatch, ...] = ()
    extra: tuple[Mismatch, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether every quantity that must have a counterpart has one."""
        return not self.missing and not self.extra


def parse(text: str, language: str) -> list[Quantity]:
    """The quantities of a text, in order. A language without a notation of its own here gives its digits."""
    return PARSERS.get(_base(language), parse_digits)(text)


def compare(
    source: str, target: str, languages: tuple[str, str], *, ignore_source: Sequence[Span] = (), ignore_target: Sequence[Span] = ()
) -> Comparison:
    """Compare the quantities of a text and its translation by value, however they are written.

    Quantities that touch a span to ignore (a term, protected text) raise no alarm, but may still answer one of the other text.
    Where either language has no notation of its own here, digits are compared.
    """
    known = all(_base(language) in PARSERS for language in languages)
    codes = [_base(language) if known else "" for language in languages]
    missing, extra = unanswered(
        side(source, codes[0], parse(source, codes[0]), ignore_source), side(target, codes[1], parse(target, codes[1]), ignore_target)
    )
    if not missing and not extra:
        return Comparison()
    lengths = len(source) or 1, len(target) or 1
    return Comparison(
        tuple(_mismatch(q, missing, extra, lengths) for q in sorted(missing, key=lambda q: q.span)),
        tuple(_mismatch(q, extra, missing, lengths[::-1]) for q in sorted(extra, key=lambda q: q.span)),
    )


def _base(language: str) -> str:
    return language.strip().lower().replace("_", "-").split("-")[0]


def _mismatch(quantity: Quantity, ours: Sequence[Quantity], theirs: Sequence[Quantity], lengths: tuple[int, int]) -> Mismatch:
    """Say what became of a quantity: the likest unanswered one of the other text."""
    place = quantity.span[0] / lengths[0]
    rated = [(_likeness(quantity, other), -abs(other.span[0] / lengths[1] - place), other) for other in theirs]
    best = max(rated, key=lambda r: (r[0][0], r[1]), default=None)
    if best is None or not best[0][0]:
        return Mismatch(quantity, Reason.ABSENT)
    (_, reason), _, other = best
    alone = _family(quantity, ours) == 1 == _family(other, theirs)
    return Mismatch(quantity, reason, other, certain=alone and quantity.kind is other.kind)


def _family(quantity: Quantity, among: Sequence[Quantity]) -> int:
    """How many quantities there are that this one could be taken for."""
    kinds = _SIMPLE if quantity.kind in _SIMPLE else {quantity.kind}
    return sum(q.kind in kinds for q in among)


def _likeness(one: Quantity, other: Quantity) -> tuple[int, Reason]:
    if one.kind is Kind.LABEL or other.kind is Kind.LABEL:
        alike = one.kind is other.kind and letters(one.unit) == letters(other.unit)
        return (4 if alike else 0), Reason.VALUE
    if Kind.MONTH in (one.kind, other.kind) and one.kind is not other.kind:
        return 0, Reason.VALUE
    if same_value(one, other):
        return 5, Reason.UNIT
    if one.kind in _SCALED and one.high is not None and other.high is not None:
        return 3 + (one.kind is other.kind), Reason.SCALE
    if one.value and _digits(one.value) == _digits(other.value) and one.kind in _SCALED and other.kind in _SCALED:
        return 3 + (one.kind is other.kind), Reason.SCALE
    if one.kind is other.kind:
        return 2 + (one.unit == other.unit), Reason.VALUE
    return int({one.kind, other.kind} <= _SIMPLE), Reason.VALUE


def _digits(value: Fraction) -> Fraction:
    """The value without its powers of ten."""
    while value >= 1:
        value /= 10
    while 0 < value < Fraction(1, 10):
        value *= 10
    return value
