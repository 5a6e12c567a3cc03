"""Japanese numerals: digits, kanji and both mixed (1億2,000万, 三百二十, 二〇二五, 数百万), as values with spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from service.translation.numerals.figures import FIGURE, figure

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_KANJI = "〇零一二三四五六七八九十百千"
# After a numeral, 数 adds a digit (十数人, 20数年) only where something is counted.
_COUNTED = "人名年日回件社隻機基台歳本週時分円%％個か箇カヶヵ"
_UNIT = rf"{FIGURE}|[{_KANJI}]"
_RUN = re.compile(
    rf"(?:{_UNIT}|[数何幾](?=[十百千万億兆]))"
    rf"(?:{_UNIT}|(?<=\d) ?[千百](?=[万億円ドユ人名])| ?[万億兆]|数(?=[十百千万億兆{_COUNTED}]))*"
)
_TOKEN = re.compile(rf"{FIGURE}|.")
_MEASURES = "パーセント|ポイント|ドル|ユーロ|メートル|キロ|センチ|ミリ|トン|リットル|ヘクタール|平方|立方"
_ONES = r"[\d〇一二三四五六七八九]+"
_POINT = re.compile(rf"(?<![・{_KANJI}])(?<!\d){_ONES}・{_ONES}(?=[%倍割万億兆円秒度㍍㌔㌧㌢㍉]|{_MEASURES})")
_TO_FIGURES = str.maketrans("〇一二三四五六七八九・", "0123456789.")

# Names and words that begin with or contain a numeral and count nothing. They are blanked before numerals are looked for.
_NAMES = re.compile(
    r"千葉|千代田|千歳(?!一遇)|千島|三菱|三沢|三井|三木|三重|三浦|三田|三鷹|三陸|三原(?!則)|三島|九州|四国|四万十|四川|五輪"
    r"|五島列島|五十嵐|八潮|八王子|八戸|六本木|六ヶ所村|六ケ所村|九段(?!線)|百合子|百貨店|百科|百済|万博|万一|万全|再三|一帯一路|一橋|一宮"
    r"|四捨五入|十二分に|三位一体|三日月|三人称|八百屋|八百長|七夕|五月雨|(?<![〇一二三四五六七八九数\d])十分(?!の[一二三四五六七八九\d])"
    r"|一方|一部|一層|一致|一般|一貫|一定|一環|唯一|統一|単一|一時(?![間半])|一斉|一転|一切|一体|一律|一段|一変|一気|一堂|一連|一極|逐一"
    r"|真っ二つ|二の足|二の舞|二の次|何十八番|十八番|十中八九|三々五々|五分五分|七転八|四六時中|四苦八苦|八つ当たり|三つ指|千差万別|千載一遇"
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral: its value, or the least it may be where ``high`` says what it is below; ``scale`` of its last digits."""

    start: int
    end: int
    value: Fraction
    high: Fraction | None
    scale: Fraction
    kanji: bool


def blank_names(folded: str) -> str:
    """The text with names that hold numerals (三菱, 千葉, 唯一) replaced by as many filler characters."""
    return _NAMES.sub(lambda m: "＿" * len(m.group()), folded)


def numerals(folded: str) -> Iterator[Numeral]:
    """The numerals of a folded text, from left to right."""
    folded = _POINT.sub(lambda m: m.group().translate(_TO_FIGURES), folded)
    for match in _RUN.finditer(folded):
        yield from _read(match.group(), match.start())


class _Reader:
    """Adds up one run of numerals. ``low`` and ``high`` differ once a 数 was read."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.kanji = True
        self.total = [Fraction(0), Fraction(0)]  # 万 and more
        self.section = [Fraction(0), Fraction(0)]  # below 万
        self.current: list[Fraction] | None = None  # digits that wait for their 十百千万
        self.scale = Fraction(1)
        self.vague = False
        self.last_small = 10**4
        self.figure = False

    def take(self, part: str) -> bool:
        """Read one part; False where it cannot continue the number."""
        if part in _SMALL:
            return self._small(_SMALL[part])
        if part in _LARGE:
            return self._large(_LARGE[part])
        self.scale = Fraction(1)
        if part in "数何幾":
            self.vague = True
            return self._digit([Fraction(2 if self.end == self.start else 1), Fraction(10)], figure=False)
        value = Fraction(_DIGITS[part]) if part in _DIGITS else figure(part)
        self.kanji = self.kanji and part in _DIGITS
        return self._digit([value, value], figure=part not in _DIGITS)

    def _digit(self, value: list[Fraction], *, figure: bool) -> bool:
        if self.current is None:
            self.current, self.figure = value, figure
        elif self.current[0] >= 10**12:
            return False
        elif figure or self.figure:
            if not self.vague:
                return False
            ten = max(self.current[1], Fraction(1))  # 20数年
            self.current = [ten + value[0], ten + value[1]]
        else:
            self.current = [self.current[0] * 10 + value[0], self.current[1] * 10 + value[1]]
        return True

    def _small(self, by: int) -> bool:
        if by >= self.last_small:
            return False
        factor = self.current or [Fraction(1), Fraction(1)]
        self.section = [s + f * by for s, f in zip(self.section, factor, strict=True)]
        self.current, self.scale, self.last_small = None, Fraction(by), by
        return True

    def _large(self, by: int) -> bool:
        factor = [s + c for s, c in zip(self.section, self.current or [Fraction(0), Fraction(0)], strict=True)]
        if not any(factor):
            return False  # 万万; a scale out of order (3兆6,000兆) is added up as it stands, so that the number stays one
        self.total = [t + f * by for t, f in zip(self.total, factor, strict=True)]
        self.section, self.current = [Fraction(0), Fraction(0)], None
        self.scale = self.scale * by if self.scale > 1 else Fraction(by)
        self.last_small = 10**4
        return True

    def result(self) -> Numeral:
        """The number read."""
        rest = self.current or [Fraction(0), Fraction(0)]
        low, high = (t + s + r for t, s, r in zip(self.total, self.section, rest, strict=True))
        return Numeral(self.start, self.end, low, high if self.vague else None, self.scale, self.kanji)


def _read(run: str, offset: int) -> Iterator[Numeral]:
    reader = _Reader(offset)
    for token in _TOKEN.finditer(run):
        if token.group().isspace() or (token.group() in _LARGE and reader.end == reader.start):
            continue
        if not reader.take(token.group()):
            yield reader.result()
            reader = _Reader(offset + token.start())
            reader.take(token.group())
        reader.end = offset + token.end()
    yield reader.result()
