"""One term section of TBX (``tig``, ``ntig``, ``termSec``) as a term."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from glossary.interchange.base import MAX_TERM_CHARACTERS, RejectedRow
from glossary.interchange.secure_xml import local_name, text_of
from glossary.interchange.tbx_categories import (
    INEXACT_KIND,
    INEXACT_STATUS,
    KANA,
    KANA_CATEGORIES,
    READ_KIND,
    READ_STATUS,
    READING_CATEGORIES,
    TERM_SECTIONS,
    Category,
    categories_of,
    read_own_note,
)  # fmt: skip
from glossary.terms import Article, Case, Kind, Status, Term, Use

_MAX_GUARDS = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class TermSection:
    """What a term section says. ``spelling``: it is but another spelling of the term before it. ``rest``: what a term has no field for."""

    text: str
    line: int | None
    fields: Mapping[str, Any]
    spelling: bool
    rest: tuple[Category, ...]

    def term(self, language: str) -> Term:
        """The term by itself."""
        return Term(self.text, language, **self.fields)

    def is_spelling_of(self, main: Term) -> bool:
        """Whether it can be a variant of a term: it says nothing that a variant cannot hold, and is right or wrong as the term is."""
        status = self.fields.get("status", main.status)
        alike = status is main.status or (status.approved and main.status.approved)
        return self.spelling and alike and not self.fields.keys() - {"status"}


def term_sections(language_section: Any) -> Iterator[Any]:
    """The term sections of a language section."""
    return (section for section in language_section if local_name(section) in TERM_SECTIONS)


def read_term_section(section: Any) -> tuple[TermSection | None, list[RejectedRow]]:
    """The term of a section, or None, and everything that is wrong with the section."""
    groups = [section, *(child for child in section if local_name(child) == "termGrp")]
    terms = [child for group in groups for child in group if local_name(child) == "term"]
    if not terms:
        return None, [RejectedRow(section.sourceline, local_name(section), "the section has no <term>")]
    rejected = [RejectedRow(t.sourceline, "term", f"{text_of(t)[:40]!r} is the second term of one section") for t in terms[1:]]
    text = text_of(terms[0])
    problem = _problem(text)
    if problem:
        return None, [RejectedRow(terms[0].sourceline, "term", problem), *rejected]
    fields, spelling, rest = _fields(c for group in reversed(groups) for c in categories_of(group))
    return TermSection(text, terms[0].sourceline, fields, spelling, tuple(rest)), rejected


def _problem(text: str) -> str | None:
    if not text:
        return "the term is empty"
    if len(text) > MAX_TERM_CHARACTERS:
        return f"the term {text[:30]!r}… has {len(text):,} characters; at most {MAX_TERM_CHARACTERS} are allowed"
    return f"the term {text[:40]!r} holds a control character" if _CONTROL.search(text) else None


def _fields(categories: Iterator[Category]) -> tuple[dict[str, Any], bool, list[Category]]:
    """The fields of a term, whether it is a variant, and the categories that say more than that."""
    fields: dict[str, Any] = {}
    own: dict[str, Any] = {}
    rest: list[Category] = []
    spelling = False
    for category in categories:
        name = category.name
        mine = _own_field(category)
        exact = not category.details and not category.target
        if mine:
            own.update(mine)
        elif name in ("administrativeStatus", "normativeAuthorization") and "status" not in fields and category.key in READ_STATUS:
            fields["status"] = READ_STATUS[category.key]
            exact = exact and category.key not in INEXACT_STATUS
        elif name == "termType" and category.key in READ_KIND and not spelling and "kind" not in fields:
            fields["kind"] = READ_KIND[category.key]
            exact = exact and category.key not in INEXACT_KIND
        elif name == "termType" and category.key == "variant" and "kind" not in fields:
            spelling = True
        elif "reading" not in fields and _is_reading(category):
            fields["reading"] = category.value
        else:
            exact = False
        if not exact:
            rest.append(category)
    return {**fields, **own}, spelling, rest


def _is_reading(category: Category) -> bool:
    named = category.name in READING_CATEGORIES or (category.name in KANA_CATEGORIES and bool(KANA.fullmatch(category.value)))
    return named and len(category.value) <= MAX_TERM_CHARACTERS and not _CONTROL.search(category.value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_GUARDS:
        raise ValueError(value)
    return tuple(_text(v) for v in value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


_OWN_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    "status": Status, "kind": Kind, "use": Use, "case": Case, "article": Article, "inflects": _truth, "reading": _text,
    "abbreviation": _text, "not_preceded_by": _texts, "not_followed_by": _texts,
}  # fmt: skip


def _own_field(category: Category) -> dict[str, Any]:
    found = read_own_note(category)
    if not found or found[0] not in _OWN_FIELDS:
        return {}
    try:
        return {found[0]: _OWN_FIELDS[found[0]](found[1])}
    except ValueError:
        return {}
