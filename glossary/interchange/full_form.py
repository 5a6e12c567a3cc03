r"""The full form of a concept as rows of a table: one row a term, nothing lost. CSV, TSV and XLSX files share it.

The columns are in ``COLUMNS``; a file may have them in any order and needs only concept, language and term.

* concept, domain, part_of_speech stand in every row; sources and note in the first row of a concept, a definition in the first row of its
  language. In later rows they may be empty, or must be the same.
* variants, not_preceded_by and not_followed_by hold several values: ``a|b``, with ``\|`` and ``\\`` for a bar and a backslash of a value.
* sources are ``id|title|publisher|url`` (the last may be empty), divided by ``;`` and escaped in the same way.
* inflects is yes or no. An empty status means preferred for the first term of a language in its concept and admitted for others; an empty
  case means exact for a term with a capital letter and sentence for others.
* A row with a definition and no term gives a definition in a language that has no term.

The form does not hold the collection of a concept, which is a matter of the database, and a concept without terms.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from glossary.folding import fold_key
from glossary.interchange import escaping
from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow
from glossary.interchange.cells import BadCell, as_written, case_of, free_text, short_text, term_text
from glossary.interchange.delimited import Record
from glossary.terms import Article, Concept, Kind, Source, Status, Term, Use
from glossary.validation import MAX_TERMS, MAX_VARIANTS

COLUMNS = (
    "concept", "domain", "part_of_speech", "language", "term", "status", "kind", "use", "case", "article", "inflects", "reading",
    "abbreviation", "variants", "not_preceded_by", "not_followed_by", "definition", "sources", "note",
)  # fmt: skip
_NEEDED = ("concept", "language", "term")
_OF_A_TERM = COLUMNS[COLUMNS.index("term") : COLUMNS.index("definition")]
_OF_A_CONCEPT = ("domain", "part_of_speech", "sources", "note")
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_Word = TypeVar("_Word", bound=StrEnum)


def is_full_form(header: Iterable[str]) -> bool:
    """Whether the first row of a table is the header of the full form."""
    return set(_NEEDED) <= {name.strip().lower() for name in header}


def rows_of(concept: Concept) -> Iterator[tuple[str, ...]]:
    """The rows of a concept, with its cells in the order of ``COLUMNS``."""
    first = {"sources": escaping.join((_source_cell(s) for s in concept.sources), ";"), "note": concept.note or ""}
    definitions = dict(concept.definitions)
    rows = [_term_cells(term) | {"definition": definitions.pop(term.language, "")} for term in concept.terms]
    if rows:
        rows += [{"language": code, "definition": text} for code, text in definitions.items()]
    for row in rows:
        row |= {"concept": concept.id, "domain": concept.domain, "part_of_speech": concept.part_of_speech} | first
        yield tuple(row.get(name, "") for name in COLUMNS)
        first = {}


def read_full_form(records: Iterator[Record | RejectedRow], options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """The concepts of a table whose first row is a header. A concept comes after its last row, so after the bad rows within it.

    Raises:
        InterchangeError: the header lacks a column, or has one that is unknown or stands twice.
    """
    header = next(records, None)
    if not isinstance(header, Record):
        raise InterchangeError(f"the file has no header row; its columns are {', '.join(COLUMNS)}")
    yield from _FullFormReader(_columns(header), options).read(records)


def _columns(header: Record) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in header.cells)
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InterchangeError(f"the header row lacks the column {missing[0]!r}; give the format, if the file is in another one")
    for number, name in enumerate(names):
        if name not in COLUMNS:
            raise InterchangeError(f"the column {name[:40]!r} is unknown; remove it. Known are {', '.join(COLUMNS)}")
        if name in names[:number]:
            raise InterchangeError(f"the column {name!r} stands twice; remove one")
    return names


@dataclass
class _Group:
    """A concept whose rows are being read."""

    id: str
    line: int
    domain: str
    part_of_speech: str
    sources: tuple[Source, ...]
    note: str | None
    first: dict[str, str]  # the cells of the first row that are about the concept
    terms: list[Term] = field(default_factory=list)
    texts: dict[tuple[str, str, str], str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)

    def finish(self) -> ImportedConcept | RejectedRow:
        if not self.terms:
            return RejectedRow(self.line, "term", f"no term of the concept {self.id!r} can be used, so it is left out")
        concept = Concept(self.id, self.domain, tuple(self.terms), self.definitions, self.part_of_speech, self.sources, self.note)
        return ImportedConcept(concept, self.line)


class _FullFormReader:
    def __init__(self, columns: tuple[str, ...], options: InterchangeOptions) -> None:
        self._columns = columns
        self._options = options
        self._seen: dict[str, int] = {}
        self._group: _Group | None = None

    def read(self, records: Iterator[Record | RejectedRow]) -> Iterator[ImportedConcept | RejectedRow]:
        for record in records:
            if isinstance(record, RejectedRow):
                yield record
                continue
            try:
                yield from self._row(record)
            except BadCell as bad:
                yield RejectedRow(record.line, bad.column, bad.reason)
        if self._group:
            yield self._group.finish()

    def _row(self, record: Record) -> Iterator[ImportedConcept | RejectedRow]:
        if len(record.cells) != len(self._columns):
            raise BadCell(None, f"the row has {len(record.cells)} columns, the header {len(self._columns)}")
        cells = dict(zip(self._columns, record.cells, strict=True))
        key = term_text(cells["concept"], "concept")
        if self._group is None or self._group.id != key:
            if key in self._seen:
                raise BadCell("concept", f"the concept stands in line {self._seen[key]} already; its rows must follow one another")
            group = self._begin(key, record.line, cells)
            self._seen[key] = record.line
            finished, self._group = self._group, group
            if finished:
                yield finished.finish()
        else:
            _compare(self._group, cells)
        _add_row(self._group, cells)

    def _begin(self, key: str, line: int, cells: dict[str, str]) -> _Group:
        return _Group(
            id=key,
            line=line,
            domain=short_text(cells.get("domain", "").strip(), "domain") or self._options.domain,
            part_of_speech=short_text(cells.get("part_of_speech", "").strip(), "part_of_speech") or "noun",
            sources=_sources(cells.get("sources", "")),
            note=free_text(cells.get("note", ""), "note"),
            first={name: cells.get(name, "").strip() for name in _OF_A_CONCEPT},
        )


def _compare(group: _Group, cells: dict[str, str]) -> None:
    for name in _OF_A_CONCEPT:
        again = cells.get(name, "").strip()
        if again and again != group.first[name]:
            raise BadCell(name, f"it differs from the first row of the concept, in line {group.line}")


def _add_row(group: _Group, cells: dict[str, str]) -> None:
    code = as_written(cells["language"], "language")
    definition = free_text(cells.get("definition", ""), "definition")
    if definition and group.definitions.get(code, definition) != definition:
        raise BadCell("definition", f"it differs from an earlier row of the concept in {code!r}")
    if definition is None or any(cells.get(name, "").strip() for name in _OF_A_TERM):
        first = all(term.language != code for term in group.terms)
        _add_term(group, _read_term(cells, code, Status.PREFERRED if first else Status.ADMITTED))
    if definition:
        group.definitions[code] = definition


def _add_term(group: _Group, term: Term) -> None:
    if len(group.terms) >= MAX_TERMS:
        raise BadCell("term", f"the concept has more than {MAX_TERMS} terms")
    # Terms that differ in capitals may be two, each with its own rule for letter case; those that differ in width are one.
    capitals = "".join(c for c in unicodedata.normalize("NFKC", term.text) if c.isupper())
    key = (term.language, fold_key(term.text), capitals)
    earlier = group.texts.get(key)
    if earlier is not None:
        how = "stands" if earlier == term.text else f"differs only in width from {earlier!r}, which stands"
        raise BadCell("term", f"{term.text!r} {how} in this concept already")
    group.texts[key] = term.text
    group.terms.append(term)


def _read_term(cells: dict[str, str], code: str, status: Status) -> Term:
    text = term_text(cells["term"], "term")
    return Term(
        text=text,
        language=code,
        status=_word(cells, "status", status),
        kind=_word(cells, "kind", Kind.FULL),
        use=_word(cells, "use", Use.BOTH),
        case=_word(cells, "case", case_of(text)),
        article=_word(cells, "article", Article.ANY),
        inflects=_truth(cells),
        reading=_optional(cells, "reading"),
        abbreviation=_optional(cells, "abbreviation"),
        variants=tuple(term_text(v, "variants") for v in _values(cells, "variants")),
        not_preceded_by=_values(cells, "not_preceded_by"),
        not_followed_by=_values(cells, "not_followed_by"),
    )


def _word(cells: dict[str, str], name: str, default: _Word) -> _Word:
    written = cells.get(name, "").strip().lower()
    words = {str(word): word for word in type(default)}
    if written and written not in words:
        raise BadCell(name, f"{written[:20]!r} is unknown; known are {', '.join(words)}")
    return words.get(written, default)


def _truth(cells: dict[str, str]) -> bool:
    written = cells.get("inflects", "").strip().lower()
    if written and written not in _TRUTH:
        raise BadCell("inflects", f"{written[:20]!r} is neither yes nor no")
    return _TRUTH.get(written, True)


def _optional(cells: dict[str, str], name: str) -> str | None:
    return short_text(cells.get(name, "").strip(), name) or None


def _values(cells: dict[str, str], name: str) -> tuple[str, ...]:
    values = escaping.split(cells.get(name, ""), "|")
    if len(values) > MAX_VARIANTS:
        raise BadCell(name, f"there are {len(values)} values; at most {MAX_VARIANTS} are allowed")
    if "" in values:
        raise BadCell(name, "one of the values is empty")
    return tuple(short_text(value, name) for value in values)


def _sources(cell: str) -> tuple[Source, ...]:
    return tuple(_source(text) for text in escaping.split(cell.strip(), ";"))


def _source(text: str) -> Source:
    fields = [field.strip() for field in escaping.split(text, "|")]
    if len(fields) not in (3, 4) or not all(fields[:3]):
        raise BadCell("sources", f"{text[:40]!r} is not id|title|publisher|url")
    for value in fields:
        free_text(value, "sources")
    return Source(fields[0], fields[1], fields[2], fields[3] or None if len(fields) == 4 else None)


def _source_cell(source: Source) -> str:
    return escaping.join((source.id, source.title, source.publisher, source.url or ""), "|")


def _term_cells(term: Term) -> dict[str, str]:
    return {
        "language": term.language,
        "term": term.text,
        "status": term.status,
        "kind": term.kind,
        "use": term.use,
        "case": term.case,
        "article": term.article,
        "inflects": "yes" if term.inflects else "no",
        "reading": term.reading or "",
        "abbreviation": term.abbreviation or "",
        "variants": escaping.join(term.variants, "|"),
        "not_preceded_by": escaping.join(term.not_preceded_by, "|"),
        "not_followed_by": escaping.join(term.not_followed_by, "|"),
    }
