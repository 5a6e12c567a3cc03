"""Signs that a translation went wrong, whatever its terms: repetition, wrong script, absurd length, changed digits."""

from __future__ import annotations

import re
from collections import Counter

from service.translation.languages import Language
from service.translation.result import Finding, FindingKind

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_LOOP = re.compile(r"(.{2,60}?)(?:[\s、。,.]*\1){2,}", re.DOTALL)
_SHORTEST, _LONGEST = 0.3, 3.2  # accepted range of the length ratio, both sides weighed by density
_SLACK = 12.0  # characters by which a short text may always differ


def defects(source: str, target: str, languages: tuple[Language, Language], *, allowed: str = "") -> list[Finding]:
    """Findings about a target text. ``allowed``: text that may stand in the target in the source's script."""
    source_language, target_language = languages
    if not target.strip():
        return [Finding(FindingKind.EMPTY, "nothing was translated")] if source.strip() else []
    checks = (
        _repetition(target, target_language),
        _wrong_script(target, source_language, target_language, allowed),
        _length(source, target, source_language, target_language),
    )
    return [finding for finding in checks if finding]


def _repetition(target: str, language: Language) -> Finding | None:
    loop = _LOOP.search(target)
    if loop and any(c.isalpha() for c in loop.group(1)):
        return Finding(FindingKind.REPETITION, f"repeats {loop.group(1).strip()[:40]!r}")
    units = _WORD.findall(target.lower()) if language.spaced else list(re.sub(r"\s", "", target))
    size = 4 if language.spaced else 8
    grams = Counter(tuple(units[i : i + size]) for i in range(len(units) - size + 1))
    gram, count = max(grams.items(), key=lambda item: item[1], default=((), 0))
    if count >= 3 or (count == 2 and size * 2 > len(units) * 0.6):
        return Finding(FindingKind.REPETITION, f"repeats {(language.joiner).join(gram)!r}")
    return None


def _wrong_script(target: str, source: Language, into: Language, allowed: str) -> Finding | None:
    if source.letters.pattern == into.letters.pattern:
        return None
    foreign = "".join(c for c in source.letters.findall(target) if c not in allowed and not into.letters.match(c))
    # Latin names and abbreviations are normal in a Japanese text; Japanese letters in an English one are not.
    limit = 0 if source.density < into.density else max(into.count(target), 1) * 3
    if len(foreign) > limit:
        return Finding(FindingKind.UNTRANSLATED, f"leaves {foreign[:20]!r} in the source's script")
    return None


def _length(source: str, target: str, source_language: Language, target_language: Language) -> Finding | None:
    expected = len(source) / source_language.density * target_language.density
    if abs(len(target) - expected) <= _SLACK:
        return None
    ratio = len(target) / max(expected, 1.0)
    if not _SHORTEST <= ratio <= _LONGEST:
        return Finding(FindingKind.LENGTH, f"length is {ratio:.1f} times what the source suggests")
    return None


def digits(text: str) -> Counter[str]:
    """The numbers of a text written in digits, as a multiset; separators are left out."""
    return Counter(re.sub(r"[,，]", "", n) for n in re.findall(r"\d+(?:[,，.]\d+)*", text))
