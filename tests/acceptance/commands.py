"""Real commands in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
BUNDLED = REPOSITORY / "models" / "bundled" / "ja-en"
needs_the_bundled_model = pytest.mark.skipif(
    not (BUNDLED / "ct2").is_dir(), reason="models/bundled/ja-en/ct2 is not there: this needs the bundled model"
)
TIMEOUT = 300  # seconds; a command that takes so long hangs


def command(*arguments: str | Path) -> list[str]:
    """The command line of ``meiyaku``."""
    return [sys.executable, "-m", "service.cli", *map(str, arguments)]


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """An environment with no other settings than these."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("MEIYAKU_")}
    own = {f"MEIYAKU_{key.upper()}": value for key, value in settings.items()}
    return {**inherited, "MEIYAKU_DATA_DIR": str(data_dir), "MEIYAKU_THREADS": "1", "PYTHONUTF8": "1", "COLUMNS": "160", **own}


def meiyaku(
    data_dir: Path, *arguments: str | Path, stdin: bytes = b"", settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    own = environment(data_dir, **(settings or {}))
    return subprocess.run(command(*arguments), input=stdin, capture_output=True, env=own, cwd=REPOSITORY, timeout=TIMEOUT, check=False)


def done(data_dir: Path, *arguments: str | Path, stdin: bytes = b"", settings: Mapping[str, str] | None = None) -> str:
    """Standard output of a command that has to succeed."""
    result = meiyaku(data_dir, *arguments, stdin=stdin, settings=settings)
    assert result.returncode == 0, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    return result.stdout.decode()


def refused(data_dir: Path, *arguments: str | Path, stdin: bytes = b"", settings: Mapping[str, str] | None = None) -> str:
    """What a command says that has to refuse its input: one line on standard error, nothing on standard output, exit code 2."""
    result = meiyaku(data_dir, *arguments, stdin=stdin, settings=settings)
    error = result.stderr.decode()
    assert result.returncode == 2, error
    assert "Traceback" not in error
    assert error.count("\n") == 1, error
    assert error.startswith("meiyaku: ")
    assert result.stdout == b""
    return error.removeprefix("meiyaku: ").rstrip("\n")
