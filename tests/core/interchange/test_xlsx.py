"""Workbooks: nothing is lost, nothing is evaluated, and hostile ones are refused before a library unpacks them."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.interchange.base import InterchangeError
from glossary.interchange.xlsx import MAX_UNPACKED_BYTES, read_xlsx, write_xlsx
from glossary.terms import Concept, Status, Term
from tests.core.interchange.tables import concept_of, concepts_read, full_concepts, read, reasons, texts, written

PREFERRED = Status.PREFERRED


def _workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(f"s{number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one part changed, or added where it has none of that name."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            if part != name:
                after.writestr(part, before.read(part))
        after.writestr(name, change(before.read(name) if name in before.namelist() else b""))
    return stream.getvalue()


PAIR = [["同盟", "alliance"]]
SHEET = "xl/worksheets/sheet1.xml"


def test_a_curated_domain_comes_back_whole() -> None:
    curated = max(read_termbase(CURATED_DIRECTORY).domains, key=lambda d: len({str(t.kind) for c in d.concepts for t in c.terms}))
    assert tuple(concepts_read(read_xlsx, written(write_xlsx, curated.concepts))) == curated.concepts


@settings(max_examples=40)
@given(concepts=full_concepts())
def test_every_concept_comes_back_whole(concepts: tuple[Concept, ...]) -> None:
    assert tuple(concepts_read(read_xlsx, written(write_xlsx, concepts))) == concepts


def test_what_is_written_is_text_and_no_formula() -> None:
    data = written(write_xlsx, [concept_of("=1+1", "#N/A", note="-2")])
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    header, ja, en = sheet.iter_rows()
    at = {cell.value: number for number, cell in enumerate(header)}
    assert (ja[at["term"]].value, en[at["term"]].value, ja[at["note"]].value) == ("'=1+1", "#N/A", "'-2")
    assert {cell.data_type for row in (ja, en) for cell in row if cell.value is not None} == {"s"}


@pytest.mark.parametrize("text", ["a\x07b", "\ud800", "\uffff", "x" * 40_000])
def test_what_a_cell_cannot_hold_is_an_error(text: str) -> None:
    with pytest.raises(InterchangeError, match="concept 'c'"):
        written(write_xlsx, [concept_of("同盟", "alliance", note=text)])


def test_sheets_of_two_columns_and_of_language_codes() -> None:
    for rows in (PAIR, [["ja", "en"], *PAIR], [["en", "ja"], ["alliance", "同盟"]]):
        (concept,) = concepts_read(read_xlsx, _workbook(rows))
        assert sorted(texts(concept)) == [("en", "alliance", PREFERRED), ("ja", "同盟", PREFERRED)]


def test_cells_of_other_types() -> None:
    rows = [["concept", "language", "term", "inflects"], ["a", "en", 2020, True], ["b", "en", 3.0, False], ["c", "en", 2.5, None]]
    found = concepts_read(read_xlsx, _workbook(rows))
    assert [c.terms[0].text for c in found] == ["2020", "3", "2.5"]
    assert [c.terms[0].inflects for c in found] == [True, False, True]


def test_bad_cells_are_rejected_with_row_and_column() -> None:
    rows = [
        ["concept", "language", "term", "status"],
        ["a", "en", "=1+1", None],
        [],
        ["b", "en", datetime.date(2020, 1, 2), None],
        ["c", "en", "#DIV/0!", None],
        ["d", "en", None, None],
        ["e", "en", "good", "bad"],
        ["f", "en", "good", None, "more"],
        ["g", "en", "good"],
    ]
    imported, rejected = read(read_xlsx, _workbook(rows))
    assert [(i.concept.id, i.line) for i in imported] == [("g", 9)]
    assert [r for r in reasons(rejected) if "so it is left out" not in r[2]] == [
        (2, "C", "the cell holds a formula; replace it by its value"),
        (4, "C", "the cell holds a date or a time; format it as text"),
        (5, "C", "the cell holds the error #DIV/0!"),
        (6, "term", "the cell is empty"),
        (7, "status", "'bad' is unknown; known are preferred, admitted, deprecated, forbidden"),
        (8, None, "the row has 5 columns, the header 4"),
    ]


def test_further_sheets_are_reported() -> None:
    imported, rejected = read(read_xlsx, _workbook(PAIR, [], [["more"]]))
    assert len(imported) == 1
    assert reasons(rejected) == [(None, None, "the sheet 's2' is not read: only the first sheet of a workbook is")]


def test_an_empty_sheet_has_no_concepts() -> None:
    assert read(read_xlsx, _workbook([])) == ([], [])


@pytest.mark.parametrize("rows", [[["a", "b", "c"]], [["one"]]])
def test_a_sheet_of_unknown_columns_is_refused(rows: list[list[Any]]) -> None:
    with pytest.raises(InterchangeError, match="no header that is known"):
        read(read_xlsx, _workbook(rows))


def _bomb() -> bytes:
    return _changed(_workbook(PAIR), "xl/media/image1.png", lambda _: b"\0" * (MAX_UNPACKED_BYTES + 1))


def _entities(data: bytes) -> bytes:
    head, _, rest = data.partition(b"?>") if data.startswith(b"<?xml") else (b"", b"", data)
    lol = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 1_000 + b'"><!ENTITY b "' + b"&a;" * 1_000 + b'">]>'
    return (head + b"?>" if head else b"") + lol + rest


def _rewritten(change: Callable[[bytes], bytes], name: str = SHEET) -> bytes:
    return _changed(_workbook(PAIR), name, change)


def _as_ebcdic(data: bytes) -> bytes:
    return b'<?xml version="1.0" encoding="cp037"?>' + data.decode().encode("cp037")


HOSTILE = {
    "bomb": (_bomb, "when unpacked"),
    "parts": (lambda: _many_parts(1_001), "parts"),
    "entities": (lambda: _rewritten(_entities), "document type"),
    "entities of the styles": (lambda: _rewritten(_entities, "xl/styles.xml"), "document type"),
    "entities far in": (lambda: _rewritten(lambda d: b"<!--" + b" " * 65_530 + b"-->" + _entities(d)), "document type"),
    "utf-16": (lambda: _rewritten(lambda d: _entities(d).decode().encode("utf-16")), "not UTF-8"),
    "ebcdic": (lambda: _rewritten(lambda d: _as_ebcdic(_entities(d))), "not UTF-8"),
    "elements": (lambda: _rewritten(lambda d: d.replace(b"</sheetData>", b"</sheetData>" + b"<a/>" * 2_000_001)), "too many"),
    "styles": (lambda: _rewritten(lambda d: d.replace(b"</cellXfs>", b"<xf/>" * 50_001 + b"</cellXfs>"), "xl/styles.xml"), "too many"),
    "far row": (lambda: _rewritten(lambda d: d.replace(b'<row r="1"', b'<row r="99999999999"')), "beyond 1,048,576 rows"),
    "wide row": (lambda: _rewritten(lambda d: d.replace(b'r="B1"', b'r="XFD1"')), "more than 256 columns"),
    "no XML": (lambda: _rewritten(lambda d: d[:-20]), "cannot be read"),
    "no column": (lambda: _rewritten(lambda d: d.replace(b'r="B1"', b'r="1"')), "cannot be read"),
    "no strings": (lambda: _rewritten(lambda d: d.replace(b"</row>", b'<c r="C1" t="s"><v>9</v></c></row>')), "cannot be read"),
    "no workbook": (lambda: _rewritten(lambda d: b"<x/>", "xl/workbook.xml"), "no sheet"),
    "other zip": (lambda: _zip({"a.txt": b"x"}), "no .xlsx workbook"),
    "no zip": (lambda: b"PK\x03\x04 and no more", "no .xlsx workbook"),
    "cut": (lambda: _workbook(PAIR)[:-30], "no .xlsx workbook"),
    "lying sizes": (lambda: _lying(_rewritten(lambda d: d + b" " * 1_000_000)), "no .xlsx workbook"),
}


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _many_parts(count: int) -> bytes:
    return _zip({"xl/workbook.xml": b"<x/>"} | {f"xl/{n}.xml": b"<x/>" for n in range(count)})


def _lying(data: bytes) -> bytes:
    """The same archive, whose directory says that the last part unpacks to ten bytes."""
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 24] + (10).to_bytes(4, "little") + data[at + 28 :]


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_workbook_is_refused(case: str) -> None:
    make, message = HOSTILE[case]
    with pytest.raises(InterchangeError, match=message):
        read(read_xlsx, make())


def test_the_hostile_workbooks_are_good_without_their_change() -> None:
    (concept,) = concepts_read(read_xlsx, _rewritten(lambda d: d))
    assert concept.terms == (Term("同盟", "ja", PREFERRED), Term("alliance", "en", PREFERRED))


def test_a_guard_that_is_a_blank_is_kept() -> None:
    concept = Concept("a", "imported", (Term("ally", "en", PREFERRED, not_followed_by=(" ",)),))
    assert concepts_read(read_xlsx, written(write_xlsx, [concept])) == [concept]
