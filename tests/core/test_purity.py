"""The core loads nothing heavy: it must run in a notebook, a script or a test without a server, a database or a model library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"fastapi", "starlette", "sqlalchemy", "alembic", "pydantic", "torch", "transformers", "ctranslate2", "typer", "rich", "yaml"}
MODULES = ["service.translation.pipeline", "glossary.matching", "models.engine"]


def _loaded_by(module: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after importing a module."""
    code = f"import {module}, sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("module", MODULES)
def test_importing_the_core_loads_nothing_heavy(module: str) -> None:
    loaded = _loaded_by(module)
    assert module.partition(".")[0] in loaded
    assert loaded & HEAVY == set()


def test_the_check_sees_what_is_loaded() -> None:
    assert "yaml" in _loaded_by("glossary.curated")
