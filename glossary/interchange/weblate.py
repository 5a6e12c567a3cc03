"""Glossaries of Weblate as CSV with a header ("weblate-csv").

Weblate documents the columns location, source, target, ID, fuzzy, context, translator_comments and developer_comments. The column flags
holds what Weblate calls terminology flags, as its TBX files do: forbidden (the target must not be used), read-only (the term is not
translated) and terminology.

What it loses: definitions, sources, readings, kinds, rules for letter case and articles, guards, variants as such (each spelling is a row),
target terms that are neither the rendering of a source term nor forbidden, ids and domains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.cells import BadCell, free_text, term_text
from glossary.interchange.delimited import CSV, Record, RecordWriter, read_records
from glossary.interchange.pairs import OnlyOnce, Pair, PairCollector, renderings
from glossary.terms import Concept, Status

_COLUMNS = ("location", "source", "target", "id", "fuzzy", "context", "translator_comments", "developer_comments", "flags")
_WRITTEN = ("context", "source", "target", "developer_comments", "flags")
_TRUE = frozenset({"true", "1", "yes", "fuzzy"})


def read_weblate_csv(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a glossary. Comments become the note; a fuzzy target is admitted, not preferred; location, ID and other flags are not kept.

    Rows with the same source and context are one concept; what follows the last ``/`` of a context only numbers such rows.

    Raises:
        InterchangeError: the file has no header with source and target, or an unknown column.
    """
    records = read_records(stream, CSV, options)
    header = next(records, None)
    names = [cell.strip().lower() for cell in header.cells] if isinstance(header, Record) else []
    if "source" not in names or "target" not in names:
        raise InterchangeError(f"the file needs a header row with source and target; its columns may be {', '.join(_COLUMNS)}")
    unknown = [name for name in names if name not in _COLUMNS]
    if unknown or len(set(names)) < len(names):
        raise InterchangeError(f"the column {unknown[0]!r} is unknown; remove it" if unknown else "a column stands twice in the header row")
    return PairCollector(options).collect(_pairs(records, names, options))


def write_weblate_csv(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write each spelling of a source term with its rendering, then the forbidden target terms beside the preferred source term."""
    writer = RecordWriter(stream, CSV, options)
    writer.write(_WRITTEN)
    for concept in concepts:
        spellings = OnlyOnce()
        pairs = [(s, r.text, False) for s, r in renderings(concept, options.source, options.target) if spellings.is_new(s)]
        if pairs:
            terms = concept.terms_in(options.target)
            pairs[1:1] = [(pairs[0][0], t.text, True) for t in terms if t.status is Status.FORBIDDEN]
        for number, (source, target, forbidden) in enumerate(pairs):
            context = f"{concept.id}/{number}" if number else concept.id
            flags = ["terminology"] + ["forbidden"] * forbidden + ["read-only"] * (source == target and not forbidden)
            writer.write((context, source, target, concept.note or "", ", ".join(flags)))


def _pairs(records: Iterable[Record | RejectedRow], names: list[str], options: InterchangeOptions) -> Iterator[Pair | RejectedRow]:
    for record in records:
        if isinstance(record, RejectedRow):
            yield record
            continue
        try:
            yield _pair(record, names, options)
        except BadCell as bad:
            yield RejectedRow(record.line, bad.column, bad.reason)


def _pair(record: Record, names: list[str], options: InterchangeOptions) -> Pair:
    if len(record.cells) != len(names):
        raise BadCell(None, f"the row has {len(record.cells)} columns, the header {len(names)}")
    cells = dict(zip(names, record.cells, strict=True))
    flags = {flag.strip().lower() for flag in cells.get("flags", "").split(",")}
    source = term_text(cells["source"], "source")
    untranslated = "read-only" in flags and not cells["target"].strip()
    comments = [free_text(cells.get(name, ""), name) for name in ("developer_comments", "translator_comments")]
    status = Status.ADMITTED if cells.get("fuzzy", "").strip().lower() in _TRUE else None
    context, separator, number = cells.get("context", "").rpartition("/")
    return Pair(
        line=record.line,
        source=source,
        target=source if untranslated else term_text(cells["target"], "target"),
        source_language=options.source,
        target_language=options.target,
        status=Status.FORBIDDEN if "forbidden" in flags else status,
        note="\n".join(comment for comment in comments if comment) or None,
        context=(free_text(context if separator and number.isdecimal() else cells.get("context", ""), "context") or "").strip(),
    )
