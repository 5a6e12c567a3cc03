"""The model that ships with the repository, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.catalogue import CT2_DIRECTORY, Catalogue, ModelEntry
from models.engine import Engine
from models.loading import load_engine
from models.tokenizer import MarianPieces


@pytest.fixture(scope="session")
def entry() -> ModelEntry:
    """The catalogue entry of the bundled model; skips where its files are not there."""
    found = Catalogue.read(models_directory=Path("nowhere")).get("meiyaku-ja-en")
    if not (found.directory / CT2_DIRECTORY).is_dir():
        pytest.skip(f"the bundled model is not there: {found.directory / CT2_DIRECTORY}")
    return found


@pytest.fixture(scope="session")
def engine(entry: ModelEntry) -> Engine:
    """The bundled model in the default engine."""
    return load_engine(entry, threads=1)


@pytest.fixture(scope="session")
def pieces(entry: ModelEntry) -> MarianPieces:
    """The tokenizer of the bundled model."""
    return MarianPieces(entry.directory, nfkc=entry.nfkc)
