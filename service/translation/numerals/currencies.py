"""Currencies and how they are written, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A generic "ドル" or "dollars" is a US dollar here; where one text says which dollar and the other does not, they agree.
DOLLARS = frozenset({"USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "FJD"})

JAPANESE: dict[str, str] = {
    "円": "JPY", "米ドル": "USD", "ドル": "USD", "豪ドル": "AUD", "オーストラリアドル": "AUD", "カナダドル": "CAD", "加ドル": "CAD",
    "NZドル": "NZD", "ニュージーランドドル": "NZD", "香港ドル": "HKD", "シンガポールドル": "SGD", "台湾ドル": "TWD", "フィジードル": "FJD",
    "ユーロ": "EUR", "ポンド": "GBP", "英ポンド": "GBP", "人民元": "CNY", "元": "CNY", "ウォン": "KRW", "フラン": "CHF",
    "スイスフラン": "CHF", "ルーブル": "RUB", "ルピー": "INR", "ルピア": "IDR",
    "ペソ": "PHP", "フィリピンペソ": "PHP", "バーツ": "THB", "ドン": "VND",
    "リンギット": "MYR", "リヤル": "SAR", "レアル": "BRL", "トルコリラ": "TRY", "リラ": "TRY", "フリブニャ": "UAH", "クローナ": "SEK",
    "セント": "cent", "銭": "sen",
}  # fmt: skip

ENGLISH: dict[str, str] = {
    "yen": "JPY", "dollar": "USD", "dollars": "USD", "u.s. dollar": "USD", "u.s. dollars": "USD", "us dollars": "USD", "buck": "USD",
    "bucks": "USD", "australian dollars": "AUD", "australian dollar": "AUD", "canadian dollars": "CAD", "new zealand dollars": "NZD",
    "hong kong dollars": "HKD", "singapore dollars": "SGD", "taiwan dollars": "TWD", "new taiwan dollars": "TWD",
    "fijian dollars": "FJD", "euro": "EUR", "euros": "EUR", "pound": "GBP", "pounds": "GBP", "pounds sterling": "GBP",
    "british pounds": "GBP", "yuan": "CNY", "renminbi": "CNY", "chinese yuan": "CNY", "won": "KRW", "south korean won": "KRW",
    "korean won": "KRW", "francs": "CHF", "swiss francs": "CHF", "franc": "CHF", "ruble": "RUB", "rubles": "RUB", "roubles": "RUB",
    "rupee": "INR", "rupees": "INR", "indian rupees": "INR", "rupiah": "IDR", "pesos": "PHP", "philippine pesos": "PHP", "peso": "PHP",
    "baht": "THB", "dong": "VND", "ringgit": "MYR", "riyals": "SAR", "reais": "BRL", "lira": "TRY", "turkish lira": "TRY",
    "hryvnia": "UAH", "hryvnias": "UAH", "kronor": "SEK", "cent": "cent", "cents": "cent", "sen": "sen",
}  # fmt: skip

SIGNS: dict[str, str] = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD", "HK$": "HKD", "S$": "SGD", "NT$": "TWD",
    "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₹": "INR", "₽": "RUB", "RMB": "CNY", "Rs": "INR", "Rs.": "INR",
}  # fmt: skip

# How a currency is written where a quantity is rendered: (name after the number, sign before it or "").
INTO_ENGLISH: dict[str, tuple[str, str]] = {
    "JPY": ("yen", ""), "USD": ("dollars", "$"), "AUD": ("Australian dollars", ""), "CAD": ("Canadian dollars", ""),
    "NZD": ("New Zealand dollars", ""), "HKD": ("Hong Kong dollars", ""), "SGD": ("Singapore dollars", ""),
    "TWD": ("New Taiwan dollars", ""), "FJD": ("Fijian dollars", ""), "EUR": ("euros", ""), "GBP": ("pounds", ""), "CNY": ("yuan", ""),
    "KRW": ("won", ""), "CHF": ("Swiss francs", ""), "RUB": ("rubles", ""), "INR": ("rupees", ""), "IDR": ("rupiah", ""),
    "PHP": ("pesos", ""), "THB": ("baht", ""), "VND": ("dong", ""), "MYR": ("ringgit", ""), "SAR": ("riyals", ""), "BRL": ("reais", ""),
    "TRY": ("lira", ""), "UAH": ("hryvnia", ""), "SEK": ("kronor", ""), "cent": ("cents", ""), "sen": ("sen", ""),
}  # fmt: skip

INTO_JAPANESE: dict[str, str] = {
    "JPY": "円", "USD": "ドル", "AUD": "豪ドル", "CAD": "カナダドル", "NZD": "NZドル", "HKD": "香港ドル", "SGD": "シンガポールドル",
    "TWD": "台湾ドル", "FJD": "フィジードル", "EUR": "ユーロ", "GBP": "ポンド", "CNY": "元", "KRW": "ウォン", "CHF": "スイスフラン",
    "RUB": "ルーブル", "INR": "ルピー", "IDR": "ルピア", "PHP": "ペソ", "THB": "バーツ", "VND": "ドン", "MYR": "リンギット",
    "SAR": "リヤル", "BRL": "レアル", "TRY": "リラ", "UAH": "フリブニャ", "SEK": "クローナ", "cent": "セント", "sen": "銭",
}  # fmt: skip


def same_currency(one: str, other: str) -> bool:
    """Whether two amounts may be in one currency; an unnamed currency and an unnamed dollar agree with more than one."""
    return one == other or not one or not other or ("USD" in (one, other) and {one, other} <= DOLLARS)


def _mentions(names: Mapping[str, str], form: str) -> re.Pattern[str]:
    alternatives = sorted((re.escape(name) for name in names), key=len, reverse=True)
    return re.compile(form.format("|".join(alternatives)), re.IGNORECASE)


_MENTIONS = {
    "ja": (_mentions({n: c for n, c in JAPANESE.items() if len(n) > 1 or n == "円"}, "({})"), JAPANESE),
    "en": (_mentions(ENGLISH, r"\b({})\b"), ENGLISH),
}


def mentioned(text: str, language: str) -> frozenset[str]:
    """The currencies that a text names anywhere."""
    if language not in _MENTIONS:
        return frozenset()
    pattern, names = _MENTIONS[language]
    found = {names[match if match in names else match.lower()] for match in pattern.findall(text)}
    return frozenset(found | {code for sign, code in SIGNS.items() if sign in text})
