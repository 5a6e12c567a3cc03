"""Clock times in figures (15:30), which look the same in many languages."""

from __future__ import annotations

import re
from fractions import Fraction

from service.translation.numerals.quantity import Kind, Quantity

CLOCK = r"(?P<clock>(?<![\d:.])(?P<hours>[01]?\d|2[0-4]):(?P<minutes>[0-5]\d)(?![:\d])(?:\s?(?P<half>[ap])\.?m\b\.?)?)"


def clock(match: re.Match[str], raw: str) -> Quantity:
    """The time that a match of CLOCK shows."""
    start, end = match.span("clock")
    hours, half = int(match.group("hours")), match.group("half")
    known = bool(half) or hours > 12
    hours = hours % 12 + 12 * (half == "p") if half else hours
    value = Fraction(hours * 60 + int(match.group("minutes")))
    return Quantity(Kind.TIME, (value,), (start, end), raw[start:end], unit="24" if known else "12", scale=Fraction(60))
