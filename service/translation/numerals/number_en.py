"""English numbers: digits with scale words, spelled-out cardinals and ordinals, as values with spans."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from service.translation.numerals.figures import FIGURE, figure

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
CARDINALS = {w: i for i, w in enumerate(_ONES.split())} | {w: 20 + 10 * i for i, w in enumerate(_TENS.split())}
SCALES = {"hundred": 100, "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "quadrillion": 10**15}
_SHORT = {"k": 10**3, "K": 10**3, "m": 10**6, "M": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "B": 10**9, "tn": 10**12, "trn": 10**12,
          "T": 10**12}  # fmt: skip
_UNSURE = frozenset("mMbBT")
_IRREGULAR = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
    **{w[:-1] + "ieth": v for w, v in CARDINALS.items() if w.endswith("y")},
}  # fmt: skip
ORDINALS = {
    **{w + "th": v for w, v in CARDINALS.items() if v and not w.endswith("y") and v not in (1, 2, 3, 5, 8, 9, 12)}, **_IRREGULAR,
    "hundredth": 100, "thousandth": 1000, "millionth": 10**6, "billionth": 10**9, "trillionth": 10**12,
}  # fmt: skip

_longest = sorted([*CARDINALS, *SCALES, *ORDINALS], key=len, reverse=True)
WORD = rf"(?:{'|'.join(_longest)})\b"
_START = rf"(?:{'|'.join(sorted([*CARDINALS, *ORDINALS], key=len, reverse=True))})\b"
# A run: digits and scale words, or number words joined by blanks, hyphens and "and".
RUN = (
    rf"(?:(?P<figure>{FIGURE})(?:(?P<short>k|K|m|M|mn|bn|b|B|tn|trn|T)(?![A-Za-z0-9])|\s(?P<long>bn|tn|trn|mn)(?![A-Za-z])"
    rf"|(?P<th>st|nd|rd|th)(?![A-Za-z]))?(?P<scales>(?:[\s-]?(?i:hundred|thousand|million|billion|trillion|quadrillion|dozen)\b)*)"
    rf"|(?P<words>(?i:\b(?:(?:half\s)?an?(?=\s(?:hundred|thousand|million|billion|trillion|quadrillion|dozen)\b)|{_START})"
    rf"(?:(?:[\s-]|\sand\s){WORD})*)))"
)
_TOKEN = re.compile(r"[a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number: its value and span; ``scale`` of the unit it is written in; in digits or in words; cardinal or ordinal."""

    start: int
    end: int
    value: Fraction
    scale: Fraction
    words: bool
    ordinal: bool


def read_run(match: re.Match[str], *, signed: bool = False) -> Iterator[Number]:
    """The numbers of a match of RUN; "one two-thirds" holds more than one. "5m" is five million only behind a currency sign."""
    if match.group("figure") is None:
        yield from _spelled(match.group("words"), match.start("words"))
        return
    short = match.group("short") or match.group("long") or ""
    if short in _UNSURE and not signed:
        short = ""
    scale = Fraction(_SHORT.get(short, 1))
    for word in _TOKEN.findall(match.group("scales") or ""):
        scale *= SCALES[word.lower()]
    value = figure(match.group("figure")) * scale
    written = ("figure", "th", *(("short", "long") if short else ()), *(("scales",) if match.group("scales") else ()))
    end = max(match.end(name) for name in written)
    yield Number(match.start("figure"), end, value, scale, False, match.group("th") is not None)


def _spelled(run: str, offset: int) -> Iterator[Number]:
    reader = _Reader()
    start = end = 0
    for token in _TOKEN.finditer(run):
        word = token.group().lower()
        joint = run[end : token.start()].strip().lower()
        if word in ("a", "an", "half", "and"):
            reader.factor = Fraction(1, 2) if word == "half" else reader.factor
            if word == "half":
                start = token.start()
            end = token.end() if word != "and" else end
            continue
        if reader.started and (reader.closed or not reader.fits(word, anded="and" in joint)):
            yield reader.number(offset + start, offset + end)
            reader, start = _Reader(), token.start()
        reader.take(word)
        end = token.end()
    if reader.started:
        yield reader.number(offset + start, offset + end)


class _Reader:
    """Adds up number words."""

    def __init__(self) -> None:
        self.total = Fraction(0)
        self.current = Fraction(0)
        self.scale = Fraction(1)
        self.factor = Fraction(1)
        self.started = False
        self.closed = False  # by an ordinal
        self.ordinal = False
        self.last = ""

    def fits(self, word: str, *, anded: bool) -> bool:
        """Whether a word can go on with the number: "twenty" "five", "three" "hundred", not "two" "three"."""
        if anded and self.last not in SCALES:
            return False
        if word in SCALES:
            return self.scale < SCALES[word] or self.last not in SCALES or SCALES[self.last] < SCALES[word]
        value = CARDINALS.get(word, ORDINALS.get(word, 0))
        if self.last in SCALES:
            return value < SCALES[self.last] and self.last != "dozen"
        return CARDINALS.get(self.last, 0) >= 20 and 0 < value < 10

    def take(self, word: str) -> None:
        """Read a word."""
        self.started, self.last = True, word
        if ORDINALS.get(word, 0) >= 100:
            self.current = max(self.current, Fraction(1)) * ORDINALS[word]
            self.closed = self.ordinal = True
        elif word in ORDINALS:
            self.current += ORDINALS[word]
            self.closed = self.ordinal = True
        elif word in CARDINALS:
            self.current += CARDINALS[word]
            self.scale = Fraction(1)
        elif SCALES[word] < 1000:
            self.current = max(self.current, Fraction(1)) * SCALES[word]
            self.scale = Fraction(SCALES[word])
        else:
            self.total += max(self.current, Fraction(1)) * SCALES[word]
            self.current = Fraction(0)
            self.scale = max(self.scale, Fraction(1)) * SCALES[word] if self.scale == 100 else Fraction(SCALES[word])

    def number(self, start: int, end: int) -> Number:
        """What was read."""
        return Number(start, end, (self.total + self.current) * self.factor, self.scale, True, self.ordinal)
