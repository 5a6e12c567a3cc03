"""Looking terms up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz, process
from sqlalchemy import select
from sqlalchemy.orm import Session

from glossary.folding import fold_key
from glossary.rows import concept_of, whole_concepts
from glossary.tables import ConceptRow, TermRow, TermVariantRow
from glossary.terms import Concept

_FUZZY_CUTOFF = 60.0  # percent similarity of the folded term; below it hits look unrelated


class SearchMode(StrEnum):
    """How a query is compared with terms and readings."""

    EXACT = "exact"
    PREFIX = "prefix"
    SUBSTRING = "substring"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A concept and the similarity of its best term to the query, from 0 to 1."""

    concept: Concept
    score: float


def search(
    session: Session, query: str, *, mode: SearchMode = SearchMode.SUBSTRING, language: str | None = None,
    domains: Sequence[str] = (), limit: int = 20,
) -> list[SearchResult]:  # fmt: skip
    """Concepts whose terms, variants or readings match the query, best first.

    The query is folded like the terms, so width, case and dash kinds make no difference.
    """
    key = fold_key(query.strip())
    if not key:
        return []
    keys = _search_keys(session, key, mode, language, domains)
    best: dict[str, float] = {}
    if mode is SearchMode.FUZZY:
        texts = [text for _, text in keys]
        for _, score, place in process.extract(key, texts, scorer=fuzz.ratio, limit=limit * 4, score_cutoff=_FUZZY_CUTOFF):
            best.setdefault(keys[place][0], score / 100)
    else:
        for concept_id, text in keys:
            best[concept_id] = max(best.get(concept_id, 0.0), _closeness(key, text))
    ranked = sorted(best, key=lambda i: (-best[i], i))[:limit]
    rows = {row.id: row for row in session.scalars(whole_concepts().where(ConceptRow.id.in_(ranked)))}
    return [SearchResult(concept_of(rows[i]), round(best[i], 4)) for i in ranked]


def _closeness(key: str, text: str) -> float:
    if text == key:
        return 1.0
    share = len(key) / max(len(text), 1)
    return (0.5 if text.startswith(key) else 0.0) + 0.49 * min(share, 1.0)


def _search_keys(session: Session, key: str, mode: SearchMode, language: str | None, domains: Sequence[str]) -> list[tuple[str, str]]:
    """(concept id, folded text) of every term, variant and reading that the mode lets through."""
    found: list[tuple[str, str]] = []
    for column, joins_variants in ((TermRow.folded, False), (TermRow.reading, False), (TermVariantRow.folded, True)):
        statement = select(TermRow.concept_id, column)
        if joins_variants:
            statement = statement.join(TermRow, TermVariantRow.term_id == TermRow.id)
        if language:
            statement = statement.where(TermRow.language == language)
        if domains:
            statement = statement.join(ConceptRow, ConceptRow.id == TermRow.concept_id).where(ConceptRow.domain_id.in_(domains))
        if mode is SearchMode.EXACT:
            statement = statement.where(column == key)
        elif mode is SearchMode.PREFIX:
            statement = statement.where(column.startswith(key, autoescape=True))
        elif mode is SearchMode.SUBSTRING:
            statement = statement.where(column.contains(key, autoescape=True))
        found.extend((concept_id, text) for concept_id, text in session.execute(statement) if text is not None)
    return found
