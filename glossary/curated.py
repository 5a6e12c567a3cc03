"""The curated termbase as reviewable files: ``data/<domain>.yaml``, read into frozen values.

A file is refused as a whole, with its name and the concept, when anything in it breaks a rule: a termbase that loads is clean.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
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
        GlossaryDataError: a file cannot be parsed, breaks a rule, or a concept id stands twice.
    """
    domains = tuple(_read_domain(path) for path in sorted(directory.glob("*.yaml")))
    seen: dict[str, str] = {}
    for domain in domains:
        for concept in domain.concepts:
            if concept.id in seen:
                raise GlossaryDataError(f"concept id {concept.id!r} stands in {seen[concept.id]}.yaml and in {domain.id}.yaml")
            seen[concept.id] = domain.id
    return CuratedTermbase(domains, digest_of(directory))


def _read_domain(path: Path) -> Domain:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader, in C where there is one
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise GlossaryDataError(f"{path.name}: not readable as YAML: {' '.join(str(exc).split())}") from exc
    if not isinstance(data, dict) or data.get("domain") != path.stem:
        raise GlossaryDataError(f"{path.name}: 'domain' must be {path.stem!r}, the name of the file")
    sources = {key: Source(key, value["title"], value["publisher"], value.get("url")) for key, value in (data.get("sources") or {}).items()}
    concepts = []
    for number, entry in enumerate(data.get("concepts") or [], 1):
        try:
            concepts.append(read_concept(entry, path.stem, sources))
        except (GlossaryDataError, KeyError, TypeError, ValueError, AttributeError) as exc:
            name = entry.get("id") if isinstance(entry, dict) else None
            raise GlossaryDataError(f"{path.name}: concept {name or f'number {number}'}: {_reason(exc)}") from exc
    return Domain(path.stem, dict(data.get("title") or {}), tuple(concepts))


def _reason(exc: Exception) -> str:
    return f"{exc.args[0]!r} is missing" if isinstance(exc, KeyError) else str(exc)


def read_concept(entry: Mapping[str, Any], domain: str, sources: Mapping[str, Source]) -> Concept:
    """One concept from its file form. Raises GlossaryDataError, KeyError or ValueError with the reason."""
    _refuse_unknown(entry, _CONCEPT_FIELDS)
    if not _ID.fullmatch(entry["id"]):
        raise GlossaryDataError(f"id {entry['id']!r} must be lower-case letters, digits and hyphens")
    for key in entry["sources"]:
        if key not in sources:
            raise GlossaryDataError(f"source {key!r} is not defined in this file")
    terms = tuple(t for language, items in entry["terms"].items() for t in _read_terms(items, language))
    return Concept(
        id=entry["id"],
        domain=domain,
        terms=terms,
        definitions=dict(entry["definition"]),
        part_of_speech=entry["pos"],
        sources=tuple(sources[k] for k in entry["sources"]),
        note=entry.get("note"),
    )


def _read_terms(items: Sequence[Mapping[str, Any]], language: str) -> Iterator[Term]:
    texts: set[str] = set()
    for number, item in enumerate(items):
        _refuse_unknown(item, _TERM_FIELDS)
        text = item["text"]
        if not isinstance(text, str) or not text.strip() or text != text.strip():
            raise GlossaryDataError(f"term {text!r} ({language}) must be text without blanks around it")
        if len(text) > MAXIMUM_TERM_LENGTH:
            raise GlossaryDataError(f"term {text[:20]!r}… ({language}) is longer than {MAXIMUM_TERM_LENGTH} characters")
        if text in texts:
            raise GlossaryDataError(f"term {text!r} ({language}) stands twice")
        texts.add(text)
        yield _read_term(item, language, first=number == 0)


def _read_term(item: Mapping[str, Any], language: str, *, first: bool) -> Term:
    text: str = item["text"]
    has_capital = any(c.isupper() for c in text)
    return Term(
        text=text,
        language=language,
        status=Status(item.get("status", "preferred" if first else "admitted")),
        kind=Kind(item.get("kind", "full")),
        use=Use(item.get("use", "both")),
        case=Case(item.get("case", "exact" if has_capital else "sentence")),
        article=Article(item.get("article", "any")),
        inflects=item.get("inflection") != "none",
        reading=item.get("reading"),
        abbreviation=item.get("abbreviation"),
        variants=tuple(item.get("variants", ())),
        not_preceded_by=tuple(item.get("not_preceded_by", ())),
        not_followed_by=tuple(item.get("not_followed_by", ())),
    )


def _refuse_unknown(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(entry) - known)
    if unknown:
        raise GlossaryDataError(f"unknown field {unknown[0]!r}; known are {', '.join(sorted(known))}")
