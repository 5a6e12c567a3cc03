"""Two-column files of translation services and tools: Google and Azure ("two-column-csv", "two-column-tsv"), DeepL, OmegaT.

What all of them lose: definitions, sources, readings, kinds, statuses, rules for letter case and articles, guards, ids and domains. A
concept that has no rendering in the target language is not written. Every spelling that is looked for in a source text is a row of its own,
because these services match texts exactly; read back, each is a concept. Where two concepts share a source term, the first one is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.cells import BadCell, free_text, language, term_text
from glossary.interchange.delimited import CSV, PLAIN_TSV, TSV, Record, RecordWriter, read_records
from glossary.interchange.pairs import OnlyOnce, Pair, PairCollector, renderings
from glossary.terms import Concept

_Items = Iterator[ImportedConcept | RejectedRow]


def read_two_column_csv(stream: BinaryIO, options: InterchangeOptions) -> _Items:
    """Read source and target terms in the order that ``options`` tells, without a header. Raises InterchangeError."""
    return read_two_columns(read_records(stream, CSV, options), options)


def read_two_column_tsv(stream: BinaryIO, options: InterchangeOptions) -> _Items:
    """Read source and target terms in the order that ``options`` tells, without a header. Raises InterchangeError."""
    return read_two_columns(read_records(stream, TSV, options), options)


def read_two_columns(records: Iterable[Record | RejectedRow], options: InterchangeOptions) -> _Items:
    """Concepts from rows of two cells. Raises InterchangeError where the first row is a header of language codes."""
    return PairCollector(options).collect(_pairs(records, options, _two_cells))


def write_two_column_csv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a file for a unidirectional glossary of Google Cloud Translation or a glossary of Azure AI Translator."""
    _write_pairs(concepts, RecordWriter(stream, CSV, options), options)


def write_two_column_tsv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write the same as tab-separated values."""
    _write_pairs(concepts, RecordWriter(stream, TSV, options), options)


def read_deepl_csv(stream: BinaryIO, options: InterchangeOptions) -> _Items:
    """Read ``source,target[,source language,target language[,relevance]]`` without a header, as DeepL takes and exports it.

    DeepL refuses a glossary in which a source term stands twice: here the later rows are rejected. The relevance, which DeepL's glossary
    generator adds, is not kept. Raises InterchangeError.
    """
    return PairCollector(options, alternatives=False).collect(_pairs(read_records(stream, CSV, options), options, _deepl_cells))


def write_deepl_csv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write four columns without a header: each source term once, with its preferred rendering.

    DeepL limits a text to 1,024 bytes and a file to 10 MiB; neither is checked here.
    """
    _write_pairs(concepts, RecordWriter(stream, CSV, options), options, options.source, options.target)


def read_omegat(stream: BinaryIO, options: InterchangeOptions) -> _Items:
    """Read ``source TAB target [TAB comment]``, where ``#`` begins a comment line; the comment becomes the note of the concept.

    OmegaT reads .txt and .utf8 files as UTF-8 and others in the encoding of the system: CP932 is recognised. Raises InterchangeError.
    """
    return PairCollector(options).collect(_pairs(read_records(stream, PLAIN_TSV, options), options, _omegat_cells))


def write_omegat(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write three columns; the comment is the concept's note, else its definition. OmegaT reads .txt and .utf8 files as UTF-8: name it so.

    A tab or line end of a text becomes a blank, and a text that begins with ``#`` gets an apostrophe before it.
    """
    writer = RecordWriter(stream, PLAIN_TSV, options)
    written = OnlyOnce()
    for concept in concepts:
        comment = concept.note or concept.definitions.get(options.source) or concept.definitions.get(options.target) or ""
        for spelling, rendering in renderings(concept, options.source, options.target):
            if written.is_new(spelling):
                writer.write((spelling, rendering.text, comment))


def _write_pairs(concepts: Iterable[Concept], writer: RecordWriter, options: InterchangeOptions, *more: str) -> None:
    written = OnlyOnce()
    for concept in concepts:
        for spelling, rendering in renderings(concept, options.source, options.target):
            if written.is_new(spelling):
                writer.write((spelling, rendering.text, *more))


def _pairs(
    records: Iterable[Record | RejectedRow], options: InterchangeOptions, read: Callable[[Record, InterchangeOptions], Pair]
) -> Iterator[Pair | RejectedRow]:
    for number, record in enumerate(records):
        if isinstance(record, RejectedRow):
            yield record
            continue
        if number == 0:
            _refuse_header(record, options)
        try:
            yield read(record, options)
        except BadCell as bad:
            yield RejectedRow(record.line, bad.column, bad.reason)


def _refuse_header(record: Record, options: InterchangeOptions) -> None:
    names = [cell.strip().lower() for cell in record.cells[:2]]
    if sorted(names) in (sorted((options.source, options.target)), ["source", "target"]):
        raise InterchangeError(
            f"line {record.line} is a header ({', '.join(names)}), and this format has none: remove it, or give the format that has one "
            "(language-columns-csv, weblate-csv)"
        )


def _two_cells(record: Record, options: InterchangeOptions) -> Pair:
    _refuse_width(record, (2,))
    return _pair(record, options.source, options.target)


def _deepl_cells(record: Record, options: InterchangeOptions) -> Pair:
    _refuse_width(record, (2, 4, 5))
    if len(record.cells) == 2:
        return _pair(record, options.source, options.target)
    source = language(record.cells[2], "source language", options)
    target = language(record.cells[3], "target language", options)
    if source == target:
        raise BadCell("target language", f"the source and the target language are both {source}")
    return _pair(record, source, target)


def _omegat_cells(record: Record, options: InterchangeOptions) -> Pair:
    _refuse_width(record, (2, 3))
    return _pair(record, options.source, options.target, free_text(record.cells[2], "comment") if len(record.cells) == 3 else None)


def _refuse_width(record: Record, widths: tuple[int, ...]) -> None:
    if len(record.cells) not in widths:
        raise BadCell(None, f"the row has {len(record.cells)} columns; this format has {' or '.join(map(str, widths))}")


def _pair(record: Record, source_language: str, target_language: str, note: str | None = None) -> Pair:
    source, target = term_text(record.cells[0], "source"), term_text(record.cells[1], "target")
    return Pair(record.line, source, target, source_language, target_language, note=note)
