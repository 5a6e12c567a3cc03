"""What the recipe has to know of a language, as data. A language without an entry gets the mildest checks."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KANA_AND_KANJI = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_HANGUL = r"\uac00-\ud7af"


@dataclass(frozen=True, slots=True)
class LanguageFacts:
    """One language.

    ``own`` is a letter that a text of some length must contain, ``foreign`` one that it must not. ``spaced``: words are
    separated by blanks. ``lead`` is what dictionaries put before an entry but sentences need not, ``inflected`` what may
    follow a term within its word.
    """

    own: re.Pattern[str]
    foreign: re.Pattern[str] | None = None
    spaced: bool = True
    lead: re.Pattern[str] | None = None
    inflected: re.Pattern[str] | None = None


_ANY = LanguageFacts(own=re.compile(r"[^\W\d_]"))
_FACTS = {
    "en": LanguageFacts(
        own=re.compile("[A-Za-z]"),
        foreign=re.compile(f"[{_KANA_AND_KANJI}{_HANGUL}]"),
        lead=re.compile(r"^(?:to|the|an?) ", re.IGNORECASE),
        inflected=re.compile(r"s(?!\w)"),
    ),
    "ja": LanguageFacts(own=re.compile(f"[{_KANA_AND_KANJI}]"), foreign=re.compile(f"[{_HANGUL}]"), spaced=False),
    "zh": LanguageFacts(own=re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]"), foreign=re.compile(r"[\u3040-\u30ff]"), spaced=False),
    "ko": LanguageFacts(own=re.compile(f"[{_HANGUL}]"), foreign=re.compile(r"[\u3040-\u30ff]")),
}


def facts_of(code: str) -> LanguageFacts:
    """The facts of a language code; a region (``en-US``) does not matter."""
    return _FACTS.get(base_code(code), _ANY)


def base_code(code: str) -> str:
    """The language of a code without its region, in lower case: ``ja-JP`` → ``ja``."""
    return code.replace("_", "-").split("-")[0].lower()
