"""Queries over the terminology tables: rows in, frozen values out. Nothing here commits; the caller owns the transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rapidfuzz import fuzz, process
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session, selectinload

from glossary.curated import CuratedTermbase
from glossary.errors import ConceptNotFound
from glossary.folding import fold_key
from glossary.tables import ConceptRow, ConceptSourceRow, DomainRow, GlossaryStateRow, SourceRow, TermRow, TermVariantRow
from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use

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


@dataclass(frozen=True, slots=True)
class GlossaryState:
    """The revision number of the glossary and the digest of the curated files in it."""

    revision: int
    curated_digest: str


def read_state(session: Session) -> GlossaryState:
    """The current state; revision 0 before anything was loaded."""
    row = session.get(GlossaryStateRow, 1)
    return GlossaryState(row.revision, row.curated_digest) if row else GlossaryState(0, "")


def replace_curated(session: Session, termbase: CuratedTermbase, now: datetime) -> int:
    """Make the curated concepts of the database equal to the files; returns the new revision number."""
    for table in (TermVariantRow, TermRow, ConceptSourceRow, ConceptRow, SourceRow, DomainRow):
        session.execute(delete(table))
    session.execute(insert(DomainRow), [{"id": d.id, "titles": dict(d.titles)} for d in termbase.domains])
    sources = {s.id: s for c in termbase.concepts for s in c.sources}
    if sources:
        session.execute(
            insert(SourceRow), [{"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url} for s in sources.values()]
        )
    session.add_all(_concept_row(concept, place) for place, concept in enumerate(termbase.concepts))
    state = session.get(GlossaryStateRow, 1) or GlossaryStateRow(id=1, revision=0)
    state.revision += 1
    state.curated_digest = termbase.digest
    state.changed_at = now
    session.add(state)
    session.flush()
    return state.revision


def load_concepts(session: Session) -> tuple[Concept, ...]:
    """Every concept, in the order of the termbase."""
    return tuple(_concept(row) for row in session.scalars(_whole_concepts().order_by(ConceptRow.position)))


def get_concept(session: Session, concept_id: str) -> Concept:
    """One concept. Raises ConceptNotFound."""
    row = session.scalars(_whole_concepts().where(ConceptRow.id == concept_id)).one_or_none()
    if row is None:
        raise ConceptNotFound(f"no concept has the id {concept_id!r}")
    return _concept(row)


def list_domains(session: Session) -> list[tuple[str, dict[str, str], int]]:
    """Every domain with its titles and its number of concepts."""
    counts = select(ConceptRow.domain_id, func.count().label("n")).group_by(ConceptRow.domain_id).subquery()
    rows = session.execute(select(DomainRow, counts.c.n).join(counts, counts.c.domain_id == DomainRow.id).order_by(DomainRow.id))
    return [(domain.id, dict(domain.titles), n) for domain, n in rows]


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
    rows = {row.id: row for row in session.scalars(_whole_concepts().where(ConceptRow.id.in_(ranked)))}
    return [SearchResult(_concept(rows[i]), round(best[i], 4)) for i in ranked]


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


def _whole_concepts() -> Select[ConceptRow]:
    return select(ConceptRow).options(
        selectinload(ConceptRow.terms).selectinload(TermRow.variants),
        selectinload(ConceptRow.sources).selectinload(ConceptSourceRow.source),
    )


def _concept_row(concept: Concept, position: int) -> ConceptRow:
    return ConceptRow(
        id=concept.id,
        domain_id=concept.domain,
        position=position,
        part_of_speech=concept.part_of_speech,
        definitions=dict(concept.definitions),
        note=concept.note,
        terms=[_term_row(term, place) for place, term in enumerate(concept.terms)],
        sources=[ConceptSourceRow(source_id=s.id, position=n) for n, s in enumerate(concept.sources)],
    )


def _term_row(term: Term, position: int) -> TermRow:
    return TermRow(
        language=term.language,
        position=position,
        text=term.text,
        folded=fold_key(term.text),
        status=term.status.value,
        kind=term.kind.value,
        use=term.use.value,
        letter_case=term.case.value,
        article=term.article.value,
        inflects=term.inflects,
        reading=term.reading,
        abbreviation=term.abbreviation,
        guards={"not_preceded_by": list(term.not_preceded_by), "not_followed_by": list(term.not_followed_by)},
        variants=[TermVariantRow(text=v, folded=fold_key(v), position=n) for n, v in enumerate(term.variants)],
    )


def _concept(row: ConceptRow) -> Concept:
    return Concept(
        id=row.id,
        domain=row.domain_id,
        terms=tuple(_terms(row.terms)),
        definitions=dict(row.definitions),
        part_of_speech=row.part_of_speech,
        sources=tuple(Source(s.source.id, s.source.title, s.source.publisher, s.source.url) for s in row.sources),
        note=row.note,
    )


def _terms(rows: Iterable[TermRow]) -> Iterable[Term]:
    for row in rows:
        yield Term(
            text=row.text,
            language=row.language,
            status=Status(row.status),
            kind=Kind(row.kind),
            use=Use(row.use),
            case=Case(row.letter_case),
            article=Article(row.article),
            inflects=row.inflects,
            reading=row.reading,
            abbreviation=row.abbreviation,
            variants=tuple(v.text for v in row.variants),
            not_preceded_by=tuple(row.guards.get("not_preceded_by", ())),
            not_followed_by=tuple(row.guards.get("not_followed_by", ())),
        )
