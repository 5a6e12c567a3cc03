"""A service with a made-up model and two terms, and a folder of documents for it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.jobs.translate import Workbench
from service.settings import Settings
from service.wiring import Application
from tests.fakes import FakeEngine
from tests.jobs.support import Folder, Shop, say

TERMS = Path(__file__).parent / "data" / "terms"


@pytest.fixture
def glossary_dir(tmp_path: Path) -> Path:
    """A termbase of two concepts that a test may change."""
    return shutil.copytree(TERMS, tmp_path / "terms")


@pytest.fixture
def settings(tmp_path: Path, glossary_dir: Path) -> Settings:
    """Settings with everything below one temporary directory."""
    return Settings(data_dir=tmp_path / "data", glossary_dir=glossary_dir, max_text_characters=1_000, max_upload_bytes=5_000)


@pytest.fixture
def engine() -> FakeEngine:
    """The made-up model; its ``requests`` tell what was decoded."""
    return FakeEngine(say)


@pytest.fixture
def application(settings: Settings, engine: FakeEngine) -> Iterator[Application]:
    """The service with that model."""
    composed = Application(settings, engines={("ja", "en"): engine})
    yield composed
    composed.close()


@pytest.fixture
def bench(application: Application) -> Workbench:
    """What jobs need."""
    return application.workbench()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Five documents in a tree, and places for their translations and reports."""
    place = Folder(tmp_path / "source", tmp_path / "target", tmp_path / "reports")
    for number, path in enumerate(["a.txt", "b.md", "deep/c.txt", "deep/er/d.md", "e.txt"], 1):
        place.write(path, f"第{number}の同盟を論じる。\n")
    return place


@pytest.fixture
def shop(settings: Settings, engine: FakeEngine, folder: Folder) -> Iterator[Shop]:
    """A way to run the folder as a process of its own would: each run composes the service anew."""
    place = Shop(settings, engine, folder)
    yield place
    place.close()
