"""Quantities in Japanese."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from service.translation.numerals.currencies import INTO_JAPANESE
from service.translation.numerals.figures import decimal
from service.translation.numerals.quantity import Kind, Quantity
from service.translation.numerals.shared import ERAS, relabel

_SCALES = ((10**12, "兆"), (10**8, "億"), (10**4, "万"))
_VAGUE = ("", "十", "百", "千")
_KANJI = "〇一二三四五六七八九"
_SHARE = re.compile(r"[\d〇一二三四五六七八九十百]+(?P<between>\D+?に\D*?)[\d〇一二三四五六七八九十百]+(?P<unit>\D+)")


def write_japanese(quantity: Quantity, like: str) -> str | None:
    """A quantity in Japanese; None where this kind or value cannot be written."""
    written = _WRITERS[quantity.kind](quantity, like)
    if written and written.isdigit() and re.fullmatch(r"\d+\.\d", like):
        return written + ".0"
    if written and re.search(r"\d{4}", like):  # 1000億 has no comma, nor has what replaces it
        return written.replace(",", "")
    return written


def _number(quantity: Quantity, like: str) -> str | None:
    if quantity.high is not None:
        return _vague(quantity)
    if quantity.value.denominator == 1 and 0 < quantity.value < 10 and re.fullmatch(r"[一二三四五六七八九]", like):
        return _KANJI[int(quantity.value)]
    return _amount(quantity.value)


def _amount(value: Fraction) -> str | None:
    """1億2,000万; a value with decimals below the smallest unit keeps them: 2.5."""
    if value.denominator > 1:
        return decimal(value)
    rest, out = int(value), ""
    for scale, name in _SCALES:
        part, rest = divmod(rest, scale)
        out += f"{part:,}{name}" if part else ""
    return out + (f"{rest:,}" if rest or not out else "")


def _vague(quantity: Quantity) -> str | None:
    """数百万; "thousands" and the like, whose upper end is open, are written as their lower end."""
    power = len(str(int(quantity.value))) - 1
    if str(int(quantity.value)).lstrip("12").strip("0") or power == 0:
        return None
    large = {0: "", 1: "万", 2: "億", 3: "兆"}.get(power // 4)
    return None if large is None else f"数{_VAGUE[power % 4]}{large}"


def _money(quantity: Quantity, like: str) -> str | None:
    name = INTO_JAPANESE.get(quantity.unit)
    amount = _vague(quantity) if quantity.high is not None else _amount(quantity.value)
    if not name or not amount or re.fullmatch(r"[\d,.兆億万千]+", like):  # the first of 3〜5兆円
        return None
    return amount + name


def _percent(quantity: Quantity, like: str) -> str | None:
    if quantity.high is not None or re.fullmatch(r"[\d.]+", like):
        return None
    tenths = quantity.value * 10
    if "割" in like and tenths.denominator == 1 and tenths < 11:
        return f"{int(tenths)}割"
    amount = decimal(quantity.value * 100)
    unit = next((u for u in ("パーセントポイント", "パーセント", "%ポイント", "ポイント") if u in like), "%")
    return amount + unit if amount else None


def _fraction(quantity: Quantity, like: str) -> str | None:
    above, below = quantity.value.numerator, quantity.value.denominator
    if quantity.parts:
        above, below = sorted(int(part.value) for part in quantity.parts)
    share = _SHARE.fullmatch(like)
    if share:
        return f"{below}{share.group('between')}{above}{share.group('unit')}"
    above, below = quantity.value.numerator, quantity.value.denominator
    if (above, below) == (1, 2) and "分の" not in like:
        return "半分"
    return f"{below}分の{above}"


def _with(unit: str) -> Callable[[Quantity, str], str | None]:
    def write(quantity: Quantity, like: str) -> str | None:
        return f"{int(quantity.value)}{'' if like.isdigit() else unit}"  # digits alone: the first of 4〜6月

    return write


def _year(unit: str) -> Callable[[Quantity, str], str | None]:
    plain = _with(unit)

    def write(quantity: Quantity, like: str) -> str | None:
        reign = int(quantity.value) - ERAS.get(like[:2], 0)
        if like[:2] in ERAS and 1 <= reign <= 64:
            return f"{like[:2]}{'元' if reign == 1 else reign}{unit}"
        return plain(quantity, like)

    return write


def _decade(quantity: Quantity, _like: str) -> str | None:
    return f"{int(quantity.value)}{'年代' if quantity.value >= 100 else '代'}"


def _date(quantity: Quantity, _like: str) -> str | None:
    units = ((Kind.YEAR, "年"), (Kind.MONTH, "月"), (Kind.DAY, "日"))
    parts = {part.kind: int(part.value) for part in quantity.parts}
    return "".join(f"{parts[kind]}{unit}" for kind, unit in units if kind in parts)


def _ordinal(quantity: Quantity, like: str) -> str | None:
    if quantity.value.denominator > 1 or quantity.high is not None:
        return None
    value = int(quantity.value)
    in_kanji = 0 < value < 10 and re.search(r"[一二三四五六七八九]", like)
    written = _KANJI[value] if in_kanji else f"{value:,}"
    if "番目" in like:
        return f"{written}番目"
    return f"第{written}" if like.startswith("第") or not like else written


def _time(quantity: Quantity, like: str) -> str | None:
    hours, minutes = divmod(int(quantity.value) % 1440, 60)
    if ":" in like:
        return f"{hours}:{minutes:02}"
    if quantity.unit == "24" and not minutes and hours == 12 and not re.search(r"\d", like):
        return "正午"
    half, shown = ("", hours) if quantity.unit != "24" else ("午後", hours - 12) if hours >= 12 else ("午前", hours)
    return f"{half}{shown}時" + ("半" if minutes == 30 and like.endswith("半") else f"{minutes}分" if minutes else "")


def _label(quantity: Quantity, like: str) -> str | None:
    return "2プラス2" if quantity.unit == "2+2" else relabel(quantity.text, like)


_WRITERS: Mapping[Kind, Callable[[Quantity, str], str | None]] = {
    Kind.NUMBER: _number, Kind.ORDINAL: _ordinal, Kind.PERCENT: _percent, Kind.FRACTION: _fraction, Kind.MONEY: _money,
    Kind.YEAR: _year("年"), Kind.MONTH: _with("月"), Kind.DAY: _with("日"), Kind.DATE: _date, Kind.FISCAL_YEAR: _year("年度"),
    Kind.DECADE: _decade, Kind.CENTURY: _with("世紀"), Kind.TIME: _time, Kind.LABEL: _label,
}  # fmt: skip
