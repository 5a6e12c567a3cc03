"""The ASGI entrance: ``uvicorn --factory service.asgi:create_app``, or ``meiyaku serve``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from service.api import create_api
from service.settings import Settings
from service.wiring import Application
from service.worker import WorkerThread


def create_app(application: Application | None = None, *, with_worker: bool = True) -> FastAPI:
    """The web application; with ``with_worker`` a thread of this process does uploaded jobs."""
    composed = application or Application(Settings())
    api = create_api(composed)
    worker = WorkerThread(composed) if with_worker else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if worker:
            worker.start()
        try:
            yield
        finally:
            if worker:
                worker.stop()
            composed.close()

    api.router.lifespan_context = lifespan
    return api
