"""The inflected forms under which a term may stand in a text, per language, as data.

Only forms that leave a term the same term: for English the plural and the possessive of its last word.
A language without an entry has none, which is right for Japanese.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_IRREGULAR_PLURALS = {
    "man": "men", "woman": "women", "person": "people", "child": "children", "crisis": "crises", "basis": "bases",
    "analysis": "analyses", "memorandum": "memoranda memorandums", "veto": "vetoes", "embargo": "embargoes",
    "spokesman": "spokesmen", "chairman": "chairmen", "statesman": "statesmen",
    "aircraft": "aircraft", "forces": "forces", "series": "series",
}  # fmt: skip
_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$", re.IGNORECASE)
_CONSONANT_Y = re.compile(r"[^aeiou]y$", re.IGNORECASE)


def _english_plurals(text: str) -> list[str]:
    head, last = _split_last(text)
    if not last or not last[-1].isalnum():
        return []
    if last[-1].isdigit() or last.isupper():
        return [text + "s"]
    if last.lower() in _IRREGULAR_PLURALS:
        return [head + last[0] + plural[1:] for plural in _IRREGULAR_PLURALS[last.lower()].split()]
    if _CONSONANT_Y.search(last):
        regular = head + last[:-1] + "ies"
        return [regular, text + "s"] if last[0].isupper() else [regular]
    return [text + ("es" if _SIBILANT.search(last) else "s")]


def _english(text: str) -> list[str]:
    plurals = _english_plurals(text)
    forms = [*plurals, text + "'s"]
    forms.extend(form + ("'" if form.endswith("s") else "'s") for form in (text, *plurals))
    return forms


def _split_last(text: str) -> tuple[str, str]:
    cut = max(text.rfind(" "), text.rfind("-")) + 1
    return text[:cut], text[cut:]


INFLECTIONS: dict[str, Callable[[str], list[str]]] = {"en": _english}


def inflected_forms(text: str, language: str) -> tuple[str, ...]:
    """Forms other than ``text`` itself; empty where the language has no rule."""
    rule = INFLECTIONS.get(language)
    return tuple(dict.fromkeys(f for f in rule(text) if f != text)) if rule else ()
