"""Finding terms in a text: one Aho-Corasick pass over the folded text, hits as spans of the raw text.

All overlapping candidates are found, the ones that their surroundings rule out are dropped (a Latin term within a longer
word, a katakana term cut out of a longer one, wrong letter case, a listed look-alike), and the rest are resolved to
maximal exclusive spans: longest first, then leftmost. The losers stay on the winner as ``nested``.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import ahocorasick_rs

from glossary.folding import Folded, fold, fold_key
from glossary.inflection import inflected_forms
from glossary.terms import Case, Concept, Term, Use

_KATAKANA = re.compile(r"[ァ-ヺーヽヾ]")
_CJK = re.compile(r"[぀-ヿ㐀-鿿豈-﫿]")
_MIDDLE_DOT = re.compile(r"(?<=[ァ-ヺー])・(?=[ァ-ヺ])")
_NUMERALS = "〇一二三四五六七八九十百千"
_KANJI_NUMBER = re.compile(f"[{_NUMERALS}][{_NUMERALS}]")
_DECIMAL = re.compile(r"[0-9]\.[0-9]")
_MEMBER_COUNT = re.compile(r"[0-9]+か国")
_COUNTER_START = re.compile(r"^[ヶヵカケ箇](?=[国月所条年])")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found in a text, at raw positions ``start`` to ``end``.

    ``alternatives`` are other concepts that the same characters can name; ``nested`` are shorter hits that this one won over.
    """

    start: int
    end: int
    text: str
    concept: Concept
    term: Term
    alternatives: tuple[tuple[Concept, Term], ...] = ()
    nested: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    concept: Concept
    term: Term
    form: str  # the spelling or inflected form, as written


class TermIndex:
    """An immutable index of the terms of one language. Safe to use from several threads."""

    def __init__(self, concepts: Iterable[Concept], language: str) -> None:
        self.language = language
        entries: dict[str, list[_Entry]] = {}
        for concept in concepts:
            for term in concept.terms_in(language):
                if term.use is not Use.TARGET:
                    for form in search_forms(term):
                        known = entries.setdefault(fold_key(form), [])
                        known.append(_Entry(concept, term, form))
        entries.pop("", None)
        self._entries = list(entries.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(entries)) if entries else None

    def __len__(self) -> int:
        """The number of distinct search forms."""
        return len(self._entries)

    def find(self, text: str, domains: Collection[str] = ()) -> list[Hit]:
        """All maximal, exclusive occurrences in raw ``text``, from left to right.

        Where the same characters name several concepts, one of the given ``domains`` goes first, then the order of the termbase.
        """
        if self._automaton is None:
            return []
        folded = fold(text)
        candidates = []
        for key, start, end in self._automaton.find_matches_as_indexes(folded.text, overlapping=True):
            if folded.whole(start, end) and _boundaries_hold(folded.text, start, end) and not _closes_quotation(folded.text, start, end):
                hit = self._candidate(text, folded, key, (start, end), domains)
                if hit is not None:
                    candidates.append(hit)
        return _resolve(candidates)

    def _candidate(self, text: str, folded: Folded, key: int, span: tuple[int, int], domains: Collection[str]) -> Hit | None:
        start, end = folded.raw_span(*span)
        raw = text[start:end]
        fitting = [e for e in self._entries[key] if _case_holds(raw, e) and _guards_hold(folded.text, span, e.term)]
        fitting = list({id(e.term): e for e in fitting}.values())
        if not fitting:
            return None
        if domains:
            fitting.sort(key=lambda e: e.concept.domain not in domains)
        first, *others = fitting
        return Hit(start, end, raw, first.concept, first.term, tuple((e.concept, e.term) for e in others))


def search_forms(term: Term) -> tuple[str, ...]:
    """Every written form under which a term is looked for, beyond what folding unifies."""
    forms = dict.fromkeys(term.spellings)
    for text in tuple(forms):
        forms.update(dict.fromkeys(_dot_choices(text)))
        forms.setdefault(_INITIALS.sub(lambda m: m.group().replace(".", ""), text))
    if term.inflects:
        for text in tuple(forms):
            forms.update(dict.fromkeys(inflected_forms(text, term.language)))
    return tuple(forms)


def _is_word(char: str) -> bool:
    return char.isalnum() and not _CJK.match(char)


def _boundaries_hold(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    first, last = text[start], text[end - 1]
    if (start and _KANJI_NUMBER.match(text, start - 1)) or (start > 1 and _DECIMAL.match(text, start - 2)):
        return False
    if _DECIMAL.match(text, end - 1):
        return False
    if last.isalpha() and _MEMBER_COUNT.match(text, end):
        after = ""
    if before and ((_is_word(first) and _is_word(before)) or (_KATAKANA.match(first) and _KATAKANA.match(before))):
        return False
    if not after:
        return True
    if _KATAKANA.match(last) and _KATAKANA.match(after):
        return False
    return not (_is_word(after) and (_is_word(last) or (last == "." and _is_word(text[end - 2 : end - 1] or " "))))


def _case_holds(raw: str, entry: _Entry) -> bool:
    raw = unicodedata.normalize("NFKC", raw)
    if entry.term.case is not Case.EXACT or len(raw) != len(entry.form):
        return True
    return all(r == f or r.lower() != f.lower() for r, f in zip(raw, entry.form, strict=True))


def _guards_hold(text: str, span: tuple[int, int], term: Term) -> bool:
    start, end = span
    if any(text.endswith(_guard_key(g), 0, start) for g in term.not_preceded_by):
        return False
    return not any(text.startswith(_guard_key(g), end) for g in term.not_followed_by)


def _guard_key(guard: str) -> str:
    return _COUNTER_START.sub("か", fold_key(guard))


def _closes_quotation(text: str, start: int, end: int) -> bool:
    """A bare possessive directly after an opening quotation mark takes the closing mark for an apostrophe."""
    return text[end - 1] == "'" and text[start - 1 : start] == "'"


def _dot_choices(text: str) -> list[str]:
    parts = _MIDDLE_DOT.split(text)
    if len(parts) > 6:
        return ["".join(parts)]
    choices = itertools.product(("", "・"), repeat=len(parts) - 1)
    return [parts[0] + "".join(d + p for d, p in zip(dots, parts[1:], strict=True)) for dots in choices]


def _resolve(candidates: list[Hit]) -> list[Hit]:
    winners: list[Hit] = []
    losers: dict[int, list[Hit]] = {}
    owner: dict[int, int] = {}
    for hit in sorted(candidates, key=lambda h: (h.start - h.end, h.start)):
        touched = [owner[position] for position in range(hit.start, hit.end) if position in owner]
        if touched:
            losers.setdefault(min(touched), []).append(hit)
        else:
            owner.update(dict.fromkeys(range(hit.start, hit.end), len(winners)))
            winners.append(hit)
    resolved = [
        Hit(w.start, w.end, w.text, w.concept, w.term, w.alternatives, tuple(losers.get(place, ()))) for place, w in enumerate(winners)
    ]
    return sorted(resolved, key=lambda h: h.start)
