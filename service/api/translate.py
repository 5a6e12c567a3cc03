"""POST /v1/translate, and what can be translated."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from service.api.dependencies import App, DomainId, require_key
from service.documents.registry import Format, parse
from service.reporting.json_report import document_report, translation_json
from service.translation.intake import check_text, choose_direction
from service.translation.pipeline import GlossaryMode

router = APIRouter(prefix="/v1", tags=["translation"], dependencies=[Depends(require_key)])


class GlossaryOptions(BaseModel):
    """How the termbase takes part."""

    model_config = ConfigDict(extra="forbid")

    mode: GlossaryMode = GlossaryMode.ENFORCE
    domains: list[DomainId] = Field(default=[], description="Domains that win where the same characters name several concepts")


class TranslateRequest(BaseModel):
    """A text, or several, to translate."""

    model_config = ConfigDict(extra="forbid")

    text: str | Annotated[list[str], Field(min_length=1, max_length=1000)]
    source: str | None = Field(default=None, description="Language code; detected where it is left out")
    target: str
    format: Format = Format.TEXT
    glossary: GlossaryOptions = GlossaryOptions()


class TranslateResponse(BaseModel):
    """Translations in the order of the request. The schema of one is docs/report.schema.json."""

    translations: list[dict[str, Any]]
    signature: dict[str, Any] | None


class LanguageInfo(BaseModel):
    """A language and what it can be translated into now."""

    code: str
    name: str
    native_name: str
    targets: list[str]


class ModelInfo(BaseModel):
    """A model of the catalogue."""

    id: str
    title: str
    source: str
    target: str
    licence: str
    installed: bool
    bundled: bool
    size: int
    warning: str | None


@router.post("/translate")
def translate(request: TranslateRequest, application: App) -> TranslateResponse:
    """Translate texts; the result says for every term occurrence how it was satisfied."""
    texts = [request.text] if isinstance(request.text, str) else request.text
    options = request.glossary.model_dump(mode="json")
    if request.format is Format.TEXT:
        translations = [translation_json(t) for t in application.translate(texts, request.source, request.target, options)]
        for item in translations:
            item["detected_source"] = item["source"]
    else:
        check_text("\n".join(texts), application.settings.max_text_characters)
        translations = [_translate_document(text, request, application, options) for text in texts]
    return TranslateResponse(translations=translations, signature=translations[0]["signature"])


def _translate_document(text: str, request: TranslateRequest, application: App, options: dict[str, Any]) -> dict[str, Any]:
    check_text(text, application.settings.max_text_characters)
    source, target = choose_direction(text, request.source, request.target, application.languages)
    document = parse(text.encode(), request.format)
    pipeline = application.pipeline(source.code, target.code, options)
    translations = pipeline.translate_all([b.text for b in document.blocks], [b.protected for b in document.blocks])
    output, markup = document.rebuild(translations)
    report = document_report(translations, markup)
    return {**report, "text": output.decode(), "source": source.code, "target": target.code, "detected_source": source.code}


@router.get("/languages")
def languages(application: App) -> list[LanguageInfo]:
    """Languages that the service knows, with the targets that a model is installed for."""
    directions = application.directions()
    return [
        LanguageInfo(code=x.code, name=x.name, native_name=x.native_name, targets=[t for s, t in directions if s == x.code])
        for x in application.languages
    ]


@router.get("/models")
def models(application: App) -> list[ModelInfo]:
    """Models of the catalogue, installed or not."""
    return [
        ModelInfo(
            id=m.id, title=m.title, source=m.source, target=m.target, licence=m.licence, installed=m.installed, bundled=m.bundled,
            size=m.size, warning=m.warning,
        )
        for m in application.catalogue.entries()
    ]  # fmt: skip
