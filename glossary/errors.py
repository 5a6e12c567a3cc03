"""What can go wrong in the terminology room.

GlossaryError
 ├── GlossaryDataError   a termbase file that cannot be read or breaks a rule
 └── ConceptNotFound     no concept has that id
"""


class GlossaryError(Exception):
    """The terminology database could not do what was asked."""


class GlossaryDataError(GlossaryError):
    """A termbase file cannot be used."""


class ConceptNotFound(GlossaryError):
    """No concept has this id."""
