"""Japanese quantities that are not numeral and unit: names with digits, dates in figures, and words that imply a number."""

from __future__ import annotations

import re
from fractions import Fraction

from service.translation.numerals.clock import CLOCK, clock
from service.translation.numerals.quantity import Kind, Quantity, Weight
from service.translation.numerals.shared import ERAS, implied_values, label

BETWEEN = re.compile(r"\s?(?:[~・、,/→‐‑–—―－-]|から|より|ないし|または|または|か|と|対|および|及び|乃至)\s?")

_UNITS = "km|kg|cm|mm|nm|ml|m|g|t|kW|MW|GW|TW|kWh|MWh|GWh|TWh|Hz|kHz|MHz|GHz|KB|MB|GB|TB|ha|bps|Mbps|Gbps|V|W|L|A|K"
_COUNTED = r"[\d,.]*\s?(?:[兆億万千%円人社]|年|月|ドル|[かカヶヵ]国)"
_LABEL = re.compile(
    rf"(?P<fiscal>(?<![A-Za-z])FY\s?(?P<year>\d{{4}}|\d\d)(?!\d))"
    rf"|(?P<plus>(?:2プラス2|2[+]2|ツー・?プラス・?ツー)(?!\d))"
    rf"|(?P<label>(?<![A-Za-z0-9])(?!(?:USD|JPY|EUR|No)\b)[A-Z][A-Za-z]*[‐‑–-]?\d+(?:[.‐‑-]\d+)*[A-Z]{{0,2}}(?!{_COUNTED})"
    rf"|(?<![A-Za-z0-9.,])\d+(?!(?:{_UNITS})(?![A-Za-z]))[A-Z][A-Za-z]{{0,2}}(?![A-Za-z]))"
    rf"|(?P<iso>(?<![\d.,/-])(?P<y>[12]\d{{3}})(?P<sep>[/.-])(?P<m>0?[1-9]|1[0-2])(?P=sep)(?P<d>0?[1-9]|[12]\d|3[01])(?![\d]))"
    rf"|(?P<first>(?P<era>{'|'.join(ERAS)})元年(?P<term>度)?)"
    rf"|(?P<noon>正午)|{CLOCK}"
)
_NATION = "日米韓中朝露英仏独伊豪印比台加欧越泰蘭"
NATIONS = re.compile(rf"[{_NATION}]{{2,6}}の?$")
_IMPLIED = re.compile(
    r"(?P<v0_5>過?半[数分]|半減|折半|大半)|(?P<v0_5_6>半年|半期)|(?P<v50>半世紀)|(?P<v25>四半世紀)|(?P<v0_25_3_4>四半期|四半)"
    r"|(?P<v2>両(?=[一-龥])|双方|倍増|倍(?=に|の|と|へ|以上|近く)|隔[年月週日]|再選|再任|双子|ツイン|ダブル|ツー)|(?P<v1>初|毎[年月日週時]|単独|唯一|最[上高多大]|一)"
    r"|(?P<v3>三|サード(?![ァ-ヺー])|再々|トリプル|スリー|トライ)|(?P<v10>十年一昔|テン(?![ァ-ヺー]))|(?P<v4>クアッド|フォー(?![ァ-ヺー]))|(?P<v5>ファイブ)|(?P<v6>シックス)|(?P<v7>セブン)|(?P<v8>エイト)|(?P<v9>ナイン(?![ァ-ヺー]))"
    r"|(?P<v100000000>億)|(?P<v1000000000000>(?<![予前徴吉候])兆)"
    rf"|(?P<nations>[{_NATION}]{{2,6}}(?![{_NATION}]))"
)


def names(raw: str, folded: str) -> list[Quantity]:
    """Names with digits (F-35, G7, 2プラス2), dates and clock times in figures, 令和元年, 正午, FY2025."""
    return [_name(raw, match) for match in _LABEL.finditer(folded)]


def _name(raw: str, match: re.Match[str]) -> Quantity:
    start, end = match.span()
    text = raw[start:end]
    if match.group("fiscal"):
        year = Fraction(match.group("year"))
        return Quantity(Kind.FISCAL_YEAR, (year if year > 99 else 2000 + year,), (start, end), text)
    if match.group("iso"):
        parts = tuple(
            Quantity(kind, (Fraction(match.group(name)),), match.span(name), raw[slice(*match.span(name))])
            for name, kind in (("y", Kind.YEAR), ("m", Kind.MONTH), ("d", Kind.DAY))
        )
        return Quantity(Kind.DATE, (), (start, end), text, parts=parts)
    if match.group("first"):
        year = Fraction(ERAS[match.group("era")] + 1)
        return Quantity(Kind.FISCAL_YEAR if match.group("term") else Kind.YEAR, (year, Fraction(1)), (start, end), text)
    if match.group("noon"):
        return Quantity(Kind.TIME, (Fraction(720),), (start, end), text, unit="24", weight=Weight.IMPLIED)
    if match.group("clock"):
        return clock(match, raw)
    return label(match.group(), raw, start, plus=bool(match.group("plus")))


def implied(raw: str, folded: str) -> list[Quantity]:
    """Numbers that words imply: 両国 is two, 日米韓 three, 過半数 a half. They may answer a number of the other text, and need not."""
    found = []
    for match in _IMPLIED.finditer(folded):
        name = match.lastgroup or ""
        values = (Fraction(len(match.group())),) if name == "nations" else implied_values(name)
        kind = Kind.FRACTION if values[0] < 1 else Kind.NUMBER
        found.append(Quantity(kind, values, match.span(), raw[slice(*match.span())], weight=Weight.IMPLIED))
    return found
