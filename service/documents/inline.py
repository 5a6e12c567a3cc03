"""Markdown's inline markup: taken out before translation, put back by what the model attended to.

Code, images, addresses, tags and escapes stay in the text as protected spans. Links and emphasis are pairs of markers around a part of
the visible text; after translation each pair goes around the part that renders it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markdown_it.common.utils import normalizeReference

from service.translation.result import Finding, FindingKind, Segment, Span, Translation

_ADDRESS = r"\((?:<[^<>\n]*>|[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
_ATOM = "|".join((
    r"\\[!-/:-@\[-`{-~]",  # an escaped character
    r"(?P<ticks>(?<!`)`+(?!`)).+?(?<!`)(?P=ticks)(?!`)",  # code
    rf"!\[[^\[\]]*\](?:{_ADDRESS}|\[[^\[\]]*\])",  # an image
    r"<https?://[^>\s]+>|</?[A-Za-z][^<>\n]*>|<!--.*?-->",  # an address, a tag, a comment
    r"\[\^[^\]\s]+\]|\{[^{}\n]*\}|&\#?\w{1,31};",  # a footnote's number, attributes, an entity
))  # fmt: skip
_LINK = rf"\[(?P<label>(?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])+)\](?P<address>{_ADDRESS}|\[[^\[\]]*\]|)"
_LONGEST_EMPHASIS = 1000  # characters; without a limit, many opening markers that nothing closes would take quadratic time


def _emphasis(name: str, opening: str, closing: str, sign: str) -> str:
    inner = rf"(?P<{name}_inner>.{{1,{_LONGEST_EMPHASIS}}}?)"
    return rf"(?P<{name}>{opening}(?![\s{sign}])){inner}(?<![\s\\{sign}])(?P={name}){closing}"


_MARKUP = re.compile(
    "|".join((
        rf"(?P<atom>{_ATOM})",
        _LINK,
        _emphasis("stars", r"(?<!\*)\*{1,3}", r"(?!\*)", "*"),
        _emphasis("bars", r"(?<!\w)_{1,3}", r"(?!\w)", "_"),
        _emphasis("waves", r"(?<!~)~~", r"(?!~)", "~"),
    ))
)  # fmt: skip
_INNER_LINK = re.compile(r"(?<!!)\[[^\[\]]*\][\[(]")


@dataclass(frozen=True, slots=True)
class Pair:
    """Markers around a span of the visible text. ``label``: what a reference is found by, where that is the text itself."""

    opening: str
    closing: str
    span: Span
    label: str | None = None

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


def parse_inline(raw: str, references: Collection[str] = ()) -> Inline:
    """Take the marker pairs out of a raw inline text. ``references``: normalised labels that the document defines."""
    reader = _Reader(references)
    reader.read(raw)
    return Inline("".join(reader.out), tuple(reader.protected), tuple(reader.pairs))


class _Reader:
    """Collects the visible text, the protected spans and the pairs (outer ones first)."""

    def __init__(self, references: Collection[str]) -> None:
        self.out: list[str] = []
        self.length = 0
        self.protected: list[Span] = []
        self.pairs: list[Pair] = []
        self._references = references

    def read(self, raw: str) -> None:
        position = 0
        while match := _MARKUP.search(raw, position):
            self._write(raw[position : match.start()])
            start, place = self.length, len(self.pairs)
            position = match.end()
            if match["atom"] is not None:
                self._write(match["atom"])
                self.protected.append((start, self.length))
            elif match["label"] is not None and self._is_link(match["label"], match["address"]):
                self.read(match["label"])
                own_label = match["label"] if match["address"] in ("", "[]") else None
                self.pairs.insert(place, Pair("[", "]" + match["address"], (start, self.length), own_label))
            elif match["label"] is None and _closes_what_it_opens(_inner(match)):
                marker = match["stars"] or match["bars"] or match["waves"]
                self.read(_inner(match))
                self.pairs.insert(place, Pair(marker, marker, (start, self.length)))
            else:
                self._write(match.group()[0])
                position = match.start() + 1
        self._write(raw[position:])

    def _write(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)

    def _is_link(self, label: str, address: str) -> bool:
        if _INNER_LINK.search(label):
            return False  # links do not nest: the inner one is the link
        if address.startswith("("):
            return True
        return normalizeReference(address[1:-1] or label) in self._references


def _inner(match: re.Match[str]) -> str:
    return match["stars_inner"] or match["bars_inner"] or match["waves_inner"]


def _closes_what_it_opens(text: str) -> bool:
    """Whether no link or code begins in a text and ends outside of it."""
    return _balanced(text) and text.count("`") % 2 == 0


def _balanced(text: str) -> bool:
    depth = 0
    for found in re.finditer(r"\\.|[\[\]]", text):
        depth += {"[": 1, "]": -1}.get(found.group(), 0)
        if depth < 0:
            return False
    return depth == 0


def render_inline(inline: Inline, translation: Translation) -> tuple[str, list[Finding]]:
    """The translation with the markers back in place.

    A link whose text cannot be placed goes around its whole segment or, where that is taken, behind the text with its source text: no
    address is lost. Emphasis that cannot be placed is left out. Both are findings.
    """
    findings: list[Finding] = []
    placed: list[tuple[Span, Pair]] = []
    loose: list[Pair] = []
    code = _protected(translation)
    places = [(pair, *_project(pair, translation, len(inline.text))) for pair in inline.pairs]
    for pair, span, sure in sorted(places, key=lambda p: not p[2]):
        fits = _fits(span, pair, placed, code, translation.text)
        if not fits or not sure:
            what = "link" if pair.is_link else "emphasis"
            findings.append(Finding(FindingKind.MARKUP, f"the place of {what} {pair.opening}…{pair.closing} is uncertain", pair.span))
        if fits and (sure or pair.is_link):
            placed.append((span, pair))
        elif pair.is_link:
            loose.append(pair)
    same = translation.text == inline.text and not findings
    out = _insert(translation.text, [(span, pair.opening, _closing(pair, same)) for span, pair in placed])
    tail = "".join(f" [{inline.text[slice(*pair.span)]}{_closing(pair, same=False)}" for pair in loose)
    body = out.rstrip() if tail else out
    return body + tail + out[len(body) :], sorted(findings, key=lambda f: f.source_span or (0, 0))


def _closing(pair: Pair, same: bool) -> str:
    """A reference that was found by its own text needs its label once the text is another one."""
    return pair.closing if pair.label is None or same else f"][{pair.label}]"


def _protected(translation: Translation) -> list[Span]:
    """Where protected text stands in the translation: no marker belongs inside."""
    spans: list[Span] = []
    target = 0
    for segment in translation.segments:
        spans.extend((target + t.target_span[0], target + t.target_span[1]) for t in segment.terms if t.concept is None and t.target_span)
        target += len(segment.target) + len(segment.separator)
    return spans


def _fits(span: Span, pair: Pair, placed: Sequence[tuple[Span, Pair]], code: Sequence[Span], text: str) -> bool:
    if span[0] >= span[1] or (pair.is_link and not _balanced(text[slice(*span)])):
        return False
    if any(start < edge < end for start, end in code for edge in span):
        return False
    return not any(_conflicts(span, pair, *other) for other in placed)


def _conflicts(span: Span, pair: Pair, other_span: Span, other: Pair) -> bool:
    if pair.is_link and other.is_link:
        return span[0] < other_span[1] and other_span[0] < span[1]
    if span == other_span:
        return not (_holds(pair.span, other.span) or _holds(other.span, pair.span))
    return _crosses(span, other_span)


def _crosses(one: Span, other: Span) -> bool:
    return one[0] < other[0] < one[1] < other[1] or other[0] < one[0] < other[1] < one[1]


def _holds(outer: Span, inner: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _insert(text: str, marks: Sequence[tuple[Span, str, str]]) -> str:
    """Write markers around spans that do not cross: where several stand at one place, the wider span's is the outer one."""
    inserts: list[tuple[int, int, int, int, str]] = []
    for order, ((start, end), opening, closing) in enumerate(marks):
        inserts.append((start, 1, -end, order, opening))
        inserts.append((end, 0, -start, -order, closing))
    out, position = [], 0
    for place, *_, marker in sorted(inserts):
        before = text[position:place]
        if marker == "[" and re.search(r"(?<!\\)!\Z", before):
            before += " "  # or the link would be an image
        out.append(before + marker)
        position = place
    return "".join(out) + text[position:]


def _project(pair: Pair, translation: Translation, length: int) -> tuple[Span, bool]:
    """The target span of a pair (an empty one where there is none), and whether it is certain."""
    if pair.span[0] == 0 and pair.span[1] >= length:
        return _without_blanks(translation.text, 0, len(translation.text)), True
    found: list[Span] = []
    sure = True
    source = target = 0
    for segment in translation.segments:
        # Positions in the source text: pieces keep their lengths there, and the separators were at least as long as now.
        own = (max(pair.span[0] - source, 0), min(pair.span[1] - source, len(segment.source)))
        if own[0] < own[1]:
            inner = _within(segment, own)
            sure = sure and inner is not None
            start, end = inner or (0, len(segment.target))
            found.append((target + start, target + end))
        source += len(segment.source) + segment.source_gap
        target += len(segment.target) + len(segment.separator)
    return ((found[0][0], found[-1][1]), sure) if found else ((0, 0), False)


def _without_blanks(text: str, start: int, end: int) -> Span:
    body = text[start:end]
    return start + len(body) - len(body.lstrip()), start + len(body.rstrip())


def _within(segment: Segment, own: Span) -> Span | None:
    """The target span, within a segment, of a source span of it."""
    if segment.target == segment.source:
        return own
    if own[0] <= 0 and own[1] >= len(segment.source):
        return 0, len(segment.target)
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
    start, end = _to_words(segment.target, start, end)
    return (start, end) if start < end else None


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
