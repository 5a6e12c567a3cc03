"""Translation memories (TMX) as parallel text, streamed: a memory of any size is read in constant space.

Entities are not resolved and nothing is fetched, so a hostile file can neither read others nor grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from models.training.errors import InvalidCorpus
from models.training.languages import base_code

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_MARKUP = {"bpt", "ept", "it", "ph", "ut"}  # their content is formatting code of the original document


def read_tmx(path: Path, source: str, target: str) -> Iterator[tuple[str, str]]:
    """The first segment in each of two languages of every unit that has both; regions (``en-US``) do not matter.

    Raises:
        InvalidCorpus: the file is no well-formed TMX.
    """
    wanted = base_code(source), base_code(target)
    try:
        with path.open("rb") as file:
            events = etree.iterparse(
                file, events=("end",), tag="{*}tu",
                resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
            )  # fmt: skip
            for _, unit in events:
                segments = _segments(unit)
                if all(code in segments for code in wanted):
                    yield segments[wanted[0]], segments[wanted[1]]
                _forget(unit)
            root = events.root
    except (etree.XMLSyntaxError, OSError) as exc:
        raise InvalidCorpus(f"{path} is not a readable TMX file: {exc}") from exc
    if root is None or _name(root) != "tmx":
        raise InvalidCorpus(f"{path} is not a TMX file: its outermost element is {_name(root)!r}")


def _segments(unit: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for variant in unit:
        language = variant.get(_LANGUAGE) or variant.get("lang")
        if _name(variant) != "tuv" or not language:
            continue
        segment = next((child for child in variant if _name(child) == "seg"), None)
        if segment is not None:
            found.setdefault(base_code(language), _text(segment))
    return found


def _text(element: Any) -> str:
    """The text of a segment without formatting codes; an unresolved entity leaves nothing."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and _name(child) not in _MARKUP:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _name(element: Any) -> str:
    return str(etree.QName(element).localname) if element is not None and isinstance(element.tag, str) else ""


def _forget(unit: Any) -> None:
    """Free what was read: the unit itself and the empty ones before it."""
    unit.clear()
    while unit.getprevious() is not None:
        del unit.getparent()[0]
