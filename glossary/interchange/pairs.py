"""Formats of two languages: rows of a source and a target term become concepts, and concepts become such rows.

Rows of one source term that follow one another are one concept with several target terms: the first approved one is preferred, the others
are admitted. A row that repeats an earlier term elsewhere, or differs from one only in width or case, is rejected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from glossary.folding import fold_key
from glossary.interchange.base import ImportedConcept, InterchangeOptions, RejectedRow, derived_id
from glossary.interchange.cells import BadCell, plain_term, refuse_exchanged
from glossary.terms import Concept, Status, Term, Use
from glossary.validation import MAX_TERMS


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of a two-language format.

    ``status`` is the target term's; None stands for an approved one. ``concept`` is the id of the concept where the format has ids;
    ``context`` tells concepts with the same source term apart where it has contexts. ``domain`` is the file's, None where it names none.
    """

    line: int
    source: str
    target: str
    source_language: str
    target_language: str
    status: Status | None = None
    part_of_speech: str = "noun"
    note: str | None = None
    concept: str | None = None
    context: str = ""
    domain: str | None = None


@dataclass
class _Group:
    first: Pair
    key: str
    terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def has(self, text: str, language: str) -> bool:
        """Whether the term is in the concept. Raises BadCell where it is with another width or case."""
        known = self.terms.get((language, fold_key(text)))
        if known is not None and known.text != text:
            raise BadCell(None, f"{text!r} differs only in width or case from {known.text!r}, which stands in this concept already")
        return known is not None

    def add(self, text: str, language: str, status: Status | None) -> None:
        if len(self.terms) >= MAX_TERMS:
            raise BadCell(None, f"the concept has more than {MAX_TERMS} terms")
        if status in (None, Status.PREFERRED):
            has_one = any(t.language == language and t.status is Status.PREFERRED for t in self.terms.values())
            status = Status.ADMITTED if has_one else Status.PREFERRED
        self.terms[language, fold_key(text)] = plain_term(text, language, status)

    def finish(self, options: InterchangeOptions) -> ImportedConcept:
        first = self.first
        domain = first.domain or options.domain
        # Only a context joins the text in the id: files without one get the ids that the same terms have elsewhere.
        text = f"{first.source}\0{first.context}" if first.context else first.source
        identity = first.concept or derived_id(domain, first.source_language, text)
        note = "\n".join(dict.fromkeys(self.notes)) or None
        concept = Concept(identity, domain, tuple(self.terms.values()), part_of_speech=first.part_of_speech, note=note)
        return ImportedConcept(concept, first.line)


class PairCollector:
    """Makes concepts of pairs, one after another.

    Args:
        options: the domain of the concepts.
        alternatives: whether a source term may have several target terms in one language.
    """

    def __init__(self, options: InterchangeOptions, *, alternatives: bool = True) -> None:
        self._options = options
        self._alternatives = alternatives
        self._seen: dict[str, int] = {}
        self._group: _Group | None = None

    def collect(self, items: Iterable[Pair | RejectedRow]) -> Iterator[ImportedConcept | RejectedRow]:
        """The concepts of the pairs, and every row that is rejected. A concept comes after its last row."""
        for item in items:
            if isinstance(item, RejectedRow):
                yield item
                continue
            try:
                yield from self._add(item)
            except BadCell as bad:
                yield RejectedRow(item.line, bad.column, bad.reason)
        if self._group:
            yield self._group.finish(self._options)

    def _add(self, pair: Pair) -> Iterator[ImportedConcept]:
        refuse_exchanged(pair.source, pair.target, pair.source_language, pair.target_language)
        key = pair.concept or "\0".join((pair.source_language, fold_key(pair.source), pair.context))
        group = self._group
        if group is None or group.key != key:
            if key in self._seen:
                what = f"the concept {pair.concept!r}" if pair.concept else f"the term {pair.source!r}, apart from width or case,"
                raise BadCell("source", f"{what} stands in line {self._seen[key]} already; its rows must follow one another")
            self._seen[key] = pair.line
            self._group = _Group(pair, key)
            if group:
                yield group.finish(self._options)
            group = self._group
        self._join(group, pair)

    def _join(self, group: _Group, pair: Pair) -> None:
        same_text = (pair.source_language, pair.source) == (pair.target_language, pair.target)
        known_source, known_target = group.has(pair.source, pair.source_language), group.has(pair.target, pair.target_language)
        if known_source and (known_target or same_text):
            raise BadCell(None, f"the pair {pair.source!r}, {pair.target!r} stands in this concept already")
        if known_source and not self._alternatives and any(t.language == pair.target_language for t in group.terms.values()):
            raise BadCell("source", f"the term {pair.source!r} has a target term already; this format takes only one")
        if not known_source:
            group.add(pair.source, pair.source_language, None)
        if not known_target:
            group.add(pair.target, pair.target_language, pair.status)
        if pair.note:
            group.notes.append(pair.note)


def renderings(concept: Concept, source: str, target: str) -> Iterator[tuple[str, Term]]:
    """Each spelling that is looked for in texts of ``source``, with the term of ``target`` to write for it, the preferred term's first."""
    terms = [term for term in concept.terms_in(source) if term.use is not Use.TARGET]
    for term in sorted(terms, key=lambda t: t.status is not Status.PREFERRED):
        rendering = concept.rendering(term, target)
        if rendering:
            yield from ((spelling, rendering) for spelling in term.spellings)


class OnlyOnce:
    """Remembers the texts that were written, apart from width and case."""

    def __init__(self) -> None:
        self._keys: set[str] = set()

    def is_new(self, text: str) -> bool:
        """Whether the text was not asked for before."""
        key = fold_key(text)
        new = key not in self._keys
        self._keys.add(key)
        return new
