"""Markdown by source spans: markdown-it says which lines hold prose, only those are edited, everything else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import yaml
from markdown_it import MarkdownIt

from service.documents.base import Block, decode_utf8, encode_utf8
from service.documents.inline import Inline, parse_inline, render_inline
from service.translation.result import Finding, Span, Translation

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(
    r"^(?:title|description|subtitle|summary):[ \t]+"
    r"(?:\"(?P<double>[^\"\\\r\n]+)\"|'(?P<single>[^'\r\n]+)'|(?P<plain>[^\"'\s][^\r\n]*?))[ \t]*(?=\r?$)(?!\r?\n[ \t]+\S)",
    re.MULTILINE,
)
_LINE_END = r"(?:\r\n|\r|\n)"
_CELL = re.compile(r"(?:[^|\\]|\\.)+")
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_CONTAINERS = re.compile(r"(?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*")
_OPENING = re.compile(r"(?:\[\^[^\]\s]+\]:|\[[ xX]\])[ \t]+")  # a footnote's number, a task's box
_FOOTNOTE = re.compile(r"^([ \t>]*)\[(?=\^[^\]\s]+\]:)", re.MULTILINE)
_FOOTNOTE_MARK = "\ufdd0"  # a noncharacter, so that CommonMark does not take a footnote for the definition of a reference
_BLOCK_MARK = re.compile(r"(?P<number>\d{1,9})(?=[.)](?:\s|$))|(?:[-+*]|#{1,6})(?=\s|$)|>")


class _Kind(Enum):
    TITLE = auto()  # a value of the front matter
    HEADING = auto()
    PARAGRAPH = auto()
    CELL = auto()


@dataclass(frozen=True, slots=True)
class _Prose:
    """A raw span of the file that holds prose, with its inline markup."""

    span: Span
    kind: _Kind
    inline: Inline


@dataclass(frozen=True, slots=True)
class Markdown:
    """A Markdown file: raw text, and the parts of it that are prose."""

    text: str
    bom: bool
    prose: tuple[_Prose, ...]

    @classmethod
    def parse(cls, content: bytes) -> Markdown:
        """Read the bytes of a file. Raises DocumentError."""
        text, bom = decode_utf8(content)
        found: dict[str, Any] = {}
        spans = list(_prose(text, found))
        labels = found.get("references", {})
        return cls(text, bom, tuple(_Prose((a, b), kind, parse_inline(_joined(text[a:b]), labels)) for (a, b), kind in spans))

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The visible text of each paragraph, heading, list item and table cell."""
        return tuple(Block(p.inline.text, p.inline.protected) for p in self.prose)

    def rebuild(self, translations: Sequence[Translation]) -> tuple[bytes, list[Finding]]:
        """The file with its prose replaced."""
        findings: list[Finding] = []
        out, position = [], 0
        for prose, translation in zip(self.prose, translations, strict=True):
            rendered, lost = render_inline(prose.inline, translation)
            findings.extend(lost)
            start, end = prose.span
            out.append(self.text[position:start] + _written(rendered, prose.kind, self.text[start - 1 : end]))
            position = end
        return encode_utf8("".join(out) + self.text[position:], self.bom), findings


def _written(rendered: str, kind: _Kind, before: str) -> str:
    """A translation in the form that its place needs. ``before``: the raw text that was there and the character in front of it."""
    if kind is _Kind.TITLE:
        return _yaml_scalar(rendered, quote=before[0])
    if kind is _Kind.CELL:
        return re.sub(r"(?<!\\)\|", r"\\|", rendered)
    mark = _BLOCK_MARK.match(rendered)
    if kind is _Kind.PARAGRAPH and mark and not _BLOCK_MARK.match(before[1:]):
        place = mark.end("number") if mark["number"] else 0
        return rendered[:place] + "\\" + rendered[place:]
    return rendered


def _yaml_scalar(text: str, quote: str) -> str:
    """A value of the front matter, quoted where YAML would read the bare translation as something else."""
    if quote == "'":
        return text.replace("'", "''")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if quote == '"':
        return escaped
    return text if _is_plain(text) else f'"{escaped}"'


def _is_plain(text: str) -> bool:
    """Whether YAML reads a bare value as this very text."""
    try:
        return bool(yaml.safe_load(f"value: {text}") == {"value": text})
    except yaml.YAMLError:
        return False


def _joined(raw: str) -> str:
    """A paragraph's lines as one text: soft line breaks vanish beside Japanese and become blanks elsewhere."""
    lines = [re.sub(r"^[ \t>]*", "", line) if number else line for number, line in enumerate(re.split(_LINE_END, raw))]
    out = lines[0].rstrip()
    for line in lines[1:]:
        glue = " " if out[-1:].isascii() or line[:1].isascii() else ""
        out += glue + line.rstrip()
    return out


def _prose(text: str, found: dict[str, Any]) -> Iterator[tuple[Span, _Kind]]:
    """The spans of prose, in order. What the parser finds besides (``references``) goes into ``found``."""
    front = _FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    if front:
        for match in _TITLE.finditer(text, 0, offset):
            if match["plain"] is None or _is_plain(match["plain"]):
                yield match.span(str(match.lastgroup)), _Kind.TITLE
    lines = list(_line_spans(text, offset))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    in_table = in_heading = False
    for token in parser.parse(_FOOTNOTE.sub(rf"\1{_FOOTNOTE_MARK}", text[offset:]), found):
        if token.type in ("table_open", "table_close"):
            in_table = token.nesting == 1
        elif token.type in ("heading_open", "heading_close"):
            in_heading = token.nesting == 1
        elif token.type == "tr_open" and token.map:
            yield from ((span, _Kind.CELL) for span in _cells(text, lines[token.map[0]]))
        elif token.type == "inline" and token.map and not in_table and token.content.strip():
            content = token.content.replace(_FOOTNOTE_MARK, "[")
            kind = _Kind.HEADING if in_heading else _Kind.PARAGRAPH
            yield from ((span, kind) for span in _paragraph(text, lines, token.map, content))


def _line_spans(text: str, offset: int) -> Iterator[Span]:
    for match in re.finditer(rf"([^\r\n]*)(?:{_LINE_END}|\Z)", text[offset:]):
        yield offset + match.start(1), offset + match.end(1)


def _cells(text: str, line: Span) -> Iterator[Span]:
    row = text[slice(*line)]
    if _DELIMITER.fullmatch(row):
        return
    containers = _CONTAINERS.match(row)
    for match in _CELL.finditer(row, containers.end() if containers else 0):
        body = match.group()
        start = match.start() + len(body) - len(body.lstrip())
        if body.strip():
            yield line[0] + start, line[0] + start + len(body.strip())


def _paragraph(text: str, lines: Sequence[Span], where: Sequence[int], content: str) -> Iterator[Span]:
    """The raw span of a block's prose: from its first content line's first character to its last one's last; hard breaks divide it."""
    rows = content.split("\n")
    start: int | None = None
    end = 0
    for number, row in enumerate(rows):
        line = lines[min(where[0] + number, len(lines) - 1)]
        place = text.find(row.strip(), line[0], line[1]) if row.strip() else line[0]
        if place < 0:
            continue  # a line that the parser changed is left alone
        end = place + len(row.strip())
        if start is None:
            opening = _OPENING.match(text, place, end) if number == 0 else None
            start = opening.end() if opening else place
        hard_break = text[line[0] : line[1]].endswith("  ") or row.rstrip().endswith("\\")
        if hard_break and number < len(rows) - 1:
            if row.rstrip().endswith("\\"):
                end -= 1
            yield start, end
            start = None
    if start is not None and start < end:
        yield start, end
