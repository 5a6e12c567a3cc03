"""Language facts as data: ``languages.toml`` read into frozen values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any


class LanguagesFileError(ValueError):
    """A file with language facts cannot be used."""


class UnknownLanguage(ValueError):
    """The language is not one that the service knows."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. See ``languages.toml`` for what the fields mean."""

    code: str
    name: str
    native_name: str
    characters: str
    spaced: bool
    cased: bool = field(default=False, kw_only=True)
    joiner: str
    enders: str
    weight: float = 1.0
    density: float = 1.0
    stop: str = "."
    clauses: str = ""
    pairs: tuple[str, ...] = ()
    continues: tuple[str, ...] = ()
    abbreviations: frozenset[str] = frozenset()
    starters: frozenset[str] = frozenset()
    letters: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "letters", re.compile(f"[{self.characters}]"))

    def count(self, text: str) -> int:
        """How many letters of the language a text has."""
        return len(self.letters.findall(text))


class Languages:
    """The languages that a service knows, by code."""

    def __init__(self, languages: Iterable[Language]) -> None:
        self._by_code = {language.code.lower(): language for language in languages}

    def __iter__(self) -> Iterator[Language]:
        return iter(self._by_code.values())

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and code.lower() in self._by_code

    def get(self, code: str) -> Language:
        """A language by its code (BCP 47; letter case is ignored). Raises UnknownLanguage, naming those that are known."""
        language = self._by_code.get(code.strip().lower())
        if language is None:
            raise UnknownLanguage(f"unknown language {code!r}; known are {', '.join(sorted(self._by_code))}")
        return language

    def extended(self, languages: Iterable[Language]) -> Languages:
        """These languages and some more."""
        return Languages((*self, *languages))

    def detect(self, text: str, among: Iterable[str] | None = None) -> Language | None:
        """The language whose letters weigh most in the text; None where it has no letter of any of them."""
        codes = [c.lower() for c in among] if among is not None else list(self._by_code)
        scored = [(self._by_code[c].count(text) * self._by_code[c].weight, c) for c in codes if c in self._by_code]
        best = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
        return self._by_code[best[1]] if best[0] > 0 else None


_COLLECTIONS = {"pairs": tuple, "continues": tuple, "abbreviations": frozenset, "starters": frozenset}


def parse_languages(data: Mapping[str, Mapping[str, object]]) -> list[Language]:
    """Languages from the tables of a TOML file. Raises TypeError where a field is missing or unknown."""
    out = []
    for code, table in data.items():
        values: dict[str, Any] = dict(table)
        for name, make in _COLLECTIONS.items():
            values[name] = make(values.get(name, ()))
        out.append(Language(code=code, **values))
    return out


def builtin_languages() -> Languages:
    """The languages that ship with the service."""
    text = files("service.translation").joinpath("languages.toml").read_text(encoding="utf-8")
    return Languages(parse_languages(tomllib.loads(text)))
