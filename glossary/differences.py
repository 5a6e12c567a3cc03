"""What differs between two states of a concept, for people who decide whether that is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glossary.serialization import to_json
from glossary.terms import Concept


@dataclass(frozen=True, slots=True)
class Difference:
    """A field and its values before and after; None where there was or is none."""

    field: str
    before: Any
    after: Any


def differences(before: Concept, after: Concept) -> list[Difference]:
    """Every field that differs; terms are compared by language and text, so that a moved term is no difference of others."""
    old, new = _fields(before), _fields(after)
    return [Difference(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]


def _fields(concept: Concept) -> dict[str, Any]:
    data = to_json(concept)
    terms, definitions = data.pop("terms"), data.pop("definitions")
    fields: dict[str, Any] = {name: value for name, value in data.items() if name != "id"}
    fields.update({f"definition ({language})": text for language, text in definitions.items()})
    for term in terms:
        place = f"{term['language']} {term['text']!r}"
        fields[place] = "term"
        fields.update({f"{place} {name}": value for name, value in term.items() if name not in ("text", "language")})
    fields["order of terms"] = [f"{t['language']} {t['text']}" for t in terms]
    return fields
