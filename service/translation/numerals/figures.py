"""Numbers written in digits, whatever the language; width folding that keeps every character in its place."""

from __future__ import annotations

import re
from fractions import Fraction

from service.translation.numerals.quantity import Kind, Quantity

FIGURE = r"(?:\d{1,3}(?:,\d{3}){1,10}(?!\d)|\d{1,30})(?:\.\d{1,30})?"

_WIDE = "０１２３４５６７８９，．％＋－：／＝＄￥（）　\u00a0\u202f"
_NARROW = "0123456789,.%+-:/=$¥()   "
_LATIN = {ord(c) + 0xFEE0: c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
_FOLD = {**dict(zip(map(ord, _WIDE), _NARROW, strict=True)), **_LATIN, ord("％"): "%", ord("〜"): "~", ord("～"): "~"}
_SEPARATED = re.compile(r"\d{1,30}(?:[,.'’ ]\d{3}(?!\d))*(?:[,.]\d{1,30})?")


def fold(text: str) -> str:
    """The text with full-width digits, letters and signs made narrow; as long as before, so that spans stay true."""
    return text.translate(_FOLD)


def figure(text: str) -> Fraction:
    """The value of digits with thousands separators and decimals: "1,234.5"."""
    return Fraction(text.replace(",", ""))


def decimal(value: Fraction) -> str | None:
    """A value in digits: "1,234.5"; None where it takes more than four decimals."""
    shifted = value * 10_000
    if shifted.denominator > 1:
        return None
    whole, rest = divmod(int(shifted), 10_000)
    return f"{whole:,}" + (f".{rest:04}".rstrip("0") if rest else "")


def parse_digits(text: str) -> list[Quantity]:
    """Numbers of a language that has no notation of its own here: digits without their separators, which differ by country."""
    found = []
    for match in _SEPARATED.finditer(fold(text)):
        value = Fraction(int(re.sub(r"\D", "", match.group())))
        found.append(Quantity(Kind.NUMBER, (value,), match.span(), text[match.start() : match.end()]))
    return found
