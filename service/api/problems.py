"""Errors as problem details (RFC 9457). Every expected error of the rooms below has its status here, in one table."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from glossary.errors import (
    CollectionExists,
    CollectionNotFound,
    ConceptExists,
    ConceptNotFound,
    GlossaryError,
    InvalidConcept,
    ReadOnlyCollection,
    StaleConcept,
)  # fmt: skip
from glossary.interchange.base import InterchangeError
from models.errors import ModelError, NoModelForDirection
from service.database import DatabaseError
from service.documents.base import DocumentError
from service.jobs.values import JobError, JobNotFound
from service.translation.intake import IntakeError
from service.translation.languages import UnknownLanguage

_LOG = logging.getLogger("meiyaku.api")
MEDIA_TYPE = "application/problem+json"

_STATUSES: dict[type[Exception], tuple[int, str]] = {
    UnknownLanguage: (422, "unknown-language"),
    IntakeError: (422, "text-not-accepted"),
    NoModelForDirection: (422, "no-model-for-direction"),
    ConceptNotFound: (404, "concept-not-found"),
    CollectionNotFound: (404, "collection-not-found"),
    ConceptExists: (409, "concept-exists"),
    CollectionExists: (409, "collection-exists"),
    ReadOnlyCollection: (409, "read-only-collection"),
    StaleConcept: (412, "stale-concept"),
    InterchangeError: (422, "terms-not-accepted"),
    JobNotFound: (404, "job-not-found"),
    JobError: (422, "job-not-accepted"),
    DocumentError: (422, "document-not-accepted"),
    GlossaryError: (500, "glossary-error"),
    ModelError: (503, "model-unavailable"),
    DatabaseError: (503, "database-unavailable"),
}


class Problem(Exception):
    """An error of the HTTP layer itself."""

    def __init__(self, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None, *, errors: object = None) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail, self.headers, self.errors = status, kind, detail, headers, errors


def problem(status: int, kind: str, detail: str, *, headers: Mapping[str, str] | None = None, errors: object = None) -> JSONResponse:
    """A problem document. ``kind`` is stable; ``detail`` is for people."""
    body: dict[str, object] = {
        "type": f"urn:meiyaku:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors is not None:
        body["errors"] = jsonable_encoder(errors)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install(api: FastAPI) -> None:
    """Answer every error as a problem document."""
    for exception_type, (status, kind) in _STATUSES.items():
        api.add_exception_handler(exception_type, _handler(status, kind))

    @api.exception_handler(Problem)
    def own(_: Request, exc: Problem) -> JSONResponse:
        return problem(exc.status, exc.kind, exc.detail, headers=exc.headers, errors=exc.errors)

    @api.exception_handler(InvalidConcept)
    def invalid(_: Request, exc: InvalidConcept) -> JSONResponse:
        return problem(422, "invalid-concept", _printable(str(exc))[:2000], errors=[_printable(p) for p in exc.problems])

    @api.exception_handler(RequestValidationError)
    def validation(_: Request, exc: RequestValidationError) -> JSONResponse:
        places = [{"place": _printable(".".join(map(str, e["loc"]))), "message": _printable(e["msg"])} for e in exc.errors()]
        summary = "; ".join(f"{p['place']}: {p['message']}" for p in places[:3])
        return problem(422, "invalid-request", summary or "the request cannot be read", errors=places)

    @api.exception_handler(HTTPException)
    def http(_: Request, exc: HTTPException) -> JSONResponse:
        phrase = HTTPStatus(exc.status_code).phrase.lower().replace(" ", "-")
        kind = "too-large" if exc.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else phrase
        return problem(exc.status_code, kind, str(exc.detail), headers=exc.headers)

    @api.exception_handler(Exception)
    def unexpected(request: Request, exc: Exception) -> JSONResponse:
        _LOG.error("%s %s failed", request.method, request.url.path, exc_info=exc)
        return problem(500, "internal-error", "the server failed on this request; its log has the reason")


def _printable(text: str) -> str:
    """A text that came out of the request, without the lone surrogates that no response can hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def _handler(status: int, kind: str):  # type: ignore[no-untyped-def]
    def handle(_: Request, exc: Exception) -> JSONResponse:
        return problem(status, kind, str(exc))

    return handle
