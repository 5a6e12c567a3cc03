"""The full form loses nothing; every bad row is reported with its place; a hostile file costs neither memory nor a wrong concept."""

from __future__ import annotations

import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.interchange import escaping
from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, Reader, RejectedRow, Writer
from glossary.interchange.formulas import guard, unguard
from glossary.interchange.full_csv import read_full_csv, read_full_tsv, write_full_csv, write_full_tsv
from glossary.interchange.full_form import COLUMNS
from glossary.terms import Case, Concept, Kind, Source, Status, Term
from tests.core.interchange.tables import OPTIONS, TEXT, concept_of, concepts_read, full_concepts, read, reasons, written

FORMATS = [pytest.param(write_full_csv, read_full_csv, id="csv"), pytest.param(write_full_tsv, read_full_tsv, id="tsv")]
SHORT = "concept,language,term\r\n"


@pytest.mark.parametrize(("writer", "reader"), FORMATS)
def test_the_curated_termbase_comes_back_whole(writer: Writer, reader: Reader) -> None:
    curated = read_termbase(CURATED_DIRECTORY).concepts
    assert tuple(concepts_read(reader, written(writer, curated))) == curated


@pytest.mark.parametrize(("writer", "reader"), FORMATS)
@given(concepts=full_concepts())
def test_every_concept_comes_back_whole(writer: Writer, reader: Reader, concepts: tuple[Concept, ...]) -> None:
    assert tuple(concepts_read(reader, written(writer, concepts))) == concepts


@given(TEXT)
def test_a_guarded_cell_is_harmless_and_comes_back(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋"))
    assert unguard(guard(text)) == text


@given(st.lists(TEXT), st.sampled_from("|;"))
def test_values_of_a_cell_come_back(values: list[str], separator: str) -> None:
    expected = () if values in ([], [""]) else tuple(values)
    assert escaping.split(escaping.join(values, separator), separator) == expected


def test_a_formula_is_written_as_text() -> None:
    data = written(write_full_csv, [concept_of("=HYPERLINK(1)", "@SUM", note="+1")]).decode()
    row = next(csv.DictReader(io.StringIO(data)))
    assert (row["term"], row["note"]) == ("'=HYPERLINK(1)", "'+1")


def test_the_files_follow_their_standards() -> None:
    concept = concept_of("同盟", "alliance", note='a "note"\nof two lines')
    assert written(write_full_csv, [concept]).count(b"\r\n") == 3
    assert b'"a ""note""\nof two lines"\r\n' in written(write_full_csv, [concept])
    assert b"\r" not in written(write_full_tsv, [concept])
    assert not written(write_full_csv, [concept]).startswith(b"\xef\xbb\xbf")
    marked = written(write_full_csv, [concept], InterchangeOptions(byte_order_mark=True))
    assert marked.startswith(b"\xef\xbb\xbfconcept,")
    assert concepts_read(read_full_csv, marked) == [concept]


def test_a_file_by_hand_needs_three_columns() -> None:
    (alliance, fleet) = concepts_read(
        read_full_csv, SHORT + "alliance,ja,同盟\r\nalliance,en,alliance\r\nalliance,en,ally\r\n\r\n,,\r\nfleet,en,Seventh Fleet\r\n"
    )
    assert alliance == Concept(
        "alliance",
        "imported",
        (Term("同盟", "ja", Status.PREFERRED), Term("alliance", "en", Status.PREFERRED), Term("ally", "en", Status.ADMITTED)),
    )
    assert fleet.terms[0].case is Case.EXACT


def test_columns_may_stand_in_any_order_and_letter_case() -> None:
    data = "Term,STATUS,concept,language,kind,inflects\r\nFOIP,Forbidden,foip,en,abbreviation,NO\r\n"
    (concept,) = concepts_read(read_full_csv, data)
    assert concept.terms == (Term("FOIP", "en", Status.FORBIDDEN, Kind.ABBREVIATION, case=Case.EXACT, inflects=False),)


def test_values_of_a_concept_may_be_repeated_or_left_out() -> None:
    header = "concept,language,term,domain,sources,note,definition\r\n"
    source = "s|Blue\\;book|MOFA|"
    rows = f"a,ja,同盟,x,{source},n,定義\r\na,en,alliance,,,,\r\na,en,ally,x,{source},n,\r\na,fr,,,,,une définition\r\n"
    (concept,) = concepts_read(read_full_csv, header + rows)
    assert (concept.domain, concept.note, concept.sources) == ("x", "n", (Source("s", "Blue;book", "MOFA"),))
    assert concept.definitions == {"ja": "定義", "fr": "une définition"}


BAD_ROWS = {
    "c,en": (None, "the row has 2 columns, the header 19"),
    "c,en,term,extra": (None, "the row has 4 columns, the header 19"),
    "term=": ("term", "the cell is empty"),
    "term=\u3000 ": ("term", "the cell is empty"),
    "term=" + "x" * 501: ("term", "the text has 501 characters; at most 500 are allowed"),
    "term=bell\x07": ("term", "the text holds a control character (U+0007)"),
    'term="two\nlines"': ("term", "the text holds a control character (U+000A)"),
    "definition=bell\x07": ("definition", "the text holds a control character (U+0007)"),
    "note=" + "x" * 20_001: ("note", "the text has 20,001 characters; at most 20,000 are allowed"),
    "status=good": ("status", "'good' is unknown; known are preferred, admitted, deprecated, forbidden"),
    "kind=long": ("kind", "'long' is unknown; known are full, abbreviation, short, informal"),
    "use=never": ("use", "'never' is unknown; known are both, source, target"),
    "inflects=maybe": ("inflects", "'maybe' is neither yes nor no"),
    "language=English": ("language", "'English' is not a language code such as ja or pt-BR"),
    "language=": ("language", "'' is not a language code such as ja or pt-BR"),
    "concept=": ("concept", "the cell is empty"),
    "variants=a||b": ("variants", "one of the values is empty"),
    "variants=" + "|".join("v" * 51): ("variants", "there are 51 values; at most 50 are allowed"),
    "sources=id|title": ("sources", "'id|title' is not id|title|publisher|url"),
    "term=nul\0": (None, "the line holds a NUL character"),
    "term=" + "x" * 140_000: (None, "the line is longer than 131,072 characters"),
    'term="a"b': (None, "text stands after a closing quotation mark; within a quoted field, a quotation mark is written twice"),
}


def _row(change: str, concept: str = "bad") -> str:
    if "=" not in change:
        return change + "\r\n"
    name, _, value = change.partition("=")
    cells = {"concept": concept, "language": "en", "term": "a term"} | {name: value}
    return ",".join(cells.get(column, "") for column in COLUMNS) + "\r\n"


@pytest.mark.parametrize("change", BAD_ROWS, ids=lambda c: c[:12])
def test_a_bad_row_is_rejected_with_its_place(change: str) -> None:
    column, reason = BAD_ROWS[change]
    good = _row("concept=good"), _row("concept=better")
    imported, rejected = read(read_full_csv, ",".join(COLUMNS) + "\r\n" + good[0] + _row(change) + good[1])
    assert (3, column, reason) in reasons(rejected)
    assert [i.concept.id for i in imported] == ["good", "better"]


def test_every_bad_row_of_a_file_is_reported() -> None:
    data = ",".join(COLUMNS) + "\r\n" + "".join(_row(change, f"bad-{number}") for number, change in enumerate(BAD_ROWS))
    _, rejected = read(read_full_csv, data)
    assert {(column, reason) for _, column, reason in reasons(rejected)} >= set(BAD_ROWS.values())


def test_lines_are_physical_lines_also_after_quoted_line_ends() -> None:
    data = SHORT + 'a,en,alpha\r\nb,en,"be\nta"\r\n\r\nc,en,gamma\r\nd,en\r\n'
    imported, rejected = read(read_full_csv, data)
    assert [(i.concept.id, i.line) for i in imported] == [("a", 2), ("c", 6)]
    assert [r.line for r in rejected] == [3, 3, 7]  # b's row, b without a term, d


def test_a_missing_quotation_mark_costs_one_row() -> None:
    rows = "".join(f"c{n},en,term {n}\r\n" for n in range(3))
    imported, rejected = read(read_full_csv, SHORT + 'x,en,"open\r\n' + rows)
    assert reasons(rejected) == [(2, None, "a quotation mark is not closed within 131,072 characters")]
    assert [(i.concept.id, i.line) for i in imported] == [("c0", 3), ("c1", 4), ("c2", 5)]


def test_a_concept_that_comes_again_is_rejected() -> None:
    imported, rejected = read(read_full_csv, SHORT + "a,en,one\r\nb,en,two\r\na,ja,三\r\nb,ja,二\r\n")
    assert reasons(rejected) == [(4, "concept", "the concept stands in line 2 already; its rows must follow one another")]
    assert [len(i.concept.terms) for i in imported] == [1, 2]


def test_terms_that_differ_only_in_width_are_one() -> None:
    _, rejected = read(read_full_csv, SHORT + "a,en,FOIP\r\na,en,ＦＯＩＰ\r\na,en,FOIP\r\n")
    assert reasons(rejected) == [
        (3, "term", "'ＦＯＩＰ' differs only in width from 'FOIP', which stands in this concept already"),
        (4, "term", "'FOIP' stands in this concept already"),
    ]


def test_a_concept_without_a_good_term_is_reported() -> None:
    imported, rejected = read(read_full_csv, "concept,language,term,status,definition\r\na,en,x,bad,\r\na,en,,,only a definition\r\n")
    assert imported == []
    assert reasons(rejected)[1:] == [(2, "term", "no term of the concept 'a' can be used, so it is left out")]


def test_what_a_concept_says_twice_must_agree() -> None:
    header = "concept,language,term,domain,definition\r\n"
    _, rejected = read(read_full_csv, header + "a,en,one,x,d\r\na,en,two,y,\r\na,en,three,x,e\r\n")
    assert reasons(rejected) == [
        (3, "domain", "it differs from the first row of the concept, in line 2"),
        (4, "definition", "it differs from an earlier row of the concept in 'en'"),
    ]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", "no header row"),
        ("concept,term\r\n", "lacks the column 'language'"),
        ("concept,language,term,colour\r\n", "'colour' is unknown"),
        ("concept,language,term,Term\r\n", "'term' stands twice"),
    ],
)
def test_a_file_without_its_header_is_refused(header: str, message: str) -> None:
    with pytest.raises(InterchangeError, match=message):
        read(read_full_csv, header)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings_are_recognised(encoding: str) -> None:
    data = (SHORT + "usa,en,United States\r\nalliance,ja,同盟\r\nquad,ja,クアッド\r\n").encode(encoding)
    assert [c.terms[0].text for c in concepts_read(read_full_csv, data)] == ["United States", "同盟", "クアッド"]


@pytest.mark.parametrize(
    "data",
    [
        (SHORT + "a,fr,Présidente\r\n").encode("latin-1"),
        SHORT.encode() + "a,ja,同盟\r\n".encode() + "b,ja,条約\r\n".encode("cp932"),
        SHORT.encode() + b"a,ja,\xff\xfe\r\n",
        (SHORT + "a,ja,同盟\r\n").encode("utf-16")[:-1],
    ],
    ids=["latin-1", "mixed", "neither", "cut"],
)
def test_an_unclear_encoding_is_an_error_and_no_mojibake(data: bytes) -> None:
    with pytest.raises(InterchangeError, match="give the encoding"):
        read(read_full_csv, data)


def test_a_given_encoding_is_used() -> None:
    data = (SHORT + "a,ja,ｱ\r\n").encode("cp932")  # two such bytes can be UTF-8
    (concept,) = concepts_read(read_full_csv, data, InterchangeOptions(encoding="Shift_JIS"))
    assert concept.terms[0].text == "ｱ"
    with pytest.raises(InterchangeError, match="'latin-1' is not supported"):
        read(read_full_csv, data, InterchangeOptions(encoding="latin-1"))


class _Endless(io.RawIOBase):
    """A header, then ``blocks`` times a block, without ever being in memory."""

    def __init__(self, block: bytes, blocks: int) -> None:
        self._blocks = iter([SHORT.encode()] + [block] * blocks)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return next(self._blocks, b"")


@pytest.mark.parametrize("block", [b"x" * 65_536, b'"' + b"x" * 65_535, b'a,"\n' + b"y,\n" * 2_000, b"x,en,term\r\n" * 500])
def test_memory_does_not_grow_with_the_file(block: bytes) -> None:
    def peak(blocks: int) -> int:
        tracemalloc.start()
        for item in read_full_csv(_Endless(block, blocks), OPTIONS):  # type: ignore[arg-type]
            assert isinstance(item, (ImportedConcept, RejectedRow))
        result = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return result

    peak(2)  # what is made once
    assert peak(24) < peak(8) * 1.5
