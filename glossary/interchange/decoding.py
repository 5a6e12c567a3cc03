"""Bytes of a text file as lines: UTF-8, UTF-8 with a byte order mark, UTF-16 with one, CP932 (the Shift_JIS of Windows).

A line is decoded when it is reached, so a file of any size takes the memory of one line. A file begins as UTF-8; the first line that is not
settles that it is CP932, provided that no line before it was UTF-8 beyond ASCII.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import AnyStr, BinaryIO

from glossary.interchange.base import InterchangeError

MAX_LINE_LENGTH = 600_000  # bytes (characters in UTF-16); the fields of a row together are far shorter
_CHUNK = 65_536
_CP932_NAMES = {"cp932", "shift_jis", "shift-jis", "sjis", "windows-31j", "ms932"}
_ENCODINGS = {name: name for name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be")} | {"utf8": "utf-8", "utf-8-sig": "utf-8"}
_ENCODINGS |= dict.fromkeys(_CP932_NAMES, "cp932")
_ADVICE = "give the encoding (utf-8, cp932, utf-16) or save the file as UTF-8"
# What Latin-1 text looks like when it is read as CP932: one kanji or half-width kana within a word, or user-defined characters.
_NOT_JAPANESE = re.compile(r"[A-Za-z][一-鿿｡-ﾟ][A-Za-z]|[\ue000-\uf8ff]")


def text_lines(stream: BinaryIO, encoding: str | None = None) -> Iterator[str | None]:
    """The physical lines of a text with their line ends; None stands for a line longer than ``MAX_LINE_LENGTH``.

    Raises:
        InterchangeError: the encoding is unknown, or a line is not in it.
    """
    chunks = _chunks(stream)
    head = next(chunks, b"")
    known = encoding_named(encoding) if encoding else encoding_of_mark(head)
    if known and known.startswith("utf-16"):
        return _lines(_decoded_chunks(_rejoined(head, chunks), known), "\n")
    raw = _lines(_rejoined(head.removeprefix(codecs.BOM_UTF8), chunks), b"\n")
    return _decoded_as(raw, known) if known else _decoded(raw)


def encoding_of(head: bytes) -> str:
    """The encoding of a file by its first bytes: utf-8, utf-8-sig, utf-16 or cp932.

    Raises:
        InterchangeError: it is none of them, or it is not clear.
    """
    marked = encoding_of_mark(head)
    if marked:
        return "utf-8-sig" if marked == "utf-8" else marked
    if b"\0" in head:
        raise InterchangeError("the file is UTF-16 without a byte order mark, or no text; give the encoding (utf-16-le, utf-16-be)")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        cut = head.rpartition(b"\n")[0] if len(head) >= _CHUNK else head
        _from_cp932(cut, 1)
        return "cp932"
    return "utf-8"


def encoding_of_mark(head: bytes) -> str | None:
    """The encoding that a byte order mark tells, or None where there is none."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def encoding_named(encoding: str) -> str:
    """The encoding for one of its names. Raises InterchangeError where it is not supported."""
    known = _ENCODINGS.get(encoding.lower())
    if known is None:
        raise InterchangeError(f"the encoding {encoding[:40]!r} is not supported; known are utf-8, utf-16, utf-16-le, utf-16-be and cp932")
    return known


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    first = b""
    while len(first) < len(codecs.BOM_UTF8) and (more := stream.read(_CHUNK)):
        first += more  # a stream may give fewer bytes than it is asked for
    yield first
    while chunk := stream.read(_CHUNK):
        yield chunk


def _rejoined(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


def _decoded_chunks(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeError as exc:
        raise InterchangeError(f"the file is not valid {encoding.upper()}; {_ADVICE}") from exc


def _lines(chunks: Iterator[AnyStr], newline: AnyStr) -> Iterator[AnyStr | None]:
    rest = newline[:0]
    too_long = False
    for chunk in chunks:
        lines = (rest + chunk).split(newline)
        rest = lines.pop()
        for line in lines:
            if too_long or len(line) > MAX_LINE_LENGTH:
                yield None
            else:
                yield line + newline
            too_long = False
        if len(rest) > MAX_LINE_LENGTH:
            rest, too_long = newline[:0], True
    if too_long:
        yield None
    elif rest:
        yield rest


def _decoded_as(lines: Iterator[bytes | None], encoding: str) -> Iterator[str | None]:
    for number, line in enumerate(lines, 1):
        try:
            yield None if line is None else line.decode(encoding)
        except UnicodeDecodeError as exc:
            raise InterchangeError(f"line {number} is not valid {encoding.upper()}; {_ADVICE}") from exc


def _decoded(lines: Iterator[bytes | None]) -> Iterator[str | None]:
    encoding = ""  # not settled yet
    for number, line in enumerate(lines, 1):
        if line is None or line.isascii():
            yield None if line is None else line.decode("ascii")
            continue
        if encoding != "cp932":
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as exc:
                if encoding:
                    raise InterchangeError(f"line {number} is not valid UTF-8, although lines before it are; {_ADVICE}") from exc
                encoding = "cp932"
            else:
                encoding = "utf-8"
                yield text
                continue
        yield _from_cp932(line, number)


def _from_cp932(line: bytes, number: int) -> str:
    try:
        text = line.decode("cp932")
    except UnicodeDecodeError as exc:
        raise InterchangeError(f"line {number} is neither UTF-8 nor CP932 (Shift_JIS); {_ADVICE}") from exc
    if _NOT_JAPANESE.search(text):
        raise InterchangeError(f"line {number} is not UTF-8, and as CP932 (Shift_JIS) it makes no sense; {_ADVICE}")
    return text
