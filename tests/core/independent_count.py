"""Unmet terms counted once more, from the texts alone and in another way than the product does it: plain string search, nothing clever.

It knows no guards, no folding and no inflection but a plural s. That is enough for made-up concepts, and is what makes it independent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from glossary.terms import Concept


def unmet(source: str, target: str, concepts: Iterable[Concept], into: str = "en", out_of: str = "ja") -> Counter[str]:
    """For each concept its occurrences in the source less its renderings in the target, where that leaves any."""
    concepts = [c for c in concepts if c.terms_in(into)]
    return _count(source, concepts, out_of) - _count(target, concepts, into)


def _count(text: str, concepts: list[Concept], language: str) -> Counter[str]:
    """Occurrences by concept, longest names first; what is counted is blotted out."""
    names = sorted(((t.text.lower(), c.id) for c in concepts for t in c.terms_in(language)), key=lambda n: -len(n[0]))
    text, found = text.lower(), Counter[str]()
    for name, concept in names:
        begin = text.find(name)
        while begin >= 0:
            end = begin + len(name)
            if not (name.isascii() and (_letter(text[begin - 1 : begin]) or _letter(text[end:].removeprefix("s")[:1]))):
                found[concept] += 1
                text = text[:begin] + "\0" * len(name) + text[end:]
            begin = text.find(name, begin + 1)
    return found


def _letter(char: str) -> bool:
    return char.isascii() and char.isalnum()
