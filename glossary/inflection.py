"""The inflected forms under which a term may stand in a text, per language, as data.

Only forms that leave a term the same term: for English the plural and the possessive of its last word.
A language without an entry has none, which is right for Japanese. Only the last word decides, so its forms are kept.
"""

from __future__ import annotations

import functools
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


def _english_plurals(word: str) -> list[str]:
    if not word or not word[-1].isalnum():
        return []
    if word[-1].isdigit() or word.isupper():
        return [word + "s"]
    if word.lower() in _IRREGULAR_PLURALS:
        return [word[0] + plural[1:] for plural in _IRREGULAR_PLURALS[word.lower()].split()]
    if _CONSONANT_Y.search(word):
        regular = word[:-1] + "ies"
        return [regular, word + "s"] if word[0].isupper() else [regular]
    return [word + ("es" if _SIBILANT.search(word) else "s")]


def _english(word: str) -> list[str]:
    plurals = _english_plurals(word)
    forms = [*plurals, word + "'s"]
    forms.extend(form + ("'" if form.endswith("s") else "'s") for form in (word, *plurals))
    return forms


# Language -> the forms of a last word. What a form adds to the word is written as folding writes it: lower case, straight apostrophe.
INFLECTIONS: dict[str, Callable[[str], list[str]]] = {"en": _english}


def inflected_forms(text: str, language: str) -> tuple[str, ...]:
    """Forms other than ``text`` itself; empty where the language has no rule."""
    head, last = _split_last(text)
    return tuple(head + form for form in _forms(last, language))


def endings(text: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The same forms in two parts: what is only added to ``text``, and whole forms that change its last word."""
    head, last = _split_last(text)
    added, changed = _endings(last, language)
    return added, tuple(head + form for form in changed)


def _split_last(text: str) -> tuple[str, str]:
    cut = max(text.rfind(" "), text.rfind("-")) + 1
    return text[:cut], text[cut:]


def _forms(word: str, language: str) -> list[str]:
    rule = INFLECTIONS.get(language)
    return [form for form in dict.fromkeys(rule(word)) if form != word] if rule else []


@functools.lru_cache(maxsize=1 << 14)
def _endings(word: str, language: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    forms = _forms(word, language)
    added = tuple(form[len(word) :] for form in forms if form.startswith(word))
    return added, tuple(form for form in forms if not form.startswith(word))
