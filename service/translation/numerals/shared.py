"""What the notations of several languages share: Japanese eras, names with digits, words that imply a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from service.translation.numerals.quantity import Kind, Quantity, Weight

ERAS: Mapping[str, int] = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867}  # year 1 is this plus one


def label(folded: str, raw: str, start: int, *, plus: bool = False) -> Quantity:
    """A name with digits. Its unit is what it is compared by; a number of the other text may be its digits."""
    figures = tuple(Fraction(n) for n in re.findall(r"\d+(?:\.\d+)?", folded)) or (Fraction(2),)
    key = "2+2" if plus else re.sub(r"[^A-Z0-9.]", "", folded.upper())
    end = start + len(folded)
    return Quantity(Kind.LABEL, figures, (start, end), raw[start:end], unit=key, weight=Weight.IMPLIED)


def relabel(text: str, like: str) -> str:
    """A name with digits, with or without the hyphen that the name it replaces has: F-35, F35."""
    if re.match(r"[A-Za-z]+[‐‑-]\d", like):
        return re.sub(r"^([A-Za-z]+)(\d)", r"\1-\2", text)
    return re.sub(r"^([A-Za-z]+)[‐‑-](\d)", r"\1\2", text) if re.match(r"[A-Za-z]+\d", like) else text


def implied_values(name: str) -> tuple[Fraction, ...]:
    """The values that the name of a group spells: v0_5_6 is 0.5 or 6, v10 is 10."""
    first, *rest = name[1:].split("_")
    if first == "0" and rest:
        first, rest = f"0.{rest[0]}", rest[1:]
    return (Fraction(first), *map(Fraction, rest))
