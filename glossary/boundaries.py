"""Where in a folded text a term may begin and end.

A Latin term may not stand within a longer word, a katakana term not within a longer one, and nothing within a decimal number or
behind the first digit of a kanji numeral. The rules see only what kinds of characters stand around a position, never the term, so
that each answer is worked out once and then looked up.
"""

from __future__ import annotations

import functools
import re

import numpy as np

_KATAKANA = re.compile(r"[ァ-ヺーヽヾ]")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]")
_KANJI_NUMERALS = frozenset("〇一二三四五六七八九十百千")
_DIGITS = frozenset("0123456789")
_MEMBER_COUNT = re.compile(r"[0-9]+か国")
_WORD, _KANA, _NUMERAL, _DIGIT, _POINT, _LETTER, _QUOTE = (1 << bit for bit in range(7))

BLOCKED = 1  # no term may begin or end here
QUOTED = 2  # a quotation mark stands before this position
COUNTED = 4  # none may end here unless a count of member states follows, as in ASEAN10か国


def kinds(text: str) -> bytes:
    """The kind of each character, with two blanks before the text and two behind it."""
    units = np.frombuffer(text.encode("utf-16-le"), dtype="<u2")
    if len(units) == len(text):
        found = _KINDS[units]
    else:  # the kinds of characters above U+FFFF are not in the array
        codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
        found = _KINDS[np.minimum(codes, 0xFFFF)]
        for position in np.nonzero(codes > 0xFFFF)[0].tolist():
            found[position] = _kind(text[position])
    return b"\0\0%b\0\0" % found.tobytes()


@functools.cache
def at_begin(around: bytes) -> int:
    """Whether a term may begin at a position: ``BLOCKED``, ``QUOTED`` or 0. ``around`` is ``kinds[position : position + 3]``."""
    earlier, before, after = around
    if before & after & (_WORD | _KANA | _NUMERAL) or (earlier & _DIGIT and before & _POINT and after & _DIGIT):
        return BLOCKED
    return QUOTED if before & _QUOTE else 0


@functools.cache
def at_end(around: bytes) -> int:
    """Whether a term may end at a position: ``BLOCKED``, ``COUNTED``, ``QUOTED`` or 0. ``around`` is ``kinds[position : position + 4]``."""
    earlier, before, after, later = around
    if before & _DIGIT and after & _POINT and later & _DIGIT:
        return BLOCKED
    if before & after & (_WORD | _KANA) or (earlier & _WORD and before & _POINT and after & _WORD):
        return COUNTED if before & _LETTER and after & _DIGIT else BLOCKED
    return QUOTED if before & _QUOTE else 0


def fits(around: bytes, text: str, start: int, stop: int) -> bool:
    """Whether a term may stand at ``start`` to ``stop`` of a text with the given ``kinds``.

    Between two quotation marks, the second one inside, it may not: that is a bare possessive that takes the closing mark for an apostrophe.
    """
    begins, ends = at_begin(around[start : start + 3]), at_end(around[stop : stop + 4])
    if (begins | ends) & BLOCKED or begins & ends & QUOTED:
        return False
    return not ends & COUNTED or _MEMBER_COUNT.match(text, stop) is not None


def _kind(char: str) -> int:
    kind = _KANA if _KATAKANA.match(char) else _NUMERAL if char in _KANJI_NUMERALS else _DIGIT if char in _DIGITS else 0
    kind |= _POINT if char == "." else _QUOTE if char == "'" else 0
    kind |= _LETTER if char.isalpha() else 0
    return kind | (_WORD if char.isalnum() and not _CJK.match(char) else 0)


_KINDS = np.array([_kind(chr(code)) for code in range(0x10000)], dtype=np.uint8)
