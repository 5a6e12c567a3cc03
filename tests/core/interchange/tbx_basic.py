"""The rules of TBX-Basic in DCA style, written anew from the published schemas (LTAC-Global: TBX_Core_RNG, TBX-Basic_dialect).

Structure and attributes are those of ``TBXcoreStructV03_TBX-Basic_integrated.rng``; data categories, levels and picklists those of
``TBX-Basic_DCA.sch``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from lxml import etree

NAMESPACE = "urn:iso:std:iso:30042:ed:3.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_AUXILIARY = "(descrip |descripGrp |admin |adminGrp |transacGrp |note |ref |xref )*"
# The children of each element, in order. None: text.
_CONTENT: dict[str, str | None] = {
    "tbx": "tbxHeader text ",
    "tbxHeader": "fileDesc (encodingDesc )?(revisionDesc )?",
    "fileDesc": "(titleStmt )?(publicationStmt )?(sourceDesc )+",
    "sourceDesc": "(p )+",
    "text": "body (back )?",
    "body": "(conceptEntry )+",
    "conceptEntry": f"{_AUXILIARY}(langSec )+",
    "langSec": f"{_AUXILIARY}(termSec )+",
    "termSec": f"term (termNote |termNoteGrp )*{_AUXILIARY}",
    "adminGrp": "admin (adminNote |note |ref |xref )*",
    "descripGrp": "descrip (descripNote |admin |adminGrp |transacGrp |note |ref |xref )*",
    **dict.fromkeys(("p", "term", "termNote", "descrip", "admin", "note", "xref"), None),
}
_TYPED = {"id", "type", "target", _LANG, "datatype", "module"}
_ATTRIBUTES: dict[str, set[str]] = {
    "tbx": {"style", "type", _LANG}, "langSec": {_LANG}, "descrip": _TYPED, "admin": _TYPED, "termNote": _TYPED,
    "xref": {"id", "type", "target", "module"}, "note": {"id", _LANG}, "p": {"id", "type", _LANG},
}  # fmt: skip
_REQUIRED = {"tbx": _ATTRIBUTES["tbx"], "langSec": {_LANG}, "descrip": {"type"}, "admin": {"type"}, "termNote": {"type"},
             "xref": {"type", "target"}}  # fmt: skip
# Element and data category: the sections that it may stand in (alone or in a group), and its values. None: anything.
_CATEGORIES: dict[tuple[str, str], tuple[set[str] | None, set[str] | None]] = {
    ("admin", "source"): (None, None),
    ("admin", "customerSubset"): ({"termSec"}, None),
    ("admin", "projectSubset"): ({"termSec"}, None),
    ("descrip", "subjectField"): ({"conceptEntry"}, None),
    ("descrip", "definition"): ({"conceptEntry", "langSec"}, None),
    ("descrip", "context"): ({"termSec"}, None),
    ("xref", "externalCrossReference"): ({"conceptEntry", "termSec"}, None),
    ("xref", "xGraphic"): ({"conceptEntry"}, None),
    ("termNote", "administrativeStatus"): (
        {"termSec"},
        {"admittedTerm-admn-sts", "deprecatedTerm-admn-sts", "supersededTerm-admn-sts", "preferredTerm-admn-sts"},
    ),
    ("termNote", "partOfSpeech"): ({"termSec"}, {"adjective", "noun", "other", "verb", "adverb"}),
    ("termNote", "termType"): ({"termSec"}, {"fullForm", "acronym", "abbreviation", "shortForm", "variant", "phrase"}),
    ("termNote", "grammaticalGender"): ({"termSec"}, {"masculine", "feminine", "neuter", "other"}),
    ("termNote", "geographicalUsage"): ({"termSec"}, None),
}
_XML_NAME = re.compile(r"[^\W\d][\w.-]*")
_LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def broken_rules(data: bytes) -> list[str]:
    """Every rule of TBX-Basic that a file breaks, with its line."""
    root = etree.fromstring(data)
    problems = [f"{e.sourceline}: {problem}" for e in root.iter() for problem in _problems(e)]
    anchors = [e.get("id") for e in root.iter() if e.get("id")]
    problems += [f"the id {anchor} stands {count} times" for anchor, count in Counter(anchors).items() if count > 1]
    pointed_at = {e.get("target") for e in root.iter(f"{{{NAMESPACE}}}admin") if e.get("target")}
    problems += [f"nothing has the id {target}" for target in pointed_at - set(anchors)]
    if root.get("type") != "TBX-Basic" or root.get("style") != "dca":
        problems.append("the root is no TBX-Basic in DCA style")
    return problems


def _problems(element: Any) -> Iterator[str]:
    tag = etree.QName(element)
    name = tag.localname
    if tag.namespace != NAMESPACE or name not in _CONTENT:
        yield f"<{name}> is no element of TBX-Basic"
        return
    content = _CONTENT[name]
    children = "".join(f"{etree.QName(child).localname} " for child in element)
    if not re.fullmatch(content or "(hi )*", children):
        yield f"<{name}> holds {children}"
    if content and any(text and text.strip() for text in (element.text, *(child.tail for child in element))):
        yield f"<{name}> holds text"
    unknown = set(element.attrib) - _ATTRIBUTES.get(name, {"id"})
    missing = _REQUIRED.get(name, set()) - set(element.attrib)
    if unknown or missing:
        yield f"<{name}> has the attributes {unknown} and lacks {missing}"
    if element.get("id") and not _XML_NAME.fullmatch(element.get("id")):
        yield f"the id {element.get('id')} is no XML name"
    if element.get(_LANG) is not None and not _LANGUAGE.fullmatch(element.get(_LANG)):
        yield f"{element.get(_LANG)} is no language"
    if name == "xref" and not re.fullmatch("https?://.+", element.get("target", "")):
        yield "an external reference points to no address"
    if name in ("descrip", "admin", "termNote", "xref"):
        yield from _category_problems(element, name)


def _category_problems(element: Any, name: str) -> Iterator[str]:
    category = element.get("type")
    if (name, category) not in _CATEGORIES:
        yield f"{category} is no data category of <{name}> in TBX-Basic"
        return
    levels, values = _CATEGORIES[name, category]
    parent = element.getparent()
    # An external reference may not stand in a group; a definition in the entry itself only there (a slip of the published rules).
    if name != "xref" and etree.QName(parent).localname.endswith("Grp"):
        parent = parent.getparent()
    elif category == "definition":
        levels = {"langSec"}
    if levels is not None and etree.QName(parent).localname not in levels:
        yield f"{category} stands in <{etree.QName(parent).localname}>"
    if values is not None and element.text not in values:
        yield f"{category} is {element.text}"
