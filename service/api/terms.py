"""Looking terms up, and finding them in a text."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from glossary.search import SearchMode, search
from glossary.store import get_stored, list_domains
from service.api.concepts import ConceptInfo, VersionedConcept, concept_json, versioned
from service.api.dependencies import App, DomainId, require_key
from service.translation.intake import IntakeError, check_text
from service.translation.languages import Language

router = APIRouter(prefix="/v1/terms", tags=["terms"], dependencies=[Depends(require_key)])


class FoundConcept(ConceptInfo):
    """A concept and its similarity to the query, from 0 to 1."""

    score: float


class DomainInfo(BaseModel):
    """A subject field."""

    id: str
    titles: dict[str, str]
    concepts: int


class AnnotateRequest(BaseModel):
    """A text whose terms are wanted."""

    model_config = ConfigDict(extra="forbid")

    text: str
    language: str | None = Field(default=None, description="Language code; detected where it is left out")
    domains: list[DomainId] = []


class Annotation(BaseModel):
    """A term found in a text; the span is [start, end) in code points."""

    span: tuple[int, int]
    text: str
    concept: ConceptInfo
    renderings: dict[str, str]
    alternatives: list[str]
    nested: list[tuple[int, int]]


class AnnotateResponse(BaseModel):
    """All maximal occurrences, from left to right."""

    language: str
    glossary_revision: int
    annotations: list[Annotation]


@router.get("")
def find_terms(
    application: App,
    q: Annotated[str, Query(min_length=1, max_length=512, description="Term, variant or reading")],
    mode: SearchMode = SearchMode.SUBSTRING,
    language: Annotated[str | None, Query(description="Only terms of this language")] = None,
    domain: Annotated[list[DomainId] | None, Query(description="Only these domains")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[FoundConcept]:
    """Concepts whose terms match, best first."""
    code = application.languages.get(language).code if language else None
    with application.sessions() as session:
        found = search(session, q, mode=mode, language=code, domains=domain or (), limit=limit)
    return [FoundConcept(**concept_json(r.concept), score=r.score) for r in found]


@router.get("/domains")
def domains(application: App) -> list[DomainInfo]:
    """The subject fields of the termbase."""
    with application.sessions() as session:
        return [DomainInfo(id=i, titles=titles, concepts=n) for i, titles, n in list_domains(session)]


@router.post("/annotate")
def annotate(request: AnnotateRequest, application: App) -> AnnotateResponse:
    """Find the terms of a text, with their definitions, sources and renderings."""
    check_text(request.text, application.settings.max_text_characters)
    language = _language(request, application)
    glossary = application.glossary()
    hits = glossary.index(language.code).find(request.text, request.domains)
    annotations = [
        Annotation(
            span=(h.start, h.end),
            text=h.text,
            concept=ConceptInfo(**concept_json(h.concept)),
            renderings={x.code: t.text for x in application.languages if (t := h.concept.rendering(h.term, x.code))},
            alternatives=[c.id for c, _ in h.alternatives],
            nested=[(n.start, n.end) for n in h.nested],
        )
        for h in hits
    ]
    return AnnotateResponse(language=language.code, glossary_revision=glossary.revision, annotations=annotations)


def _language(request: AnnotateRequest, application: App) -> Language:
    language = application.languages.get(request.language) if request.language else application.languages.detect(request.text)
    if language is None:
        raise IntakeError("the language of the text cannot be told: it has no letters; name it in 'language'")
    return language


@router.get("/{concept_id}")
def one_concept(application: App, concept_id: str, response: Response) -> VersionedConcept:
    """One concept by its id; its ETag is what a change sends as If-Match."""
    with application.sessions() as session:
        stored = get_stored(session, concept_id)
    response.headers["ETag"] = f'"{stored.version}"'
    return versioned(stored)
