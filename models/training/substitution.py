"""Approved targets written into the source: what the model learns it from, and how the word alignment follows.

At translation time an approved term stands in the source in place of its original, with blanks around it. Here the same is done
to training pairs in which a dictionary's term and one of its renderings both stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import ahocorasick_rs
import numpy as np

from models.training.alignment import UNALIGNED
from models.training.corpus import Pair
from models.training.languages import LanguageFacts, facts_of
from models.training.tokenizer import Ids, Pieces, Span

_SHORTEST = 2


class Match(NamedTuple):
    """A term at ``start:end`` of the source whose rendering stands at ``target_start:target_end`` of the target."""

    start: int
    end: int
    target_start: int
    target_end: int


@dataclass(frozen=True, slots=True)
class Written:
    """A source text with renderings written in. ``origins``: for every character its place in the original, or None.

    ``insertions`` pairs the place of each rendering with its place in the target.
    """

    text: str
    origins: tuple[int | None, ...]
    insertions: tuple[tuple[Span, Span], ...]


class TermPairs:
    """A dictionary of one direction: every source term with its renderings."""

    def __init__(self, pairs: Iterable[Pair], source: str, target: str) -> None:
        """Several terms or renderings of one entry are separated by semicolons."""
        self._source, self._target = facts_of(source), facts_of(target)
        renderings: dict[str, dict[str, None]] = {}
        for entry, translated in pairs:
            found = [rendering.lower() for rendering in _bare(translated, self._target)]
            for term in _bare(entry, self._source) if found else ():
                renderings.setdefault(term, {}).update(dict.fromkeys(found))
        self._renderings = [tuple(r) for r in renderings.values()]
        terms = list(renderings)
        kind = ahocorasick_rs.MatchKind.LeftmostLongest
        self._automaton = ahocorasick_rs.AhoCorasick(terms, matchkind=kind) if terms else None

    def __len__(self) -> int:
        return len(self._renderings)

    def find(self, source: str, target: str) -> list[Match]:
        """Terms of the source whose rendering stands in the target; no two share a place in either text."""
        lowered = target.lower()
        if self._automaton is None or len(lowered) != len(target):
            return []
        found: list[Match] = []
        for number, start, end in self._automaton.find_matches_as_indexes(source):
            if self._source.spaced and not _whole_word(source, start, end):
                continue
            places = [self._place(lowered, rendering) for rendering in self._renderings[number]]
            best = max(filter(None, places), key=lambda p: p[1] - p[0], default=None)
            if best:
                found.append(Match(start, end, *best))
        return _disjoint(found)

    def _place(self, lowered: str, rendering: str) -> Span | None:
        start = lowered.find(rendering)
        while start >= 0:
            end = start + len(rendering)
            ending = self._target.inflected
            if not self._target.spaced or _whole_word(lowered, start, end):
                return start, end
            if ending and ending.match(lowered, end) and _whole_word(lowered, start, len(lowered)):
                return start, end
            start = lowered.find(rendering, start + 1)
        return None


def write_terms(source: str, target: str, matches: Sequence[Match], *, each: float, chance: np.random.Generator) -> Written | None:
    """Write the rendering of every match, with probability ``each``, into the source; None where chance took none."""
    text, position = "", 0
    origins: list[int | None] = []
    insertions: list[tuple[Span, Span]] = []
    for match in matches:
        if chance.random() >= each:
            continue
        text += source[position : match.start]
        origins.extend(range(position, match.start))
        before = " " if text and text[-1] != " " else ""
        after = " " if match.end < len(source) and source[match.end] != " " else ""
        rendering = target[match.target_start : match.target_end]
        begin = len(text) + len(before)
        insertions.append(((begin, begin + len(rendering)), (match.target_start, match.target_end)))
        text += before + rendering + after
        origins.extend([None] * (len(before) + len(rendering) + len(after)))
        position = match.end
    if not insertions:
        return None
    origins.extend(range(position, len(source)))
    return Written(text + source[position:], tuple(origins), tuple(insertions))


def carry_links(written: Written, pair: Pair, links: Sequence[int], pieces: Pieces) -> tuple[Ids, list[int]]:
    """Ids of the written source, and the links of the original pair carried over by character offsets.

    A link to a piece that was replaced is dropped; the pieces of a rendering link to where it now stands in the source.
    """
    ids, spans = pieces.source_spans(written.text)
    piece_at = {place: piece for piece, (start, end) in enumerate(spans) for place in range(start, end)}
    moved = {origin: piece_at[place] for place, origin in enumerate(written.origins) if origin is not None and place in piece_at}
    _, original_spans = pieces.source_spans(pair[0])
    target_spans = pieces.target_spans(pair[1])
    carried = [UNALIGNED] * len(links)
    for place, link in enumerate(links):
        if 0 <= link < len(original_spans):
            characters = range(*original_spans[link])
            carried[place] = next((moved[c] for c in characters if c in moved), UNALIGNED)
    for (start, _), (target_start, target_end) in written.insertions:
        for place, (begin, end) in enumerate(target_spans[: len(links)]):
            inside = range(max(begin, target_start), min(end, target_end))
            copies = (start + c - target_start for c in inside if pair[1][c] != " ")
            carried[place] = next((piece_at[c] for c in copies if c in piece_at), carried[place])
    return ids, carried


def _bare(entry: str, facts: LanguageFacts) -> list[str]:
    """The words of a dictionary entry without articles; what is too short to be told from chance is left out."""
    words = [facts.lead.sub("", word.strip(), count=1) if facts.lead else word.strip() for word in entry.split(";")]
    return [word for word in words if len(word) >= _SHORTEST + facts.spaced]


def _disjoint(matches: Sequence[Match]) -> list[Match]:
    """Longest renderings first; of two that share a place in the target one goes. In order of the source."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: m.target_start - m.target_end):
        if all(match.target_end <= other.target_start or match.target_start >= other.target_end for other in kept):
            kept.append(match)
    return sorted(kept)


def _whole_word(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())
