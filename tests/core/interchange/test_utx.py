"""UTX 1.20: the header, statuses, concept ids; what it holds comes back."""

from __future__ import annotations

import pytest
from hypothesis import given

from glossary.interchange.base import InterchangeError, InterchangeOptions
from glossary.interchange.utx import read_utx, write_utx
from glossary.terms import Concept, Status, Term, Use
from tests.core.interchange.tables import concept_of, concepts_read, paired_concepts, read, reasons, texts, written

PREFERRED, ADMITTED, DEPRECATED, FORBIDDEN = Status
EXCHANGED = "the languages are exchanged: 'alliance' is not ja; give the source and target languages of the file"
HEADER = "#UTX 1.20; ja/en; domain: alliance\n#src\ttgt\tsrc:pos\tterm status\tconcept ID\tcomment\n"


@given(pairs=paired_concepts())
def test_pairs_of_terms_come_back(pairs: list[tuple[str, str]]) -> None:
    concepts = [concept_of(source, target, f"c{n}") for n, (source, target) in enumerate(pairs)]
    found = concepts_read(read_utx, written(write_utx, concepts))
    assert [(c.id, texts(c)) for c in found] == [(c.id, texts(c)) for c in concepts]


def test_a_concept_with_several_terms_comes_back() -> None:
    concept = Concept(
        "quad",
        "imported",
        (
            Term("日米豪印", "ja", PREFERRED, variants=("日豪米印",)),
            Term("クアッド", "ja", ADMITTED),
            Term("4か国", "ja", FORBIDDEN),
            Term("訳語のみ", "ja", ADMITTED, use=Use.TARGET),
            Term("Quad", "en", PREFERRED),
            Term("the Four", "en", ADMITTED),
            Term("Asian NATO", "en", FORBIDDEN),
            Term("Quadrilateral", "en", DEPRECATED),
        ),
        {"ja": "定義"},
        "proper-noun",
        note="two\nlines",
    )
    data = written(write_utx, [concept])
    assert data.decode().splitlines() == [
        "#UTX 1.20; ja/en",
        "#src\ttgt\tsrc:pos\tterm status\tconcept ID\tcomment",
        "日米豪印\tQuad\tproperNoun\tapproved\tquad\ttwo lines",
        "日米豪印\tthe Four\tproperNoun\tprovisional\tquad\t",
        "日米豪印\tAsian NATO\tproperNoun\tforbidden\tquad\t",
        "日米豪印\tQuadrilateral\tproperNoun\tnon-standard\tquad\t",
        "日豪米印\tQuad\tproperNoun\tapproved\tquad\t",
        "クアッド\tQuad\tproperNoun\tapproved\tquad\t",
    ]
    (found,) = concepts_read(read_utx, data)
    assert (found.id, found.part_of_speech, found.note) == ("quad", "proper-noun", "two lines")
    assert sorted(texts(found)) == sorted(
        [
            ("ja", "日米豪印", PREFERRED),
            ("ja", "日豪米印", ADMITTED),
            ("ja", "クアッド", ADMITTED),
            ("en", "Quad", PREFERRED),
            ("en", "the Four", ADMITTED),
            ("en", "Asian NATO", FORBIDDEN),
            ("en", "Quadrilateral", DEPRECATED),
        ]
    )


def test_a_concept_without_a_pair_is_not_written() -> None:
    data = written(write_utx, [Concept("a", "d", (Term("同盟", "ja", PREFERRED),))])
    assert "同盟" not in data.decode()


@pytest.mark.parametrize(
    "header",
    [
        "#UTX 1.11; ja-JP/en-US; 2013-12-20T17:00:45; copyright: A (2008); bidirectional; dictionary ID: 18\r\n#description: d; x\r\n"
        "#src\ttgt\tsrc:pos\r\n",
        "#UTX-S 1.00; ja/en;\n#src\ttgt\tsrc:pos\n",
        "\ufeff#UTX 1.20; lang: ja/en\n#domain: security\n#term:ja\tterm:en\tpos:ja\n",
    ],
)
def test_headers_of_every_version(header: str) -> None:
    (concept,) = concepts_read(read_utx, header + "# a comment\n同盟\talliance\tnoun\n")
    assert texts(concept) == [("ja", "同盟", PREFERRED), ("en", "alliance", PREFERRED)]
    assert concept.domain == ("security" if "domain" in header else "imported")


def test_the_languages_of_the_header_count() -> None:
    (concept,) = concepts_read(read_utx, "#UTX 1.20; en/fr\n#src\ttgt\nalliance\tune alliance\n", InterchangeOptions("ja", "en"))
    assert [t.language for t in concept.terms] == ["en", "fr"]


def test_other_columns_become_the_note() -> None:
    header = "#UTX 1.20; ja/en\n#src\ttgt\tsrc:pos\tcustomer\tcomment\n"
    (concept,) = concepts_read(read_utx, header + "同盟\talliance\t-\tMOFA\ta note\n")
    assert (concept.note, concept.part_of_speech) == ("customer: MOFA\na note", "noun")


def test_rows_of_one_concept_id_are_one_concept() -> None:
    rows = "電源\tpower\tnoun\tapproved\t12\n給電\tpower\tnoun\tapproved\t12\n電源\tsupply\tnoun\tapproved\t12\n外\tout\n"
    power, out = concepts_read(read_utx, HEADER + rows)
    assert power.id == "12" and power.domain == "alliance"
    assert texts(power) == [
        ("ja", "電源", PREFERRED),
        ("en", "power", PREFERRED),
        ("ja", "給電", ADMITTED),
        ("en", "supply", ADMITTED),
    ]
    assert texts(out) == [("ja", "外", PREFERRED), ("en", "out", PREFERRED)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("同盟\talliance\tnoun\tgood", "term status", "'good' is unknown; known are approved, provisional, non-standard, forbidden"),
        ("同盟\t\tnoun", "tgt", "the cell is empty"),
        ("同盟", "tgt", "the cell is empty"),
        ("a\tb\tc\tapproved\td\te\tf", None, "the row has 7 columns, the header 6"),
        (
            "alliance\t同盟\tnoun",
            None,
            EXCHANGED,
        ),
        ("x\0\ty", None, "the line holds a NUL character"),
    ],
)
def test_a_bad_row_is_rejected_with_its_place(row: str, column: str | None, reason: str) -> None:
    imported, rejected = read(read_utx, f"{HEADER}条約\ttreaty\n{row}\n安全\tsafety\n")
    assert reasons(rejected) == [(4, column, reason)]
    assert [i.line for i in imported] == [3, 5]


def test_a_concept_id_that_comes_again_is_rejected() -> None:
    _, rejected = read(read_utx, HEADER + "甲\ta\tnoun\t\t1\n乙\tb\tnoun\t\t2\n丙\tc\tnoun\t\t1\n")
    assert reasons(rejected) == [(5, "source", "the concept '1' stands in line 3 already; its rows must follow one another")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "no UTX file"),
        ("同盟\talliance\n", "no UTX file"),
        ("#UTX 2.0; ja/en\n#src\ttgt\n", "no UTX file"),
        ("#UTX 1.20; copyright: me\n#src\ttgt\n", "no two languages"),
        ("#UTX 1.20; ja/en\n同盟\talliance\n", "src and tgt"),
        ("#UTX 1.20; ja/en\n#src\ttgt\ttgt\n", "each once"),
        ("#UTX 1.20; japanese/en\n#src\ttgt\n", "language code"),
    ],
)
def test_a_bad_header_is_refused(data: str, message: str) -> None:
    with pytest.raises(InterchangeError, match=message):
        read(read_utx, data)
