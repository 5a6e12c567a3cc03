"""What routes ask for: the application, and a client that may be here."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import StringConstraints

from service.api.problems import Problem
from service.wiring import Application


def get_application(request: Request) -> Application:
    """The composed service."""
    application: Application = request.app.state.application
    return application


def require_key(
    application: Annotated[Application, Depends(get_application)], authorization: Annotated[str | None, Header()] = None
) -> None:
    """Where API keys are configured, refuse a request that brings none of them (``Authorization: Bearer KEY``)."""
    keys = application.settings.api_keys
    if not keys:
        return
    scheme, _, given = (authorization or "").partition(" ")
    matches = [hmac.compare_digest(given.encode(), key.get_secret_value().encode()) for key in keys]
    if scheme.lower() != "bearer" or not any(matches):
        raise Problem(401, "unauthorized", "this server needs an API key: send 'Authorization: Bearer KEY'", {"WWW-Authenticate": "Bearer"})


def refuse_null(request: Request) -> None:
    """Refuse null characters in path and query: no id, term or name has one, and PostgreSQL takes them for an error."""
    if "\0" in request.scope["path"] or "%00" in request.url.query:
        raise Problem(400, "bad-request", "the address holds a null character")


App = Annotated[Application, Depends(get_application)]
DomainId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""The id of a subject field; a length makes pydantic refuse what is not valid Unicode."""
