"""Pairs of terms as TMX 1.4b (LISA OSCAR), the exchange format of translation memories.

Reading: every unit (``<tu>``) is a concept, its segments are the terms; units with the same ``tuid`` one after the other are one concept.
``<prop type="domain">`` (or ``subject``, ``x-domain``) is the domain; what this module writes for status, kind, part of speech and
definitions is read back; every other ``<prop>``, and each ``<note>``, is a line of the concept's note. Formatting codes (bpt, ept, ph, it,
ut) are left out, what they or ``<hi>`` surround stays. A region makes no language of its own for the two languages of the options. The
header and the attributes that tell how a unit came to be (dates, users, counts) are not read.

Writing: a unit for each pair of a source term and the approved term that renders it, then one for each approved term that renders none of
them, with the first source term. The concept's id is the ``tuid``. TMX is read by programs that take each pair for a right translation, so
deprecated and forbidden terms of the target language are not written. What else is lost: concepts without an approved term in both
languages, other languages, the order of terms, variants, readings, abbreviations, guards, use, case, article, inflection and sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from lxml import etree

from glossary.interchange.base import (
    MAX_FIELD_CHARACTERS,
    MAX_TERM_CHARACTERS,
    ImportedConcept,
    InterchangeError,
    InterchangeOptions,
    RejectedRow,
    derived_id,
)
from glossary.interchange.imported_values import concept_id, domain_id, language_code
from glossary.interchange.secure_xml import XML_LANG, local_name, read_entries, text_of, unresolved_entity
from glossary.terms import Concept, Kind, Status, Term, Use
from glossary.validation import MAX_TERMS

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DOMAIN_PROPS = frozenset({"domain", "subject", "x-domain"})


def read_tmx(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Concepts and rejected units in the order of the file, in constant memory apart from the ids seen.

    Raises:
        InterchangeError: the file is no TMX, is not well-formed, or breaks a limit of ``secure_xml``.
    """
    seen: dict[str, int | None] = {}
    current: _Draft | None = None
    for unit in read_entries(stream, roots={"tmx"}, containers={"body"}):
        name, line, entity = local_name(unit), unit.sourceline, unresolved_entity(unit)
        if name != "tu" or entity:
            reason = f"the entity {entity} stands for text that the file does not have; write the text itself"
            yield RejectedRow(line, name, reason if name == "tu" else f"<{name}> is not a translation unit; it was not read")
            continue
        tuid = (unit.get("tuid") or "").strip()
        if current is None or not tuid or current.tuid != tuid:
            if current:
                yield from current.finish(seen)
            current = _Draft(options, tuid, line)
        yield from current.take(unit)
    if current:
        yield from current.finish(seen)


@dataclass
class _Draft:
    """A concept in the making, out of one unit or several with one ``tuid``."""

    options: InterchangeOptions
    tuid: str
    line: int | None
    _domain: str | None = None
    _part_of_speech: str = "noun"
    _terms: dict[tuple[str, str], Term] = field(default_factory=dict)
    _definitions: dict[str, str] = field(default_factory=dict)
    _notes: dict[str, None] = field(default_factory=dict)
    _characters: int = 0  # of definitions and notes

    def take(self, unit: Any) -> Iterator[RejectedRow]:
        """Add the segments and properties of a unit; yields what cannot be used."""
        terms: dict[tuple[str, str], Term] = {}
        for child in unit:
            if local_name(child) == "tuv":
                found = self._read_variant(child)
                if isinstance(found, RejectedRow):
                    yield found
                else:
                    terms[found.language, found.text] = found
        if len({language for language, _ in terms}) < 2:
            yield RejectedRow(unit.sourceline, "tu", "the unit does not have segments in two languages that can be used")
        elif len(terms.keys() | self._terms.keys()) > MAX_TERMS:
            yield RejectedRow(unit.sourceline, "tu", f"the units with the id {self.tuid!r} have more than {MAX_TERMS} terms")
        else:
            self._terms |= {key: term for key, term in terms.items() if key not in self._terms}
            yield from self._take_properties(unit, "")
            for child in unit:
                if local_name(child) == "tuv":
                    segment = next((e for e in child if local_name(e) == "seg"), None)
                    place = "" if segment is None else text_of(segment)[:MAX_TERM_CHARACTERS]
                    yield from self._take_properties(child, place or "a segment")

    def finish(self, seen: dict[str, int | None]) -> Iterator[ImportedConcept | RejectedRow]:
        """The concept, or why there is none; nothing where every unit was rejected already."""
        if not self._terms:
            return
        domain = self._domain or self.options.domain
        terms = tuple(self._terms.values())
        first = next((t for t in terms if t.language == self.options.source), terms[0])
        chosen = concept_id(self.tuid, domain) if self.tuid else derived_id(domain, first.language, first.text)
        if chosen in seen:
            what = f"the id {chosen!r}" if self.tuid else f"the term {first.text[:40]!r} without an id"
            yield RejectedRow(self.line, "tu", f"{what} stands in line {seen[chosen]} already")
            return
        seen[chosen] = self.line
        note = "\n".join(self._notes) or None
        yield ImportedConcept(Concept(chosen, domain, terms, self._definitions, self._part_of_speech, note=note), self.line)

    def _read_variant(self, variant: Any) -> Term | RejectedRow:
        line, written = variant.sourceline, variant.get(XML_LANG) or variant.get("lang")
        language = language_code(written, self.options)
        segments = [child for child in variant if local_name(child) == "seg"]
        text = text_of(segments[0]) if segments else ""
        if language is None:
            reason = f"{written[:40]!r} is no language code such as ja or pt-BR" if written else "the segment has no xml:lang"
            return RejectedRow(line, "tuv", reason)
        if len(segments) > 1:
            return RejectedRow(line, "tuv", f"the {language} variant has {len(segments)} segments; only one is allowed")
        if not text:
            return RejectedRow(line, "seg", f"the {language} segment is empty")
        if len(text) > MAX_TERM_CHARACTERS:
            reason = f"the {language} segment has {len(text):,} characters: longer than a term, of which {MAX_TERM_CHARACTERS} are allowed"
            return RejectedRow(line, "seg", reason)
        if _CONTROL.search(text):
            return RejectedRow(line, "seg", f"the {language} segment {text[:40]!r} holds a control character")
        status = _property(variant, "x-status", list(Status))
        kind = _property(variant, "x-kind", list(Kind))
        return Term(text, language, Status(status or Status.ADMITTED), Kind(kind or Kind.FULL))

    def _take_properties(self, holder: Any, place: str) -> Iterator[RejectedRow]:
        for child in holder:
            name, text = local_name(child), text_of(child)
            if name in ("prop", "note") and text:
                kind = child.get("type") or "prop" if name == "prop" else "note"
                self._characters += len(text)
                if self._characters > MAX_FIELD_CHARACTERS:
                    reason = f"notes and properties of one concept have more than {MAX_FIELD_CHARACTERS:,} characters: the rest is left out"
                    yield RejectedRow(child.sourceline, name, reason)
                    return
                self._take_property(kind, text, place, language_code(child.get(XML_LANG), self.options))

    def _take_property(self, kind: str, text: str, place: str, language: str | None) -> None:
        held = (kind == "x-status" and text in list(Status)) or (kind == "x-kind" and text in list(Kind))
        if place and held:
            return
        if not place and kind.lower() in _DOMAIN_PROPS and self._domain in (None, text):
            self._domain = domain_id(text)
            if self._domain == text:
                return
        if not place and kind == "x-part-of-speech":
            self._part_of_speech = text
        elif not place and kind == "x-definition" and language and self._definitions.setdefault(language, text) == text:
            pass
        else:
            where = f" [{place}]" if place else ""
            self._notes[text if kind == "note" and not place else f"{kind}{where}: {text}"] = None


def _property(holder: Any, kind: str, values: Sequence[str]) -> str | None:
    """The first property of a kind that has one of the values."""
    found = (text_of(child) for child in holder if local_name(child) == "prop" and child.get("type") == kind)
    return next((text for text in found if text in values), None)


def write_tmx(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write the pairs of the two languages of ``options``; concepts that have none are left out.

    Raises:
        InterchangeError: a text holds a character that XML cannot hold.
    """
    source, target = quoteattr(options.source), quoteattr(options.target)
    stream.write(b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n<tmx version="1.4">\n')
    stream.write(
        '<header creationtool="Meiyaku" creationtoolversion="1" segtype="phrase" o-tmf="Meiyaku" '
        f'adminlang={target} srclang={source} datatype="plaintext"/>\n<body>\n'.encode()
    )
    for concept in concepts:
        for number, (one, other) in enumerate(_pairs(concept, options)):
            try:
                unit = _unit(concept, one, other, (options.source, options.target), first=number == 0)
            except ValueError as exc:  # lxml's word for control characters, which no XML file can hold
                raise InterchangeError(f"the concept {concept.id!r} holds a control character; remove it and write again") from exc
            stream.write(etree.tostring(unit, encoding="utf-8", xml_declaration=False, pretty_print=True))
    stream.write(b"</body>\n</tmx>\n")


def _pairs(concept: Concept, options: InterchangeOptions) -> list[tuple[Term, Term]]:
    sources = [t for t in concept.terms_in(options.source) if t.use is not Use.TARGET]
    pairs = [(t, rendering) for t in sources if (rendering := concept.rendering(t, options.target))]
    if pairs:
        written = {rendering.text for _, rendering in pairs}
        pairs += [(pairs[0][0], t) for t in concept.approved(options.target) if t.text not in written]
    return pairs


def _unit(concept: Concept, source: Term, target: Term, languages: tuple[str, str], *, first: bool) -> Any:
    """One pair, in its two languages also where a term is of every language. What is the concept's own stands in its first unit."""
    unit = etree.Element("tu", tuid=concept.id)
    if first:
        for line in filter(str.strip, (concept.note or "").split("\n")):
            etree.SubElement(unit, "note").text = line
    _add_property(unit, "domain", concept.domain)
    if first:
        _add_property(unit, "x-part-of-speech", concept.part_of_speech)
        for language, definition in concept.definitions.items():
            _add_property(unit, "x-definition", definition, language)
    for language, term in zip(languages, (source, target), strict=True):
        variant = etree.SubElement(unit, "tuv", {XML_LANG: language})
        _add_property(variant, "x-status", term.status)
        _add_property(variant, "x-kind", term.kind)
        etree.SubElement(variant, "seg").text = term.text
    return unit


def _add_property(holder: Any, kind: str, text: str, language: str | None = None) -> None:
    added = etree.SubElement(holder, "prop", {"type": kind, **({XML_LANG: language} if language else {})})
    added.text = text
