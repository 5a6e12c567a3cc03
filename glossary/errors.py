"""What can go wrong in the terminology room.

GlossaryError
 ├── GlossaryDataError   a termbase file that cannot be read or breaks a rule
 ├── ConceptNotFound     no concept or revision has that id
 ├── InvalidConcept      a concept that breaks a rule; it lists every one
 ├── ConceptExists       the id, or a term that means the same, is taken
 ├── StaleConcept        somebody changed it since it was read
 ├── CollectionNotFound  no collection has that id
 ├── CollectionExists    the id or the precedence is taken
 └── ReadOnlyCollection  the collection follows files, or holds concepts still
"""

from __future__ import annotations

from collections.abc import Sequence


class GlossaryError(Exception):
    """The terminology database could not do what was asked."""


class GlossaryDataError(GlossaryError):
    """A termbase file cannot be used."""


class ConceptNotFound(GlossaryError):
    """No concept has this id."""


class InvalidConcept(GlossaryError):
    """A concept breaks rules. ``problems`` has each of them as a sentence."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class ConceptExists(GlossaryError):
    """The id is taken."""


class StaleConcept(GlossaryError):
    """The concept is not the one that the change was made for: somebody else changed it."""


class ReadOnlyCollection(GlossaryError):
    """The collection cannot be changed this way."""


class CollectionNotFound(GlossaryError):
    """No collection has this id."""


class CollectionExists(GlossaryError):
    """The id or the precedence is taken."""
