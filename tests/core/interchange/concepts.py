"""Any concept that can be stored, for laws about files."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use

# No control characters, and nothing that no XML file can hold.
_CHARACTERS = st.one_of(
    st.sampled_from("日米同盟かなカナABCabc &<>\"'];[　-・"),
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufffe\uffff"),
)


def texts(maximum: int = 12) -> st.SearchStrategy[str]:
    """Texts without blanks around them or beside one another."""
    drawn = st.text(_CHARACTERS, min_size=1, max_size=maximum)
    return drawn.map(lambda t: re.sub(" +", " ", t).strip()).filter(bool)


_GUARDS = st.lists(texts(4).flatmap(lambda t: st.sampled_from((t, f" {t}", f"{t} "))), max_size=2).map(tuple)


@st.composite
def terms(draw: st.DrawFn, text: str, language: str, preferred: bool) -> Term:
    """A term with any fields."""
    others = [s for s in Status if s is not Status.PREFERRED]
    return Term(
        text,
        language,
        status=Status.PREFERRED if preferred else draw(st.sampled_from(others)),
        kind=draw(st.sampled_from(Kind)),
        use=draw(st.sampled_from(Use)),
        case=draw(st.sampled_from(Case)),
        article=draw(st.sampled_from(Article)),
        inflects=draw(st.booleans()),
        reading=draw(st.none() | texts()),
        abbreviation=draw(st.none() | texts()),
        variants=tuple(v for v in draw(st.lists(texts(), max_size=3, unique=True)) if v != text),
        not_preceded_by=draw(_GUARDS),
        not_followed_by=draw(_GUARDS),
    )


@st.composite
def concepts(draw: st.DrawFn) -> Concept:
    """A concept with terms in some languages, those of one language together."""
    found: list[Term] = []
    for language in draw(st.lists(st.sampled_from(("ja", "en", "fr", "pt-BR", "zh-Hant")), min_size=1, max_size=3, unique=True)):
        preferred = draw(st.booleans())
        for number, text in enumerate(draw(st.lists(texts(), min_size=1, max_size=3, unique=True))):
            found.append(draw(terms(text, language, preferred and number == 0)))
    urls = st.none() | st.sampled_from(("https://example.org/a?b=c&d", "http://例.jp/", "ftp://example.org"))
    keys = draw(st.lists(st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True), max_size=3, unique=True))
    lines = draw(st.lists(texts(30), max_size=3, unique=True))
    return Concept(
        id=draw(st.from_regex(r"[a-z0-9.ア-ン_-]{1,12}", fullmatch=True)),
        domain=draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,8}[A-Za-z0-9])?", fullmatch=True)),
        terms=tuple(found),
        definitions=draw(st.dictionaries(st.sampled_from(("ja", "en", "de")), texts(30), max_size=3)),
        part_of_speech=draw(st.sampled_from(("noun", "proper-noun", "verb", "adverb", "other", "phrase", "Interjection"))),
        sources=tuple(Source(key, draw(texts()), draw(texts()), draw(urls)) for key in keys),
        note="\n".join(lines) or None,
    )
