"""One data directory for the commands of a module: the database is made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.commands import done


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an up-to-date database."""
    directory = tmp_path_factory.mktemp("data")
    done(directory, "db", "upgrade")
    return directory
