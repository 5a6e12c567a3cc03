"""Tables with a column a language, headed by its code: equivalent term sets of Google Cloud Translation, Amazon Translate.

A row is a concept with a term in several languages; a cell may be empty. Google's columns pos and description, where a file has them,
become the part of speech and the note. Amazon Translate takes the first column as the source of a unidirectional file. What such a table
loses is what two-column files lose (see ``dialects``): all but the texts.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from glossary.folding import fold_key
from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow, derived_id
from glossary.interchange.cells import BadCell, as_written, free_text, plain_term, short_text, term_text
from glossary.interchange.delimited import CSV, TSV, Record, RecordWriter, read_records
from glossary.interchange.imported_values import language_code
from glossary.interchange.pairs import OnlyOnce, renderings
from glossary.terms import ANY_LANGUAGE, Concept, Status

_ABOUT_THE_ROW = ("pos", "description")
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")
_IN_MEMORY = 1_000_000  # bytes


def read_language_columns_csv(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a CSV file with a header of language codes. Raises InterchangeError."""
    return read_language_columns(read_records(stream, CSV, options), options)


def read_language_columns_tsv(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a TSV file with a header of language codes. Raises InterchangeError."""
    return read_language_columns(read_records(stream, TSV, options), options)


def write_language_columns_csv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a CSV file with the source language first, then the target language, then every other language of the concepts.

    A row is a spelling that is looked for in a source text, with its rendering in each language. The languages are known when all concepts
    were seen: the rows wait in a temporary file.
    """
    _write(concepts, RecordWriter(stream, CSV, options), options)


def write_language_columns_tsv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write the same as tab-separated values, which Amazon Translate takes too."""
    _write(concepts, RecordWriter(stream, TSV, options), options)


def is_language_header(header: Sequence[str], options: InterchangeOptions) -> bool:
    """Whether the first row of a table holds language codes, and so no terms: both languages of ``options``, or one and two others."""
    names = [name.strip() for name in header if name.strip().lower() not in _ABOUT_THE_ROW]
    if len(names) < 2 or not all(_CODE.fullmatch(name) for name in names):
        return False
    known = {language_code(name, options) for name in names} & {options.source, options.target}
    return len(known) == 2 or (len(known) == 1 and len(names) > 2)


def read_language_columns(records: Iterator[Record | RejectedRow], options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """The concepts of a table whose first row holds language codes.

    Raises:
        InterchangeError: the first row is no such header.
    """
    header = next(records, None)
    if not isinstance(header, Record):
        raise InterchangeError("the file has no header of language codes")
    columns = _columns(header, options)
    seen: dict[tuple[str, str], int] = {}
    for record in records:
        if isinstance(record, RejectedRow):
            yield record
            continue
        try:
            yield _concept(record, columns, seen, options)
        except BadCell as bad:
            yield RejectedRow(record.line, bad.column, bad.reason)


def _columns(header: Record, options: InterchangeOptions) -> list[str]:
    columns = []
    for name in header.cells:
        try:
            columns.append(name.strip().lower() if name.strip().lower() in _ABOUT_THE_ROW else as_written(name, "header"))
        except BadCell as bad:
            raise InterchangeError(f"the header row must hold language codes: {bad.reason}") from bad
    if len(set(columns)) < len(columns):
        raise InterchangeError("the header row has one column twice; remove one")
    # en-US is read as en, unless the file tells en-US from en-GB.
    plain = [language_code(c, options) or c for c in columns]
    return [c if c in _ABOUT_THE_ROW or plain.count(p) > 1 else p for c, p in zip(columns, plain, strict=True)]


def _concept(record: Record, columns: list[str], seen: dict[tuple[str, str], int], options: InterchangeOptions) -> ImportedConcept:
    if len(record.cells) != len(columns):
        raise BadCell(None, f"the row has {len(record.cells)} columns, the header {len(columns)}")
    about = {name: cell for name, cell in zip(columns, record.cells, strict=True) if name in _ABOUT_THE_ROW}
    cells = [(c, cell) for c, cell in zip(columns, record.cells, strict=True) if c not in _ABOUT_THE_ROW]
    texts = {code: term_text(cell, code) for code, cell in cells if cell.strip()}
    if len(texts) < 2:
        raise BadCell(next((code for code, cell in cells if not cell.strip()), None), "the row has fewer than two terms")
    code, text = next(iter(texts.items()))
    key = (code, fold_key(text))
    if key in seen:
        raise BadCell(code, f"the term {text!r}, apart from width or case, stands in line {seen[key]} already")
    part_of_speech = short_text(about.get("pos", "").strip(), "pos") or "noun"
    note = free_text(about.get("description", ""), "description")
    seen[key] = record.line
    terms = tuple(plain_term(t, c, Status.PREFERRED) for c, t in texts.items())
    identity = derived_id(options.domain, code, text)
    return ImportedConcept(Concept(identity, options.domain, terms, part_of_speech=part_of_speech, note=note), record.line)


def _write(concepts: Iterable[Concept], writer: RecordWriter, options: InterchangeOptions) -> None:
    languages = {options.source: 0, options.target: 1}
    written = OnlyOnce()
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+", encoding="ascii") as waiting:
        for concept in concepts:
            for code in dict.fromkeys(t.language for t in concept.terms):
                if code != ANY_LANGUAGE:
                    languages.setdefault(code, len(languages))
            for row in _rows(concept, options.source, [c for c in languages if c != options.source], written):
                waiting.write(json.dumps(row) + "\n")
        waiting.seek(0)
        writer.write(languages)
        for line in waiting:
            row = json.loads(line)
            writer.write(row.get(code, "") for code in languages)


def _rows(concept: Concept, source: str, targets: list[str], written: OnlyOnce) -> Iterator[dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for target in targets:
        for spelling, rendering in renderings(concept, source, target):
            rows.setdefault(spelling, {source: spelling})[target] = rendering.text
    for spelling, row in rows.items():
        if written.is_new(spelling):
            yield row
