"""Folding: one key for the spellings of one term, with every position mapped back to the raw text.

Width, letter case, dashes, quotation marks, small ヶ/ヵ and 靱/靭 are unified. Folding is deliberately not NFKC followed
by a search: NFKC changes lengths (㈱ → (株), ﾊﾟ → パ), so each folded character remembers the raw span that it came from.
The long-vowel mark ー is never folded into a dash: between kana it is a letter.

Nearly every character folds to one character. Those are looked up in one array for a whole text; only where a text holds others
(…, ㈱, half-width voicing marks) is there a map of positions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_DASHES = "‐‑‒–—―−﹣－﹘︱︲⁻₋"  # not ー (U+30FC)
_SINGLE = "’‘‛ʼ＇"
_DOUBLE = "“”„‟＂"
_TILDES = "〜～∼"
_OLD_FORMS = {
    "靱": "靭",
    "國": "国",
    "會": "会",
    "體": "体",
    "經": "経",
    "澤": "沢",
    "廣": "広",
    "邊": "辺",
    "邉": "辺",
    "髙": "高",
    "﨑": "崎",
}
# The counter is looked for first, then what stands around it: the other way round costs three times as much.
_COUNTERS = re.compile(r"[ヶヵカケか箇](?<=[0-9〇一二三四五六七八九十百千万億数何各].)(?=[国月所条年])")
_VOICING = frozenset("ﾞﾟ\u3099\u309a")  # half-width and combining: they join the character before them
_SEPARATOR = "\x1f"


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x80, 0x10000):
        char = chr(code)
        if 0xD800 <= code <= 0xDFFF:
            continue
        folded = unicodedata.normalize("NFKC", char)
        folded = folded.lower() if len(folded.lower()) == len(folded) else folded
        if folded != char:
            table[code] = folded
    for code in range(0x41, 0x5B):
        table[code] = chr(code + 32)
    for chars, to in ((_DASHES, "-"), (_SINGLE, "'"), (_DOUBLE, '"'), (_TILDES, "~"), ("·", "・"), ("　\t\n\r\x0b\x0c\xa0", " ")):
        table.update({ord(c): to for c in chars})
    table.update({ord(old): new for old, new in _OLD_FORMS.items()})
    table.update({code: "".join(table.get(ord(c), c) for c in to) for code, to in table.items()})
    return table


_TABLE = _table()
_ONE_TO_ONE = {code: to for code, to in _TABLE.items() if len(to) == 1}
_ASCII = {code: to for code, to in _ONE_TO_ONE.items() if code < 0x80}
# Those that do not fold from one code unit to one: mostly expansions, and a few that fold to a character above U+FFFF.
_IRREGULAR = re.compile("[" + "".join(chr(c) for c, to in _TABLE.items() if len(to) != 1 or to > "\uffff") + "".join(_VOICING) + "]")


def _unit_table() -> npt.NDArray[np.uint16]:
    units = np.arange(0x10000, dtype=np.uint16)
    for code, to in _ONE_TO_ONE.items():
        units[code] = ord(to) if to <= "\uffff" else code
    return units


_UNITS = _unit_table()  # UTF-16 code unit -> folded unit; surrogates stand for themselves, and nothing above U+FFFF folds


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A folded text and, unless it is None, the raw start of each folded character (with the raw length at the end)."""

    text: str
    offsets: npt.NDArray[np.int64] | None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span that produced ``text[start:end]``."""
        if self.offsets is None:
            return start, end
        # A folded character inside an expansion (株 of ㈱) shares its raw character with its neighbours.
        stop = int(np.searchsorted(self.offsets, self.offsets[end - 1], side="right"))
        return int(self.offsets[start]), int(self.offsets[max(stop, end)])

    def whole(self, start: int, end: int) -> bool:
        """Whether the span begins and ends between raw characters, not within the expansion of one."""
        if self.offsets is None:
            return True
        begins = start == 0 or self.offsets[start - 1] != self.offsets[start]
        ends = end == len(self.text) or self.offsets[end] != self.offsets[end - 1]
        return bool(begins and ends)


def fold(text: str) -> Folded:
    """Fold a text for matching, keeping the way back to its raw positions."""
    if text.isascii():
        return Folded(text.translate(_ASCII), None)
    offsets = None
    if _IRREGULAR.search(text):
        text, offsets = _replace_irregular(text)
    return Folded(_COUNTERS.sub("か", _fold_units(text)), offsets)


def fold_key(text: str) -> str:
    """The folded form alone, for use as a key."""
    return fold(text).text


def fold_keys(texts: Iterable[str]) -> list[str]:
    """The folded forms of many short texts, folded as one."""
    texts = list(texts)
    keys = fold_key(_SEPARATOR.join(texts)).split(_SEPARATOR)
    return keys if len(keys) == len(texts) else [fold_key(text) for text in texts]  # one of them holds the separator


def _fold_units(text: str) -> str:
    try:
        units = np.frombuffer(text.encode("utf-16-le"), dtype="<u2")
    except UnicodeEncodeError:  # a lone surrogate
        return text.translate(_ONE_TO_ONE)
    folded: bytes = _UNITS[units].astype("<u2", copy=False).tobytes()
    return folded.decode("utf-16-le")


def _replace_irregular(text: str) -> tuple[str, npt.NDArray[np.int64]]:
    """The text with its irregular characters folded, and the raw start of each of its characters."""
    parts: list[str] = []
    counts = np.ones(len(text) + 1, dtype=np.int64)  # folded characters per raw one; the last stands for the end
    done = 0
    for match in _IRREGULAR.finditer(text):
        start = match.start()
        if start < done:
            continue
        if text[start] in _VOICING and start > done:
            start -= 1
        joined = text[start + 1 : start + 2] in _VOICING
        end = start + 1 + joined
        raw = text[start:end]
        folded = unicodedata.normalize("NFKC", raw).translate(_ONE_TO_ONE) if joined else _TABLE.get(ord(raw), raw)
        counts[start] = len(folded)
        counts[start + 1 : end] = 0
        parts += text[done:start], folded
        done = end
    parts.append(text[done:])
    return "".join(parts), np.repeat(np.arange(len(text) + 1), counts)
