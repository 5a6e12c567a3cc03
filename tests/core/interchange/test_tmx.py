"""TMX: pairs of terms in and out."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow, derived_id
from glossary.interchange.tmx import read_tmx, write_tmx
from glossary.terms import ANY_LANGUAGE, Concept, Kind, Source, Status, Term, Use
from tests.core.interchange.concepts import texts

OPTIONS = InterchangeOptions()
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def memory(*units: str, doctype: str = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">') -> str:
    header = (
        '<header creationtool="x" creationtoolversion="1" segtype="phrase" o-tmf="x" adminlang="en" srclang="ja" datatype="plaintext"/>'
    )
    units_by_line = "\n".join(units)
    return f'<?xml version="1.0"?>{doctype}<tmx version="1.4">{header}<body>\n{units_by_line}</body></tmx>'


def unit(*variants: tuple[str, str], inside: str = "", tuid: str | None = None, attribute: str = "xml:lang") -> str:
    segments = "".join(f'<tuv {attribute}="{code}"><seg>{text}</seg></tuv>' for code, text in variants)
    return f"<tu{f' tuid={tuid!r}' if tuid else ''}>{inside}{segments}</tu>"


PAIR = (("ja", "同盟"), ("en", "alliance"))


def read(data: str | bytes, options: InterchangeOptions = OPTIONS) -> list[ImportedConcept | RejectedRow]:
    return list(read_tmx(io.BytesIO(data.encode() if isinstance(data, str) else data), options))


def concepts_of(data: str | bytes, options: InterchangeOptions = OPTIONS) -> list[Concept]:
    items = read(data, options)
    assert [i for i in items if isinstance(i, RejectedRow)] == []
    return [i.concept for i in items if isinstance(i, ImportedConcept)]


def written(*items: Concept, options: InterchangeOptions = OPTIONS) -> bytes:
    stream = io.BytesIO()
    write_tmx(items, stream, options)
    return stream.getvalue()


def pairs_of(data: bytes) -> list[tuple[str, ...]]:
    return [tuple(seg.text for seg in tu.iter("seg")) for tu in etree.fromstring(data).iter("tu")]


def test_a_unit_is_a_concept_with_what_its_properties_say() -> None:
    inside = '<note>Formal.</note><prop type="domain">security</prop><prop type="client">MOFA</prop>'
    (found,) = read(memory(unit(*PAIR, inside=inside, tuid="a-1")))
    terms = (Term("同盟", "ja"), Term("alliance", "en"))
    assert found == ImportedConcept(Concept("a-1", "security", terms, note="Formal.\nclient: MOFA"), 2)


def test_a_domain_that_can_be_none_is_kept_in_the_note() -> None:
    (concept,) = concepts_of(memory(unit(*PAIR, inside='<prop type="x-Domain">Foreign policy</prop><prop type="subject">law</prop>')))
    assert (concept.domain, concept.note) == ("Foreign-policy", "x-Domain: Foreign policy\nsubject: law")


def test_properties_of_a_segment_are_kept_with_its_place() -> None:
    variant = (
        '<tuv xml:lang="ja"><prop type="x-status">forbidden</prop><prop type="x-status">odd</prop><note>Old.</note><seg>同盟</seg></tuv>'
    )
    (concept,) = concepts_of(memory(unit(PAIR[1], inside=variant)))
    assert concept.terms == (Term("同盟", "ja", Status.FORBIDDEN), Term("alliance", "en"))
    assert concept.note == "x-status [同盟]: odd\nnote [同盟]: Old."


def test_formatting_codes_are_left_out_and_what_they_surround_stays() -> None:
    text = (
        '<bpt i="1">&lt;b&gt;</bpt>日米<hi>同盟</hi><ept i="1">&lt;/b&gt;</ept><ph>{0}<sub>x</sub></ph><it pos="end">i</it>\n条約<!-- c -->'
    )
    (concept,) = concepts_of(memory(unit(("ja", text), ("en", "A &amp; &#x42;"))))
    assert [t.text for t in concept.terms] == ["日米同盟 条約", "A & B"]


def test_regions_are_one_language_for_the_pair_only() -> None:
    units = (
        unit(("JA-JP", "色"), ("en-US", "color"), ("en_GB", "colour"), ("PT-BR", "cor")),
        unit(("ja", "赤"), ("en", "red"), attribute="lang"),
    )
    first, second = concepts_of(memory(*units))
    assert [(t.language, t.text) for t in first.terms] == [("ja", "色"), ("en", "color"), ("en", "colour"), ("pt-BR", "cor")]
    assert [t.language for t in second.terms] == ["ja", "en"]


def test_units_with_one_id_are_one_concept_and_without_an_id_get_the_same_each_time() -> None:
    data = memory(unit(*PAIR, tuid="a"), unit(PAIR[0], ("en", "coalition"), tuid="a"), unit(("ja", "条約"), ("en", "treaty")))
    first, second = concepts_of(data)
    assert [t.text for t in first.terms] == ["同盟", "alliance", "coalition"]
    assert second.id == derived_id("imported", "ja", "条約")


def test_every_bad_unit_is_reported_with_its_line_and_element() -> None:
    data = memory(
        unit(("ja", "同盟")),
        unit(("ja", "同盟"), ("en", " \n")),
        unit(("ja", "文" * 501), ("en", "x")),
        unit(("j", "x"), ("", "y"), ("en", "z")),
        unit(*PAIR, tuid="a"),
        unit(*PAIR, tuid="b"),
        unit(*PAIR, tuid="a"),
        unit(*PAIR),
        unit(*PAIR),
        "<ut/>",
        unit(("ja", "a&nbsp;b"), ("en", "x")),
        "<tu><tuv xml:lang='ja'><seg>a</seg><seg>b</seg></tuv><tuv xml:lang='en'/><tuv xml:lang='fr'><seg>c\x85d</seg></tuv></tu>",
    )
    few = "the unit does not have segments in two languages that can be used"
    assert [(i.line, i.column, i.reason) for i in read(data) if isinstance(i, RejectedRow)] == [
        (2, "tu", few),
        (3, "seg", "the en segment is empty"),
        (3, "tu", few),
        (5, "seg", "the ja segment has 501 characters: longer than a term, of which 500 are allowed"),
        (5, "tu", few),
        (6, "tuv", "'j' is no language code such as ja or pt-BR"),
        (6, "tuv", "the segment has no xml:lang"),
        (6, "tu", few),
        (9, "tu", "the id 'a' stands in line 7 already"),
        (12, "ut", "<ut> is not a translation unit; it was not read"),
        (13, "tu", "the entity &nbsp; stands for text that the file does not have; write the text itself"),
        (11, "tu", "the term '同盟' without an id stands in line 10 already"),
        (14, "tuv", "the ja variant has 2 segments; only one is allowed"),
        (14, "seg", "the en segment is empty"),
        (14, "seg", "the fr segment 'c\\x85d' holds a control character"),
        (14, "tu", few),
    ]
    assert [i.line for i in read(data) if isinstance(i, ImportedConcept)] == [7, 8, 10]


def test_units_with_one_id_cannot_gather_without_end() -> None:
    data = memory(*(unit(("ja", f"語{n}"), ("en", f"word {n}"), inside=f"<note>{n} {'x' * 300}</note>", tuid="a") for n in range(110)))
    items = read(data)
    reasons = {(i.column, i.reason) for i in items if isinstance(i, RejectedRow)}
    assert reasons == {
        ("tu", "the units with the id 'a' have more than 200 terms"),
        ("note", "notes and properties of one concept have more than 20,000 characters: the rest is left out"),
    }
    (concept,) = [i.concept for i in items if isinstance(i, ImportedConcept)]
    assert len(concept.terms) == 200
    assert len(concept.note or "") <= 20_100


def test_another_format_and_hostile_files_are_refused() -> None:
    with pytest.raises(InterchangeError, match="the outermost element is <tbx>, not <tmx>"):
        read("<tbx><body/></tbx>")
    with pytest.raises(InterchangeError, match="declarations of its own"):
        read(memory(doctype='<!DOCTYPE tmx [<!ENTITY a SYSTEM "file:///etc/passwd">]>'))


# --- what is written ---


def test_a_unit_is_written_for_each_pair_that_is_right() -> None:
    concept = Concept(
        "nato", "security",
        (
            Term("北大西洋条約機構", "ja", Status.PREFERRED), Term("ナトー", "ja", Status.DEPRECATED),
            Term("NATO", "ja", kind=Kind.ABBREVIATION),
            Term("北大西洋", "ja", use=Use.TARGET), Term("North Atlantic Treaty Organization", "en", Status.PREFERRED),
            Term("NATO", "en", kind=Kind.ABBREVIATION), Term("Atlantic alliance", "en"), Term("the bloc", "en", Status.FORBIDDEN),
            Term("the pact", "en", use=Use.SOURCE), Term("OTAN", "fr"),
        ),
        sources=(Source("s", "Charter", "NATO"),),
    )  # fmt: skip
    full = "North Atlantic Treaty Organization"
    assert pairs_of(written(concept)) == [
        ("北大西洋条約機構", full), ("ナトー", full), ("NATO", "NATO"), ("北大西洋条約機構", "Atlantic alliance"),
    ]  # fmt: skip
    assert pairs_of(written(concept, options=InterchangeOptions("fr", "ja"))) == [("OTAN", "北大西洋条約機構"), *(
        ("OTAN", text) for text in ("NATO", "北大西洋")
    )]  # fmt: skip


def test_the_file_is_tmx_1_4() -> None:
    concept = Concept("a", "security", (Term("同盟", "ja", Status.PREFERRED), Term("alliance", "en")), {"en": "A pact."}, note="One.\nTwo.")
    data = written(concept)
    root = etree.fromstring(data)
    assert (root.tag, root.get("version"), root.getroottree().docinfo.system_url) == ("tmx", "1.4", "tmx14.dtd")
    header = {"creationtool", "creationtoolversion", "segtype", "o-tmf", "adminlang", "srclang", "datatype"}
    assert (set(root[0].attrib), root[0].get("srclang")) == (header, "ja")
    (tu,) = root[1]
    assert [(e.tag, e.get("type"), e.text) for e in tu if e.tag != "tuv"] == [
        ("note", None, "One."), ("note", None, "Two."), ("prop", "domain", "security"), ("prop", "x-part-of-speech", "noun"),
        ("prop", "x-definition", "A pact."),
    ]  # fmt: skip
    assert tu.get("tuid") == "a"
    assert [(tuv.get(LANG), [e.text for e in tuv]) for tuv in tu.iter("tuv")] == [
        ("ja", ["preferred", "full", "同盟"]), ("en", ["admitted", "full", "alliance"]),
    ]  # fmt: skip


def test_a_term_of_every_language_is_a_pair_and_a_concept_of_one_language_is_left_out() -> None:
    everywhere = Concept("gpt", "d", (Term("GPT-4", ANY_LANGUAGE, Status.PREFERRED),))
    root = etree.fromstring(written(everywhere, Concept("x", "d", (Term("語", "ja"),))))
    assert [(tuv.get(LANG), tuv.findtext("seg")) for tuv in root.iter("tuv")] == [("ja", "GPT-4"), ("en", "GPT-4")]


def test_nothing_that_xml_cannot_hold_is_written() -> None:
    with pytest.raises(InterchangeError, match="'bad' holds a control character"):
        written(Concept("bad", "d", (Term("a\x00", "ja"), Term("b", "en"))))


def held(concept: Concept) -> Concept:
    """What TMX holds of a concept whose pairs are all right."""
    plain = (Term(t.text, t.language, t.status, t.kind) for t in concept.terms if t.language == "ja" or t.status.approved)
    return replace(concept, terms=tuple(sorted(plain, key=repr)), sources=())


def ordered(concept: Concept) -> Concept:
    return replace(concept, terms=tuple(sorted(concept.terms, key=repr)))


@st.composite
def pairs(draw: st.DrawFn) -> Concept:
    terms = [
        Term(text, language, draw(st.sampled_from(Status)) if number else Status.PREFERRED, draw(st.sampled_from(Kind)))
        for language in ("ja", "en")
        for number, text in enumerate(draw(st.lists(texts(), min_size=1, max_size=3, unique=True)))
    ]
    return Concept(
        draw(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)), draw(st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)), tuple(terms),
        draw(st.dictionaries(st.sampled_from(("ja", "en", "de")), texts(30), max_size=2)), draw(st.sampled_from(("noun", "proper-noun"))),
        note="\n".join(draw(st.lists(texts(30), max_size=3, unique=True))) or None,
    )  # fmt: skip


@settings(max_examples=50)
@given(st.lists(pairs(), max_size=2, unique_by=lambda c: c.id))
def test_what_tmx_holds_comes_back(items: list[Concept]) -> None:
    assert [ordered(c) for c in concepts_of(written(*items))] == [held(c) for c in items]


def test_the_whole_curated_termbase_comes_back_as_far_as_tmx_holds_it() -> None:
    curated = read_termbase(CURATED_DIRECTORY).concepts
    found = {c.id: c for c in concepts_of(written(*curated))}
    assert list(found) == [c.id for c in curated]
    for concept in curated:
        got = found[concept.id]
        assert (got.domain, got.definitions, got.note, got.part_of_speech) == (
            concept.domain, concept.definitions, concept.note, concept.part_of_speech,
        )  # fmt: skip
        wanted = {
            (t.language, t.text, t.status, t.kind) for t in concept.terms
            if (t.use is not Use.TARGET if t.language == "ja" else t.status.approved and t.use is not Use.SOURCE)
        }  # fmt: skip
        assert {(t.language, t.text, t.status, t.kind) for t in got.terms} == wanted
