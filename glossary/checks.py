"""Rules that the curated termbase as a whole must keep, beyond what reading a file enforces."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from glossary.curated import CuratedTermbase
from glossary.folding import fold_key
from glossary.terms import Concept, Status, Term, Use
from glossary.validation import MAX_TERM_CHARACTERS

REQUIRED_LANGUAGES = ("ja", "en")  # of the curated termbase; a user's own files may hold others
_PARTS_OF_SPEECH = frozenset({"noun", "proper-noun", "verb", "adjective", "phrase"})
_KANJI = re.compile(r"[㐀-䶿一-鿿]")
_READING = re.compile(r"[ぁ-ゖァ-ヺーゝゞヽヾ0-9]+")
_FULL_STOP = {"ja": "。", "en": "."}
# Where another sentence follows. The full stop of "U.S. forces" or "Donald J. Trump" is none: two small letters or the like come before.
_NEXT_SENTENCE = {"ja": re.compile(r"[。！？]."), "en": re.compile(r"(?<=[a-z0-9)\"'”’]{2})[.!?][)\"'”’]*\s")}


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
        yield from _check_language(concept, language)
    for term in concept.terms:
        yield from _check_term(concept, term)
    counts = Counter((t.language, spelling) for t in concept.terms for spelling in dict.fromkeys(t.spellings))
    for (language, spelling), count in counts.items():
        if count > 1:
            yield f"{concept.id}: {spelling!r} ({language}) is a spelling of two terms"


def _check_language(concept: Concept, language: str) -> Iterator[str]:
    terms = concept.terms_in(language)
    if not terms:
        yield f"{concept.id}: no {language} term"
        return
    preferred = [t.text for t in terms if t.status is Status.PREFERRED]
    if len(preferred) != 1:
        yield f"{concept.id}: {len(preferred)} preferred {language} terms"
    definition = concept.definitions.get(language, "").strip()
    if not definition:
        yield f"{concept.id}: no {language} definition"
    elif not definition.endswith(_FULL_STOP[language]) or _NEXT_SENTENCE[language].search(definition):
        yield f"{concept.id}: the {language} definition is not one sentence with a full stop"


def _check_term(concept: Concept, term: Term) -> Iterator[str]:
    if term.reading is not None and not _READING.fullmatch(term.reading):
        yield f"{concept.id}: reading {term.reading!r} of {term.text!r} is not kana"
    if term.language == "ja" and term.reading is None and _KANJI.search(term.text):
        yield f"{concept.id}: {term.text!r} has kanji and no reading"
    for spelling in term.spellings:
        if len(spelling) > MAX_TERM_CHARACTERS:
            yield f"{concept.id}: {spelling[:20]!r}… has more than {MAX_TERM_CHARACTERS} characters"
    keys = [fold_key(s) for s in term.spellings]
    if len(set(keys)) != len(keys):
        yield f"{concept.id}: two spellings of {term.text!r} fold to one key"


def _check_claims(termbase: CuratedTermbase) -> Iterator[str]:
    """Within a domain a spelling is looked for on behalf of one concept. Terms that are renderings only claim nothing."""
    claims: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for concept in termbase.concepts:
        for term in concept.terms:
            if term.use is not Use.TARGET:
                for spelling in term.spellings:
                    claims[concept.domain, term.language, fold_key(spelling)][concept.id] = None
    for (_, language, key), ids in claims.items():
        if len(ids) > 1:
            yield f"{', '.join(ids)}: both are looked for under the {language} term {key!r}"
