"""Japanese numbers without a unit that matters, and how much they ask for a counterpart."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from service.translation.numerals.currencies import SIGNS
from service.translation.numerals.number_ja import Numeral
from service.translation.numerals.quantity import Kind, Weight, small_unless
from service.translation.numerals.text_ja import Read, Text
from service.translation.numerals.words_ja import NATIONS

_COUNTER = re.compile(
    r"\s?(?:つ(?!巴|編)|[人名](?![物間類])|[かカヶヵ箇]?国(?!際|家|会|語|籍)|[かカヶヵケ箇][所月年]|[回度社件隻機基台両本枚冊点票頭匹羽棟杯通丁門発軒歳才位番号項章"
    r"節部編次期級階党派州県市町村島校都]|年|月|日|時間|分|秒|週間?|世[紀代帯]|項目|段階|種類?|倍|議席|席|拠点|分野|都市|都県|地域|地点|大学|原則|文書|品目|要件"
    r"|キロ|メートル|トン|センチ|ミリ|グラム|リットル|ヘクタール|海里|マイル|億|周|冠|連|者|方向|戸(?![町市村])|カ条|か条|箇条)"
)
_ONE = re.compile(r"つ|人(?![前者])|[かカヶヵ箇](?:国|所|月)|[社隻件票]|年間|週間|時間|議席")  # where 一 counts
_GLOSSED = re.compile(r"年?\s?[（(]\s?(?:西暦)?\d{3,4}年")
_GLOSS = re.compile(r"\d{3,4}年?\s?[（(]\s?[一-龥]{2}$")
_HALF = re.compile(r"(?:年|[かカヶヵ箇]月|週間|時間|日|倍|世紀|分|周|キロ)半(?![ば数導島期])")
_RATE = re.compile(r"(?P<unit>[人名つ社回件台本隻校冊日年世]|[かカヶヵ]国|世帯|カ所|か所|[かカヶ]月)に(?:は|約|およそ|ほぼ|つき)?$")
_SIGN = re.compile(rf"(?:{'|'.join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))})\s?$")


def number(text: Text, place: int) -> Read:
    """A number without a unit that matters, an ordinal with 第, an amount with a sign, or one of "three in ten"."""
    special = rate(text, place) or half(text, place)
    if special:
        return special
    numeral = text.numerals[place]
    sign = _SIGN.search(text.folded, max(numeral.start - 4, 0), numeral.start)
    if sign:
        money = text.make(Kind.MONEY, (numeral.value,), sign.start(), numeral.end, numeral)
        return replace(money, unit=SIGNS[sign.group().strip()]), place + 1
    if text.folded[max(numeral.start - 1, 0) : numeral.start] == "第":
        ordinal = text.make(Kind.ORDINAL, (numeral.value,), numeral.start - 1, numeral.end, numeral)
        return replace(ordinal, weight=small_unless(not (numeral.kanji and numeral.value <= 2))), place + 1
    found = text.make(Kind.NUMBER, (numeral.value,), numeral.start, numeral.end, numeral)
    return replace(found, weight=_weight(text.folded, numeral)), place + 1


def _weight(folded: str, numeral: Numeral) -> Weight:
    """Digits must come through, but for the 1 of 1人 or 1年; kanji only from three on, and only where they count something."""
    counter = _COUNTER.match(folded, numeral.end)
    nations = NATIONS.search(folded, max(numeral.start - 8, 0), numeral.start)
    if nations and len(nations.group().rstrip("の")) == numeral.value:
        return Weight.IMPLIED  # 日米韓3か国
    if _GLOSSED.match(folded, numeral.end) or _GLOSS.search(folded, max(numeral.start - 10, 0), numeral.start):
        return Weight.IMPLIED  # 天正18年(1590年), 1590年(天正18年)
    if not numeral.kanji:
        return small_unless(not (numeral.value == 1 and counter))
    if folded.startswith("条", numeral.end):  # 憲法九条; elsewhere a name, 五条通
        return small_unless(folded[max(numeral.start - 1, 0) : numeral.start] in tuple("法約定則章"))
    if not counter or (numeral.value == 1 and not _ONE.match(folded, numeral.end)) or folded.startswith("度と", numeral.end):
        return Weight.IMPLIED
    return small_unless(numeral.value > 2)


def rate(text: Text, place: int) -> Read | None:
    """3人に1人: a fraction."""
    if place + 1 == len(text.numerals):
        return None
    base, share = text.numerals[place : place + 2]
    between = _RATE.match(text.folded[base.end : share.start])
    if not between or not 0 < share.value < base.value or not text.folded.startswith(between.group("unit"), share.end):
        return None
    parts = tuple(replace(text.make(Kind.NUMBER, (n.value,), n.start, n.end, n), weight=small_unless(n.value > 1)) for n in (base, share))
    whole = text.make(Kind.FRACTION, (share.value / base.value,), base.start, share.end + len(between.group("unit")))
    return replace(whole, parts=parts), place + 2


def half(text: Text, place: int) -> Read | None:
    """3年半, 2日半."""
    numeral = text.numerals[place]
    match = _HALF.match(text.folded, numeral.end)
    if not match:
        return None
    value = numeral.value + Fraction(1, 2)
    values = (value, value * 12) if match.group().startswith("年") else (value,)
    return text.make(Kind.NUMBER, values, numeral.start, match.end()), place + 1
