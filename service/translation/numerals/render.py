"""Quantities written in a language, so that a wrong number of a translation can be replaced."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from service.translation.numerals.quantity import Kind, Quantity
from service.translation.numerals.write_en import write_english
from service.translation.numerals.write_ja import write_japanese

WRITERS: Mapping[str, Callable[[Quantity, str], str | None]] = {"ja": write_japanese, "en": write_english}


def render(quantity: Quantity, language: str, like: str = "") -> str | None:
    """Write a quantity in a language; None where it or the language cannot be written.

    ``like`` is the text that it replaces: its style is kept where there is a choice ("3%" or "3 percent", "seven" or "7", 2番目 or 第2).
    """
    writer = WRITERS.get(language.strip().lower().replace("_", "-").split("-")[0])
    if writer is None or (quantity.kind is Kind.NUMBER and re.search(r"\D半$|and a half", like)):  # a half behind the unit
        return None
    return writer(quantity, like)
