"""Rules that the curated termbase as a whole must keep, beyond what reading a file enforces."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from glossary.curated import CuratedTermbase
from glossary.folding import fold_key
from glossary.terms import Concept, Status

REQUIRED_LANGUAGES = ("ja", "en")  # of the curated termbase; a user's own files may hold others
_PARTS_OF_SPEECH = frozenset({"noun", "proper-noun", "verb", "adjective", "phrase"})
_KANJI = re.compile(r"[㐀-䶿一-鿿]")
_READING = re.compile(r"[ぁ-ゖァ-ヺーゝゞヽヾ・0-9A-Za-z .\-]+")


def check_termbase(termbase: CuratedTermbase) -> list[str]:
    """Every broken rule as a sentence; an empty list means that the termbase is clean."""
    problems = [problem for concept in termbase.concepts for problem in _check_concept(concept)]
    problems.extend(_check_claims(termbase))
    return problems


def _check_concept(concept: Concept) -> Iterator[str]:
    if not concept.sources:
        yield f"{concept.id}: no source"
    if concept.part_of_speech not in _PARTS_OF_SPEECH:
        yield f"{concept.id}: part of speech {concept.part_of_speech!r} is not one of {', '.join(sorted(_PARTS_OF_SPEECH))}"
    for language in REQUIRED_LANGUAGES:
        terms = concept.terms_in(language)
        if not terms:
            yield f"{concept.id}: no {language} term"
            continue
        preferred = [t.text for t in terms if t.status is Status.PREFERRED]
        if len(preferred) != 1:
            yield f"{concept.id}: {len(preferred)} preferred {language} terms"
        if not concept.definitions.get(language, "").strip():
            yield f"{concept.id}: no {language} definition"
    for term in concept.terms:
        if term.reading is not None and not _READING.fullmatch(term.reading):
            yield f"{concept.id}: reading {term.reading!r} of {term.text!r} is not kana"
        if term.language == "ja" and term.reading is None and _KANJI.search(term.text):
            yield f"{concept.id}: {term.text!r} has kanji and no reading"
        keys = [fold_key(s) for s in term.spellings]
        if len(set(keys)) != len(keys):
            yield f"{concept.id}: two spellings of {term.text!r} fold to one key"


def _check_claims(termbase: CuratedTermbase) -> Iterator[str]:
    claims: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for concept in termbase.concepts:
        for term in concept.terms:
            if term.status is Status.PREFERRED and term.language == REQUIRED_LANGUAGES[0]:
                claims[concept.domain, term.language, fold_key(term.text)].append(concept.id)
    for (_, language, key), ids in claims.items():
        if len(ids) > 1:
            yield f"{', '.join(ids)}: the same preferred {language} term {key!r}"
