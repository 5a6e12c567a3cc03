"""Concepts and terms as frozen values, in the words of ISO 30042 (TBX).

A *concept* is one thing in the world; a *term* is one way to name it in one language. A concept may hold terms
in any number of languages: nothing here knows which languages there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

CURATED = "curated"  # the collection that follows the files of the termbase
ANY_LANGUAGE = "mul"  # ISO 639-2 for several languages: a term that is written the same in all of them


class Status(StrEnum):
    """Administrative status of a term within its concept and language."""

    PREFERRED = "preferred"
    ADMITTED = "admitted"
    DEPRECATED = "deprecated"
    FORBIDDEN = "forbidden"

    @property
    def approved(self) -> bool:
        """Whether a translation that uses such a term is right."""
        return self in (Status.PREFERRED, Status.ADMITTED)


class Kind(StrEnum):
    """What kind of name a term is. A source term is rendered by the target term of its own kind where there is one."""

    FULL = "full"
    ABBREVIATION = "abbreviation"
    SHORT = "short"
    INFORMAL = "informal"


class Use(StrEnum):
    """In which direction a term serves."""

    BOTH = "both"
    SOURCE = "source"  # recognised in a text to be translated, never produced
    TARGET = "target"  # counts as a right rendering, never searched for in a source text


class Case(StrEnum):
    """How letter case may differ from the term as it is written in the termbase."""

    EXACT = "exact"
    SENTENCE = "sentence"  # written in lower case; capitals at a sentence start, in titles and headings
    ANY = "any"


class Article(StrEnum):
    """Whether a term takes a definite article in running text (languages that have articles)."""

    THE = "the"
    NONE = "none"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Term:
    """One name of a concept in one language. ``text`` is written without an article."""

    text: str
    language: str
    status: Status = Status.ADMITTED
    kind: Kind = Kind.FULL
    use: Use = Use.BOTH
    case: Case = Case.SENTENCE
    article: Article = Article.ANY
    inflects: bool = True
    reading: str | None = None
    abbreviation: str | None = None
    variants: tuple[str, ...] = ()
    not_preceded_by: tuple[str, ...] = ()
    not_followed_by: tuple[str, ...] = ()

    @property
    def spellings(self) -> tuple[str, ...]:
        """The term's own text, then its variants: all of them are this one term."""
        return (self.text, *self.variants)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rendering comes from."""

    id: str
    title: str
    publisher: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing in the world, with its names and its definition per language."""

    id: str
    domain: str
    terms: tuple[Term, ...]
    definitions: Mapping[str, str] = field(default_factory=dict)
    part_of_speech: str = "noun"
    sources: tuple[Source, ...] = ()
    note: str | None = None
    collection: str = CURATED
    precedence: int = 0  # of its collection: where the same characters name two concepts, the higher one is meant

    def terms_in(self, language: str) -> tuple[Term, ...]:
        """All terms of one language, in the order of the termbase (the preferred one first), with those of every language."""
        return tuple(t for t in self.terms if t.language in (language, ANY_LANGUAGE))

    def preferred(self, language: str) -> Term | None:
        """The preferred term of a language, or None where the concept has no approved term in it."""
        approved = [t for t in self.terms_in(language) if t.status.approved and t.use is not Use.SOURCE]
        for term in approved:
            if term.status is Status.PREFERRED:
                return term
        return approved[0] if approved else None

    def rendering(self, source: Term, language: str) -> Term | None:
        """The approved term of ``language`` to write for ``source``: one of the same kind, else the preferred one."""
        if source.kind in (Kind.ABBREVIATION, Kind.SHORT):
            for term in self.terms_in(language):
                if term.kind is source.kind and term.status.approved and term.use is not Use.SOURCE:
                    return term
        return self.preferred(language)

    def approved(self, language: str) -> tuple[Term, ...]:
        """Every term of a language that counts as a right rendering."""
        return tuple(t for t in self.terms_in(language) if t.status.approved and t.use is not Use.SOURCE)


def languages_of(concepts: Iterable[Concept]) -> frozenset[str]:
    """The languages that at least one of the concepts has a term in."""
    return frozenset(t.language for c in concepts for t in c.terms)
