"""Plain text: UTF-8 with or without a byte order mark; newlines and blank lines are kept as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.documents.base import Block, decode_utf8, encode_utf8
from service.translation.result import Finding, Translation


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text file as one block; segmentation keeps what stands between sentences."""

    text: str
    bom: bool

    @classmethod
    def parse(cls, content: bytes) -> PlainText:
        """Read the bytes of a file. Raises DocumentError."""
        return cls(*decode_utf8(content))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The whole text."""
        return (Block(self.text),)

    def rebuild(self, translations: Sequence[Translation]) -> tuple[bytes, list[Finding]]:
        """The translated text as bytes."""
        return encode_utf8(translations[0].text, self.bom), []
