"""What the tests of tabular formats share: reading bytes, and concepts for laws."""

from __future__ import annotations

import io
from collections.abc import Iterable

from hypothesis import strategies as st

from glossary.folding import fold_key
from glossary.interchange.base import ImportedConcept, InterchangeOptions, Reader, RejectedRow, Writer
from glossary.terms import Article, Case, Concept, Kind, Source, Status, Term, Use

OPTIONS = InterchangeOptions()

# Letters of several scripts, and everything that formats use for themselves.
TEXT = st.text("aB1éßあア漢・ﾊﾟ\u3000 |\\;,\"'=+-@#/\t\n\r<&_x000D_＝\U0001f600", max_size=12)
LINE = TEXT.map(lambda t: "".join(c for c in t if c not in "\t\n\r").strip()).filter(fold_key)
FREE = TEXT.filter(str.strip)
LANGUAGES = st.sampled_from(["ja", "en", "pt-BR", "fr"])


def written(writer: Writer, concepts: Iterable[Concept], options: InterchangeOptions = OPTIONS) -> bytes:
    stream = io.BytesIO()
    writer(concepts, stream, options)
    return stream.getvalue()


def read(reader: Reader, data: bytes | str, options: InterchangeOptions = OPTIONS) -> tuple[list[ImportedConcept], list[RejectedRow]]:
    items = list(reader(io.BytesIO(data.encode() if isinstance(data, str) else data), options))
    return [i for i in items if isinstance(i, ImportedConcept)], [i for i in items if isinstance(i, RejectedRow)]


def concepts_read(reader: Reader, data: bytes | str, options: InterchangeOptions = OPTIONS) -> list[Concept]:
    """The concepts of a file in which every row is good."""
    imported, rejected = read(reader, data, options)
    assert rejected == []
    return [item.concept for item in imported]


def texts(concept: Concept) -> list[tuple[str, str, Status]]:
    return [(t.language, t.text, t.status) for t in concept.terms]


def reasons(rejected: Iterable[RejectedRow]) -> list[tuple[int | None, str | None, str]]:
    return [(r.line, r.column, r.reason) for r in rejected]


def _term(text: str) -> st.SearchStrategy[Term]:
    guards = st.lists(TEXT.map(lambda t: "".join(c for c in t if c not in "\t\n\r")).filter(bool), max_size=2).map(tuple)
    return st.builds(
        Term,
        text=st.just(text),
        language=LANGUAGES,
        status=st.sampled_from(Status),
        kind=st.sampled_from(Kind),
        use=st.sampled_from(Use),
        case=st.sampled_from(Case),
        article=st.sampled_from(Article),
        inflects=st.booleans(),
        reading=st.none() | LINE,
        abbreviation=st.none() | LINE,
        variants=st.lists(LINE, max_size=2).map(tuple),
        not_preceded_by=guards,
        not_followed_by=guards,
    )


SOURCES = st.builds(Source, id=LINE, title=LINE, publisher=LINE, url=st.none() | LINE)


@st.composite
def full_concepts(draw: st.DrawFn) -> tuple[Concept, ...]:
    """Concepts with every property that a concept can have."""
    concepts = []
    for key in draw(st.lists(LINE, max_size=3, unique=True)):
        names = draw(st.lists(LINE, min_size=1, max_size=4, unique_by=fold_key))
        concepts.append(
            Concept(
                id=key,
                domain=draw(LINE),
                terms=tuple(draw(_term(name)) for name in names),
                definitions=draw(st.dictionaries(LANGUAGES, FREE, max_size=2)),
                part_of_speech=draw(LINE),
                sources=tuple(draw(st.lists(SOURCES, max_size=2))),
                note=draw(st.none() | FREE),
            )
        )
    return tuple(concepts)


@st.composite
def paired_concepts(draw: st.DrawFn, pairs: st.SearchStrategy[str] = LINE) -> list[tuple[str, str]]:
    """Pairs of a source and a target term; no two share a source term."""
    sources = draw(st.lists(pairs, min_size=1, max_size=4, unique_by=fold_key))
    return [("訳" + s, draw(pairs)) for s in sources]


def concept_of(source: str, target: str, identity: str = "c", **fields: object) -> Concept:
    terms = (Term(source, "ja", Status.PREFERRED), Term(target, "en", Status.PREFERRED))
    return Concept(id=identity, domain="imported", terms=terms, **fields)  # type: ignore[arg-type]
