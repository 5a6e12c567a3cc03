"""Terminology in the first sheet of an Excel workbook (.xlsx): the full form, a header of language codes, or two columns without a header.

Written is the full form, so nothing is lost (see ``full_form``). Formulas are never evaluated: a row with one is rejected. Hostile
workbooks are refused before the library that reads them sees them (``_check_archive``): zip bombs, document types and with them entities,
floods of elements.
"""

from __future__ import annotations

import itertools
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, BinaryIO

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.cells import BadCell
from glossary.interchange.delimited import Record
from glossary.interchange.dialects import read_two_columns
from glossary.interchange.formulas import guard, unguard
from glossary.interchange.full_form import COLUMNS, is_full_form, read_full_form, rows_of
from glossary.interchange.language_columns import is_language_header, read_language_columns
from glossary.terms import Concept

MAX_UNPACKED_BYTES = 64_000_000
MAX_PARTS = 1_000
MAX_ELEMENTS = 2_000_000  # start and end tags of all parts; each can take a few hundred bytes of memory
MAX_ELEMENTS_OF_OTHER_PARTS = 50_000  # styles and the like become slow objects
_MAX_ROWS, _MAX_COLUMNS, _MAX_CELL_CHARACTERS = 1_048_576, 256, 32_767  # rows and characters: Excel's own limits
_CHUNK = 65_536
_DATA_PART = re.compile(r"xl/(?:worksheets/[^/]+|sharedStrings)\.xml", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8[\"'])", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKED_AT = 100  # rows of a further sheet, to see whether it is empty


def read_xlsx(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read the first sheet of a workbook; further sheets with content are reported as rejected. Lines are row numbers.

    Raises:
        InterchangeError: the file is no workbook, is too large when unpacked, or its first row cannot be used.
    """
    _check_archive(stream)
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    except Exception as exc:  # the library lets errors of any kind through on a file that is not as it expects
        raise InterchangeError(f"the workbook cannot be read: {_message(exc)}") from exc
    try:
        sheets = book.worksheets
        if not sheets:
            raise InterchangeError("the workbook has no sheet with cells")
        yield from _read_sheet(_records(sheets[0]), options)
        for sheet in sheets[1:]:
            if any(isinstance(r, RejectedRow) or any(r.cells) for r in itertools.islice(_records(sheet), _LOOKED_AT)):
                yield RejectedRow(None, None, f"the sheet {sheet.title!r} is not read: only the first sheet of a workbook is")
    finally:
        book.close()


def write_xlsx(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a workbook with one sheet in the full form, each cell as text.

    Raises:
        InterchangeError: a text is longer than a cell can hold, or has a character that XML has not.
    """
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("terms")
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, name) for name in COLUMNS])
    try:
        for concept in concepts:
            for row in rows_of(concept):
                _refuse_unwritable(row, concept)
                sheet.append([_text_cell(sheet, text) if text else None for text in row])
    except BaseException:
        with tempfile.TemporaryFile() as nowhere:
            book.save(nowhere)  # how the library lets go of its own temporary file
        raise
    book.save(stream)


def _refuse_unwritable(row: Iterable[str], concept: Concept) -> None:
    for text in row:
        if len(text) >= _MAX_CELL_CHARACTERS or _NOT_IN_XML.search(text):
            raise InterchangeError(f"a text of the concept {concept.id!r} is too long for a cell or has a control character")


def _text_cell(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, guard(text))
    cell.data_type = "s"  # also for "#N/A", which would be an error otherwise
    return cell


def _read_sheet(records: Iterator[Record | RejectedRow], options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    first = next(records, None)
    if first is None:
        return
    if isinstance(first, RejectedRow):
        raise InterchangeError(f"row {first.line} is the first and cannot be used: {first.reason}")
    rest = itertools.chain([first], _padded(records, len(first.cells)))
    if is_full_form(first.cells):
        yield from read_full_form(rest, options)
    elif is_language_header(first.cells, options):
        yield from read_language_columns(rest, options)
    elif len(first.cells) == 2:
        yield from read_two_columns(rest, options)
    else:
        raise InterchangeError(
            f"the first row has {len(first.cells)} columns and is no header that is known: write concept, language, term (and others) "
            "or language codes in the first row, or have two columns"
        )


def _padded(records: Iterator[Record | RejectedRow], width: int) -> Iterator[Record | RejectedRow]:
    """Rows as wide as the first one: a sheet does not store empty cells at the end."""
    for record in records:
        missing = 0 if isinstance(record, RejectedRow) else width - len(record.cells)
        yield Record(record.line, record.cells + ("",) * missing) if isinstance(record, Record) and missing > 0 else record


def _records(sheet: Any) -> Iterator[Record | RejectedRow]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    rows = sheet.iter_rows(max_row=_MAX_ROWS + 1)
    for number in itertools.count(1):
        try:
            row = next(rows, None)
        except Exception as exc:  # see read_xlsx
            raise InterchangeError(f"the sheet {sheet.title!r} cannot be read after row {number - 1}: {_message(exc)}") from exc
        if row is None:
            return
        if number > _MAX_ROWS or len(row) > _MAX_COLUMNS:
            raise InterchangeError(f"row {number} is beyond {_MAX_ROWS:,} rows or has more than {_MAX_COLUMNS} columns")
        try:
            cells = [_text(cell, column) for column, cell in enumerate(row, 1)]
        except BadCell as bad:
            yield RejectedRow(number, bad.column, bad.reason)
            continue
        if any(cell.strip() for cell in cells):
            yield Record(number, _without_empty_end(cells))


def _without_empty_end(cells: Sequence[str]) -> tuple[str, ...]:
    end = max(number for number, cell in enumerate(cells, 1) if cell)  # a cell with a blank is not empty: a guard may be one
    return tuple(cells[:end])


def _text(cell: Any, column: int) -> str:
    value = cell.value
    if cell.data_type == "f":
        raise BadCell(get_column_letter(column), "the cell holds a formula; replace it by its value")
    if cell.data_type == "e":
        raise BadCell(get_column_letter(column), f"the cell holds the error {value}")
    if value is None:
        return ""
    if isinstance(value, str):
        return unguard(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and not value.is_integer()):
        return str(value)
    if isinstance(value, float):
        return str(int(value))
    raise BadCell(get_column_letter(column), "the cell holds a date or a time; format it as text")


def _check_archive(stream: BinaryIO) -> None:
    """Refuse what would harm the library that reads workbooks.

    The sizes come from the directory of the zip file, before anything is unpacked; a part that is longer than its entry there is an error.
    """
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise InterchangeError(
                    f"the workbook has more than {MAX_PARTS:,} parts, or more than {MAX_UNPACKED_BYTES:,} bytes when unpacked; use CSV"
                )
            if "xl/workbook.xml" not in archive.namelist():
                raise InterchangeError("the file is a zip archive but no .xlsx workbook")
            elements = 0
            for part in parts:
                with archive.open(part) as content:
                    found = _check_part(content, part.filename)
                elements += found
                if elements > MAX_ELEMENTS or (found > MAX_ELEMENTS_OF_OTHER_PARTS and not _DATA_PART.fullmatch(part.filename)):
                    raise InterchangeError("the workbook has too many cells or formats; use CSV, or divide the file")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as exc:
        raise InterchangeError(f"the file is no .xlsx workbook, is damaged or has a password: {_message(exc)}") from exc
    stream.seek(0)


def _check_part(content: IO[bytes], name: str) -> int:
    """The number of tags in a part. Document types, which OOXML forbids, and encodings that could hide one are refused."""
    head = content.read(_CHUNK)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and _DECLARATION.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")):
        raise InterchangeError(f"the part {name!r} of the workbook is not UTF-8")
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")):
        raise InterchangeError(f"the part {name!r} of the workbook is not UTF-8")
    elements, rest = 0, b""
    while head:
        if b"<!DOCTYPE" in rest + head or b"<!ENTITY" in rest + head:
            raise InterchangeError(f"the part {name!r} of the workbook declares a document type, which is not allowed")
        elements += head.count(b"<")
        rest, head = head[-16:], content.read(_CHUNK)
    return elements


def _message(exc: Exception) -> str:
    return " ".join(str(exc).split())[:200] or type(exc).__name__
