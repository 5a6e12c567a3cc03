"""A concept in the making, out of the data categories of a TBX entry."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any

from glossary.interchange.base import MAX_FIELD_CHARACTERS, InterchangeOptions, RejectedRow, derived_id
from glossary.interchange.imported_values import concept_id, domain_id, language_code
from glossary.interchange.secure_xml import XML_LANG, local_name
from glossary.interchange.tbx_categories import READ_PART_OF_SPEECH, Category, categories_of, read_own_note, written_part_of_speech
from glossary.interchange.tbx_terms import TermSection, read_term_section, term_sections
from glossary.terms import Concept, Source, Status, Term
from glossary.validation import MAX_TERMS, MAX_VARIANTS

NOT_STATED = "not stated"  # a source must have a publisher
_MAX_SOURCE_CHARACTERS = 2_000
_PART_OF_SPEECH = re.compile(r"[A-Za-z][A-Za-z -]{0,31}")


@dataclass
class ConceptDraft:
    """Takes the data categories and language sections of one entry, then makes the concept. ``rejected`` has what could not be used."""

    options: InterchangeOptions
    rejected: list[RejectedRow] = field(default_factory=list)
    _own: dict[str, str] = field(default_factory=dict)  # what notes of our own say of the concept
    _domain: str | None = None
    _part_of_speech: str | None = None
    _definitions: dict[str, str] = field(default_factory=dict)
    _notes: dict[str, None] = field(default_factory=dict)  # each line once
    _sources: list[Category] = field(default_factory=list)
    _links: dict[str, Category] = field(default_factory=dict)
    _terms: list[Term] = field(default_factory=list)

    def take(self, category: Category, place: str, language: str) -> None:
        """One data category of the concept, of a language or of a term (``place``); ``language`` is that of its text."""
        own = read_own_note(category) if not place else None
        if own and own[0] in ("id", "part_of_speech") and isinstance(own[1], str) and own[1]:
            self._own[own[0]] = own[1]
        elif category.name == "subjectField" and self._domain is None and not place:
            self._take_subject(category)
        elif category.name == "definition" and not category.target:
            self._take_definition(category, place, language)
        elif category.name in ("partOfSpeech", "termType") and self._take_part_of_speech(category):
            pass
        elif category.name == "source" and len(category.value) <= _MAX_SOURCE_CHARACTERS:
            self._sources.append(category)
        elif category.name == "externalCrossReference" and _is_web_address(category.target) and not category.details:
            self._links[category.anchor or f" {len(self._links)}"] = category
        elif category.name == "note" and not place and not category.details:
            self._notes[category.value] = None
        else:
            self._notes[category.as_line(place)] = None

    def take_language(self, section: Any) -> None:
        """A language section with its terms."""
        written = section.get(XML_LANG) or section.get("lang")
        language = language_code(written, self.options)
        if language is None:
            reason = f"{written[:40]!r} is no language code such as ja or pt-BR" if written else "the section has no xml:lang"
            self.rejected.append(RejectedRow(section.sourceline, local_name(section), f"{reason}; its terms were not read"))
            return
        for category in categories_of(section):
            self.take(category, language, language)
        main: int | None = None  # the place of the term that variants belong to
        for term_section in term_sections(section):
            if len(self._terms) >= MAX_TERMS:
                reason = f"the entry has more than {MAX_TERMS} terms: the rest of them was not read"
                self.rejected.append(RejectedRow(term_section.sourceline, local_name(term_section), reason))
                return
            main = self._take_term(term_section, language, main)

    def concept(self, written_id: str | None, line: int | None) -> Concept:
        """The concept of what was taken. A note that is too long is left out and reported."""
        domain = self._domain or self.options.domain
        note = "\n".join(self._notes) or None
        if note and len(note) > MAX_FIELD_CHARACTERS:
            reason = f"the notes and other data categories have {len(note):,} characters, more than {MAX_FIELD_CHARACTERS:,}: left out"
            self.rejected.append(RejectedRow(line, "note", reason))
            note = None
        return Concept(
            id=self._own.get("id") or (concept_id(written_id, domain) if written_id else "") or self._derived_id(domain),
            domain=domain,
            terms=tuple(self._terms),
            definitions=self._definitions,
            part_of_speech=self._own.get("part_of_speech") or self._part_of_speech or "noun",
            sources=self._made_sources(),
            note=note,
        )

    def _derived_id(self, domain: str) -> str:
        if not self._terms:
            return ""
        first = next((t for t in self._terms if t.language == self.options.source), self._terms[0])
        return derived_id(domain, first.language, first.text)

    def _take_subject(self, category: Category) -> None:
        self._domain = domain_id(category.value)
        if self._domain != category.value or category.details:
            self._notes[category.as_line("")] = None

    def _take_definition(self, category: Category, place: str, language: str) -> None:
        language = language_code(category.language, self.options) or language
        self._sources.extend(d for d in category.details if d.name == "source" and len(d.value) <= _MAX_SOURCE_CHARACTERS)
        details = [d for d in category.details if d.name != "source" or len(d.value) > _MAX_SOURCE_CHARACTERS]
        if len(category.value) > MAX_FIELD_CHARACTERS:
            reason = f"the definition has {len(category.value):,} characters, more than {MAX_FIELD_CHARACTERS:,}: left out"
            self.rejected.append(RejectedRow(category.line, "definition", reason))
        elif self._definitions.setdefault(language, category.value) != category.value:
            self._notes[replace(category, details=()).as_line(place)] = None
        for detail in details:
            self._notes[detail.as_line(" ".join(filter(None, (place, "definition"))))] = None

    def _take_part_of_speech(self, category: Category) -> bool:
        """Whether the category says nothing beyond the concept's part of speech, which is the first that is named."""
        value = category.value
        if category.details or (category.name == "termType" and value != "phrase"):
            return False
        own = self._own.get("part_of_speech")
        if own:
            return value == own or (category.name == "partOfSpeech" and value == written_part_of_speech(own))
        value = READ_PART_OF_SPEECH.get(value.lower(), value)
        if _PART_OF_SPEECH.fullmatch(value) and (self._part_of_speech is None or (value == "phrase" and self._part_of_speech == "other")):
            self._part_of_speech = value
        return value == self._part_of_speech

    def _take_term(self, section: Any, language: str, main: int | None) -> int | None:
        """Take a term section; returns the place of the term that a following variant belongs to."""
        read, rejected = read_term_section(section)
        self.rejected.extend(rejected)
        if read is None:
            return main
        for category in read.rest:
            self.take(category, f"{language} {read.text}", language)
        if main is not None and self._take_spelling(read, main):
            return main
        same = [t for t in self._terms if t.language == language]
        if any(t.text == read.text for t in same):
            self.rejected.append(RejectedRow(read.line, "term", f"the {language} term {read.text[:40]!r} stands twice in this entry"))
            return main
        term = read.term(language)
        if term.status is Status.PREFERRED and any(t.status is Status.PREFERRED for t in same):
            self._notes[f"administrativeStatus [{language} {read.text}]: preferredTerm, as another one is"] = None
            term = replace(term, status=Status.ADMITTED)
        self._terms.append(term)
        return len(self._terms) - 1

    def _take_spelling(self, read: TermSection, main: int) -> bool:
        term = self._terms[main]
        if not read.is_spelling_of(term) or read.text in term.spellings or len(term.variants) >= MAX_VARIANTS:
            return False
        self._terms[main] = replace(term, variants=(*term.variants, read.text))
        return True

    def _made_sources(self) -> tuple[Source, ...]:
        """The sources stated, with the addresses that they point to; then the addresses that no source points to."""
        links = dict(self._links)
        made = [_source(category, links.pop(category.target or "", None)) for category in self._sources]
        made += [_source(link, link) for link in links.values()]
        return tuple(dict.fromkeys(made))


def _source(category: Category, link: Category | None) -> Source:
    own = dict(filter(None, map(read_own_note, category.details)))
    url = link.target if link else own.get("url")
    if not url and "id" not in own and _is_web_address(category.value):
        url = category.value
    publisher = str(own.get("publisher") or NOT_STATED)
    digest = hashlib.sha256("\0".join((category.value, publisher, url or "")).encode()).hexdigest()
    return Source(str(own.get("id") or f"source-{digest[:12]}"), category.value, publisher, url)


def _is_web_address(text: str | None) -> bool:
    return bool(text and text.startswith(("http://", "https://")) and len(text) <= _MAX_SOURCE_CHARACTERS)
