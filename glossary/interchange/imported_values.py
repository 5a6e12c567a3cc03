"""Values of other programs' files made fit for a concept: language tags, ids and subject fields."""

from __future__ import annotations

import re

from glossary.interchange.base import InterchangeOptions, derived_id

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_MAX_TAG_CHARACTERS = 35
_MAX_ID_CHARACTERS = 95
_NOT_IN_AN_ID = re.compile(r"[\s/:?#%\x00-\x1f\x7f-\x9f]+")
_NOT_IN_A_DOMAIN = re.compile(r"[^A-Za-z0-9_.-]+")
_MAX_DOMAIN_CHARACTERS = 64


def language_code(tag: str | None, options: InterchangeOptions) -> str | None:
    """The language code for a tag (BCP 47, or with an underscore), or None where it is none.

    The code is kept as it is written, with its primary subtag in lower case (``PT-BR`` → ``pt-BR``); but a tag whose primary subtag is one
    of the two languages of ``options`` is that language, whatever its region or script (``en-US`` → ``en`` where the target is ``en``).
    """
    if not tag or len(tag) > _MAX_TAG_CHARACTERS or not _TAG.fullmatch(tag):
        return None
    primary, separator, rest = tag.replace("_", "-").partition("-")
    primary = primary.lower()
    return primary if primary in (options.source, options.target) else primary + separator + rest


def concept_id(written: str, domain: str) -> str:
    """The id of an entry as a concept can bear it: blanks and / : ? # % become hyphens, one that is too long is digested."""
    usable = _NOT_IN_AN_ID.sub("-", written.strip())
    return usable if len(usable) <= _MAX_ID_CHARACTERS else derived_id(domain, "", written)


def domain_id(subject: str) -> str | None:
    """The domain for a subject field: itself where it can be one, else what it has of Latin letters and digits; None where it has none."""
    return _NOT_IN_A_DOMAIN.sub("-", subject).strip("-._")[:_MAX_DOMAIN_CHARACTERS] or None
