"""Concepts as TBX-Basic, version 3 (ISO 30042:2019) in DCA style.

Structure, data categories, their levels and their picklists are those of the published dialect (LTAC-Global, TBX-Basic 1.2:
``TBXcoreStructV03_TBX-Basic_integrated.rng``, ``TBX-Basic_DCA.sch``). Where each value stands:

* domain: ``subjectField``; definitions: ``definition`` in the section of their language, without terms in it at the concept.
* a source: ``admin`` "source" with its title, in a group; its address: ``externalCrossReference``, which the source points to.
* status and kind: ``administrativeStatus`` and ``termType``; a phrase has the term type ``phrase``. A variant is a term section of its own
  after its term, with the term type ``variant``. Lines of the note: one ``note`` each.
* what the dialect has no category or picklist value for stands in notes such as ``meiyaku.case: "exact"``, which ``tbx_read`` reads back:
  use, case, article, inflection, reading, abbreviation, guards, *forbidden*, *informal*, *proper noun* and other parts of speech, the
  publisher and the id of a source, and an id that is no XML name.

What is lost: the order of terms across languages (terms of one language come together), runs of white space and blank lines in texts, and a
note's line that stands twice. Collections and precedence are no part of a file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from lxml import etree

from glossary.interchange.base import InterchangeError, InterchangeOptions
from glossary.interchange.secure_xml import XML_LANG
from glossary.interchange.tbx_categories import NAMESPACE, WRITTEN_KIND, WRITTEN_STATUS, own_note, written_part_of_speech
from glossary.terms import Concept, Kind, Source, Status, Term

_HEADER = b"<tbxHeader><fileDesc><sourceDesc><p>Terminology exported from Meiyaku</p></sourceDesc></fileDesc></tbxHeader>\n"
_XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WEB_ADDRESS = re.compile(r"https?://.+")  # what the schema lets an external reference point to
_OWN_FIELDS = ("use", "case", "article", "inflects", "reading", "abbreviation", "not_preceded_by", "not_followed_by")


def write_tbx(concepts: Iterable[Concept], stream: BinaryIO, options: InterchangeOptions) -> None:
    """Write a file in one pass.

    Raises:
        InterchangeError: there is no concept, one has no terms, or a text holds a character that XML cannot hold.
    """
    remaining = iter(concepts)
    first = next(remaining, None)
    if first is None:
        raise InterchangeError("there is no concept to write: a TBX file must hold at least one")
    stream.write(b'<?xml version="1.0" encoding="utf-8"?>\n')
    stream.write(f'<tbx type="TBX-Basic" style="dca" xml:lang={quoteattr(options.source)} xmlns="{NAMESPACE}">\n'.encode())
    stream.write(_HEADER + b"<text>\n<body>\n")
    for concept in chain((first,), remaining):
        # Elements without a namespace: the one of the file is the default where they are written.
        stream.write(etree.tostring(_entry(concept), encoding="utf-8", xml_declaration=False, pretty_print=True))
    stream.write(b"</body>\n</text>\n</tbx>\n")


def _entry(concept: Concept) -> Any:
    if not concept.terms:
        raise InterchangeError(f"the concept {concept.id!r} has no terms: TBX cannot hold it")
    try:
        return _build(concept)
    except ValueError as exc:  # lxml's word for control characters, which no XML file can hold
        raise InterchangeError(f"the concept {concept.id!r} holds a control character; remove it and write again") from exc


def _build(concept: Concept) -> Any:
    entry = etree.Element("conceptEntry")
    named = bool(_XML_NAME.fullmatch(concept.id))
    name = concept.id if named else f"id-{hashlib.sha256(concept.id.encode()).hexdigest()[:16]}"
    entry.set("id", name)
    _add(entry, "descrip", concept.domain, type="subjectField")
    languages = dict.fromkeys(t.language for t in concept.terms)
    for language, definition in concept.definitions.items():
        if language not in languages:
            group = etree.SubElement(entry, "descripGrp")
            _add(group, "descrip", definition, type="definition", **{XML_LANG: language})
    for number, source in enumerate(concept.sources, 1):
        _add_source(entry, source, f"{name}.source.{number}")
    if not named:
        _add(entry, "note", own_note("id", concept.id))
    if written_part_of_speech(concept.part_of_speech) != concept.part_of_speech:
        _add(entry, "note", own_note("part_of_speech", concept.part_of_speech))
    for line in (concept.note or "").split("\n"):
        if line.strip():
            _add(entry, "note", line)
    for language in languages:
        _add_language(entry, concept, language)
    return entry


def _add_source(entry: Any, source: Source, anchor: str) -> None:
    group = etree.SubElement(entry, "adminGrp")
    linked = bool(source.url and _WEB_ADDRESS.fullmatch(source.url))
    _add(group, "admin", source.title, type="source", **({"target": anchor} if linked else {}))
    _add(group, "note", own_note("id", source.id))
    _add(group, "note", own_note("publisher", source.publisher))
    if linked:
        _add(entry, "xref", source.title, type="externalCrossReference", target=source.url or "", id=anchor)
    elif source.url:
        _add(group, "note", own_note("url", source.url))


def _add_language(entry: Any, concept: Concept, language: str) -> None:
    section = etree.SubElement(entry, "langSec", {XML_LANG: language})
    if language in concept.definitions:
        _add(section, "descrip", concept.definitions[language], type="definition")
    for term in concept.terms:
        if term.language == language:
            _add_term(section, concept, term)


def _add_term(section: Any, concept: Concept, term: Term) -> None:
    part_of_speech = written_part_of_speech(concept.part_of_speech)
    kind = WRITTEN_KIND.get(term.kind)
    if term.kind is Kind.FULL and concept.part_of_speech == "phrase":
        kind = "phrase"
    added = _add_section(section, term.text, part_of_speech, term.status, kind)
    for name, value in _own_values(term).items():
        _add(added, "note", own_note(name, value))
    for variant in term.variants:
        status = Status.ADMITTED if term.status.approved else term.status
        _add_section(section, variant, part_of_speech, status, "variant")


def _add_section(section: Any, text: str, part_of_speech: str, status: Status, kind: str | None) -> Any:
    added = etree.SubElement(section, "termSec")
    _add(added, "term", text)
    _add(added, "termNote", part_of_speech, type="partOfSpeech")
    _add(added, "termNote", WRITTEN_STATUS[status], type="administrativeStatus")
    if kind:
        _add(added, "termNote", kind, type="termType")
    if status is Status.FORBIDDEN:
        _add(added, "note", own_note("status", status))
    return added


def _own_values(term: Term) -> dict[str, Any]:
    """The fields that no data category holds, where they are not what a term has by default."""
    default = Term(term.text, term.language)
    values = {name: getattr(term, name) for name in _OWN_FIELDS if getattr(term, name) != getattr(default, name)}
    if term.kind not in WRITTEN_KIND:
        values["kind"] = term.kind
    return values


def _add(parent: Any, name: str, text: str, **attributes: str) -> Any:
    element = etree.SubElement(parent, name, attributes)
    element.text = text
    return element
