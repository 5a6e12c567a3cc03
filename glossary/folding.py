"""Folding: one key for the spellings of one term, with every position mapped back to the raw text.

Width, letter case, dashes, quotation marks, small ヶ/ヵ and 靱/靭 are unified. Folding is deliberately not NFKC followed
by a search: NFKC changes lengths (㈱ → (株), ﾊﾟ → パ), so each folded character remembers the raw span that it came from.
The long-vowel mark ー is never folded into a dash: between kana it is a letter.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

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
_COUNTERS = re.compile(r"(?<=[0-9〇一二三四五六七八九十百千万億数何各])[ヶヵカケか箇](?=[国月所条年])")


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
# Characters whose folding is not one to one, and the half-width voicing marks that join their neighbour.
_LENGTH_CHANGING = re.compile("[" + "".join(re.escape(chr(c)) for c, to in _TABLE.items() if len(to) != 1) + "ﾞﾟ゙゚]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and, unless it is None, the raw start of each folded character (with the raw length at the end)."""

    text: str
    offsets: tuple[int, ...] | None

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span that produced ``text[start:end]``."""
        if self.offsets is None:
            return start, end
        # A folded character inside an expansion (株 of ㈱) shares its raw character with its neighbours.
        stop = self.offsets[end]
        last = self.offsets[end - 1]
        if stop == last:
            stop = next(o for o in self.offsets[end:] if o > last)
        return self.offsets[start], stop

    def whole(self, start: int, end: int) -> bool:
        """Whether the span begins and ends between raw characters, not within the expansion of one."""
        if self.offsets is None:
            return True
        begins = start == 0 or self.offsets[start - 1] != self.offsets[start]
        ends = end == len(self.text) or self.offsets[end] != self.offsets[end - 1]
        return begins and ends


def fold(text: str) -> Folded:
    """Fold a text for matching, keeping the way back to its raw positions."""
    if not _LENGTH_CHANGING.search(text):
        return Folded(_fold_counters(text.translate(_ONE_TO_ONE)), None)
    out: list[str] = []
    offsets: list[int] = []
    position = 0
    while position < len(text):
        width = 2 if text[position + 1 : position + 2] in ("ﾞ", "ﾟ", "゙", "゚") and text[position + 1 : position + 2] else 1
        raw = text[position : position + width]
        folded = unicodedata.normalize("NFKC", raw).translate(_ONE_TO_ONE) if width == 2 else _TABLE.get(ord(raw), raw)
        out.append(folded)
        offsets.extend([position] * len(folded))
        position += width
    offsets.append(len(text))
    return Folded(_fold_counters("".join(out)), tuple(offsets))


def fold_key(text: str) -> str:
    """The folded form alone, for use as a key."""
    return fold(text).text


def _fold_counters(text: str) -> str:
    return _COUNTERS.sub("か", text)
