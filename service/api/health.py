"""Is the process alive, and can it do its work?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from glossary.store import read_state
from models.errors import ModelError
from service.api.dependencies import App

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(application: App) -> JSONResponse:
    """Database, glossary and at least one model are usable; 503 with the reasons where not."""
    checks: dict[str, str] = {}
    try:
        with application.sessions() as session:
            revision = read_state(session).revision
        checks["database"] = "ok"
        checks["glossary"] = "ok" if revision else "no terms are loaded: run meiyaku db upgrade"
    except Exception as exc:
        checks["database"] = f"unusable: {type(exc).__name__}"
    directions = application.directions()
    if not directions:
        checks["model"] = "no model is installed: run meiyaku models list"
    for source, target in directions:
        try:
            application.engine(source, target)
            checks[f"model {source}-{target}"] = "ok"
        except ModelError as exc:
            checks[f"model {source}-{target}"] = str(exc)
    ready = all(value == "ok" for value in checks.values())
    return JSONResponse({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)
