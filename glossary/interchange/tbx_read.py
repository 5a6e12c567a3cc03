"""Concepts from TBX (ISO 30042): v2 ``<martif>``, and v3 ``<tbx>`` in DCA and in DCT style.

What becomes of a file:

* ``subjectField`` is the domain; one that is no domain name is made into one, and its words stay in the note.
* ``definition`` of any level is the definition in its language (``xml:lang`` of its own, of its section, of the file).
* ``source`` and ``externalCrossReference`` are sources of the concept, also those of a language or a term.
* ``administrativeStatus`` (and ``normativeAuthorization``): superseded is deprecated; ``forbidden`` and ``obsolete`` are forbidden, as in
  Weblate. A second preferred term of a language is admitted.
* ``termType``: an acronym is an abbreviation. A ``variant`` that says nothing else is a spelling of the term before it.
* a reading is taken from ``reading`` or ``furigana``, and from ``pronunciation`` or ``sortKey`` where it is kana.
* every other data category, and what the words of the file say beyond the above, is a line of the concept's note:
  ``context [en open cluster]: Over 1100 open clusters are known.`` Nothing is dropped, apart from the header, from empty elements and from
  the attributes that hold no content (``module``, ``datatype``).

Runs of white space are one blank, and a term section has one term. Sections and terms that cannot be used are reported one by one; the
concept is made of the others. Reference objects (``<back>``) come after the entries that name them: they are reported, not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from glossary.interchange.base import ImportedConcept, InterchangeOptions, RejectedRow
from glossary.interchange.imported_values import language_code
from glossary.interchange.secure_xml import XML_LANG, local_name, read_entries, unresolved_entity
from glossary.interchange.tbx_categories import LANGUAGE_SECTIONS, categories_of
from glossary.interchange.tbx_concepts import ConceptDraft

_ENTRIES = frozenset({"termEntry", "conceptEntry"})


def read_tbx(stream: BinaryIO, options: InterchangeOptions) -> Iterator[ImportedConcept | RejectedRow]:
    """Concepts and rejected entries, sections and terms in the order of the file, in constant memory apart from the ids seen.

    Raises:
        InterchangeError: the file is no TBX, is not well-formed, or breaks a limit of ``secure_xml``.
    """
    seen: dict[str, int | None] = {}
    for element in read_entries(stream, roots={"martif", "tbx"}, containers={"body", "back"}):
        name, line = local_name(element), element.sourceline
        entity = unresolved_entity(element)
        if name not in _ENTRIES:
            yield RejectedRow(line, name, f"<{name}> is not a concept entry; it was not read")
        elif entity:
            yield RejectedRow(line, name, f"the entity {entity} stands for text that the file does not have; write the text itself")
        else:
            yield from _read_entry(element, options, seen)


def _read_entry(element: Any, options: InterchangeOptions, seen: dict[str, int | None]) -> Iterator[ImportedConcept | RejectedRow]:
    name, line = local_name(element), element.sourceline
    file_language = language_code(element.getroottree().getroot().get(XML_LANG), options)
    draft = ConceptDraft(options)
    for category in categories_of(element):
        draft.take(category, "", file_language or options.source)
    for section in element:
        if local_name(section) in LANGUAGE_SECTIONS:
            draft.take_language(section)
    concept = draft.concept(element.get("id"), line)
    yield from draft.rejected
    if not concept.terms:
        yield RejectedRow(line, name, "the entry has no term that can be used")
    elif concept.id in seen:
        reason = f"the id {concept.id!r} stands in line {seen[concept.id]} already"
        if not element.get("id"):
            reason = f"an entry without an id has the same term as the one in line {seen[concept.id]}; give both an id"
        yield RejectedRow(line, name, reason)
    else:
        seen[concept.id] = line
        yield ImportedConcept(concept, line)
