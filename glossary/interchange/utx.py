"""UTX 1.20, the glossary format of the Asia-Pacific Association for Machine Translation: tab-separated, with a header of ``#`` lines.

::

    #UTX 1.20; ja/en; domain: alliance
    #src<TAB>tgt<TAB>src:pos<TAB>term status<TAB>concept ID<TAB>comment
    同盟<TAB>alliance<TAB>noun<TAB>approved<TAB>alliance<TAB>

Files of UTX 1.00 to 1.20 are read. A term status is that of the target term: approved is read as preferred (a second one as admitted),
provisional as admitted, non-standard as deprecated, forbidden as forbidden, and written in the same way.

What it loses: definitions, sources, readings, kinds, rules for letter case and articles, guards, the status of source terms (forbidden and
deprecated ones are not written), and variants as such: each spelling of a source term becomes a term. A tab or a line end becomes a blank.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.cells import BadCell, free_text, language, short_text, term_text
from glossary.interchange.decoding import text_lines
from glossary.interchange.delimited import PLAIN_TSV, Record, RecordWriter, records_of
from glossary.interchange.imported_values import concept_id, domain_id
from glossary.interchange.pairs import OnlyOnce, Pair, PairCollector
from glossary.terms import Concept, Status, Term, Use

_VERSION = re.compile(r"#\s*UTX(?:-S(?:imple)?)?\s+1\.[0-9]+\s*(?:;|$)", re.IGNORECASE)
_LANGUAGES = re.compile(r"(?:lang\s*:)?\s*([A-Za-z][\w-]*)\s*/\s*([A-Za-z][\w-]*)", re.IGNORECASE)
_DOMAIN = re.compile(r"domain\s*:\s*(.+)", re.IGNORECASE)
_STATUSES = {
    "approved": Status.PREFERRED,
    "provisional": Status.ADMITTED,
    "non-standard": Status.DEPRECATED,
    "forbidden": Status.FORBIDDEN,
    "": None,
}
_WORDS = {status: word for word, status in _STATUSES.items() if status}
_PARTS_OF_SPEECH = {"propernoun": "proper-noun", "-": "noun", "": "noun"}
_WRITTEN = ("src", "tgt", "src:pos", "term status", "concept ID", "comment")


@dataclass
class _Header:
    source: str
    target: str
    domain: str | None
    columns: list[str] = field(default_factory=list)


def read_utx(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Read a UTX file. Its comments and columns of other names become the note.

    Raises:
        InterchangeError: the header declares no UTX 1 or no languages, or has no columns src and tgt.
    """
    lines = text_lines(stream, options.encoding)
    taken: list[str | None] = []
    header = _read_header(lines, taken, options)
    # The lines of the header stay in the count as comments.
    records = records_of(_again(taken, lines), PLAIN_TSV)
    return PairCollector(options).collect(_pairs(records, header))


def write_utx(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write the terms of the two languages: first the preferred source term with every target term, then other spellings of the source."""
    writer = RecordWriter(stream, PLAIN_TSV, options)
    writer.comment(f"UTX 1.20; {options.source}/{options.target}")
    writer.comment("\t".join(_WRITTEN))
    for concept in concepts:
        part_of_speech = "properNoun" if concept.part_of_speech == "proper-noun" else concept.part_of_speech
        note = concept.note or ""
        for source, target in _rows(concept, options):
            writer.write((source, target.text, part_of_speech, _WORDS[target.status], concept.id, note))
            note = ""


def _rows(concept: Concept, options: InterchangeOptions) -> Iterator[tuple[str, Term]]:
    sources = [t for t in concept.terms_in(options.source) if t.status.approved and t.use is not Use.TARGET]
    targets = [t for t in concept.terms_in(options.target) if t.use is not Use.SOURCE]
    if not sources or not targets:
        return
    sources.sort(key=lambda t: t.status is not Status.PREFERRED)
    targets.sort(key=lambda t: t.status is not Status.PREFERRED)
    only_targets, only_sources = OnlyOnce(), OnlyOnce()
    for target in targets:
        if only_targets.is_new(target.text):
            yield sources[0].text, target
    only_sources.is_new(sources[0].text)
    for spelling in (s for t in sources for s in t.spellings):
        if only_sources.is_new(spelling):
            yield spelling, targets[0]


def _again(taken: list[str | None], lines: Iterator[str | None]) -> Iterator[str | None]:
    yield from taken
    yield from lines


def _read_header(lines: Iterator[str | None], taken: list[str | None], options: InterchangeOptions) -> _Header:
    first = next(lines, None)
    if first is None or not _VERSION.match(first):
        raise InterchangeError("the file does not begin with '#UTX 1.20; ja/en': it is no UTX file of version 1")
    taken.append(first)
    properties = first.split(";")[1:]
    columns: list[str] = []
    for line in lines:
        taken.append(line)
        if line is None or not line.startswith("#"):
            break
        if "\t" in line:
            columns = [name.strip().removeprefix("#").lower() for name in line.lstrip("#").split("\t")]
            break
        properties += line.lstrip("#").split(";")
    return _header(properties, columns, options)


def _header(properties: list[str], columns: list[str], options: InterchangeOptions) -> _Header:
    pairs = [m for m in map(_LANGUAGES.fullmatch, map(str.strip, properties)) if m]
    domains = [m for m in map(_DOMAIN.fullmatch, map(str.strip, properties)) if m]
    if not pairs:
        raise InterchangeError("the UTX header declares no two languages, such as ja/en")
    try:
        source, target = language(pairs[0][1], "header", options), language(pairs[0][2], "header", options)
    except BadCell as bad:
        raise InterchangeError(f"the UTX header: {bad.reason}") from bad
    # UTX 1.20 may name columns by language: term:ja for src, pos:ja for src:pos.
    renamed = {f"term:{pairs[0][1].lower()}": "src", f"term:{pairs[0][2].lower()}": "tgt", f"pos:{pairs[0][1].lower()}": "src:pos"}
    columns = [renamed.get(name, name) for name in columns]
    if "src" not in columns or "tgt" not in columns or len(set(columns)) < len(columns):
        raise InterchangeError("the last header line of a UTX file must name its columns, among them src and tgt, each once")
    return _Header(source, target, domain_id(domains[0][1]) if domains else None, columns)


def _pairs(records: Iterable[Record | RejectedRow], header: _Header) -> Iterator[Pair | RejectedRow]:
    for record in records:
        if isinstance(record, RejectedRow):
            yield record
            continue
        try:
            yield _pair(record, header)
        except BadCell as bad:
            yield RejectedRow(record.line, bad.column, bad.reason)


def _pair(record: Record, header: _Header) -> Pair:
    if len(record.cells) > len(header.columns):
        raise BadCell(None, f"the row has {len(record.cells)} columns, the header {len(header.columns)}")
    cells = dict(zip(header.columns, record.cells, strict=False))  # columns at the end that are empty may be left out
    status = cells.get("term status", "").strip().lower()
    if status not in _STATUSES:
        raise BadCell("term status", f"{status[:20]!r} is unknown; known are {', '.join(_WORDS.values())}")
    written = short_text(cells.get("src:pos", "").strip(), "src:pos")
    identity = short_text(cells.get("concept id", "").strip(), "concept ID")
    return Pair(
        line=record.line,
        source=term_text(cells["src"], "src"),
        target=term_text(cells.get("tgt", ""), "tgt"),
        source_language=header.source,
        target_language=header.target,
        status=_STATUSES[status],
        part_of_speech=_PARTS_OF_SPEECH.get(written.lower(), written),
        note=_note(cells),
        concept=concept_id(identity, header.domain or "") if identity else None,
        domain=header.domain,
    )


def _note(cells: dict[str, str]) -> str | None:
    known = {"src", "tgt", "src:pos", "term status", "concept id"}
    lines = []
    for name, cell in cells.items():
        text = free_text(cell, name) if name not in known else None
        if text:
            lines.append(text if name == "comment" else f"{name}: {text}")
    return "\n".join(lines) or None
