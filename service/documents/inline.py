"""Markdown's inline markup: taken out before translation, put back by what the model attended to.

Code, images, addresses and tags stay in the text as protected spans. Links and emphasis are pairs of markers around a part of the
visible text; after translation each pair goes around the part that renders it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from service.translation.result import Finding, FindingKind, Segment, Span, Translation

_ATOM = re.compile(
    r"`+[^`\n]+?`+|!\[[^\]]*\]\([^)\s]*(?:\s+\"[^\"]*\")?\)|<https?://[^>\s]+>|</?[A-Za-z][^<>\n]*>|\[\^[^\]\s]+\]|\{[^{}\n]*\}"
)
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])+)\](\([^()\s]*(?:\([^()]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\)|\[[^\]]*\])")
_EMPHASIS = re.compile(r"(\*\*|__|~~|(?<![\w*])\*(?!\s)|(?<![\w_])_(?!\s))(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True, slots=True)
class Pair:
    """Markers around a span of the visible text."""

    opening: str
    closing: str
    span: Span

    @property
    def is_link(self) -> bool:
        """Whether losing it would lose an address."""
        return self.opening == "["


@dataclass(frozen=True, slots=True)
class Inline:
    """The visible text of a block, its protected spans and its marker pairs (outer ones first)."""

    text: str
    protected: tuple[Span, ...]
    pairs: tuple[Pair, ...]


def parse_inline(raw: str) -> Inline:
    """Take the marker pairs out of a raw inline text."""
    out: list[str] = []
    protected: list[Span] = []
    pairs: list[Pair] = []
    _parse(raw, out, protected, pairs)
    return Inline("".join(out), tuple(protected), tuple(sorted(pairs, key=lambda p: (p.span[0], -p.span[1]))))


def _parse(raw: str, out: list[str], protected: list[Span], pairs: list[Pair]) -> None:
    position = 0
    while position < len(raw):
        found = [m for m in (p.search(raw, position) for p in (_ATOM, _LINK, _EMPHASIS)) if m]
        if not found:
            break
        match = min(found, key=lambda m: m.start())
        out.append(raw[position : match.start()])
        start = sum(map(len, out))
        if match.re is _ATOM:
            out.append(match.group())
            protected.append((start, start + len(match.group())))
        else:
            opening, inner = ("[", match.group(1)) if match.re is _LINK else (match.group(1), match.group(2))
            closing = "]" + match.group(2) if match.re is _LINK else match.group(1)
            _parse(inner, out, protected, pairs)
            pairs.append(Pair(opening, closing, (start, sum(map(len, out)))))
        position = match.end()
    out.append(raw[position:])


def render_inline(inline: Inline, translation: Translation) -> tuple[str, list[Finding]]:
    """The translation with the markers back in place.

    A link whose text cannot be placed goes around its whole segment, so no address is lost; emphasis that cannot be placed is
    left out. Both are findings.
    """
    findings: list[Finding] = []
    marks: list[tuple[Span, Pair]] = []
    for pair in inline.pairs:
        span, sure = _project(pair, translation, len(inline.text))
        crosses = span is not None and any(_crosses(span, other) for other, _ in marks)
        if span is None or crosses or not sure:
            what = "link" if pair.is_link else "emphasis"
            findings.append(Finding(FindingKind.MARKUP, f"the place of {what} {pair.opening}…{pair.closing} is uncertain", pair.span))
        if span is not None and not crosses and (sure or pair.is_link):
            marks.append((span, pair))
        elif crosses and pair.is_link:
            end = len(translation.text.rstrip())
            marks.append(((end, end), Pair(" [" + inline.text[slice(*pair.span)], pair.closing, pair.span)))
    return _insert(translation.text, marks), findings


def _crosses(one: Span, other: Span) -> bool:
    return one[0] < other[0] < one[1] < other[1] or other[0] < one[0] < other[1] < one[1] or one == other


def _insert(text: str, marks: Sequence[tuple[Span, Pair]]) -> str:
    inserts: list[tuple[int, int, int, str]] = []
    for order, ((start, end), pair) in enumerate(marks):
        inserts.append((start, 1, order, pair.opening))
        inserts.append((end, 0 if start < end else 2, -order, pair.closing))
    out, position = [], 0
    for place, *_, marker in sorted(inserts):
        out.append(text[position:place] + marker)
        position = place
    return "".join(out) + text[position:]


def _project(pair: Pair, translation: Translation, length: int) -> tuple[Span | None, bool]:
    """The target span of a pair, and whether it is certain."""
    if pair.span[0] == 0 and pair.span[1] >= length:
        return (0, len(translation.text)), True
    source = target = 0
    for segment in translation.segments:
        # Positions in the source text: pieces keep their lengths there, and the separators were at least as long as now.
        start, end = source, source + len(segment.source)
        if segment.source and start <= pair.span[0] < max(end, start + 1):
            own = (pair.span[0] - start, min(pair.span[1], end) - start)
            inner = _within(segment, own)
            if inner is None:
                return (target, target + len(segment.target)), False
            return (target + inner[0], target + inner[1]), True
        source += len(segment.source) + segment.source_gap
        target += len(segment.target) + len(segment.separator)
    return None, False


def _within(segment: Segment, own: Span) -> Span | None:
    """The target span, within a segment, of a source span of it."""
    if own[0] <= 0 and own[1] >= len(segment.source.rstrip("。.")):
        return 0, len(segment.target.rstrip(".。"))
    spans = [t.target_span for t in segment.terms if t.target_span and own[0] <= t.source_span[0] and t.source_span[1] <= own[1]]
    covered = sum(t.source_span[1] - t.source_span[0] for t in segment.terms if own[0] <= t.source_span[0] and t.source_span[1] <= own[1])
    if not spans or covered < (own[1] - own[0]) * 0.7:
        spans = [t for s, t in segment.links if s[0] < own[1] and s[1] > own[0] and s[0] < s[1]]
    if not spans:
        return None
    start, end = min(s[0] for s in spans), max(s[1] for s in spans)
    if end - start > len(segment.target) * min(1.0, 2.5 * (own[1] - own[0]) / max(len(segment.source), 1) + 0.1):
        return None
    return _to_words(segment.target, start, end)


def _to_words(text: str, start: int, end: int) -> Span:
    def latin(char: str) -> bool:
        return char.isascii() and char.isalnum()

    while start > 0 and latin(text[start - 1]) and latin(text[start : start + 1] or " "):
        start -= 1
    while end < len(text) and latin(text[end]) and latin(text[end - 1]):
        end += 1
    while start < end and text[start] in " ,.;:、。":
        start += 1
    while end > start and text[end - 1] in " ,.;:、。":
        end -= 1
    return start, end
