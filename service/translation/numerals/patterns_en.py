"""What an English quantity looks like: one expression whose alternatives are tried in order at each place."""

from __future__ import annotations

import re

from service.translation.numerals.clock import CLOCK
from service.translation.numerals.currencies import ENGLISH, SIGNS
from service.translation.numerals.number_en import CARDINALS, ORDINALS, RUN

_FULL = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
MONTH_NAMES = _FULL.split("|")
MONTHS = {name[:3]: i + 1 for i, name in enumerate(MONTH_NAMES)}
_MONTH = rf"(?:(?:{_FULL})\b|(?:{_SHORT})\b\.?)"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?!\d|[,.:]\d)(?:st|nd|rd|th)?(?![A-Za-z])"
_YEAR = r"[12]\d{3}(?!\d|,\d|s\b)"
_NOT_DAY = (
    r"(?!\s(?:percent|per\scent|million|billion|trillion|years?|countries|members|people|nations|states|days|o['’]clock|[ap]\.?m)\b|%)"
)

_small = "|".join(sorted(CARDINALS, key=len, reverse=True))
_COUNT = rf"(?:(?i:\b(?:{_small})\b)|(?<![\d.,$€£¥/-])\d{{1,3}}(?:,000)?(?![\d.,%/:]\d|\d|%))"
_parts = sorted({w for w, v in ORDINALS.items() if v > 2} | {"quarter", "half"}, key=len, reverse=True)
_TEENS = "|".join(w for w, v in CARDINALS.items() if 0 < v < 20)
_PLURALS = r"tens(?=\sof)|dozens|scores(?=\sof)|hundreds|thousands|millions|billions|trillions"

QUANTITY = re.compile(
    rf"(?P<fiscal>(?i:\bfiscal(?:\syears?)?|\bFYs?|\bfinancial\syears?|\bschool\syears?|\bacademic\syears?)\s?['’]?(?P<term>\d{{4}}|\d\d)(?!\d)"
    rf"|(?<![\d,.])(?P<term2>[12]\d{{3}})\s(?i:fiscal\syear))"
    rf"|(?P<era>\b(?P<name>Reiwa|Heisei|Sh[oō]wa|Taish[oō]|Meiji)\s(?P<reign>\d{{1,2}})(?!\d))"
    rf"|(?P<date>\b(?P<m1>{_MONTH})\s(?P<d1>{_DAY}){_NOT_DAY}(?:,?\s(?P<y1>{_YEAR}))?"
    rf"|(?<![\d.,$€£¥-])(?P<d2>{_DAY})\s(?:of\s)?(?P<m2>{_MONTH})(?:,?\s(?P<y2>{_YEAR}))?"
    rf"|\b(?P<m3>{_MONTH}),?\s(?:of\s)?(?P<y3>{_YEAR})"
    rf"|(?<![\d/.-])(?P<y4>[12]\d{{3}})[-/](?P<m4>0[1-9]|1[0-2]|[1-9])[-/](?P<d4>0[1-9]|[12]\d|3[01]|[1-9])(?![\d/-])"
    rf"|\b(?P<m5>(?:{_FULL})\b|(?:{_SHORT})\.))"
    rf"|{CLOCK}|(?P<hour>(?<![\d.:])(?P<h>1[0-2]|0?[1-9])\s?(?:(?P<half2>[apAP])\.?[mM]\b\.?|o['’]clock))|(?P<noon>(?i:\bnoon\b|\bmidnight\b))"
    rf"|(?P<decade>(?<![\d,.$€£¥])(?P<tens>[12]\d\d0|\d0)['’]?s\b|(?i:\b(?P<age>twenties|thirties|forties|fifties|sixties|seventies|eighties"
    rf"|nineties|teens|teenagers?|teenage)\b))"
    rf"|(?P<plus>(?<![\w+])(?:2\s?[+]\s?2(?!\d)|(?i:two[\s-]plus[\s-]two)\b))"
    rf"|(?P<label>(?i:\bcovid-?19\b)|(?<![A-Za-z0-9$])(?!(?i:post|mid|pre|early|late|under|over|top|sub|non|anti|sept?|no)-)(?!(?:{_SHORT}|No|Nos|RMB|Rs)\d)"
    rf"[A-Z][A-Za-z]*[‐‑-]?\d+(?:[.‐‑-]\d+)*(?![\d,]*[%])[A-Z]{{0,2}}|(?<![\w.,$€£¥-])\d+(?![kKmMbBT]n?\b|KB|MB|GB|TB|MW|GW|TW|GHz|MHz|Hz)"
    rf"[A-Z][A-Za-z]{{0,2}}\b)"
    rf"|(?P<rate>(?P<share>{_COUNT})(?i:\s(?:in|out\sof|of)\s(?:every\s|each\s)?)(?P<base>{_COUNT})(?!\s?(?:{_FULL}|[ap]\.?m\b)))"
    rf"|(?P<fraction>(?i:\b(?P<above>an?|{_TEENS})[\s-](?P<below>{'|'.join(_parts)}|halve)(?P<plural>s?)\b)"
    rf"|(?<![\d/.,$])(?P<above2>\d{{1,3}})/(?P<below2>[1-9]\d{{0,3}})(?![\d/]))"
    rf"|(?P<vague>(?i:\b(?:(?P<plurals>(?:{_PLURALS})\b(?:\sof\s(?:{_PLURALS})\b)*)"
    rf"|(?:several|a\sfew|a\scouple(?:\sof)?|multi)[\s-]?(?P<few>(?:(?:dozen|hundred|thousand|million|billion|trillion)\b[\s-]?)+))(?<=\w)))"
    rf"|(?P<amount>(?P<sign>(?:{'|'.join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))})\s?)?(?<![\w,])(?<!\d\.){RUN})"
    rf"|(?P<folded>(?i:\b(?P<times>{_TEENS}|hundred|thousand)fold\b))"
    rf"|(?P<roman>\b(?:VI{{0,3}}|I{{2,3}}|IV|IX|X[IVX]{{0,3}}|I(?!['’]))\b(?!\.[A-Z]))"
)  # fmt: skip

_names = "|".join(sorted((re.escape(n).replace(r"\ ", r"[\s-]") for n in ENGLISH), key=len, reverse=True))
SUFFIX = re.compile(
    rf"(?i:(?P<percent>\s?%|[\s-]percent(?:age)?(?:[\s-]points?)?\b|\sper\scent\b|\spct\b\.?)|(?P<points>[\s-]points?\b)"
    rf"|(?P<money>(?:\sof\s|[\s-])(?P<name>{_names})\b(?!\s(?:loan|carry|block)))|(?P<decades>[\s-]decades?\b)|(?P<century>[\s-]centur(?:y|ies)\b)|(?P<fold>-?fold\b)"
    rf"|(?P<half>(?:[\s-](?:years?|hours?|months?|weeks?|decades?|times))?\sand\s(?:a|one)[\s-]half\b))"
)
ORDER = re.compile(r"\s?(?:[-‐‑–—~/,]|,?\sto|,?\sand|,?\sor|through|versus|against|to|and|or|until|from)\s?")
MODAL_MAY = re.compile(
    r"\b(?i:in|on|by|since|until|till|from|to|of|early|late|mid|last|this|next|through|between|and|or|before|after|during|every|each|that|late-|mid-)"
    r"[\s-]$"
)
KEYWORD = re.compile(
    r"\b(?i:chapter|part|title|article|section|volume|pillar|phase|track|type|annex|appendix|stage|act|tier|category|war|book|figure|table)\s$"
)
IMPLIED = re.compile(
    r"(?i:\b(?:(?P<v0_5>half|halves|halved|halving|midpoint|majority)|(?P<v0_25_3_4>quarters?|quarterly)|(?P<v50>half[\s-](?:a[\s-])?century)"
    r"|(?P<v25>quarter[\s-](?:of\sa\s)?century)|(?P<v1>an?|per|once|only|single|sole|annual(?:ly)?|each|every|inaugural|new|top|alone|unified)"
    r"|(?P<v2>both|twice|couple|pairs?|twins?|dual|double[ds]?|doubling|bilateral(?:ly)?|either|neither|biennial(?:ly)?|biannual|again|other"
    r"|two-way|halfway|back-to-back|split|couples|alternate|reelect(?:ed|ion)|former)"
    r"|(?P<v3>triple[ds]?|tripling|trilateral(?:ly)?|trio|trilogy|thrice|tripartite|triennial|triangular|triangle|treble[ds]?|thirds)"
    r"|(?P<v4>quadrupl(?:e[ds]?|ing)|quadrilateral|quartet|quadrennial)|(?P<v5>quintupl(?:e[ds]?|ing)|half-decade)|(?P<v10_20>decades?(?:-long)?)"
    r"|(?P<v100_1>century|centennial|centenary|centuries)|(?P<v1000_2000>millenni(?:um|ums|a)(?:-old)?)|(?P<v200>bicentennial)|(?P<v2_14>fortnight)|(?P<v7>weeklong)|(?P<v12_11>dozen)|(?P<v24>around[\s-]the[\s-]clock)|(?P<v100>hundred)|(?P<v1000>thousand)|(?P<v1000000>million)"
    r"|(?P<v1000000000>billion)|(?P<v1000000000000>trillion))\b)"
)
# "One" that counts nothing: one of the, an easy one, one or the other.
PRONOUN_ONE = re.compile(
    r"\W*$|[^\s\w-]|-(?:off|on|time|sided|way|stop|another)|\s(?:of|or|and|another|other|by|that|who|which|to|in|on|at|for|with|from|than|is|was|are|were"
    r"|has|had|have|can|could|may|might|must|should|will|would|does|did|as|but|if|when|where|side|hand|day|more|reason|thing|way|place)\b",
    re.IGNORECASE,
)
