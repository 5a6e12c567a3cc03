"""Files that a command reads and writes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from service.cli.errors import UsageProblem
from service.documents.base import DocumentError
from service.jobs.files import read_limited


def read_input(file: str, maximum: int) -> bytes:
    """The bytes of a file, or of standard input where it is called ``-``. ``maximum`` is in bytes. Raises UsageProblem."""
    if file == "-":
        content = sys.stdin.buffer.read(maximum + 1)
        if len(content) > maximum:
            raise UsageProblem(f"standard input is larger than {maximum:,} bytes")
        return content
    try:
        return read_limited(Path(file), maximum)
    except DocumentError as exc:
        raise UsageProblem(f"{file}: {exc}") from exc


def check_output(path: Path) -> None:
    """Refuse a place that a file cannot be written to, before work is done for it. Raises UsageProblem."""
    folder = next(parent for parent in path.resolve().parents if parent.exists())
    if path.is_dir():
        raise UsageProblem(f"cannot write {path}: it is a folder")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageProblem(f"cannot write {path}: {folder} is not a folder that can be written to")
