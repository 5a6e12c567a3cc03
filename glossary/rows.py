"""Between rows and frozen values."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from glossary.folding import fold_key
from glossary.tables import ConceptRow, ConceptSourceRow, TermRow, TermVariantRow
from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use


def whole_concepts() -> Select[ConceptRow]:
    """Concepts with everything that ``concept_of`` reads."""
    return select(ConceptRow).options(
        joinedload(ConceptRow.collection),
        selectinload(ConceptRow.terms).selectinload(TermRow.variants),
        selectinload(ConceptRow.sources).selectinload(ConceptSourceRow.source),
    )


def concept_row(concept: Concept, position: int, version: int) -> ConceptRow:
    """A new row with its terms. Its domain, sources and collection must be there already."""
    return ConceptRow(
        id=concept.id,
        collection_id=concept.collection,
        version=version,
        domain_id=concept.domain,
        position=position,
        part_of_speech=concept.part_of_speech,
        definitions=dict(concept.definitions),
        note=concept.note,
        terms=[term_row(term, place) for place, term in enumerate(concept.terms)],
        sources=[ConceptSourceRow(source_id=s.id, position=n) for n, s in enumerate(concept.sources)],
    )


def term_row(term: Term, position: int) -> TermRow:
    """A new row of a term with its variants and search keys."""
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


def concept_of(row: ConceptRow) -> Concept:
    """The frozen value of a row that ``whole_concepts`` has loaded."""
    return Concept(
        id=row.id,
        domain=row.domain_id,
        terms=tuple(_terms(row.terms)),
        definitions=dict(row.definitions),
        part_of_speech=row.part_of_speech,
        sources=tuple(Source(s.source.id, s.source.title, s.source.publisher, s.source.url) for s in row.sources),
        note=row.note,
        collection=row.collection_id,
        precedence=row.collection.precedence,
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
