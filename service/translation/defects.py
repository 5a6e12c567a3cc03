"""Signs that a translation went wrong, whatever its terms: repetition, wrong script, absurd length, changed digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from service.translation.languages import Language
from service.translation.result import Finding, FindingKind

_WORD = re.compile(r"\w+(?:['’.-]\w+)*")
_LOOP = re.compile(r"(.{2,60}?)(?:[\s、。,.]*\1){2,}", re.DOTALL)
_TWICE = {
    True: re.compile(r"(?<!\w)(\w[\w'’.-]*(?:\s+\w[\w'’.-]*){1,5})[\s,]+\1(?!\w)"),
    False: re.compile(r"(\w{3,})\1"),
}  # by whether words are separated by blanks: two words, or three characters, twice side by side
_SHORTEST, _LONGEST = 0.3, 3.2  # accepted range of the length ratio, both sides weighed by density
_SLACK = 12.0  # characters by which a short text may always differ


def defects(source: str, target: str, languages: tuple[Language, Language], *, expected: Sequence[tuple[str, str]] = ()) -> list[Finding]:
    """Findings about a target text. ``expected``: stretches of the source and what each has to become, in whatever script."""
    source_language, target_language = languages
    if not target.strip():
        return [Finding(FindingKind.EMPTY, "nothing was translated")] if source.strip() else []
    checks = (
        _repetition(source, target, source_language, target_language),
        _wrong_script(source, target, languages, [rendering for _, rendering in expected]),
        _length(source, target, languages, expected),
    )
    return [finding for finding in checks if finding]


def _repetition(source: str, target: str, source_language: Language, language: Language) -> Finding | None:
    for loop in (*_LOOP.finditer(target), *_TWICE[language.spaced].finditer(target)):
        if any(c.isalpha() for c in loop.group(1)):
            return Finding(FindingKind.REPETITION, f"repeats {loop.group(1).strip()[:40]!r}")
    size = 4 if language.spaced else 8
    units, (gram, count) = _most_repeated(target, language, size)
    _, (_, in_source) = _most_repeated(source, source_language, 2 if source_language.spaced else 3)
    if (count >= 3 and count > in_source) or (count == 2 and size * 2 > len(units) * 0.6):
        return Finding(FindingKind.REPETITION, f"repeats {(language.joiner).join(gram)!r}")
    return None


def _most_repeated(text: str, language: Language, size: int) -> tuple[list[str], tuple[tuple[str, ...], int]]:
    units = _WORD.findall(text.lower()) if language.spaced else list(re.sub(r"\s", "", text))
    grams = Counter(tuple(units[i : i + size]) for i in range(len(units) - size + 1))
    return units, max(grams.items(), key=lambda item: item[1], default=((), 0))


def _wrong_script(text: str, target: str, languages: tuple[Language, Language], allowed: Sequence[str]) -> Finding | None:
    source, into = languages
    same = text.strip().casefold() == target.strip().casefold()
    for stretch in sorted(allowed, key=len, reverse=True):
        target = target.replace(stretch, " ")
    if same and source.spaced and len(_WORD.findall(target)) > 3:
        return Finding(FindingKind.UNTRANSLATED, "repeats the source")
    if source.letters.pattern == into.letters.pattern:
        return None
    foreign = "".join(c for c in source.letters.findall(target) if not into.letters.match(c))
    # Latin names and abbreviations are normal in a Japanese text; Japanese letters in an English one are not.
    limit = 0 if source.density < into.density else max(into.count(target), 1) * 3
    if len(foreign) > limit:
        return Finding(FindingKind.UNTRANSLATED, f"leaves {foreign[:20]!r} in the source's script")
    return None


def _length(source: str, target: str, languages: tuple[Language, Language], expected: Sequence[tuple[str, str]]) -> Finding | None:
    density = languages[1].density / languages[0].density
    known = sum(len(rendering) - len(stretch) * density for stretch, rendering in expected)
    # An admitted rendering may be far shorter than the approved one, so either estimate will do.
    for length in (len(source) * density, len(source) * density + known):
        ratio = len(target) / max(length, 1.0)
        if abs(len(target) - length) <= _SLACK or _SHORTEST <= ratio <= _LONGEST:
            return None
    return Finding(FindingKind.LENGTH, f"length is {ratio:.1f} times what the source suggests")


def digits(text: str) -> Counter[str]:
    """The numbers of a text written in digits, as a multiset; separators are left out."""
    return Counter(re.sub(r"[,，]", "", n) for n in re.findall(r"\d+(?:[,，.]\d+)*", text))
