"""Which format a file has, by its name."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePath

from service.documents.base import Document, DocumentError
from service.documents.markdown import Markdown
from service.documents.plain import PlainText


class Format(StrEnum):
    """Document formats."""

    TEXT = "text"
    MARKDOWN = "markdown"


_PARSERS: dict[Format, Callable[[bytes], Document]] = {Format.TEXT: PlainText.parse, Format.MARKDOWN: Markdown.parse}
_SUFFIXES = {".txt": Format.TEXT, ".text": Format.TEXT, ".md": Format.MARKDOWN, ".markdown": Format.MARKDOWN}


def supported(path: PurePath) -> bool:
    """Whether the file's name has the suffix of a known format."""
    return path.suffix.lower() in _SUFFIXES


def format_of(path: PurePath) -> Format:
    """The format of a file name. Raises DocumentError, naming the formats that there are."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise DocumentError(f"{path.name}: unknown document format; supported are {', '.join(sorted(_SUFFIXES))}")
    return found


def parse(content: bytes, document_format: Format) -> Document:
    """Parse a document. Raises DocumentError."""
    return _PARSERS[document_format](content)
