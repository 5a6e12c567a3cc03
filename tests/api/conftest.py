"""A service with a made-up model and a small termbase, and clients that talk to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.fakes import FakeEngine
from tests.store.made_up import ENGLISH, write_termbase


def plain_model(text: str) -> str:
    """Knows the terms that are written into the source, and says something else for those that are not."""
    known = [english for english in ENGLISH.values() if english in text]
    return f"The {' and the '.join(known) or 'Japan-America pact'} matters."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with everything below one temporary directory."""
    return Settings(data_dir=tmp_path / "data", glossary_dir=write_termbase(tmp_path / "terms"), max_text_characters=2_000)


@pytest.fixture
def application(settings: Settings) -> Iterator[Application]:
    """A service that translates Japanese to English with the made-up model."""
    composed = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
    yield composed
    composed.close()


@pytest.fixture
def client(application: Application) -> Iterator[TestClient]:
    """A client of that service, without a worker."""
    with TestClient(create_app(application, with_worker=False)) as talking:
        yield talking


@pytest.fixture
def working(application: Application) -> Iterator[TestClient]:
    """A client of that service, with the worker thread."""
    with TestClient(create_app(application)) as talking:
        yield talking
