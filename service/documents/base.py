"""What a document format has to offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.translation.result import Finding, Span, Translation


class DocumentError(Exception):
    """A document cannot be read; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Block:
    """A text of a document that is translated as one, and spans of it that must come through untouched."""

    text: str
    protected: tuple[Span, ...] = ()


class Document(Protocol):
    """A parsed document."""

    @property
    def blocks(self) -> Sequence[Block]:
        """Its translatable texts, in reading order."""

    def rebuild(self, translations: Sequence[Translation]) -> tuple[bytes, list[Finding]]:
        """The document with its blocks replaced, and findings about markup that could not be kept."""


def decode_utf8(content: bytes) -> tuple[str, bool]:
    """The text of UTF-8 bytes and whether they began with a byte order mark.

    Raises:
        DocumentError: the bytes are not UTF-8; the message has the place.
    """
    bom = content.startswith(b"\xef\xbb\xbf")
    body = content[3:] if bom else content
    if b"\0" in body:
        raise DocumentError("this is not a text file: it holds a null byte")
    try:
        return body.decode("utf-8"), bom
    except UnicodeDecodeError as exc:
        place = exc.start + (3 if bom else 0)
        raise DocumentError(f"not valid UTF-8 at byte {place}; convert the file to UTF-8, for example with iconv") from exc


def encode_utf8(text: str, bom: bool) -> bytes:
    """The inverse of decode_utf8."""
    return (b"\xef\xbb\xbf" if bom else b"") + text.encode("utf-8")
