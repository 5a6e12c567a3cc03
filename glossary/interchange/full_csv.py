"""The full form as CSV and TSV files ("meiyaku-csv", "meiyaku-tsv"): see ``full_form`` for the columns. Nothing is lost.

CSV follows RFC 4180, with CR LF; TSV has LF, and quotes a field that holds a tab or a line end as CSV does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from glossary.interchange.base import ImportedConcept, InterchangeOptions, RejectedRow
from glossary.interchange.delimited import CSV, TSV, Dialect, RecordWriter, read_records
from glossary.interchange.full_form import COLUMNS, read_full_form, rows_of
from glossary.terms import Concept


def read_full_csv(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a CSV file in the full form. Raises InterchangeError."""
    return read_full_form(read_records(stream, CSV, options), options)


def read_full_tsv(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a TSV file in the full form. Raises InterchangeError."""
    return read_full_form(read_records(stream, TSV, options), options)


def write_full_csv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a CSV file in the full form. Raises InterchangeError."""
    _write(concepts, stream, options, CSV)


def write_full_tsv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a TSV file in the full form. Raises InterchangeError."""
    _write(concepts, stream, options, TSV)


def _write(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions, dialect: Dialect) -> None:
    writer = RecordWriter(stream, dialect, options)
    writer.write(COLUMNS)
    for concept in concepts:
        for row in rows_of(concept):
            writer.write(row)
