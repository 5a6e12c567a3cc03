"""Text into segments and back. The law: ``join(split(text, language)) == text`` for every text.

A segment is a sentence, a heading or a line. What stands between segments (blanks, newlines) is kept beside them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from service.translation.languages import Language

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_LONGEST_WORD = 64  # characters before a full stop that are looked at
_DECIMAL = re.compile(r"[0-9０-９][.．][0-9０-９]")
_CLOSERS = "」』）)】〉》］]”’\"'"
_WORD_BEFORE = re.compile(r"([^\s(\[“\"'‘]+)\.$")
_INITIALS = re.compile(r"(?:.*[-‐‑–/])?(?:(?:[A-Z]\.)*[A-Z]|(?:[a-z]\.)+[a-z])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment and what follows it. ``text`` has no blanks around it; it is empty where a text begins with blanks."""

    text: str
    separator: str


def split(text: str, language: Language, keep: Iterable[tuple[int, int]] = ()) -> list[Piece]:
    """Divide a text into segments, never within a ``keep`` span of one line."""
    pieces: list[Piece] = []
    spans, position = list(keep), 0
    for unit in _units(text, language):
        body = unit.rstrip()
        tail = unit[len(body) :]
        lead = body[: len(body) - len(body.lstrip())]
        body = body[len(lead) :]
        if lead:
            pieces.append(Piece("", lead))
        if body or tail:
            start = position + len(lead)
            pieces.extend(_sentences(body, tail, language, [(a - start, b - start) for a, b in spans]))
        position += len(unit)
    return pieces


def join(pieces: Iterable[Piece]) -> str:
    """The inverse of split."""
    return "".join(p.text + p.separator for p in pieces)


def clauses(text: str, language: Language, keep: Iterable[tuple[int, int]] = ()) -> list[str]:
    """Divide a long sentence after clause marks, never within brackets or a ``keep`` span; the parts join to the text."""
    if not language.clauses:
        return [text]
    inside = _inside_pairs(text, language)
    spans = list(keep)
    cuts = [
        m.end()
        for m in re.finditer(language.clauses, text)
        if not inside[m.start()] and not any(a < m.end() < b for a, b in spans) and 0 < m.end() < len(text)
    ]
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _units(text: str, language: Language) -> Iterator[str]:
    """Lines; in a language with blanks, a line that goes on in lower case belongs to the one before (hard-wrapped text)."""
    pending = ""
    for match in _LINE.finditer(text):
        line = match.group()
        if not line:
            continue
        if pending and language.spaced and pending.strip() and language.cased and line[:1].islower():
            pending += line
            continue
        if pending:
            yield pending
        pending = line
    if pending:
        yield pending


def _sentences(body: str, tail: str, language: Language, keep: Iterable[tuple[int, int]]) -> Iterator[Piece]:
    start = 0
    for end in _ends(body, language, list(keep)):
        rest = body[end:]
        gap = len(rest) - len(rest.lstrip())
        yield Piece(body[start:end], body[end : end + gap])
        start = end + gap
    yield Piece(body[start:], tail)


def _ends(body: str, language: Language, keep: list[tuple[int, int]]) -> Iterator[int]:
    """Places after which a new sentence begins (never the end of the body)."""
    inside = _inside_pairs(body, language)
    position = 0
    while position < len(body):
        char = body[position]
        held = _DECIMAL.match(body, max(position - 1, 0)) or any(a <= position < b for a, b in keep)
        if char not in language.enders or held or (inside[position] and not _closes_quote(body, position)):
            position += 1
            continue
        end = position + 1
        while end < len(body) and (body[end] in language.enders or body[end] in _CLOSERS):
            end += 1
        rest = body[end:]
        if rest.strip() and not (end < len(body) and inside[end]) and _may_end(body[:end], rest, language):
            yield end
        position = end


def _closes_quote(body: str, position: int) -> bool:
    return body[position + 1 : position + 2] in tuple("」』”")


def _may_end(before: str, rest: str, language: Language) -> bool:
    if before[-1] in _CLOSERS and language.continues and rest.lstrip().startswith(language.continues):
        return False
    if not language.spaced:
        return True
    if not rest[0].isspace():
        return False
    following = rest.lstrip().lstrip("\"'“‘([")
    if not following or (language.cased and following[0].islower()):
        return False
    word = _WORD_BEFORE.search(before[-_LONGEST_WORD:])
    if word and before.endswith("."):
        if word.group(1) in language.abbreviations:
            return False
        if _INITIALS.fullmatch(word.group(1)) and len(word.group(1)) != 0:
            return following.split(maxsplit=1)[0].rstrip(",") in language.starters
    return True


def _inside_pairs(text: str, language: Language) -> list[bool]:
    """For each position whether it lies within a pair of marks that is closed in the same text."""
    steps = [0] * (len(text) + 2)  # +1 where a pair begins to hold, -1 where it ends
    closing = {p[1]: p[0] for p in language.pairs}
    open_: Counter[str] = Counter()
    stack: list[tuple[str, int]] = []
    for position, char in enumerate(text):
        opener = closing.get(char)
        if opener and open_[opener]:
            last, start = "", 0
            while last != opener:
                last, start = stack.pop()
                open_[last] -= 1
            steps[start + 1] += 1
            steps[position + 1] -= 1
        elif char in closing.values():
            stack.append((char, position))
            open_[char] += 1
    return [depth > 0 for depth in accumulate(steps[:-1])]
