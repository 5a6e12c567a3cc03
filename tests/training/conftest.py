from __future__ import annotations

from pathlib import Path

import pytest

from models.training.config import Config, read_config
from models.training.corpus import Places
from models.training.preparation import prepare
from models.training.prepared import Prepared
from tests.training.invented import config_text, write_corpus


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    write_corpus(folder)
    (folder / "tiny.toml").write_text(config_text(), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def config(corpus: Path) -> Config:
    return read_config(corpus / "tiny.toml")


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory, corpus: Path, config: Config) -> Path:
    folder = tmp_path_factory.mktemp("run")
    prepare(config, Places(corpus), folder, lambda line: None)
    return folder


@pytest.fixture(scope="session")
def prepared(config: Config, prepared_folder: Path) -> Prepared:
    from models.training.prepared import load_prepared

    return load_prepared(config, prepared_folder)
