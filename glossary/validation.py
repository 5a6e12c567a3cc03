"""What a concept must keep to before it is stored, whoever sends it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from glossary.folding import fold_key
from glossary.terms import ANY_LANGUAGE, Concept, Source, Status, Term

MAX_TERM_CHARACTERS = 500  # the longest curated term has under 100; beyond this it is a sentence or an attack
MAX_TEXT_CHARACTERS = 20_000  # definitions and notes
MAX_TERMS = 200
MAX_VARIANTS = 50
MAX_ID_CHARACTERS = 95  # the column has 128, and the name of a collection goes before it
_ID = re.compile(r"[^\s/:?#%\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_DOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_PART_OF_SPEECH = re.compile(r"[A-Za-z][A-Za-z -]{0,31}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def problems_of(concept: Concept) -> list[str]:
    """Every broken rule as a sentence; an empty list means that the concept can be stored."""
    return list(_problems(concept))


def _problems(concept: Concept) -> Iterator[str]:
    if not _ID.fullmatch(concept.id) or len(concept.id) > MAX_ID_CHARACTERS:
        yield f"the id {_short(concept.id)} must have 1 to {MAX_ID_CHARACTERS} characters, no blanks and none of / : ? # %"
    if not _DOMAIN.fullmatch(concept.domain):
        yield f"the domain {_short(concept.domain)} must be letters, digits, dots, hyphens and underscores, at most 64"
    if not _PART_OF_SPEECH.fullmatch(concept.part_of_speech):
        yield f"the part of speech {_short(concept.part_of_speech)} must be a word such as noun, verb or phrase"
    for name, text in (("note", concept.note), *((f"definition ({k})", v) for k, v in concept.definitions.items())):
        if text is not None and (len(text) > MAX_TEXT_CHARACTERS or _CONTROL_BUT_LINES.search(text)):
            yield f"the {name} is longer than {MAX_TEXT_CHARACTERS:,} characters or holds control characters"
    for language in concept.definitions:
        if not _LANGUAGE.fullmatch(language):
            yield f"the language {_short(language)} of a definition must be a code such as ja or pt-BR"
    if not concept.terms:
        yield "the concept has no terms"
    if len(concept.terms) > MAX_TERMS:
        yield f"the concept has more than {MAX_TERMS} terms"
    for term in concept.terms[:MAX_TERMS]:
        yield from _term_problems(term)
    yield from _claims(concept)
    for source in concept.sources:
        yield from _source_problems(source)


def _term_problems(term: Term) -> Iterator[str]:
    name = _short(term.text)
    if not _LANGUAGE.fullmatch(term.language) or len(term.language) > 35:
        yield f"the language {_short(term.language)} of {name} must be a code such as ja or pt-BR"
    if len(term.variants) > MAX_VARIANTS:
        yield f"{name} has more than {MAX_VARIANTS} variants"
    fields = [("term", term.text), ("reading", term.reading), ("abbreviation", term.abbreviation)]
    fields += [("variant", v) for v in term.variants[:MAX_VARIANTS]]
    fields += [("guard", g) for g in (*term.not_preceded_by, *term.not_followed_by)]
    for what, text in fields:
        if text is None:
            continue
        if len(text) > MAX_TERM_CHARACTERS:
            yield f"the {what} {_short(text)} has {len(text):,} characters; at most {MAX_TERM_CHARACTERS} are allowed"
        elif what != "guard" and (not text.strip() or text != text.strip() or not fold_key(text)):
            yield f"the {what} {_short(text)} must be a text without blanks around it"
        elif not text or _CONTROL.search(text):
            yield f"the {what} {_short(text)} is empty or holds control characters"


def _claims(concept: Concept) -> Iterator[str]:
    keys = Counter((t.language, unicodedata.normalize("NFKC", t.text)) for t in concept.terms)
    for (language, key), count in keys.items():
        if count > 1:
            yield f"the {language} term {_short(key)} stands {count} times, apart from the width of characters"
    for language in dict.fromkeys(t.language for t in concept.terms):
        preferred = sum(t.status is Status.PREFERRED for t in concept.terms if t.language == language)
        if preferred > 1:
            yield f"{preferred} {language} terms are preferred; only one can be"
        if language == ANY_LANGUAGE and len({t.language for t in concept.terms}) > 1:
            yield f"a term of every language ({ANY_LANGUAGE}) cannot stand beside terms of one language"


def _source_problems(source: Source) -> Iterator[str]:
    for what, text in (("id", source.id), ("title", source.title), ("publisher", source.publisher), ("address", source.url)):
        if text is not None and (not text.strip() or len(text) > 2_000 or _CONTROL.search(text) or (what == "id" and len(text) > 128)):
            yield f"the {what} {_short(text)} of a source is empty, too long or holds control characters"


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
