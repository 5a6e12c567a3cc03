"""What routes ask for: the application, and a client that may be here."""

from __future__ import annotations

import hashlib
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
) -> str:
    """Where API keys are configured, refuse a request that brings none of them (``Authorization: Bearer KEY``).

    Returns the name under which changes are recorded: a fingerprint of the key, or "local" where no key is needed.
    """
    keys = application.settings.api_key_digests
    if not keys:
        return "local"
    scheme, _, given = (authorization or "").partition(" ")
    digest = hashlib.sha256(given.encode()).hexdigest()
    matches = [hmac.compare_digest(digest, key) for key in keys]
    if scheme.lower() != "bearer" or not any(matches):
        raise Problem(401, "unauthorized", "this server needs an API key: send 'Authorization: Bearer KEY'", {"WWW-Authenticate": "Bearer"})
    return f"key {digest[:8]}"


def refuse_null(request: Request) -> None:
    """Refuse null characters in path and query: no id, term or name has one, and PostgreSQL takes them for an error."""
    if "\0" in request.scope["path"] or "%00" in request.url.query:
        raise Problem(400, "bad-request", "the address holds a null character")


App = Annotated[Application, Depends(get_application)]
Actor = Annotated[str, Depends(require_key)]
DomainId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
"""The id of a subject field; a length makes pydantic refuse what is not valid Unicode."""
