"""TBX data categories: how a section's are read, in every version and style, and which of them hold our values.

TBX writes a category as an attribute (v2, and v3 in DCA style: ``<termNote type="termType">``) or as an element (v3 in DCT style:
``<basic:termType>``), alone or in a group with what belongs to it. All of them become one shape here.

Values that TBX-Basic has no category for stand in notes of a form of our own, ``meiyaku.case: "exact"``: other programs show them to a
reader, this one reads them back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from glossary.interchange.secure_xml import XML_LANG, local_name, text_of
from glossary.terms import Kind, Status

NAMESPACE = "urn:iso:std:iso:30042:ed:3.0"
LANGUAGE_SECTIONS = frozenset({"langSet", "langSec"})
TERM_SECTIONS = frozenset({"tig", "ntig", "termSec"})
_STRUCTURE = LANGUAGE_SECTIONS | TERM_SECTIONS | {"term", "termGrp"}
_GROUP = "Grp"
_OWN_NOTE = re.compile(r"meiyaku\.([a-z_]+): (.+)", re.DOTALL)

WRITTEN_STATUS = {
    Status.PREFERRED: "preferredTerm-admn-sts",
    Status.ADMITTED: "admittedTerm-admn-sts",
    Status.DEPRECATED: "deprecatedTerm-admn-sts",
    Status.FORBIDDEN: "deprecatedTerm-admn-sts",  # the picklist has nothing harder; an own note says the rest
}
# In lower case and without "-admn-sts". The last two are those that Weblate takes for forbidden.
READ_STATUS = {
    "preferredterm": Status.PREFERRED, "preferred": Status.PREFERRED, "admittedterm": Status.ADMITTED, "admitted": Status.ADMITTED,
    "deprecatedterm": Status.DEPRECATED, "deprecated": Status.DEPRECATED, "supersededterm": Status.DEPRECATED,
    "superseded": Status.DEPRECATED, "forbidden": Status.FORBIDDEN, "obsolete": Status.FORBIDDEN,
}  # fmt: skip
# What reading makes of these is less than they say: the words of the file are kept beside it.
INEXACT_STATUS = frozenset({"supersededterm", "superseded", "obsolete"})
WRITTEN_KIND = {Kind.FULL: "fullForm", Kind.ABBREVIATION: "abbreviation", Kind.SHORT: "shortForm"}
READ_KIND = {
    "fullform": Kind.FULL, "abbreviation": Kind.ABBREVIATION, "acronym": Kind.ABBREVIATION, "initialism": Kind.ABBREVIATION,
    "shortform": Kind.SHORT, "clippedterm": Kind.SHORT, "abbreviatedform": Kind.ABBREVIATION,
}  # fmt: skip
INEXACT_KIND = frozenset({"acronym", "initialism", "clippedterm", "abbreviatedform"})
PARTS_OF_SPEECH = frozenset({"adjective", "adverb", "noun", "other", "verb"})  # the picklist of TBX-Basic
READ_PART_OF_SPEECH = {"propernoun": "proper-noun"}  # the picklist of TBX v2 has it
READING_CATEGORIES = frozenset({"reading", "furigana", "yomi", "yomigana", "kana"})
# These hold a reading where they hold nothing but kana.
KANA_CATEGORIES = frozenset({"pronunciation", "transliteration", "transcribedForm", "sortKey"})
KANA = re.compile(r"[ぁ-ゖァ-ヺーゝゞヽヾ・ 　]+")


@dataclass(frozen=True, slots=True)
class Category:
    """One data category of a section, with its value and what its group adds to it."""

    name: str
    value: str
    line: int | None
    language: str | None = None
    target: str | None = None
    anchor: str | None = None
    details: tuple[Category, ...] = ()

    @property
    def key(self) -> str:
        """The value in lower case, for a look-up in a picklist."""
        return self.value.lower().removesuffix("-admn-sts")

    def as_line(self, place: str) -> str:
        """The category as a line of a note, so that nothing of it is lost."""
        where = f" [{place}]" if place else ""
        details = [f"{d.name}: {d.value}" for d in self.details]
        if self.target and self.target != self.value:
            details.insert(0, f"target: {self.target}")
        more = f" ({'; '.join(details)})" if details else ""
        return f"{self.name}{where}: {self.value}{more}"


def categories_of(section: Any) -> Iterator[Category]:
    """The data categories that stand in a section itself, in their order; groups are one category each, empty ones none."""
    for child in section:
        name = local_name(child)
        if not name or name in _STRUCTURE:
            continue
        if name.endswith(_GROUP):
            members = list(_members(child))
            if members:
                yield replace(members[0], details=tuple(members[1:]))
        else:
            yield from _leaf(child)


def _members(group: Any) -> Iterator[Category]:
    for child in group:
        yield from _members(child) if local_name(child).endswith(_GROUP) else _leaf(child)


def _leaf(element: Any) -> Iterator[Category]:
    target = element.get("target")
    value = text_of(element) or target
    if value and local_name(element):
        name = element.get("type") or local_name(element)
        yield Category(name, value, element.sourceline, element.get(XML_LANG), target, element.get("id"))


def written_part_of_speech(part_of_speech: str) -> str:
    """The value of the picklist of TBX-Basic that a part of speech is nearest to."""
    return part_of_speech if part_of_speech in PARTS_OF_SPEECH else "noun" if part_of_speech == "proper-noun" else "other"


def own_note(name: str, value: object) -> str:
    """A value that TBX-Basic has no category for, as the text of a note."""
    return f"meiyaku.{name}: {json.dumps(value, ensure_ascii=False)}"


def read_own_note(category: Category) -> tuple[str, Any] | None:
    """The name and the value of such a note; None where a category is something else."""
    found = _OWN_NOTE.fullmatch(category.value) if category.name == "note" else None
    try:
        return (found[1], json.loads(found[2])) if found else None
    except (ValueError, RecursionError):
        return None
