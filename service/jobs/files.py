"""Files of a job: read with a limit, written atomically, never outside their root."""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from service.documents.base import DocumentError
from service.documents.registry import supported


def sha256(content: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_limited(path: Path, maximum: int) -> bytes:
    """A file's bytes. ``maximum`` is in bytes. Raises DocumentError."""
    try:
        size = path.stat().st_size
        if size > maximum:
            raise DocumentError(f"the file has {size:,} bytes; the limit is {maximum:,}")
        return path.read_bytes()
    except OSError as exc:
        raise DocumentError(f"cannot be read: {exc.strerror}") from exc


def write_atomically(path: Path, content: bytes) -> None:
    """Put a file in place whole or not at all. Raises DocumentError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".meiyaku-{uuid.uuid4().hex}.part")
        try:
            with partial.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink()
            raise
    except OSError as exc:
        raise DocumentError(f"cannot write {path}: {exc.strerror}") from exc


def remove_leftovers(directory: Path) -> None:
    """Remove partial files that a killed process left below a directory."""
    for path in directory.rglob(".meiyaku-*.part"):
        with contextlib.suppress(OSError):
            path.unlink()


def scan(root: Path) -> Iterator[tuple[str, bool]]:
    """Every regular file below a folder as (relative path with forward slashes, whether its format is supported), sorted.

    Links are not followed; hidden files and folders are left out. A name that is not UTF-8 is shown with its bytes, as unsupported.
    """
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            path = Path(directory, name)
            if not name.startswith(".") and path.is_file() and not path.is_symlink():
                relative = path.relative_to(root).as_posix()
                shown = os.fsencode(relative).decode(errors="backslashreplace")
                yield shown, shown == relative and supported(path)


def inside(root: Path, relative: str) -> Path:
    """The path of a relative name below a root. Raises DocumentError where it would leave it."""
    pure = PurePosixPath(relative)
    if pure.is_absolute() or ".." in pure.parts or "\\" in relative or "\0" in relative or not pure.parts:
        raise DocumentError(f"{relative!r} is not a path inside the folder")
    return root.joinpath(*pure.parts)
