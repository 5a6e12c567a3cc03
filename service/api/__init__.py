"""The HTTP interface, version 1. Routes are plain functions: parse, one use case, schema."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from service.api import collections, editing, exchange, health, jobs, problems, terms, translate
from service.api.dependencies import refuse_null
from service.api.limits import BodyLimit
from service.wiring import Application


def create_api(application: Application) -> FastAPI:
    """The web application around a composed service."""
    api = FastAPI(
        title="Meiyaku",
        summary="Translation with enforced, verified and reported terminology",
        version="1",
        docs_url="/docs",
        redoc_url=None,
        dependencies=[Depends(refuse_null)],
    )
    limits = application.settings
    api.add_middleware(
        BodyLimit, text_characters=limits.max_text_characters, upload_bytes=limits.max_upload_bytes, upload_files=limits.max_upload_files
    )
    api.state.application = application
    problems.install(api)
    for module in (health, translate, exchange, terms, editing, collections, jobs):
        api.include_router(module.router)
    return api
