"""Which format and encoding a file has, by its content and the suffix of its name."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from glossary.interchange.base import InterchangeError, InterchangeOptions
from glossary.interchange.decoding import encoding_named, encoding_of
from glossary.interchange.delimited import CSV, PLAIN_TSV, TSV, Dialect, Record, records_of
from glossary.interchange.full_form import is_full_form
from glossary.interchange.imported_values import language_code
from glossary.interchange.language_columns import is_language_header

HEAD_BYTES = 65_536
_OMEGAT_SUFFIXES = (".tab", ".utf8")
_LOOKED_AT = 100  # rows
_ROOTS = {"martif": "tbx", "tbx": "tbx", "tmx": "tmx"}
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A format by its name and the encoding of its text.

    The encoding is None for formats that are not text or declare it themselves, and where all that was seen is ASCII: a reader sees more.
    """

    format: str
    encoding: str | None


def sniff(head: bytes, name: str, options: InterchangeOptions) -> Sniffed:
    """The format of a file.

    Formats: meiyaku-csv, meiyaku-tsv, weblate-csv, language-columns-csv, language-columns-tsv, deepl-csv, two-column-csv, two-column-tsv,
    omegat, utx, xlsx, tbx, tmx.

    Args:
        head: the first ``HEAD_BYTES`` of the file, or all of it where it is shorter.
        name: its name; only the suffix matters, and only where the content leaves a doubt.
        options: the languages that a header of language codes is known by, and the encoding where it is known.

    Raises:
        InterchangeError: the file is empty, or its format or encoding is not clear; the message says what to give.
    """
    if not head.strip():
        raise InterchangeError("the file is empty")
    if head.startswith(_ZIP):
        return Sniffed("xlsx", None)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InterchangeError("the file is an old Excel workbook (.xls) or has a password; save it as .xlsx or CSV")
    root = _root(head)
    if root is not None:
        if root not in _ROOTS:
            raise InterchangeError(f"the file is XML with the root {root[:40]!r}, which is neither TBX nor TMX; give the format")
        return Sniffed(_ROOTS[root], None)
    encoding = options.encoding or encoding_of(head)
    suffix = PurePath(name).suffix.lower()
    found = _text_format(head, encoding, suffix, options)
    return Sniffed(found, options.encoding or (None if head.isascii() else encoding))


def _text_format(head: bytes, encoding: str, suffix: str, options: InterchangeOptions) -> str:
    lines = _whole_lines(head, encoding)
    if lines[0].upper().startswith("#UTX"):
        return "utx"
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if "\t" in first:
        return _tab_format(lines, suffix, options)
    if "," in first:
        return _comma_format(lines, options)
    hint = "its fields are divided by semicolons; save it with commas or tabs" if ";" in first else "it has one column"
    raise InterchangeError(f"the format is not clear: {hint}, or give the format")


def _comma_format(lines: list[str], options: InterchangeOptions) -> str:
    rows = _rows(lines, CSV)
    header = rows[0].cells if rows else ()
    if is_full_form(header):
        return "meiyaku-csv"
    if {"source", "target"} <= {cell.strip().lower() for cell in header}:
        return "weblate-csv"
    if is_language_header(header, options):
        return "language-columns-csv"
    if _mostly(len(r.cells) == 2 for r in rows):
        return "two-column-csv"
    if _mostly(len(r.cells) in (4, 5) and all(language_code(c.strip(), options) for c in r.cells[2:4]) for r in rows):
        return "deepl-csv"
    raise _unclear(rows)


def _tab_format(lines: list[str], suffix: str, options: InterchangeOptions) -> str:
    rows = _rows(lines, TSV)
    header = rows[0].cells if rows else ()
    if is_full_form(header):
        return "meiyaku-tsv"
    if is_language_header(header, options):
        return "language-columns-tsv"
    # OmegaT has comments and no quoting: what is said of quotation marks above does not hold for it.
    plain = _rows(lines, PLAIN_TSV)
    comments = any(line.startswith("#") for line in lines) or any(len(r.cells) == 3 for r in plain)
    if _mostly(len(r.cells) in (2, 3) for r in plain) and (comments or suffix in _OMEGAT_SUFFIXES):
        return "omegat"
    if _mostly(len(r.cells) == 2 for r in rows):
        return "two-column-tsv"
    raise _unclear(rows)


def _rows(lines: list[str], dialect: Dialect) -> list[Record]:
    records = (record for record in records_of(lines, dialect) if isinstance(record, Record))
    return list(itertools.islice(records, _LOOKED_AT))


def _mostly(rows: Iterable[bool]) -> bool:
    """Whether four rows in five are so: bad rows do not make another format."""
    answers = list(rows)
    return bool(answers) and sum(answers) >= 0.8 * len(answers)


def _unclear(rows: list[Record]) -> InterchangeError:
    widths = " or ".join(map(str, sorted({len(r.cells) for r in rows}))) or "no"
    return InterchangeError(f"the format is not clear: the rows have {widths} columns and no header that is known; give the format")


def _whole_lines(head: bytes, encoding: str) -> list[str]:
    """The lines of the head, without a last one that may be cut off."""
    cut = len(head) >= HEAD_BYTES
    try:
        text = codecs.getincrementaldecoder(encoding_named(encoding))().decode(head, final=not cut)
    except UnicodeError as exc:
        raise InterchangeError(f"the file is not valid {encoding.upper()}; give its encoding") from exc
    if cut:
        text = text[: text.rfind("\n") + 1]
    lines = text.removeprefix("\ufeff").split("\n")
    if not text:
        raise InterchangeError(f"the format is not clear: the first line is longer than {HEAD_BYTES:,} bytes; give the format")
    return [line + "\n" for line in lines]


def _root(head: bytes) -> str | None:
    """The local name of the outermost element of XML, or None where the file is none. Only a hint: the reader of the format checks it."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if marked else "utf-8-sig", errors="replace").lstrip()
    if not text.startswith(("<?xml", "<!DOCTYPE", "<!--")) and not text.startswith(tuple(f"<{name}" for name in _ROOTS)):
        return None
    while text.startswith(("<?", "<!")):
        end = "?>" if text.startswith("<?") else "-->" if text.startswith("<!--") else ">"
        text = text.partition(end)[2].lstrip()
    name = re.match(r"<(?:[\w.-]+:)?([\w.-]+)", text)
    return name[1] if name else ""
