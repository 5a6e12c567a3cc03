"""What every interchange format reads and writes, so that an import can report each bad row with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from glossary.errors import GlossaryError
from glossary.folding import fold_key
from glossary.terms import Concept
from glossary.validation import MAX_TERM_CHARACTERS, MAX_TEXT_CHARACTERS

__all__ = [
    "MAX_FIELD_CHARACTERS", "MAX_TERM_CHARACTERS", "ImportedConcept", "InterchangeError", "InterchangeOptions", "Reader", "RejectedRow",
    "Writer", "derived_id",
]  # fmt: skip

MAX_FIELD_CHARACTERS = MAX_TEXT_CHARACTERS  # definitions and notes


class InterchangeError(GlossaryError):
    """A file as a whole cannot be read or written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class ImportedConcept:
    """A concept of a file and the line (or row) that it begins in, counted from 1."""

    concept: Concept
    line: int | None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row, entry or unit that cannot be used: where it stands and why. ``column`` is a column's name or an element's."""

    line: int | None
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class InterchangeOptions:
    """What a file does not say of itself.

    ``source`` and ``target`` are language codes: the order of a two-column file without a header, and the pair that a two-language format
    writes. ``domain`` is the domain of concepts whose file names none. ``encoding`` is the encoding of a text file whose bytes do not tell
    (UTF-8, UTF-16 with a byte order mark and CP932 are recognised). ``byte_order_mark`` begins a CSV file with one, so that Excel opens it
    as UTF-8.
    """

    source: str = "ja"
    target: str = "en"
    domain: str = "imported"
    encoding: str | None = None
    byte_order_mark: bool = False


class Reader(Protocol):
    """Reads a format as a stream: one pass, memory independent of the size of the file."""

    def __call__(self, stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
        """Concepts and rejected rows in the order of the file. Raises InterchangeError where the file as a whole is unusable."""


class Writer(Protocol):
    """Writes a format as a stream."""

    def __call__(self, concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
        """Write every concept that the format can hold. Raises InterchangeError."""


def derived_id(domain: str, language: str, text: str) -> str:
    """A stable concept id for files that have none: the same term of the same domain always gets the same id."""
    digest = hashlib.sha256(f"{domain}\0{language}\0{fold_key(text)}".encode()).hexdigest()
    return f"{domain}-{digest[:12]}"
