"""A Japanese text being read for quantities, and what may follow a numeral in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from service.translation.numerals.currencies import JAPANESE
from service.translation.numerals.number_ja import Numeral
from service.translation.numerals.quantity import Kind, Quantity
from service.translation.numerals.shared import ERAS

_MONEY = "|".join(sorted(map(re.escape, JAPANESE), key=len, reverse=True))
SUFFIX = re.compile(
    r"\s?(?:(?P<fiscal>(?:会計|財政)?年度)|(?P<decade>年代)"
    r"|(?P<years>年(?=間|前(?![半後期])|後(?!半|期)|ぶり|余|以上|以内|以下|未満|近く|連続|来|物|越し|足らず|弱|強|ほど|程度|あまり|がかり|分|目"
    r"|計画|契約|ごと|おき|もの|もか|生|半(?!ば)))"
    r"|(?P<year>年)|(?P<month>月)|(?P<days>日(?=間|分|連続|以内|後(?!半)|前(?!半)|ぶり|目|余|足らず|ごと|おき))|(?P<day>日)"
    r"|(?P<age>代(?!目|表|理|替|償|々|わ|金|名|行|議|の首相|首相|大統領))|(?P<century>世紀)"
    r"|(?P<percent>(?:%|パーセント)(?:・?ポイント)?)|(?P<tenths>割(?!れ|当|り当))|(?P<points>ポイント)"
    r"|(?P<over>分の(?=\s?[\d一二三四五六七八九十百千]))|(?P<hour>時(?!間|代|点|期|限|速|給|折|効|系))"
    rf"|(?P<money>{_MONEY})|(?P<times>倍)"
    r"|(?P<ordinal>番目|番手|[つ度回期年人代日例作隻機件社校点票頭章](?=目)|[かカヶヵ]国目|位(?!置|相)))"
)
_NO_MONEY = {
    "元": "首大長議閣外米中来祖帥凶年老本々論的化連",
    "円": "滑熟卓形周グ陣",
    "フラン": "ス",
    "セント": "ルラ",
    "ドン": "キ",
    "リラ": "ッ",
}
_ERA = re.compile(rf"(?:{'|'.join(ERAS)})\s?$")
_ERAS = re.compile("|".join(ERAS))

Read = tuple[Quantity, int]  # what was read, and the numeral to go on with


@dataclass(frozen=True, slots=True)
class Text:
    """A text being read: as it is, folded, and its numerals."""

    raw: str
    folded: str
    numerals: Sequence[Numeral]

    def make(self, kind: Kind, values: Sequence[Fraction], start: int, end: int, numeral: Numeral | None = None) -> Quantity:
        """A quantity over a span; an approximate numeral makes it approximate."""
        found = Quantity(kind, tuple(values), (start, end), self.raw[start:end])
        return replace(found, scale=numeral.scale, high=numeral.high) if numeral else found

    def follows(self, place: int, end: int) -> bool:
        """Whether the numeral at a place stands right behind a position."""
        if place >= len(self.numerals) or self.numerals[place].start < end:
            return False
        return not self.folded[end : self.numerals[place].start].strip()

    def suffix(self, numeral: Numeral) -> re.Match[str] | None:
        """The unit behind a numeral; none where what looks like a currency begins another word (2元論, 円滑)."""
        match = SUFFIX.match(self.folded, numeral.end)
        money = match.group("money") if match else None
        if not match or money is None:
            return match
        following = self.folded[match.end() : match.end() + 1]
        if money == "元" and self.folded[numeral.end - 1] in "一二三四五六七八九":
            return None
        return None if following and following in _NO_MONEY.get(money, "") else match

    def era(self, numeral: Numeral) -> tuple[int, int] | None:
        """The era right before a numeral: where it begins, and its offset."""
        match = _ERA.search(self.folded, max(numeral.start - 3, 0), numeral.start)
        return (match.start(), ERAS[match.group().strip()]) if match else None

    def in_era(self, numeral: Numeral) -> list[Fraction]:
        """The year that a short year is in the era named last before it: 平成7年から9年."""
        eras = _ERAS.findall(self.folded, max(numeral.start - 200, 0), numeral.start)
        return [numeral.value + ERAS[eras[-1]]] if eras and numeral.value < 65 else []
