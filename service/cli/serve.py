"""``meiyaku serve`` and ``meiyaku worker``."""

from __future__ import annotations

import ipaddress
import logging
from typing import Annotated

import typer

from service.cli.errors import UsageProblem
from service.settings import Settings
from service.wiring import Application
from service.worker import run_worker


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (MEIYAKU_HOST)")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on (MEIYAKU_PORT)")] = None,
    with_worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Also do uploaded jobs in this process")] = True,
) -> None:
    """Serve the HTTP interface. An address other than loopback needs API keys (MEIYAKU_API_KEYS)."""
    import uvicorn

    from service.asgi import create_app

    settings = Settings()
    address = host or settings.host
    if not _is_loopback(address) and not settings.api_keys:
        raise UsageProblem(
            f"refusing to listen on {address} without API keys: set MEIYAKU_API_KEYS='[\"a long random key\"]', or listen on 127.0.0.1"
        )
    _log()
    uvicorn.run(create_app(Application(settings), with_worker=with_worker), host=address, port=port or settings.port, log_level="info")


def worker() -> None:
    """Do uploaded jobs of a shared database until stopped; start as many as there are machines."""
    _log()
    run_worker(Application(Settings()))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _log() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
