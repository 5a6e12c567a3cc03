"""Concepts as JSON: what the API sends, what a revision keeps, what a client writes. ``from_json(to_json(c)) == c``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glossary.errors import InvalidConcept
from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use

_CHOICES = {"status": Status, "kind": Kind, "use": Use, "case": Case, "article": Article}
_TERM_FIELDS = {
    "text", "language", *_CHOICES, "inflects", "reading", "abbreviation", "variants", "not_preceded_by", "not_followed_by",
}  # fmt: skip
_CONCEPT_FIELDS = {"id", "domain", "terms", "definitions", "part_of_speech", "sources", "note"}
_INFORMATIVE = {"collection", "version", "score"}  # sent with a concept; ignored when a client sends them back


def to_json(concept: Concept) -> dict[str, Any]:
    """Every field of a concept but those of its collection."""
    return {
        "id": concept.id,
        "domain": concept.domain,
        "part_of_speech": concept.part_of_speech,
        "definitions": dict(concept.definitions),
        "terms": [_term_to_json(term) for term in concept.terms],
        "sources": [{"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url} for s in concept.sources],
        "note": concept.note,
    }


def _term_to_json(term: Term) -> dict[str, Any]:
    return {
        "text": term.text, "language": term.language, **{name: getattr(term, name).value for name in _CHOICES},
        "inflects": term.inflects, "reading": term.reading, "abbreviation": term.abbreviation, "variants": list(term.variants),
        "not_preceded_by": list(term.not_preceded_by), "not_followed_by": list(term.not_followed_by),
    }  # fmt: skip


def from_json(data: Mapping[str, Any]) -> Concept:
    """A concept from its JSON form. Fields that are left out have the defaults of ``Concept`` and ``Term``.

    The first term of a language is preferred where its status is left out, the others are admitted, as in the termbase files; a term
    with a capital letter has the case rule "exact" where its rule is left out.

    Raises:
        InvalidConcept: fields are missing, unknown or of the wrong type; every one is named.
    """
    reader = _Reader()
    concept = reader.concept(data)
    if reader.problems:
        raise InvalidConcept(reader.problems)
    return concept


class _Reader:
    """Reads values and remembers what was wrong with them, so that a client hears of everything at once."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def concept(self, data: Mapping[str, Any]) -> Concept:
        self._unknown(data, _CONCEPT_FIELDS | _INFORMATIVE, "the concept")
        seen: set[str] = set()
        terms = []
        for number, item in enumerate(self._list(data, "terms", dict), 1):
            terms.append(self._term(item, f"term {number}", seen))
        sources = tuple(self._source(s, f"source {n}") for n, s in enumerate(self._list(data, "sources", dict), 1))
        return Concept(
            id=self._text(data, "id", "the concept"),
            domain=self._text(data, "domain", "the concept"),
            terms=tuple(terms),
            definitions=self._definitions(data),
            part_of_speech=self._text(data, "part_of_speech", "the concept", default="noun"),
            sources=sources,
            note=self._optional(data, "note", "the concept"),
        )

    def _term(self, item: Mapping[str, Any], place: str, seen: set[str]) -> Term:
        self._unknown(item, _TERM_FIELDS, place)
        text, language = self._text(item, "text", place), self._text(item, "language", place)
        defaults = {
            "status": Status.ADMITTED if language in seen else Status.PREFERRED,
            "case": Case.EXACT if any(c.isupper() for c in text) else Case.SENTENCE,
        }
        seen.add(language)
        chosen = {name: self._choice(item, name, kind, defaults.get(name), place) for name, kind in _CHOICES.items()}
        return Term(
            text=text, language=language, **{name: value for name, value in chosen.items() if value is not None},
            inflects=self._flag(item, "inflects", place), reading=self._optional(item, "reading", place),
            abbreviation=self._optional(item, "abbreviation", place),
            variants=tuple(self._list(item, "variants", str)), not_preceded_by=tuple(self._list(item, "not_preceded_by", str)),
            not_followed_by=tuple(self._list(item, "not_followed_by", str)),
        )  # fmt: skip

    def _source(self, item: Mapping[str, Any], place: str) -> Source:
        self._unknown(item, {"id", "title", "publisher", "url"}, place)
        return Source(
            self._text(item, "id", place), self._text(item, "title", place), self._text(item, "publisher", place),
            self._optional(item, "url", place),
        )  # fmt: skip

    def _definitions(self, data: Mapping[str, Any]) -> dict[str, str]:
        value = data.get("definitions") or {}
        if not isinstance(value, Mapping) or not all(isinstance(k, str) and isinstance(v, str) for k, v in value.items()):
            self.problems.append("'definitions' must map language codes to texts")
            return {}
        return dict(value)

    def _unknown(self, item: Mapping[str, Any], known: set[str], place: str) -> None:
        for name in sorted(set(item) - known):
            self.problems.append(f"{place} has an unknown field {name!r}")

    def _text(self, item: Mapping[str, Any], name: str, place: str, default: str | None = None) -> str:
        value = item.get(name, default)
        if isinstance(value, str):
            return value
        self.problems.append(f"{place}: {name!r} must be a text" if name in item else f"{place}: {name!r} is missing")
        return ""

    def _optional(self, item: Mapping[str, Any], name: str, place: str) -> str | None:
        return None if item.get(name) is None else self._text(item, name, place)

    def _flag(self, item: Mapping[str, Any], name: str, place: str) -> bool:
        value = item.get(name, True)
        if not isinstance(value, bool):
            self.problems.append(f"{place}: {name!r} must be true or false")
        return bool(value)

    def _choice(self, item: Mapping[str, Any], name: str, kind: Any, default: Any, place: str) -> Any:
        if item.get(name) is None:
            return default
        try:
            return kind(item[name])
        except ValueError:
            self.problems.append(f"{place}: {name!r} must be one of {', '.join(kind)}")
            return default

    def _list(self, item: Mapping[str, Any], name: str, kind: type) -> list[Any]:
        value = item.get(name) or []
        if not isinstance(value, list) or not all(isinstance(v, kind) for v in value):
            self.problems.append(f"{name!r} must be a list of {'texts' if kind is str else 'objects'}")
            return []
        return value
