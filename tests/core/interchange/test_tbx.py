"""TBX in all versions and styles: what is read of it, what is reported, and that what is written is TBX-Basic and comes back whole."""

from __future__ import annotations

import functools
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.interchange.base import ImportedConcept, InterchangeError, InterchangeOptions, RejectedRow, derived_id
from glossary.interchange.tbx_read import read_tbx
from glossary.interchange.tbx_write import write_tbx
from glossary.terms import Concept, Kind, Source, Status, Term
from tests.core.interchange.concepts import concepts
from tests.core.interchange.tbx_basic import broken_rules

OPTIONS = InterchangeOptions()


def read(data: str | bytes, options: InterchangeOptions = OPTIONS) -> list[ImportedConcept | RejectedRow]:
    return list(read_tbx(io.BytesIO(data.encode() if isinstance(data, str) else data), options))


def concepts_of(data: str | bytes, options: InterchangeOptions = OPTIONS) -> list[Concept]:
    items = read(data, options)
    assert [i for i in items if isinstance(i, RejectedRow)] == []
    return [i.concept for i in items if isinstance(i, ImportedConcept)]


def rejected(data: str) -> list[tuple[int | None, str | None, str]]:
    return [(i.line, i.column, i.reason) for i in read(data) if isinstance(i, RejectedRow)]


def written(*items: Concept, options: InterchangeOptions = OPTIONS) -> bytes:
    stream = io.BytesIO()
    write_tbx(items, stream, options)
    return stream.getvalue()


@functools.cache
def curated() -> tuple[Concept, ...]:
    return read_termbase(CURATED_DIRECTORY).concepts


@functools.cache
def curated_file() -> bytes:
    return written(*curated())


def v2(*entries: str, doctype: str = '<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">') -> str:
    header = "<martifHeader><fileDesc><sourceDesc><p>x</p></sourceDesc></fileDesc></martifHeader>"
    head = f'<?xml version="1.0"?>{doctype}<martif type="TBX" xml:lang="en">{header}<text><body>\n'
    return head + "\n".join(entries) + "</body></text></martif>"


def tig(text: str, *notes: str, name: str = "tig") -> str:
    return f"<{name}><term>{text}</term>{''.join(notes)}</{name}>"


def note(kind: str, value: str) -> str:
    return f'<termNote type="{kind}">{value}</termNote>'


def entry(*sections: str, inside: str = "", name: str | None = "c1") -> str:
    return f"<termEntry{f' id={name!r}' if name else ''}>{inside}{''.join(sections)}</termEntry>"


def lang(code: str, *terms: str) -> str:
    return f'<langSet xml:lang="{code}">{"".join(terms)}</langSet>'


# --- what is written ---


def test_the_whole_curated_termbase_comes_back_as_it_was() -> None:
    assert concepts_of(curated_file()) == list(curated())


def test_the_whole_curated_termbase_is_written_as_tbx_basic() -> None:
    assert broken_rules(curated_file()) == []


@settings(max_examples=50)
@given(st.lists(concepts(), min_size=1, max_size=2, unique_by=lambda c: c.id))
def test_any_concept_is_written_as_tbx_basic_and_comes_back(items: list[Concept]) -> None:
    data = written(*items)
    assert broken_rules(data) == []
    assert concepts_of(data) == items


BREAKING = [
    ('style="dca"', 'style="dct"', "DCA style"),
    ("<tbxHeader><fileDesc>", "<tbxHeader><fileDesc><note>x</note>", "<fileDesc> holds note"),
    ('type="subjectField"', 'type="domain"', "domain is no data category"),
    ("preferredTerm-admn-sts", "forbidden", "administrativeStatus is forbidden"),
    ("<term>", "<note>early</note><term>", "<termSec> holds note"),
    ('<langSec xml:lang="ja">', "<langSec>", "lacks"),
    ('<conceptEntry id="', '<conceptEntry id="1 ', "no XML name"),
    ('target="https://', 'target="ftp://', "points to no address"),
]


@pytest.mark.parametrize(("old", "new", "problem"), BREAKING)
def test_the_check_of_tbx_basic_sees_what_breaks_it(old: str, new: str, problem: str) -> None:
    data = written(curated()[0]).decode()
    assert broken_rules(data.encode()) == []
    assert old in data
    assert problem in "\n".join(broken_rules(data.replace(old, new, 1).encode()))


def test_what_tbx_basic_has_a_place_for_stands_there() -> None:
    concept = Concept(
        "alliance", "security", (Term("NATO", "en", Status.PREFERRED, Kind.ABBREVIATION, variants=("N.A.T.O.",)),),
        {"en": "A pact."}, sources=(Source("s", "Charter", "NATO", "https://nato.int/"),), note="One.\nTwo.",
    )  # fmt: skip
    data = written(concept, options=InterchangeOptions(source="en", target="ja")).decode()
    for part in (
        'xml:lang="en" xmlns="urn:iso:std:iso:30042:ed:3.0"',
        '<conceptEntry id="alliance">', '<descrip type="subjectField">security</descrip>',
        '<descrip type="definition">A pact.</descrip>', "<term>NATO</term>", ">preferredTerm-admn-sts<", ">abbreviation<", ">variant<",
        '<admin type="source" target="alliance.source.1">Charter</admin>', 'target="https://nato.int/" id="alliance.source.1"',
        "<note>One.</note>", "<note>Two.</note>",
    ):  # fmt: skip
        assert part in data


def test_nothing_that_xml_cannot_hold_is_written() -> None:
    good = Concept("good", "d", (Term("a", "en"),))
    for bad in (Concept("bad", "d", (Term("a\x00b", "en"),)), Concept("bad", "d", (Term("a", "en"),), note="\ufffe")):
        with pytest.raises(InterchangeError, match="'bad' holds a control character"):
            written(good, bad)
    with pytest.raises(InterchangeError, match="'bad' has no terms"):
        written(good, Concept("bad", "d", ()))
    with pytest.raises(InterchangeError, match="no concept to write"):
        written()


def test_concepts_are_written_one_by_one() -> None:
    stream = io.BytesIO()
    sizes = []

    def watched() -> object:
        for concept in curated()[:5]:
            sizes.append(stream.tell())
            yield concept

    write_tbx(watched(), stream, OPTIONS)  # type: ignore[arg-type]
    assert sizes == sorted(sizes)
    assert len(set(sizes[1:])) == 4


# --- versions and styles ---

V2 = v2(
    """<termEntry id="c1">
<descrip type="subjectField">astronomy</descrip><note>Of stars.</note>
<langSet xml:lang="en"><descripGrp><descrip type="definition">A <hi>group</hi> of
   stars.</descrip><admin type="source">Oxford 2007</admin></descripGrp>
<ntig><termGrp><term>open cluster</term><termNote type="partOfSpeech">noun</termNote>
<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termGrp>
<descripGrp><descrip type="context">Many are known.</descrip><admin type="source">Seds</admin></descripGrp></ntig>
<ntig><termGrp><term>OC</term><termNoteGrp><termNote type="termType">abbreviation</termNote></termNoteGrp></termGrp></ntig></langSet>
<langSet xml:lang="ja"><tig><term>散開星団</term><termNote type="reading">さんかいせいだん</termNote></tig></langSet>
</termEntry>"""
)

DCA = """<tbx style="dca" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed:3.0"><tbxHeader/><text><body>
<conceptEntry id="c1">
<descrip type="subjectField">astronomy</descrip><note>Of stars.</note>
<langSec xml:lang="en"><descripGrp><descrip type="definition">A group of stars.</descrip>
<admin type="source">Oxford 2007</admin></descripGrp>
<termSec><term>open cluster</term><termNote type="partOfSpeech">noun</termNote>
<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote>
<descripGrp><descrip type="context">Many are known.</descrip><admin type="source">Seds</admin></descripGrp></termSec>
<termSec><term>OC</term><termNote type="termType">abbreviation</termNote></termSec></langSec>
<langSec xml:lang="ja"><termSec><term>散開星団</term><termNote type="reading">さんかいせいだん</termNote></termSec></langSec>
</conceptEntry></body></text></tbx>"""

DCT = """<tbx style="dct" type="TBX-Basic" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed:3.0" xmlns:min="http://www.tbxinfo.net/ns/min"
 xmlns:basic="http://www.tbxinfo.net/ns/basic"><tbxHeader/><text><body>
<conceptEntry id="c1">
<min:subjectField>astronomy</min:subjectField><note>Of stars.</note>
<langSec xml:lang="en"><descripGrp><basic:definition>A group of stars.</basic:definition>
<basic:source>Oxford 2007</basic:source></descripGrp>
<termSec><term>open cluster</term><min:partOfSpeech>noun</min:partOfSpeech>
<min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus>
<descripGrp><basic:context>Many are known.</basic:context><basic:source>Seds</basic:source></descripGrp></termSec>
<termSec><term>OC</term><basic:termType>abbreviation</basic:termType></termSec></langSec>
<langSec xml:lang="ja"><termSec><term>散開星団</term><min:reading>さんかいせいだん</min:reading></termSec></langSec>
</conceptEntry></body></text></tbx>"""


@pytest.mark.parametrize("data", [V2, DCA, DCT], ids=["v2", "v3 DCA", "v3 DCT"])
def test_every_version_and_style_says_the_same(data: str) -> None:
    (found,) = read(data)
    assert isinstance(found, ImportedConcept)
    assert found.line == data[: data.index("c1")].count("\n") + 1
    concept = found.concept
    (source,) = concept.sources
    assert (source.title, source.publisher, source.url) == ("Oxford 2007", "not stated", None)
    assert concept == Concept(
        "c1", "astronomy",
        (
            Term("open cluster", "en", Status.PREFERRED), Term("OC", "en", kind=Kind.ABBREVIATION),
            Term("散開星団", "ja", reading="さんかいせいだん"),
        ),
        {"en": "A group of stars."}, "noun", (source,), "Of stars.\ncontext [en open cluster]: Many are known. (source: Seds)",
    )  # fmt: skip


STATUSES = [
    ("preferredTerm-admn-sts", Status.PREFERRED, None),
    ("preferredTerm", Status.PREFERRED, None),
    ("admittedTerm-admn-sts", Status.ADMITTED, None),
    ("deprecatedTerm-admn-sts", Status.DEPRECATED, None),
    ("supersededTerm-admn-sts", Status.DEPRECATED, "administrativeStatus [en x]: supersededTerm-admn-sts"),
    ("forbidden", Status.FORBIDDEN, None),
    ("obsolete", Status.FORBIDDEN, "administrativeStatus [en x]: obsolete"),
    ("legalTerm-admn-sts", Status.ADMITTED, "administrativeStatus [en x]: legalTerm-admn-sts"),
]


@pytest.mark.parametrize(("value", "status", "line"), STATUSES)
def test_a_status_is_read_and_what_it_says_beyond_ours_is_kept(value: str, status: Status, line: str | None) -> None:
    (concept,) = concepts_of(v2(entry(lang("en", tig("x", note("administrativeStatus", value))))))
    assert (concept.terms[0].status, concept.note) == (status, line)


TYPES = [
    ("fullForm", Kind.FULL, None),
    ("abbreviation", Kind.ABBREVIATION, None),
    ("acronym", Kind.ABBREVIATION, "termType [en x]: acronym"),
    ("shortForm", Kind.SHORT, None),
    ("variant", Kind.FULL, None),  # of nothing: there is no term before it
    ("internationalism", Kind.FULL, "termType [en x]: internationalism"),
]


@pytest.mark.parametrize(("value", "kind", "line"), TYPES)
def test_a_term_type_is_a_kind_and_what_it_says_beyond_ours_is_kept(value: str, kind: Kind, line: str | None) -> None:
    (concept,) = concepts_of(v2(entry(lang("en", tig("x", note("termType", value))))))
    assert (concept.terms[0].kind, concept.note) == (kind, line)


def test_a_variant_belongs_to_the_term_before_it_unless_it_says_more() -> None:
    bad = note("administrativeStatus", "deprecatedTerm-admn-sts")
    variant = note("termType", "variant")
    (concept,) = concepts_of(
        v2(
            entry(
                lang(
                    "en", tig("color", note("administrativeStatus", "preferredTerm")), tig("colour", variant), tig("culler", variant, bad)
                ),
                lang("ja", tig("色", bad), tig("彩", variant), tig("いろ", variant, note("reading", "いろ"))),
            )
        )
    )
    assert concept.terms == (
        Term("color", "en", Status.PREFERRED, variants=("colour",)), Term("culler", "en", Status.DEPRECATED),
        Term("色", "ja", Status.DEPRECATED, variants=("彩",)), Term("いろ", "ja", reading="いろ"),
    )  # fmt: skip


PARTS_OF_SPEECH = [
    (("noun", "fullForm"), "noun", None),
    (("properNoun", "fullForm"), "proper-noun", None),
    (("other", "phrase"), "phrase", None),
    (("verb", "phrase"), "verb", "termType [en x]: phrase"),
    (("動詞", "fullForm"), "noun", "partOfSpeech [en x]: 動詞"),
]


@pytest.mark.parametrize(("values", "part_of_speech", "line"), PARTS_OF_SPEECH)
def test_a_part_of_speech_is_the_concepts(values: tuple[str, str], part_of_speech: str, line: str | None) -> None:
    notes = note("partOfSpeech", values[0]), note("termType", values[1])
    (concept,) = concepts_of(v2(entry(lang("en", tig("x", *notes)))))
    assert (concept.part_of_speech, concept.note) == (part_of_speech, line)


def test_definitions_of_every_level_are_kept() -> None:
    def defined(text: str, attributes: str = "") -> str:
        return f'<descrip type="definition"{attributes}>{text}</descrip>'

    (concept,) = concepts_of(
        v2(
            entry(
                lang("ja", defined("二"), defined("二"), tig("語", defined("三"))), lang("fr", tig("mot", defined("quatre"))),
                inside=defined("one") + defined("fünf", ' xml:lang="de"'),
            )
        )
    )  # fmt: skip
    assert concept.definitions == {"en": "one", "de": "fünf", "ja": "二", "fr": "quatre"}
    assert concept.note == "definition [ja 語]: 三"


def test_unknown_data_categories_of_every_level_are_lines_of_the_note() -> None:
    inside = (
        '<transacGrp><transac type="transactionType">origination</transac><date>2010-04-17</date>'
        '<transacNote type="responsibility" target="p1">Tommy</transacNote></transacGrp>'
        '<xref type="xGraphic" target="https://example.org/a.jpg">A.jpg</xref><x:weight xmlns:x="u:x">7</x:weight><empty/>'
    )
    (concept,) = concepts_of(
        v2(
            entry(
                "<langSet xml:lang='en'><admin type='reviewed'>yes</admin>"
                + tig("x", note("grammaticalGender", "other"), note("sortKey", "ex"), "<note>Rare.</note>") + "</langSet>",
                inside=inside,
            )
        )
    )  # fmt: skip
    assert concept.note is not None
    assert concept.note.splitlines() == [
        "transactionType: origination (date: 2010-04-17; responsibility: Tommy)",
        "xGraphic: A.jpg (target: https://example.org/a.jpg)",
        "weight: 7",
        "reviewed [en]: yes",
        "grammaticalGender [en x]: other",
        "sortKey [en x]: ex",
        "note [en x]: Rare.",
    ]
    assert concepts_of(written(concept)) == [concept]


def test_sources_and_addresses_of_every_level_are_sources_of_the_concept() -> None:
    link = '<xref type="externalCrossReference" target="https://example.org/">Example</xref>'
    source = '<admin type="source">https://example.org/b</admin>'
    odd = '<xref type="externalCrossReference" target="file:///etc/passwd">F</xref>'
    (concept,) = concepts_of(v2(entry(lang("en", tig("x", link, source)), inside='<admin type="source">Book</admin>' + odd)))
    assert [(s.title, s.url) for s in concept.sources] == [
        ("Book", None), ("https://example.org/b", "https://example.org/b"), ("Example", "https://example.org/")
    ]  # fmt: skip
    assert len({s.id for s in concept.sources}) == 3
    assert concept.note == "externalCrossReference: F (target: file:///etc/passwd)"


@pytest.mark.parametrize(
    ("subject", "domain", "line"),
    [
        ("security", "security", None),
        ("Stellar Birth", "Stellar-Birth", "subjectField: Stellar Birth"),
        ("外交", "mine", "subjectField: 外交"),
    ],
)
def test_a_subject_field_is_the_domain_or_made_into_one(subject: str, domain: str, line: str | None) -> None:
    data = v2(entry(lang("en", tig("x")), inside=f'<descrip type="subjectField">{subject}</descrip>'))
    (concept,) = concepts_of(data, InterchangeOptions(domain="mine"))
    assert (concept.domain, concept.note) == (domain, line)


def test_regions_are_one_language_for_the_pair_only() -> None:
    data = v2(entry(lang("en-US", tig("color")), lang("EN_GB", tig("colour")), lang("PT-BR", tig("cor")), lang("ja", tig("色"))))
    assert [t.language for t in concepts_of(data)[0].terms] == ["en", "en", "pt-BR", "ja"]
    french = InterchangeOptions(source="ja", target="fr")
    assert [t.language for t in concepts_of(data, french)[0].terms] == ["en-US", "en-GB", "pt-BR", "ja"]


def test_a_second_preferred_term_of_a_language_is_admitted_and_that_is_said() -> None:
    preferred = note("administrativeStatus", "preferredTerm-admn-sts")
    (concept,) = concepts_of(v2(entry(lang("en-US", tig("color", preferred)), lang("en-GB", tig("colour", preferred)))))
    assert [t.status for t in concept.terms] == [Status.PREFERRED, Status.ADMITTED]
    assert concept.note == "administrativeStatus [en colour]: preferredTerm, as another one is"


def test_an_entry_without_an_id_gets_the_same_one_each_time() -> None:
    data = v2(entry(lang("en", tig("alliance")), lang("ja", tig("同盟")), name=None))
    assert [c.id for c in concepts_of(data)] == [derived_id("imported", "ja", "同盟")]
    assert [c.id for c in concepts_of(v2(entry(lang("en", tig("x")), name="IATE:12 / 3")))] == ["IATE-12-3"]


# --- what is reported ---


def test_every_bad_part_of_a_file_is_reported_with_its_line_and_element() -> None:
    good = lang("en", tig("x"))
    data = v2(
        entry(name="none"),
        entry("<langSet xml:lang='en'><tig/></langSet>", name="no-term"),
        entry(lang("en", tig(" \n "), tig("kept")), name="empty"),
        entry(lang("en", tig("y" * 501)), name="long"),
        entry(lang("e", tig("x")), lang("", tig("x")), good, name="languages"),
        entry(good, name="first"),
        entry(good, name="first"),
        entry(lang("en", tig("a"), tig("a"), "<tig><term>b</term><term>c</term></tig>"), name="twice"),
        entry(lang("ja", tig("同盟")), name=None),
        entry(lang("ja", tig("同盟")), name=None),
        "<conceptGrp>" + good + "</conceptGrp>",
        entry(lang("en", tig("a &nbsp; b")), name="entity"),
        entry(lang("en", tig("z\x85z")), name="control"),
    )
    data = data.replace("</text>", "<back><refObjectList type='bibl'/></back></text>")
    assert rejected(data) == [
        (2, "termEntry", "the entry has no term that can be used"),
        (3, "tig", "the section has no <term>"),
        (3, "termEntry", "the entry has no term that can be used"),
        (4, "term", "the term is empty"),
        (6, "term", "the term 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'… has 501 characters; at most 500 are allowed"),
        (6, "termEntry", "the entry has no term that can be used"),
        (7, "langSet", "'e' is no language code such as ja or pt-BR; its terms were not read"),
        (7, "langSet", "the section has no xml:lang; its terms were not read"),
        (9, "termEntry", "the id 'first' stands in line 8 already"),
        (10, "term", "the en term 'a' stands twice in this entry"),
        (10, "term", "'c' is the second term of one section"),
        (12, "termEntry", "an entry without an id has the same term as the one in line 11; give both an id"),
        (13, "conceptGrp", "<conceptGrp> is not a concept entry; it was not read"),
        (14, "termEntry", "the entity &nbsp; stands for text that the file does not have; write the text itself"),
        (15, "term", "the term 'z\\x85z' holds a control character"),
        (15, "termEntry", "the entry has no term that can be used"),
        (15, "refObjectList", "<refObjectList> is not a concept entry; it was not read"),
    ]
    kept = {i.concept.id: [t.text for t in i.concept.terms] for i in read(data) if isinstance(i, ImportedConcept)}
    assert kept == {
        "empty": ["kept"], "languages": ["x"], "first": ["x"], "twice": ["a", "b"], derived_id("imported", "ja", "同盟"): ["同盟"],
    }  # fmt: skip


def test_texts_that_are_too_long_are_left_out_and_reported() -> None:
    inside = f'<descrip type="definition">{"d" * 20_001}</descrip>' + "".join(f"<note>{n} {'n' * 9_000}</note>" for n in range(3))
    data = v2(entry(lang("en", tig("x")), inside=inside))
    assert [(column, reason[:45]) for _, column, reason in rejected(data)] == [
        ("definition", "the definition has 20,001 characters, more th"), ("note", "the notes and other data categories have 27,0"),
    ]  # fmt: skip
    (concept,) = [i.concept for i in read(data) if isinstance(i, ImportedConcept)]
    assert (concept.definitions, concept.note) == ({}, None)


def test_an_entry_cannot_have_terms_without_end() -> None:
    variants = (tig(f"v{n}", note("termType", "variant")) for n in range(60))
    data = v2(entry(lang("en", tig("x"), *variants), lang("ja", *(tig(f"語{n}") for n in range(20_000)))))
    assert rejected(data) == [(2, "tig", "the entry has more than 200 terms: the rest of them was not read")]
    (concept,) = [i.concept for i in read(data) if isinstance(i, ImportedConcept)]
    assert (len(concept.terms), len(concept.terms[0].variants)) == (200, 50)


FORGED = [
    'meiyaku.case: "loud"', "meiyaku.case: exact", "meiyaku.inflects: 1", "meiyaku.reading: {}", "meiyaku.not_preceded_by: [1]",
    "meiyaku.not_preceded_by: " + "[" * 3_000, "meiyaku.text: \"y\"", "meiyaku.kind: [\"full\"]",
]  # fmt: skip


@pytest.mark.parametrize("text", FORGED)
def test_a_note_that_only_looks_like_ours_stays_a_note(text: str) -> None:
    (concept,) = concepts_of(v2(entry(lang("en", tig("x", f"<note>{text}</note>")))))
    assert (concept.terms, concept.note) == ((Term("x", "en"),), f"note [en x]: {text}")


def test_another_format_is_no_tbx() -> None:
    with pytest.raises(InterchangeError, match="the outermost element is <tmx>, not <martif> or <tbx>"):
        read("<tmx><body/></tmx>")
    with pytest.raises(InterchangeError, match="declarations of its own"):
        read(v2(doctype='<!DOCTYPE martif SYSTEM "x.dtd" [<!ENTITY a "b">]>'))
