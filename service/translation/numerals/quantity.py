"""A quantity found in a text: what it is worth, where it stands, and whether a translation may leave it out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from fractions import Fraction

from service.translation.result import Span


class Kind(StrEnum):
    """What a quantity says. The value is stable and goes into reports."""

    NUMBER = "number"
    ORDINAL = "ordinal"
    PERCENT = "percent"
    FRACTION = "fraction"
    MONEY = "money"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    DATE = "date"  # two or three of year, month and day; they are its parts
    FISCAL_YEAR = "fiscal-year"
    DECADE = "decade"
    CENTURY = "century"
    TIME = "time"  # minutes after midnight
    LABEL = "label"  # digits within a name: F-35, G7, COVID-19


class Weight(IntEnum):
    """How much a quantity asks for a counterpart."""

    IMPLIED = 0  # never; it may answer one of the other text ("bilateral" a two, "半分" a half)
    SMALL = 1  # one or two in words, "1人": only where the other text has another small number in its place
    REQUIRED = 2  # always


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity at ``span`` of a text.

    ``values``: what it may be worth, likeliest first ("24年" is 24 years, 2024 or 1924). Percentages are shares: 3% is 3/100.
    ``high``: an approximate quantity is anything from its value up to, and without, this.
    ``unit``: a currency (ISO 4217); for a time "24" where the half of the day is known and "12" where it is not; for a label
    its letters and digits without hyphens.
    ``scale``: what one of the written number counts: 10**12 in "43兆", 1/100 in "3%".
    ``weight``: whether a translation without it is wrong.
    ``parts``: the parts of a date; the two numbers of "one in three".
    """

    kind: Kind
    values: tuple[Fraction, ...]
    span: Span
    text: str
    unit: str = ""
    high: Fraction | None = None
    scale: Fraction = Fraction(1)
    weight: Weight = Weight.REQUIRED
    parts: tuple[Quantity, ...] = ()

    @property
    def value(self) -> Fraction:
        """The likeliest value; 0 for a date, whose parts have the values."""
        return self.values[0] if self.values else Fraction(0)

    @property
    def required(self) -> bool:
        """Whether a translation without it is wrong."""
        return self.weight is Weight.REQUIRED

    def atoms(self) -> Iterator[Quantity]:
        """What is compared one by one: the parts of a date, or the quantity itself."""
        if self.kind is Kind.DATE:
            yield from self.parts
        else:
            yield self


def small_unless(needed: bool) -> Weight:
    """REQUIRED or SMALL."""
    return Weight.REQUIRED if needed else Weight.SMALL


class Covered:
    """The places that some quantities take up; asked whether a span is free of them."""

    def __init__(self, quantities: Iterable[Quantity]) -> None:
        self._spans = sorted(q.span for q in quantities)
        self._starts = [start for start, _ in self._spans]

    def frees(self, span: Span) -> bool:
        """Whether no quantity touches a span. The quantities must not overlap each other."""
        place = bisect_left(self._starts, span[1])
        return place == 0 or self._spans[place - 1][1] <= span[0]


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]
