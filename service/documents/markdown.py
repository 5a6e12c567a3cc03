"""Markdown by source spans: markdown-it says which lines hold prose, only those are edited, everything else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt

from service.documents.base import Block, decode_utf8, encode_utf8
from service.documents.inline import Inline, parse_inline, render_inline
from service.translation.result import Finding, Span, Translation

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^(title|description|subtitle|summary):[ \t]*(?P<quote>[\"']?)(?P<text>[^\"'#\r\n]+?)(?P=quote)[ \t]*$", re.MULTILINE)
_CELL = re.compile(r"(?:[^|\\`]|\\.|`[^`]*`)+")
_DELIMITER = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")


@dataclass(frozen=True, slots=True)
class Markdown:
    """A Markdown file: raw text, and the raw spans of its prose with their parsed inline markup."""

    text: str
    bom: bool
    spans: tuple[Span, ...]
    inlines: tuple[Inline, ...]
    front_end: int = 0

    @classmethod
    def parse(cls, content: bytes) -> Markdown:
        """Read the bytes of a file. Raises DocumentError."""
        text, bom = decode_utf8(content)
        spans = tuple(_prose(text))
        front = _FRONT_MATTER.match(text)
        return cls(text, bom, spans, tuple(parse_inline(_joined(text[a:b])) for a, b in spans), front.end() if front else 0)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The visible text of each paragraph, heading, list item and table cell."""
        return tuple(Block(i.text, i.protected) for i in self.inlines)

    def rebuild(self, translations: Sequence[Translation]) -> tuple[bytes, list[Finding]]:
        """The file with its prose replaced."""
        findings: list[Finding] = []
        out, position = [], 0
        for (start, end), inline, translation in zip(self.spans, self.inlines, translations, strict=True):
            rendered, lost = render_inline(inline, translation)
            findings.extend(lost)
            if end <= self.front_end:
                rendered = _yaml_scalar(rendered, quote=self.text[start - 1])
            out.append(self.text[position:start] + rendered)
            position = end
        return encode_utf8("".join(out) + self.text[position:], self.bom), findings


def _yaml_scalar(text: str, quote: str) -> str:
    """A value of the front matter, quoted where the translation has characters that YAML would read as syntax."""
    if quote == "'":
        return text.replace("'", "''")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if quote == '"':
        return escaped
    return f'"{escaped}"' if re.search(r"[:#\[\]{}&*!|>'\"%@`,]", text) else text


def _joined(raw: str) -> str:
    """A paragraph's lines as one text: soft line breaks vanish beside Japanese and become blanks elsewhere."""
    lines = [re.sub(r"^[ \t>]*", "", line) if number else line for number, line in enumerate(re.split(r"\r?\n", raw))]
    out = lines[0].rstrip()
    for line in lines[1:]:
        glue = " " if out[-1:].isascii() or line[:1].isascii() else ""
        out += glue + line.rstrip()
    return out


def _prose(text: str) -> Iterator[Span]:
    front = _FRONT_MATTER.match(text)
    offset = front.end() if front else 0
    if front:
        for match in _TITLE.finditer(text, 0, offset):
            yield match.span("text")
    lines = list(_line_spans(text, offset))
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    in_table = False
    for token in parser.parse(text[offset:]):
        if token.type == "table_open":
            in_table = True
        elif token.type == "table_close":
            in_table = False
        elif token.type == "tr_open" and token.map:
            yield from _cells(text, lines[token.map[0]])
        elif token.type == "inline" and token.map and not in_table and token.content.strip():
            yield from _paragraph(text, lines, token.map, token.content)


def _line_spans(text: str, offset: int) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]*(?:\n|\Z)", text[offset:]):
        end = offset + match.end()
        body = match.group().rstrip("\r\n")
        yield offset + match.start(), offset + match.start() + len(body)
        if end >= len(text):
            return


def _cells(text: str, line: Span) -> Iterator[Span]:
    row = text[slice(*line)]
    if _DELIMITER.fullmatch(row):
        return
    for match in _CELL.finditer(row):
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
        if start is None:
            start = place
        end = place + len(row.strip())
        hard_break = text[line[0] : line[1]].endswith("  ") or row.rstrip().endswith("\\")
        if hard_break and number < len(rows) - 1:
            if row.rstrip().endswith("\\"):
                end -= 1
            yield start, end
            start = None
    if start is not None and start < end:
        yield start, end
