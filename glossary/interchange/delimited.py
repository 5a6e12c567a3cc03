"""Rows of CSV (RFC 4180) and TSV files, with the physical line that each begins in.

The csv module takes a quoted field; what it must not do here is to let one missing quotation mark swallow the rest of the file. So a row
that is not well-formed is rejected alone, and reading goes on with the line after its first.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from glossary.interchange.base import InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.decoding import text_lines
from glossary.interchange.formulas import guard, unguard

# All fields of a row together; also the default limit of the csv module for one field, which is global and therefore left alone.
MAX_ROW_CHARACTERS = 131_072
_LINE_ENDS = re.compile(r"[\t\r\n]+")


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a row and the line, counted from 1, that it begins in."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How rows are written. ``quoted``: a field may be quoted, else it cannot hold a delimiter or a line end and ``#`` begins a comment."""

    delimiter: str
    line_end: str
    quoted: bool = True


CSV = Dialect(",", "\r\n")
TSV = Dialect("\t", "\n")
PLAIN_TSV = Dialect("\t", "\n", quoted=False)


def read_records(stream: BinaryIO, dialect: Dialect, options: InterchangeOptions) -> Iterator[Record | RejectedRow]:
    """The rows of a file. Rows without content are passed over, as are comments where the dialect has them.

    Raises:
        InterchangeError: the encoding of the file is unknown or unclear.
    """
    return records_of(text_lines(stream, options.encoding), dialect)


def records_of(lines: Iterable[str | None], dialect: Dialect) -> Iterator[Record | RejectedRow]:
    """The rows in lines of text; None stands for a line that is too long."""
    return _RecordReader(lines, dialect).read()


class RecordWriter:
    """Writes rows to a stream as UTF-8."""

    def __init__(self, stream: BinaryIO, dialect: Dialect, options: InterchangeOptions) -> None:
        self._stream = stream
        self._dialect = dialect
        self._special = re.compile(f'[{dialect.delimiter}"\r\n]')
        if options.byte_order_mark:
            stream.write("\ufeff".encode())

    def write(self, cells: Iterable[str]) -> None:
        """Write a row. Cells that a spreadsheet would run are guarded.

        Raises:
            InterchangeError: a cell holds half a surrogate pair, which no encoding can.
        """
        row = self._dialect.delimiter.join(map(self._cell, cells)) + self._dialect.line_end
        try:
            self._stream.write(row.encode())
        except UnicodeEncodeError as exc:
            raise InterchangeError(f"a row cannot be written as UTF-8: {row[:40]!r}") from exc

    def comment(self, text: str) -> None:
        """Write a comment line, where the dialect has comments."""
        self._stream.write(f"#{text}{self._dialect.line_end}".encode())

    def _cell(self, text: str) -> str:
        if not self._dialect.quoted:
            text = guard(_LINE_ENDS.sub(" ", text))
            return "'" + text if text.lstrip("'").startswith("#") else text
        text = guard(text)
        return '"' + text.replace('"', '""') + '"' if self._special.search(text) else text


class _RecordReader:
    def __init__(self, lines: Iterable[str | None], dialect: Dialect) -> None:
        self._lines = enumerate(lines, 1)
        self._again: deque[tuple[int, str | None]] = deque()  # lines that a rejected row took and did not deserve
        self._dialect = dialect

    def read(self) -> Iterator[Record | RejectedRow]:
        while (item := self._next()) is not None:
            line, text = item
            if text is None or len(text) > MAX_ROW_CHARACTERS:
                yield RejectedRow(line, None, f"the line is longer than {MAX_ROW_CHARACTERS:,} characters")
            elif "\0" in text:
                yield RejectedRow(line, None, "the line holds a NUL character")
            elif self._dialect.quoted and '"' in text:
                yield from self._quoted(line, text)
            elif self._dialect.quoted or not text.startswith("#"):
                yield from self._record(line, text.rstrip("\r\n").split(self._dialect.delimiter))

    def _next(self) -> tuple[int, str | None] | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, line: int, cells: list[str]) -> Iterator[Record]:
        cells = [unguard(cell) for cell in cells]
        if not self._dialect.quoted:
            cells = [c[1:] if c.startswith("'") and c.lstrip("'").startswith("#") else c for c in cells]
        if any(cell.strip() for cell in cells):
            yield Record(line, tuple(cells))

    def _quoted(self, line: int, text: str) -> Iterator[Record | RejectedRow]:
        taken: list[tuple[int, str | None]] = []
        try:
            cells = next(csv.reader(self._record_lines(text, taken), delimiter=self._dialect.delimiter, strict=True))
        except csv.Error as exc:
            self._again.extendleft(reversed(taken))
            yield RejectedRow(line, None, _reason(exc))
        else:
            yield from self._record(line, cells)

    def _record_lines(self, first: str, taken: list[tuple[int, str | None]]) -> Iterator[str]:
        yield first
        size = len(first)
        while (item := self._next()) is not None:
            taken.append(item)
            text = item[1]
            if text is None or "\0" in text or size + len(text) > MAX_ROW_CHARACTERS:
                return
            size += len(text)
            yield text


def _reason(exc: csv.Error) -> str:
    if "unexpected end" in str(exc):
        return f"a quotation mark is not closed within {MAX_ROW_CHARACTERS:,} characters"
    if "expected after" in str(exc):
        return "text stands after a closing quotation mark; within a quoted field, a quotation mark is written twice"
    return f"the row is not well-formed: {exc}"
