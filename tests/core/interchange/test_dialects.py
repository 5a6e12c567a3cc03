"""The dialects of other programs: what they hold comes back, what they refuse is rejected, and which of them a file is."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.interchange.base import InterchangeError, InterchangeOptions, Reader, Writer
from glossary.interchange.dialects import (
    read_deepl_csv,
    read_omegat,
    read_two_column_csv,
    read_two_column_tsv,
    write_deepl_csv,
    write_omegat,
    write_two_column_csv,
    write_two_column_tsv,
)
from glossary.interchange.full_csv import read_full_csv, read_full_tsv, write_full_csv, write_full_tsv
from glossary.interchange.language_columns import (
    read_language_columns_csv,
    read_language_columns_tsv,
    write_language_columns_csv,
    write_language_columns_tsv,
)
from glossary.interchange.sniffing import HEAD_BYTES, sniff
from glossary.interchange.utx import read_utx, write_utx
from glossary.interchange.weblate import read_weblate_csv, write_weblate_csv
from glossary.interchange.xlsx import read_xlsx, write_xlsx
from glossary.terms import Concept, Kind, Status, Term, Use
from tests.core.interchange.tables import OPTIONS, concept_of, concepts_read, paired_concepts, read, reasons, texts, written

PREFERRED, ADMITTED, FORBIDDEN = Status.PREFERRED, Status.ADMITTED, Status.FORBIDDEN
FORMATS = {
    "two-column-csv": (write_two_column_csv, read_two_column_csv),
    "two-column-tsv": (write_two_column_tsv, read_two_column_tsv),
    "deepl-csv": (write_deepl_csv, read_deepl_csv),
    "omegat": (write_omegat, read_omegat),
    "language-columns-csv": (write_language_columns_csv, read_language_columns_csv),
    "language-columns-tsv": (write_language_columns_tsv, read_language_columns_tsv),
    "weblate-csv": (write_weblate_csv, read_weblate_csv),
}
ALLIANCE = Concept(
    "alliance",
    "security",
    (
        Term("日米同盟", "ja", PREFERRED, variants=("日米の同盟",)),
        Term("同盟", "ja", ADMITTED, Kind.SHORT),
        Term("対訳", "ja", ADMITTED, use=Use.TARGET),
        Term("Japan-U.S. Alliance", "en", PREFERRED),
        Term("the Alliance", "en", ADMITTED, Kind.SHORT),
        Term("Nichibei", "en", FORBIDDEN),
    ),
    {"ja": "定義"},
)


@pytest.mark.parametrize(("writer", "reader"), FORMATS.values(), ids=FORMATS)
@given(pairs=paired_concepts())
def test_pairs_of_terms_come_back(writer: Writer, reader: Reader, pairs: list[tuple[str, str]]) -> None:
    data = written(writer, [concept_of(source, target, f"c{n}") for n, (source, target) in enumerate(pairs)])
    found = concepts_read(reader, data)
    assert [texts(c) for c in found] == [[("ja", s, PREFERRED), ("en", t, PREFERRED)] for s, t in pairs]


@pytest.mark.parametrize(("name", "row"), [("two-column-csv", ""), ("deepl-csv", ",ja,en")])
def test_each_spelling_of_a_source_is_a_row_with_its_rendering(name: str, row: str) -> None:
    other = concept_of("同盟", "alliance")  # the first concept has this term already
    data = written(FORMATS[name][0], [ALLIANCE, other, concept_of("条約", "treaty")]).decode()
    assert data.splitlines() == [
        f"日米同盟,Japan-U.S. Alliance{row}",
        f"日米の同盟,Japan-U.S. Alliance{row}",
        f"同盟,the Alliance{row}",
        f"条約,treaty{row}",
    ]


def test_a_concept_without_a_rendering_is_not_written() -> None:
    only_japanese = Concept("a", "d", (Term("同盟", "ja", PREFERRED),))
    for name, (writer, _) in FORMATS.items():
        assert "同盟" not in written(writer, [only_japanese]).decode(), name


def test_the_same_terms_get_the_same_id_in_every_dialect() -> None:
    data = "同盟,alliance\n"
    ids = {
        concepts_read(reader, text)[0].id
        for reader, text in [
            (read_two_column_csv, data),
            (read_deepl_csv, data),
            (read_omegat, data.replace(",", "\t")),
            (read_language_columns_csv, "ja,en\n" + data),
            (read_weblate_csv, "source,target\n" + data),
        ]
    }
    assert len(ids) == 1


def test_rows_of_one_source_that_follow_are_alternatives() -> None:
    (concept,) = concepts_read(read_two_column_csv, "同盟,alliance\n同盟,ally\n")
    assert texts(concept) == [("ja", "同盟", PREFERRED), ("en", "alliance", PREFERRED), ("en", "ally", ADMITTED)]


def test_deepl_refuses_a_second_target() -> None:
    imported, rejected = read(read_deepl_csv, "同盟,alliance\n同盟,ally\n条約,treaty\n同盟,league\n")
    assert [texts(i.concept)[1][1] for i in imported] == ["alliance", "treaty"]
    assert reasons(rejected) == [
        (2, "source", "the term '同盟' has a target term already; this format takes only one"),
        (4, "source", "the term '同盟', apart from width or case, stands in line 1 already; its rows must follow one another"),
    ]


def test_deepl_columns_name_the_languages() -> None:
    rows = '同盟,alliance,JA,EN-US\n同盟,"alliance, l\'",JA,FR,0.9\ntreaty,条約,en,ja\n'
    first, second = concepts_read(read_deepl_csv, rows)
    assert texts(first) == [("ja", "同盟", PREFERRED), ("en", "alliance", PREFERRED), ("fr", "alliance, l'", PREFERRED)]
    assert texts(second) == [("en", "treaty", PREFERRED), ("ja", "条約", PREFERRED)]


BAD_ROWS = [
    (read_two_column_csv, "同盟\n", (1, None, "the row has 1 columns; this format has 2")),
    (read_two_column_csv, "a,b,c\n", (1, None, "the row has 3 columns; this format has 2")),
    (read_two_column_csv, "同盟,\n", (1, "target", "the cell is empty")),
    (read_two_column_csv, ",alliance\n", (1, "source", "the cell is empty")),
    (read_two_column_csv, "同盟," + "x" * 501 + "\n", (1, "target", "the text has 501 characters; at most 500 are allowed")),
    (read_two_column_csv, "同盟,a\x1bb\n", (1, "target", "the text holds a control character (U+001B)")),
    (read_two_column_csv, "同盟,alliance\n同盟,alliance\n", (2, None, "the pair '同盟', 'alliance' stands in this concept already")),
    (
        read_two_column_csv,
        "同盟,alliance\n同盟,ＡＬＬＩＡＮＣＥ\n",
        (2, None, "'ＡＬＬＩＡＮＣＥ' differs only in width or case from 'alliance', which stands in this concept already"),
    ),
    (
        read_two_column_csv,
        "ＦＯＩＰ,x\nfoip,y\n",
        (2, None, "'foip' differs only in width or case from 'ＦＯＩＰ', which stands in this concept already"),
    ),
    (
        read_two_column_csv,
        "alliance,同盟\n",
        (1, None, "the languages are exchanged: 'alliance' is not ja; give the source and target languages of the file"),
    ),
    (read_deepl_csv, "同盟,alliance,ja\n", (1, None, "the row has 3 columns; this format has 2 or 4 or 5")),
    (read_deepl_csv, "同盟,alliance,ja,x\n", (1, "target language", "'x' is not a language code such as ja or pt-BR")),
    (read_deepl_csv, "同盟,alliance,en,EN-GB\n", (1, "target language", "the source and the target language are both en")),
    (read_omegat, "# comment\n同盟\n", (2, None, "the row has 1 columns; this format has 2 or 3")),
    (read_language_columns_csv, "ja,en,fr\n同盟,,\n", (2, "en", "the row has fewer than two terms")),
    (read_language_columns_csv, "ja,en\n同盟,a,b\n", (2, None, "the row has 3 columns, the header 2")),
    (
        read_language_columns_csv,
        "ja,en\nＡ同盟,x\na同盟,y\n",
        (3, "ja", "the term 'a同盟', apart from width or case, stands in line 2 already"),
    ),
    (read_weblate_csv, "source,target\n同盟,\n", (2, "target", "the cell is empty")),
    (read_weblate_csv, "source,target\n同盟\n", (2, None, "the row has 1 columns, the header 2")),
]


@pytest.mark.parametrize(("reader", "data", "expected"), BAD_ROWS)
def test_a_bad_row_is_rejected_with_its_place(reader: Reader, data: str, expected: tuple[int, str | None, str]) -> None:
    _, rejected = read(reader, data)
    assert reasons(rejected) == [expected]


@pytest.mark.parametrize("header", ["ja,en", "EN,JA", "source,target"])
def test_a_header_is_not_taken_for_terms(header: str) -> None:
    with pytest.raises(InterchangeError, match="is a header"):
        read(read_two_column_csv, header + "\n同盟,alliance\n")


def test_terms_in_latin_letters_on_both_sides_are_no_exchange() -> None:
    assert len(concepts_read(read_two_column_csv, "GDP,GDP\nNATO,North Atlantic Treaty Organization\n")) == 2
    chinese = InterchangeOptions(source="ja", target="zh")
    assert len(concepts_read(read_two_column_csv, "NATO,北約\n", chinese)) == 1


def test_omegat_knows_no_quotation_and_has_comments() -> None:
    concept = concept_of("#自由", 'an "open" term', note="two\nlines\tand a tab")
    data = written(write_omegat, [concept])
    assert data.decode() == '\'#自由\tan "open" term\ttwo lines and a tab\n'
    (found,) = concepts_read(read_omegat, b"# Glossary\n" + data)
    assert (texts(found)[0][1], found.note) == ("#自由", "two lines and a tab")


def test_a_language_column_for_each_language_of_the_concepts() -> None:
    french = Concept("b", "d", (Term("条約", "ja", PREFERRED), Term("treaty", "en", PREFERRED), Term("traité", "fr", PREFERRED)))
    data = written(write_language_columns_csv, [concept_of("同盟", "alliance"), french])
    assert data.decode().splitlines() == ["ja,en,fr", "同盟,alliance,", "条約,treaty,traité"]
    assert texts(concepts_read(read_language_columns_csv, data)[1])[2] == ("fr", "traité", PREFERRED)


def test_google_columns_and_regions() -> None:
    (concept,) = concepts_read(read_language_columns_csv, "en_US,ja-JP,pos,description\nalliance,同盟,verb,a note\n")
    assert [(t.language, t.text) for t in concept.terms] == [("en", "alliance"), ("ja", "同盟")]
    assert (concept.part_of_speech, concept.note) == ("verb", "a note")
    (concept,) = concepts_read(read_language_columns_csv, "ja,en-US,en-GB\n防衛,defense,defence\n")
    assert [t.language for t in concept.terms] == ["ja", "en-US", "en-GB"]


@pytest.mark.parametrize("header", ["", "ja,term\n", "ja,ja\n"])
def test_a_file_without_language_codes_is_refused(header: str) -> None:
    with pytest.raises(InterchangeError, match="header"):
        read(read_language_columns_csv, header + "同盟,alliance\n")


def test_weblate_flags() -> None:
    data = written(write_weblate_csv, [ALLIANCE, concept_of("GDP", "GDP", "gdp", note="a note")])
    assert data.decode().splitlines() == [
        "context,source,target,developer_comments,flags",
        "alliance,日米同盟,Japan-U.S. Alliance,,terminology",
        'alliance/1,日米同盟,Nichibei,,"terminology, forbidden"',
        "alliance/2,日米の同盟,Japan-U.S. Alliance,,terminology",
        "alliance/3,同盟,the Alliance,,terminology",
        'gdp,GDP,GDP,a note,"terminology, read-only"',
    ]
    found = concepts_read(read_weblate_csv, data)
    assert texts(found[0]) == [("ja", "日米同盟", PREFERRED), ("en", "Japan-U.S. Alliance", PREFERRED), ("en", "Nichibei", FORBIDDEN)]
    assert (texts(found[-1]), found[-1].note) == ([("ja", "GDP", PREFERRED), ("en", "GDP", PREFERRED)], "a note")


def test_weblate_contexts_tell_homonyms_apart() -> None:
    header = "location,source,target,ID,fuzzy,context,translator_comments,developer_comments,flags\n"
    rows = ",橋,bridge,1,,構造,one,two,\n,橋,pons,2,True,脳,,,\n,NATO,,3,,,,,read-only\n"
    first, second, third = concepts_read(read_weblate_csv, header + rows)
    assert first.id != second.id
    assert first.note == "two\none"
    assert texts(second)[1] == ("en", "pons", ADMITTED)
    assert texts(third)[1] == ("en", "NATO", PREFERRED)


@pytest.mark.parametrize("header", ["a,b", "source,target,colour", "source,target,target"])
def test_weblate_needs_its_header(header: str) -> None:
    with pytest.raises(InterchangeError, match=r"header|unknown"):
        read(read_weblate_csv, header + "\n同盟,alliance\n")


@pytest.mark.parametrize("writer", [w for w, _ in FORMATS.values()], ids=FORMATS)
def test_formulas_are_guarded_in_every_dialect(writer: Writer) -> None:
    data = written(writer, [concept_of("同盟", "=cmd|' /C calc'!A0")]).decode()
    assert "'=cmd" in data
    assert "\t=cmd" not in data and ",=cmd" not in data


# Sniffing

WRITERS = {n: w for n, (w, _) in FORMATS.items() if n != "omegat"} | {"meiyaku-csv": write_full_csv, "meiyaku-tsv": write_full_tsv}


@pytest.mark.parametrize(("name", "writer"), [*WRITERS.items(), ("omegat", write_omegat), ("utx", write_utx), ("xlsx", write_xlsx)])
def test_what_is_written_is_recognised(name: str, writer: Writer) -> None:
    assert sniff(written(writer, [ALLIANCE]), "file", OPTIONS).format == name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
@pytest.mark.parametrize(("name", "writer"), WRITERS.items())
def test_the_encoding_is_recognised(name: str, writer: Writer, encoding: str) -> None:
    data = written(writer, [ALLIANCE] * 400).decode().encode(encoding)[:HEAD_BYTES]  # cut anywhere
    found = sniff(data, "file", OPTIONS)
    assert (found.format, found.encoding) == (name, encoding)


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ("同盟\talliance\n", "a.tsv", "two-column-tsv"),
        ("同盟\talliance\n", "a.utf8", "omegat"),
        ("# by hand\n同盟\talliance\n", "a.txt", "omegat"),
        ('5" gun\tx\ty\n', "a.txt", "omegat"),
        ("同盟,alliance\nbad row\n条約,treaty\n条,a\n約,b\n", "a.csv", "two-column-csv"),
        ("de,fr,en,pos\na,b,c,noun\n", "a.csv", "language-columns-csv"),
        ("同盟,alliance,JA,EN\n", "a.csv", "deepl-csv"),
        ('<?xml version="1.0"?><!DOCTYPE martif SYSTEM "x.dtd"><martif>', "a.xml", "tbx"),
        ('<?xml version="1.0"?>\n<!-- c --><tbx:tbx xmlns:tbx="x">', "a", "tbx"),
        ("<tmx version='1.4'>", "a.txt", "tmx"),
    ],
)
def test_files_by_hand_are_recognised(data: str, name: str, expected: str) -> None:
    assert sniff(data.encode(), name, OPTIONS).format == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        ("同盟;alliance\n".encode(), "semicolons"),
        ("同盟\n".encode(), "one column"),
        (b"a,b,c\n", "rows have 3 columns.*give the format"),
        (b"a\tb\tc\td\n", "rows have 4 columns.*give the format"),
        (b"x" * HEAD_BYTES, "longer than"),
        ("同盟,alliance\n".encode("utf-16-le"), "give the encoding"),
        ("président,x\n".encode("latin-1"), "give the encoding"),
        (b"<?xml version='1.0'?><html>", "'html'"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 20, "old Excel"),
    ],
)
def test_an_unclear_file_is_an_error_that_says_what_to_give(data: bytes, message: str) -> None:
    with pytest.raises(InterchangeError, match=message):
        sniff(data, "file.csv", OPTIONS)


def test_an_encoding_that_is_given_is_not_questioned() -> None:
    data = "同盟,alliance\n".encode("utf-16-le")
    options = InterchangeOptions(encoding="utf-16-le")
    assert sniff(data, "a.csv", options).format == "two-column-csv"
    assert [t[1] for t in texts(concepts_read(read_two_column_csv, data, options)[0])] == ["同盟", "alliance"]


def test_an_ascii_head_settles_no_encoding() -> None:
    data = b"GDP,GDP\r\n" * 8_000 + "同盟,alliance\r\n".encode("cp932")
    assert sniff(data[:HEAD_BYTES], "a.csv", OPTIONS).encoding is None
    imported, _ = read(read_two_column_csv, data)
    assert imported[-1].concept.terms[0].text == "同盟"


_NOISE = st.binary(max_size=40) | st.text('aあ,\t\n\r"#\\|;/=\0\ud7ff', max_size=40).map(str.encode)
_STARTS = ["", "ja,en\n", "ja\ten\n", "source,target,flags\n", "concept,language,term\n", "#UTX 1.20; ja/en\n#src\ttgt\n"]
_READERS = [*(reader for _, reader in FORMATS.values()), read_full_csv, read_full_tsv, read_utx, read_xlsx]


@given(start=st.sampled_from(_STARTS), noise=_NOISE)
def test_noise_is_rejected_or_refused_and_nothing_else(start: str, noise: bytes) -> None:
    data = start.encode() + noise
    for act in (*(lambda reader=reader: read(reader, data) for reader in _READERS), lambda: sniff(data, "file", OPTIONS)):
        with contextlib.suppress(InterchangeError):
            act()


def test_readers_are_lazy() -> None:
    stream = io.BytesIO(b"a,b\n" * 100_000)
    assert next(read_two_column_csv(stream, OPTIONS))
    assert stream.tell() < 200_000
