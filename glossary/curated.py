"""The curated termbase as reviewable files: ``data/<domain>.yaml``, read into frozen values.

A file is refused as a whole, with its name and the concept, when anything in it breaks a rule: a termbase that loads is clean.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from glossary.errors import GlossaryDataError
from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use

CURATED_DIRECTORY = Path(__file__).parent / "data"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TERM_FIELDS = {
    "text", "status", "kind", "use", "case", "article", "inflection", "reading", "abbreviation", "variants",
    "not_preceded_by", "not_followed_by",
}  # fmt: skip
_CONCEPT_FIELDS = {"id", "pos", "definition", "sources", "note", "terms"}
MAXIMUM_TERM_LENGTH = 512
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# What the tables have room for.
_MAXIMUM_DOMAIN, _MAXIMUM_KEY, _MAXIMUM_LANGUAGE, _MAXIMUM_PART_OF_SPEECH = 64, 128, 35, 32


@dataclass(frozen=True, slots=True)
class Domain:
    """A subject field with its title per language and its concepts."""

    id: str
    titles: Mapping[str, str]
    concepts: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class CuratedTermbase:
    """All domains of a directory and the digest of the files that they were read from."""

    domains: tuple[Domain, ...]
    digest: str

    @property
    def concepts(self) -> tuple[Concept, ...]:
        """The concepts of all domains, in file order."""
        return tuple(c for d in self.domains for c in d.concepts)


def digest_of(directory: Path) -> str:
    """SHA-256 over the names and bytes of the termbase files, as hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(directory.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def read_termbase(directory: Path = CURATED_DIRECTORY) -> CuratedTermbase:
    """Read every domain file of a directory.

    Raises:
        GlossaryDataError: there is no file, one cannot be parsed or breaks a rule, or a concept id stands twice.
    """
    domains = tuple(_read_domain(path) for path in sorted(directory.glob("*.yaml")))
    if not domains:
        raise GlossaryDataError(f"{directory} holds no termbase file (*.yaml)")
    seen: dict[str, str] = {}
    sources: dict[str, tuple[Source, str]] = {}
    for domain in domains:
        for concept in domain.concepts:
            if concept.id in seen:
                raise GlossaryDataError(f"concept id {concept.id!r} stands in {seen[concept.id]}.yaml and in {domain.id}.yaml")
            seen[concept.id] = domain.id
            for source in concept.sources:
                first, place = sources.setdefault(source.id, (source, domain.id))
                if first != source:
                    raise GlossaryDataError(f"source {source.id!r} is one thing in {place}.yaml and another in {domain.id}.yaml")
    return CuratedTermbase(domains, digest_of(directory))


def _read_domain(path: Path) -> Domain:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise GlossaryDataError(f"{path.name}: not readable as YAML: {' '.join(str(exc).split())}") from exc
    except OSError as exc:
        raise GlossaryDataError(f"{path.name}: cannot be read: {exc.strerror}") from exc
    if not isinstance(data, dict) or data.get("domain") != path.stem:
        raise GlossaryDataError(f"{path.name}: 'domain' must be {path.stem!r}, the name of the file")
    place = "domain"
    try:
        _check_text(path.stem, "domain", _MAXIMUM_DOMAIN)
        titles = _mapping(data.get("title") or {}, "title")
        place = "sources"
        sources = {key: _read_source(key, value) for key, value in _mapping(data.get("sources") or {}, "sources").items()}
        concepts = []
        for number, entry in enumerate(_list(data.get("concepts") or [], "concepts"), 1):
            name = entry.get("id") if isinstance(entry, dict) else None
            place = f"concept {name or f'number {number}'}"
            concepts.append(read_concept(_mapping(entry, "a concept"), path.stem, sources))
    except (GlossaryDataError, KeyError, TypeError, ValueError, AttributeError) as exc:
        raise GlossaryDataError(f"{path.name}: {place}: {_reason(exc)}") from exc
    return Domain(path.stem, titles, tuple(concepts))


def _read_source(key: str, value: Any) -> Source:
    fields = _mapping(value, f"source {key!r}")
    _check_text(key, "source", _MAXIMUM_KEY)
    for name in ("title", "publisher"):
        _check_text(fields[name], name, None)
    return Source(key, fields["title"], fields["publisher"], fields.get("url"))


def _reason(exc: Exception) -> str:
    return f"{exc.args[0]!r} is missing" if isinstance(exc, KeyError) else str(exc)


def read_concept(entry: Mapping[str, Any], domain: str, sources: Mapping[str, Source]) -> Concept:
    """One concept from its file form. Raises GlossaryDataError, KeyError or ValueError with the reason."""
    _refuse_unknown(entry, _CONCEPT_FIELDS)
    _check_text(entry["id"], "id", _MAXIMUM_KEY)
    if not _ID.fullmatch(entry["id"]):
        raise GlossaryDataError(f"id {entry['id']!r} must be lower-case letters, digits and hyphens")
    _check_text(entry["pos"], "pos", _MAXIMUM_PART_OF_SPEECH)
    for key in _list(entry["sources"], "sources"):
        if key not in sources:
            raise GlossaryDataError(f"source {key!r} is not defined in this file")
    terms = tuple(t for language, items in _mapping(entry["terms"], "terms").items() for t in _read_terms(items, language))
    return Concept(
        id=entry["id"],
        domain=domain,
        terms=terms,
        definitions=_mapping(entry["definition"], "definition"),
        part_of_speech=entry["pos"],
        sources=tuple(sources[k] for k in entry["sources"]),
        note=_optional_text(entry, "note", None),
    )


def _read_terms(items: Any, language: str) -> Iterator[Term]:
    _check_text(language, "language", _MAXIMUM_LANGUAGE)
    texts: set[str] = set()
    for number, item in enumerate(_list(items, f"terms of {language}")):
        _refuse_unknown(_mapping(item, f"a term ({language})"), _TERM_FIELDS)
        text = item["text"]
        _check_text(text, f"term ({language})", MAXIMUM_TERM_LENGTH)
        if text in texts:
            raise GlossaryDataError(f"term {text!r} ({language}) stands twice")
        texts.add(text)
        yield _read_term(item, language, first=number == 0)


def _read_term(item: Mapping[str, Any], language: str, *, first: bool) -> Term:
    text: str = item["text"]
    has_capital = any(c.isupper() for c in text)
    if item.get("inflection", "none") != "none":
        raise GlossaryDataError(f"inflection of {text!r} must be 'none' or left out")
    return Term(
        text=text,
        language=language,
        status=Status(item.get("status", "preferred" if first else "admitted")),
        kind=Kind(item.get("kind", "full")),
        use=Use(item.get("use", "both")),
        case=Case(item.get("case", "exact" if has_capital else "sentence")),
        article=Article(item.get("article", "any")),
        inflects=item.get("inflection") != "none",
        reading=_optional_text(item, "reading", MAXIMUM_TERM_LENGTH),
        abbreviation=_optional_text(item, "abbreviation", MAXIMUM_TERM_LENGTH),
        variants=_texts(item, "variants"),
        not_preceded_by=_guards(item, "not_preceded_by"),
        not_followed_by=_guards(item, "not_followed_by"),
    )


def _texts(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(item.get(name, []), name)
    for value in values:
        _check_text(value, name, MAXIMUM_TERM_LENGTH)
    return tuple(values)


def _guards(item: Mapping[str, Any], name: str) -> tuple[str, ...]:
    values = _list(item.get(name, []), name)
    for value in values:
        if not isinstance(value, str) or not value:
            raise GlossaryDataError(f"{name} {value!r} must be text")
    return tuple(values)


def _optional_text(entry: Mapping[str, Any], name: str, maximum: int | None) -> str | None:
    if entry.get(name) is None:
        return None
    _check_text(entry[name], name, maximum)
    value: str = entry[name]
    return value


def _check_text(value: Any, what: str, maximum: int | None) -> None:
    if not isinstance(value, str) or not value.strip() or value != value.strip():
        raise GlossaryDataError(f"{what} {value!r} must be text without blanks around it")
    if maximum is not None and len(value) > maximum:
        raise GlossaryDataError(f"{what} {value[:20]!r}… is longer than {maximum} characters")
    if _CONTROL.search(value):
        raise GlossaryDataError(f"{what} {value!r} holds a control character")


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise GlossaryDataError(f"{what} must be a mapping")
    return dict(value)


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise GlossaryDataError(f"{what} must be a list")
    return value


def _refuse_unknown(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise GlossaryDataError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(known))}")
