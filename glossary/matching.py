"""Finding terms in a text: one Aho-Corasick pass over the folded text, hits as spans of the raw text.

All overlapping candidates are found, the ones that their surroundings rule out are dropped (a Latin term within a longer
word, a katakana term cut out of a longer one, wrong letter case, a listed look-alike), and the rest are resolved to
maximal exclusive spans: longest first, then leftmost. The losers stay on the winner as ``nested``.

The automaton holds the written forms only. An ending that is merely added to a form (plural, possessive) is looked for behind a hit:
a quarter of the patterns, so that the index is small and quick to build.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

import ahocorasick_rs

from glossary.boundaries import BLOCKED, at_begin, at_end, fits, kinds
from glossary.folding import Folded, fold, fold_key, fold_keys
from glossary.inflection import endings, inflected_forms
from glossary.terms import ANY_LANGUAGE, Case, Concept, Term, Use

_MIDDLE_DOT = re.compile(r"(?<=[ァ-ヺー])・(?=[ァ-ヺ])")
_COUNTER_START = re.compile(r"^[ヶヵカケ箇](?=[国月所条年])")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")


class Hit(NamedTuple):
    """A term found in a text, at raw positions ``start`` to ``end``.

    ``alternatives`` are other concepts that the same characters can name; ``nested`` are shorter hits that this one won over.
    """

    # A named tuple, not a frozen dataclass: one is made four times as fast, and a long text has a hit every few words.
    start: int
    end: int
    text: str
    concept: Concept
    term: Term
    alternatives: tuple[tuple[Concept, Term], ...] = ()
    nested: tuple[Hit, ...] = ()


class _Entry(NamedTuple):
    rank: int  # place in the termbase
    concept: Concept
    term: Term
    form: str  # as written
    endings: tuple[str, ...]  # what may be added to the form
    not_after: tuple[str, ...]  # guards, folded
    not_before: tuple[str, ...]

    @property
    def unconditional(self) -> bool:
        return self.term.case is not Case.EXACT and not self.not_after and not self.not_before


class _Passage(NamedTuple):
    text: str
    folded: str
    offsets: memoryview | None  # raw starts; an array would answer for a single position slowly

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw span of a folded one that begins and ends between raw characters."""
        return (start, end) if self.offsets is None else (self.offsets[start], self.offsets[end])


# Folded start, minus folded end (so that the longer sorts first), key, ending.
_Candidate = tuple[int, int, int, str]
_span = itemgetter(0, 1)


class TermIndex:
    """An immutable index of the terms of one language. Safe to use from several threads."""

    def __init__(self, concepts: Iterable[Concept], language: str) -> None:
        self.language = language
        entries = list(_entries(concepts, language))
        by_key: dict[str, list[_Entry]] = {}
        for key, entry in zip(fold_keys(entry.form for entry in entries), entries, strict=True):
            by_key.setdefault(key, []).append(entry)
        by_key.pop("", None)
        self._keys = list(by_key)
        self._entries = list(by_key.values())
        self._endings = [found[0].endings if len(found) == 1 else _endings_of(found) for found in self._entries]
        self._heads = {ending[0] for added in set(self._endings) for ending in added}
        # What a key names where nothing is left to ask: one term, in any letter case, without guards.
        self._sole = [(e[0].concept, e[0].term) if len(e) == 1 and e[0].unconditional else None for e in self._entries]
        self._automaton = ahocorasick_rs.AhoCorasick(self._keys) if self._keys else None

    def __len__(self) -> int:
        """The number of distinct search forms."""
        added = {key + ending for key, found in zip(self._keys, self._endings, strict=True) for ending in found}
        return len(added.union(self._keys))

    def find(self, text: str, domains: Collection[str] = ()) -> list[Hit]:
        """All maximal, exclusive occurrences in raw ``text``, from left to right.

        Where the same characters name several concepts, the collection of higher precedence is meant, then one of the given
        ``domains``, then the first of the termbase.
        """
        folded = fold(text)
        candidates = self._candidates(folded)
        passage = _Passage(text, folded.text, None if folded.offsets is None else folded.offsets.data)
        hits: list[Hit] = []
        for group in _overlapping(candidates):
            sole = self._sole[group[0][2]]
            if len(group) > 1 or sole is None:
                hits += self._settle(group, passage, domains)
            else:
                start, end = passage.raw_span(group[0][0], -group[0][1])
                hits.append(Hit(start, end, text[start:end], sole[0], sole[1], (), ()))
        return hits

    def _candidates(self, folded: Folded) -> list[_Candidate]:
        """What the automaton finds and the surroundings allow, from left to right, the longer first."""
        text = folded.text
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True) if self._automaton else []
        if not matches:
            return []
        around = kinds(text)
        found = [
            (s, -e, key, "")
            for key, s, e in matches
            if not (flags := at_begin(around[s : s + 3]) | at_end(around[e : e + 4])) or (flags != BLOCKED and fits(around, text, s, e))
        ]
        if self._heads:
            found += self._with_endings(matches, text, around)
        if folded.offsets is not None:
            found = [candidate for candidate in found if folded.whole(candidate[0], -candidate[1])]
        found.sort()
        return found

    def _with_endings(self, matches: list[tuple[int, int, int]], text: str, around: bytes) -> Iterator[_Candidate]:
        heads = self._heads
        for key, start, stop in [m for m in matches if text[m[2] : m[2] + 1] in heads]:
            for ending in self._endings[key]:
                if text.startswith(ending, stop) and fits(around, text, start, stop + len(ending)):
                    yield start, -stop - len(ending), key, ending

    def _settle(self, group: list[_Candidate], passage: _Passage, domains: Collection[str]) -> list[Hit]:
        """The hits that come of candidates which overlap."""
        found = []
        for (start, minus_end), same in itertools.groupby(group, key=_span):
            span = start, -minus_end
            start, end = passage.raw_span(*span)
            raw = passage.text[start:end]
            meanings = self._meanings([(key, ending) for _, _, key, ending in same], raw, passage.folded, span)
            if len(meanings) > 1:
                meanings.sort(key=lambda meaning: (-meaning[0].precedence, bool(domains) and meaning[0].domain not in domains))
            if meanings:
                found.append(Hit(start, end, raw, *meanings[0], tuple(meanings[1:])))
        return _resolve(found)

    def _meanings(self, keys: list[tuple[int, str]], raw: str, folded: str, span: tuple[int, int]) -> list[tuple[Concept, Term]]:
        """What a span can name, in the order of the termbase."""
        sole = self._sole[keys[0][0]]
        if sole is not None and len(keys) == 1:
            return [sole]
        entries = [(entry, ending) for key, ending in keys for entry in self._entries[key] if not ending or ending in entry.endings]
        fitting = [e for e, ending in sorted(entries) if _case_holds(raw, e, ending) and _guards_hold(folded, span, e)]
        return list({id(e.term): (e.concept, e.term) for e in fitting}.values())


def search_forms(term: Term) -> tuple[str, ...]:
    """Every written form under which a term is looked for, beyond what folding unifies."""
    forms = _written_forms(term)
    if term.inflects:
        for text in tuple(forms):
            forms.update(dict.fromkeys(inflected_forms(text, term.language)))
    return tuple(forms)


def _written_forms(term: Term) -> dict[str, None]:
    forms = dict.fromkeys(term.spellings)
    for text in tuple(forms):
        if "・" in text:
            forms.update(dict.fromkeys(_dot_choices(text)))
        if "." in text:
            forms.setdefault(_INITIALS.sub(lambda m: m.group().replace(".", ""), text))
    return forms


def _entries(concepts: Iterable[Concept], language: str) -> Iterator[_Entry]:
    rank = itertools.count()
    for concept in concepts:
        for term in concept.terms:
            if term.language not in (language, ANY_LANGUAGE) or term.use is Use.TARGET:
                continue
            not_after = tuple(map(_guard_key, term.not_preceded_by))
            not_before = tuple(map(_guard_key, term.not_followed_by))
            for form in _written_forms(term):
                added, changed = endings(form, language) if term.inflects else ((), ())
                yield _Entry(next(rank), concept, term, form, added, not_after, not_before)
                for other in changed:
                    yield _Entry(next(rank), concept, term, other, (), not_after, not_before)


def _endings_of(entries: list[_Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ending for entry in entries for ending in entry.endings))


def _case_holds(raw: str, entry: _Entry, ending: str) -> bool:
    if entry.term.case is not Case.EXACT:
        return True
    raw, form = unicodedata.normalize("NFKC", raw), entry.form + ending
    return len(raw) != len(form) or all(r == f or r.lower() != f.lower() for r, f in zip(raw, form, strict=True))


def _guards_hold(text: str, span: tuple[int, int], entry: _Entry) -> bool:
    return not text.endswith(entry.not_after, 0, span[0]) and not text.startswith(entry.not_before, span[1])


def _guard_key(guard: str) -> str:
    return _COUNTER_START.sub("か", fold_key(guard))


def _dot_choices(text: str) -> list[str]:
    parts = _MIDDLE_DOT.split(text)
    if len(parts) > 6:
        return ["".join(parts)]
    choices = itertools.product(("", "・"), repeat=len(parts) - 1)
    return [parts[0] + "".join(d + p for d, p in zip(dots, parts[1:], strict=True)) for dots in choices]


def _overlapping(candidates: list[_Candidate]) -> Iterator[list[_Candidate]]:
    """Sorted candidates in groups that overlap, directly or through others."""
    group: list[_Candidate] = []
    reach = 0
    for candidate in candidates:
        if candidate[0] < reach:
            group.append(candidate)
            reach = max(reach, -candidate[1])
        else:
            if group:
                yield group
            group = [candidate]
            reach = -candidate[1]
    if group:
        yield group


def _resolve(candidates: list[Hit]) -> list[Hit]:
    """The winners among hits that may overlap, each with the losers that it won over."""
    if len(candidates) < 2:
        return candidates
    candidates.sort(key=lambda h: (h.start - h.end, h.start))
    longest = candidates[0]
    if all(longest.start <= h.start and h.end <= longest.end for h in candidates):
        return [Hit(*longest[:6], tuple(candidates[1:]))]
    winners: list[Hit] = []
    losers: dict[int, list[Hit]] = {}
    owner: dict[int, int] = {}
    for hit in candidates:
        touched = [owner[position] for position in range(hit.start, hit.end) if position in owner]
        if touched:
            losers.setdefault(min(touched), []).append(hit)
        else:
            owner.update(dict.fromkeys(range(hit.start, hit.end), len(winners)))
            winners.append(hit)
    return sorted((Hit(*winner[:6], tuple(losers.get(place, ()))) for place, winner in enumerate(winners)), key=lambda h: h.start)
