"""The page must show everything that happened, run nothing that a document brings along, and ask nothing of the network."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from glossary.terms import Concept, Kind, Source, Status, Term
from service.reporting.html_report import html_report
from service.reporting.json_report import document_report
from service.translation.result import Finding, FindingKind, Rung, Segment, Signature, Span, TermStatus, TermUse, Translation

SIGNATURE = Signature("fake", "made-up-model", "0123abcd", "int8", 7, "enforce", "0.1.0")
VOID = {"meta", "link", "input"}
HOSTILE = "<script>document.title='owned'</script>"

ALLIANCE = Concept(
    "alliance",
    "security",
    (
        Term("同盟", "ja", Status.PREFERRED, reading="どうめい"),
        Term("alliance", "en", Status.PREFERRED),
        Term("ALLY", "en", kind=Kind.ABBREVIATION),
        Term("pact", "en", Status.FORBIDDEN),
        Term("Bündnis", "de", Status.PREFERRED),
    ),
    {"en": "States that promise <help>.", "ja": "互いに助ける約束。", "de": "Ein Versprechen."},
    sources=(
        Source("law", "The Law & Its Text", "Ministry", "https://law.example/text?a=1&b=2"),
        Source("bad", "A trap", "Nobody", "javascript:alert(1)"),
    ),
    note='Write "alliance".',
)
DETERRENCE = Concept("deterrence", "security", (Term("抑止力", "ja"), Term("deterrence", "en")), {"en": "Keeping war away."})
CONCEPTS = {c.id: c for c in (ALLIANCE, DETERRENCE)}


def use(source: str, part: str, target: str, written: str | None, concept: str | None, status: TermStatus) -> TermUse:
    def span(text: str, piece: str) -> Span:
        return text.index(piece), text.index(piece) + len(piece)

    rung = {TermStatus.MET: Rung.DECODED, TermStatus.REPAIRED: Rung.REPAIRED, TermStatus.UNMET: Rung.UNMET}[status]
    place = span(target, written) if written else None
    return TermUse(
        concept, "security" if concept else None, span(source, part), part, written or "deterrence", status, rung, place, written
    )


def segment(source: str, target: str, uses: Sequence[TermUse] = (), findings: Sequence[Finding] = (), separator: str = " ") -> Segment:
    return Segment(source, target, separator, 0, tuple(uses), tuple(findings), Rung.DECODED)


def translation(*segments: Segment, source: str = "ja", target: str = "en") -> Translation:
    text = "".join(s.target + s.separator for s in segments)
    return Translation(text, source, target, segments, SIGNATURE)


def document() -> list[Translation]:
    """Two blocks: a met, a repaired, an unmet and a protected occurrence, characters beyond the first plane, and a trap."""
    first = "𠮷野の同盟は😀強い。"
    second = f"抑止力と同盟 {HOSTILE} https://a.example"
    second_target = f"𝒯he alliance & {HOSTILE} https://a.example"
    unmet = use(second, "抑止力", second_target, None, "deterrence", TermStatus.UNMET)
    repaired = use(second, "同盟", second_target, "alliance", "alliance", TermStatus.REPAIRED)
    kept = use(second, "https://a.example", second_target, "https://a.example", None, TermStatus.MET)
    lost = Finding(FindingKind.UNMET_TERM, "抑止力 should be rendered 'deterrence'", unmet.source_span, "deterrence")
    number = Finding(FindingKind.NUMBER, "<b>1兆</b> is missing", (3, 4))
    met = use(first, "同盟", "𠮷no's alliance", "alliance", "alliance", TermStatus.MET)
    return [
        translation(
            segment(first, "𠮷no's alliance", [met], separator="\n"),
            segment("", "", separator="\n"),
            segment(second, second_target, [unmet, repaired, kept], [lost, number]),
        ),
        translation(segment("一\n二", "one\ntwo")),
    ]


def report(translations: Sequence[Translation] | None = None, markup: Sequence[Finding] = (), title: str = "a.txt") -> str:
    return html_report(document() if translations is None else translations, markup, title=title, concepts=CONCEPTS)


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    children: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(c if isinstance(c, str) else c.text() for c in self.children)

    def all(self, tag: str, style: str = "") -> list[Node]:
        found = [self] if self.tag == tag and set(style.split()) <= set(self.attributes.get("class", "").split()) else []
        return found + [n for c in self.children if isinstance(c, Node) for n in c.all(tag, style)]

    def one(self, identifier: str) -> Node:
        found = [n for n in self.everything() if n.attributes.get("id") == identifier]
        assert len(found) == 1, identifier
        return found[0]

    def everything(self) -> list[Node]:
        return [self, *(n for c in self.children if isinstance(c, Node) for n in c.everything())]


class StrictParser(HTMLParser):
    """A tree of the page; refuses an element that is not closed, or closed in the wrong place."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attributes}) == len(attributes), (tag, attributes)
        node = Node(tag, {name: value or "" for name, value in attributes})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def tree(page: str) -> Node:
    parser = StrictParser()
    parser.feed(page)
    parser.close()
    assert len(parser.open) == 1, [n.tag for n in parser.open]
    return parser.open[0]


def cells(page: Node, style: str) -> list[Node]:
    return page.all("td", style)


def plain(cell: Node) -> str:
    return cell.all("p")[0].text()


def test_every_segment_is_there_in_full() -> None:
    page = tree(report())
    segments = [s for t in document() for s in t.segments if s.source]
    assert [plain(c) for c in cells(page, "source")] == [s.source for s in segments]
    assert [plain(c) for c in cells(page, "target")] == [s.target for s in segments]
    assert [c.attributes["lang"] for c in cells(page, "source")] == ["ja"] * 3
    assert [c.attributes["lang"] for c in cells(page, "target")] == ["en"] * 3
    assert [page.one(f"s{n}").tag for n in (1, 2, 3)] == ["tr"] * 3
    assert len(page.all("table", "text")[0].all("tbody")) == 3  # a paragraph each


def test_spans_are_code_points_and_every_occurrence_is_highlighted() -> None:
    page = tree(report())
    data = document_report(document())
    terms = [t for s in data["segments"] for t in s["terms"]]
    assert [a.text() for c in cells(page, "source") for a in c.all("a", "term")] == [t["source_text"] for t in terms]
    written = [t["target_text"] for t in terms if t["target_span"]]
    assert [a.text() for c in cells(page, "target") for a in c.all("a", "term")] == written
    statuses = [a.attributes["class"] for c in cells(page, "source") for a in c.all("a", "term")]
    assert statuses == [f"term {t['status']}" for t in terms] == ["term met", "term unmet", "term repaired"]
    assert [n.text() for c in cells(page, "target") for n in c.all("span", "kept")] == ["https://a.example"]


def test_an_occurrence_and_its_counterpart_share_a_pair_of_their_own() -> None:
    page = tree(report())
    sources = [a.attributes["data-pair"] for c in cells(page, "source") for a in c.all("a", "term")]
    targets = [a.attributes["data-pair"] for c in cells(page, "target") for a in c.all("a", "term")]
    findings = [i.attributes["data-pair"] for c in cells(page, "target") for i in c.all("li") if "data-pair" in i.attributes]
    assert sources == ["1-0", "2-0", "2-1"]
    assert targets == ["1-0", "2-1"]
    assert findings == ["2-0"]  # an unmet term has its finding for a counterpart


@pytest.mark.parametrize("spans", [((0, 4), (2, 6)), ((0, 6), (2, 4)), ((2, 4), (2, 4)), ((4, 99), (0, 2)), ((3, 3), (9, 12))])
def test_no_text_is_lost_or_doubled_by_spans_that_do_not_fit(spans: tuple[Span, Span]) -> None:
    uses = [TermUse("alliance", "d", s, "x", "y", TermStatus.MET, Rung.DECODED, s, "y") for s in spans]
    page = tree(report([translation(segment("一二三四五六", "abcdef", uses))]))
    assert [plain(c) for style in ("source", "target") for c in cells(page, style)] == ["一二三四五六", "abcdef"]


def test_totals() -> None:
    page = tree(report(markup=[Finding(FindingKind.MARKUP, "the place of a link is uncertain")]))
    figures = page.all("dl", "figures")[0]
    shown = dict(zip([n.text() for n in figures.all("dt")], [n.text() for n in figures.all("dd")], strict=True))
    assert shown == {
        "Segments": "3", "Term occurrences": "3", "✓ Met": "1", "✎ Repaired": "1", "✕ Unmet": "1", "As approved": "66.6%", "Findings": "3",
    }  # fmt: skip
    verdict = page.all("p", "verdict")[0].text()
    assert verdict == "1 of 3 term occurrences is not rendered as the termbase asks. 2 other findings need a look."


def test_a_share_below_one_is_never_shown_as_all() -> None:
    unmet = use("抑止力", "抑止力", "", None, "deterrence", TermStatus.UNMET)
    met = use("同盟", "同盟", "alliance", "alliance", "alliance", TermStatus.MET)
    page = report([translation(*[segment("同盟", "alliance", [met])] * 2999, segment("抑止力", "war", [unmet]))])
    assert "<dd>99.9%</dd>" in page
    assert "<dd>100.0%</dd>" in report([translation(segment("同盟", "alliance", [met]))])


def test_every_finding_is_listed_at_the_top_and_leads_to_its_segment() -> None:
    page = tree(report(markup=[Finding(FindingKind.MARKUP, "the place of a link is uncertain")]))
    listed = page.one("findings")
    items = [i for o in listed.all("ol") for i in o.all("li")]
    assert [i.all("div")[0].children[0] for i in items] == [
        "抑止力 should be rendered 'deterrence'", "<b>1兆</b> is missing", "the place of a link is uncertain",
    ]  # fmt: skip
    assert [a.attributes["href"] for a in listed.all("a", "where")] == ["#s2", "#s2"]
    assert [h.text() for h in listed.all("h3")] == ["Unmet term 1", "Number changed 1", "Markup lost 1"]
    assert [n.text() for n in page.one("s2").all("ul", "finding")[0].all("li")] == [
        "Unmet term抑止力 should be rendered 'deterrence'", "Number changed<b>1兆</b> is missing",
    ]  # fmt: skip


def test_filters_know_which_segments_have_findings() -> None:
    page = tree(report())
    assert [page.one(f"s{n}").attributes.get("class", "") for n in (1, 2, 3)] == ["plain", "found", "plain"]
    assert [n.text() for n in page.all("label", "filter")] == [
        "All 3 segments", "Only segments with repairs or findings (1)", "Only segments with findings (1)",
    ]  # fmt: skip


def test_unmet_terms_lead_the_table_of_terms() -> None:
    rows = tree(report()).one("terms").all("tbody")[0].all("tr")
    assert [[c.text().strip() for c in r.all("td")] for r in rows] == [
        ["抑止力", "deterrence", "–", "1", "1", "–", "–", "2"],
        ["同盟", "alliance", "alliance", "2", "–", "1", "1", "1 2"],
    ]


def test_an_entry_tells_what_the_termbase_knows() -> None:
    page = tree(report())
    term = cells(page, "source")[0].all("a", "term")[0]
    entry = page.one(term.attributes["href"][1:])
    text = entry.text()
    for part in (
        "alliance",
        "同盟 (どうめい)",
        "ALLY (abbreviation)",
        "not pact (forbidden)",
        "German" if "German" in text else "de",
        "Bündnis",
    ):
        assert part in text
    assert "States that promise <help>." in text
    assert "互いに助ける約束。" in text
    assert "Ein Versprechen." not in text  # no reader of this page asked for German
    assert 'Write "alliance".' in text
    assert [a.attributes["href"] for a in entry.all("a")] == ["https://law.example/text?a=1&b=2"]
    assert "A trap, Nobody" in text
    assert term.attributes["data-says"] == "✓ Met: written by the model. Approved here: alliance"


def test_a_concept_that_is_gone_from_the_termbase_still_has_an_entry() -> None:
    page = tree(html_report(document(), title="a", concepts={}))
    assert [n.all("h3")[0].text() for n in page.all("article")] == ["alliance", "deterrence"]


def test_signature_is_at_the_bottom() -> None:
    footer = tree(report()).all("footer")[0].text()
    assert all(part in footer for part in ("made-up-model", "0123abcd", "int8", "7", "enforce", "0.1.0"))


def test_nothing_of_a_document_becomes_markup() -> None:
    hostile = f"{HOSTILE}\"'><img src=x onerror=alert(1)>&amp;"
    concept = Concept("evil", hostile, (Term(hostile, "ja"), Term(hostile, "en")), {"en": hostile}, note=hostile,
                      sources=(Source("s", hostile, hostile, f"https://{hostile}"),))  # fmt: skip
    everywhere = TermUse("evil", hostile, (0, len(hostile)), hostile, hostile, TermStatus.MET, Rung.EXACT, (0, len(hostile)), hostile)
    finding = Finding(FindingKind.LENGTH, hostile)
    signature = replace(SIGNATURE, model=hostile)
    made = replace(translation(segment(hostile, hostile, [everywhere], [finding])), signature=signature)
    page = tree(html_report([made], [finding], title=hostile, concepts={"evil": concept}))
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert not [n for n in page.everything() for name in n.attributes if name.startswith("on")]
    assert page.all("h1")[0].text() == hostile
    assert plain(cells(page, "source")[0]) == hostile


def test_characters_that_html_cannot_hold_are_replaced_and_move_no_span() -> None:
    source = "\0\ud800\x1b同盟"
    met = use(source, "同盟", "alliance", "alliance", "alliance", TermStatus.MET)
    page = report([translation(segment(source, "alliance", [met]))])
    page.encode()
    assert plain(cells(tree(page), "source")[0]) == "\ufffd\ufffd\ufffd同盟"
    assert cells(tree(page), "source")[0].all("a")[0].text() == "同盟"


def test_the_page_asks_nothing_of_the_network() -> None:
    page = report()
    nodes = tree(page).everything()
    assert not [n for n in nodes for name in n.attributes if name in {"src", "srcset", "action", "poster", "data", "background", "ping"}]
    assert [n.attributes["href"] for n in nodes if n.tag == "link"] == ["data:,"]
    assert not [n for n in nodes if "style" in n.attributes]
    style, script = (tree(page).all(tag)[0].text() for tag in ("style", "script"))
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"fetch|XMLHttp|import|https?:|innerHTML|\beval\b", script)
    (policy,) = (n.attributes["content"] for n in nodes if n.attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none';")
    for kind, content in (("style", style), ("script", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}';" in policy


def test_links_within_the_page_have_an_end_and_links_hold_no_links() -> None:
    page = tree(report())
    names = [n.attributes["id"] for n in page.everything() if "id" in n.attributes]
    assert len(names) == len(set(names))
    for node in page.everything():
        for name in ("href", "aria-describedby", "aria-labelledby", "for"):
            value = node.attributes.get(name, "")
            if name != "href" or value.startswith("#"):
                assert not value or value.lstrip("#") in names, value
        if node.tag in {"a", "p"}:
            inner = [n.tag for n in node.everything()[1:]]
            assert not set(inner) & ({"a"} if node.tag == "a" else {"p", "ul", "ol", "div", "table", "dl", "h1", "h2", "h3"}), node


def test_another_language_pair() -> None:
    concept = Concept("c", "d", (Term("حلف", "ar"), Term("Bündnis", "de")), {"fr": "Une promesse."})
    met = use("حلف قوي", "حلف", "Ein Bündnis", "Bündnis", "c", TermStatus.MET)
    made = translation(segment("حلف قوي", "Ein Bündnis", [met]), source="ar", target="de")
    page = tree(html_report([made], title="x", concepts={"c": concept}))
    cell = cells(page, "source")[0]
    assert (cell.attributes["lang"], cell.attributes["dir"]) == ("ar", "auto")
    assert page.all("p", "kicker")[0].text() == "Term report · ar → de"
    assert page.all("article")[0].all("h3")[0].text() == "Bündnis"
    assert "Une promesse." in page.all("article")[0].text()  # better than none


@pytest.mark.parametrize(
    ("translations", "verdict"),
    [
        ([], "There was nothing to translate."),
        ([translation(segment("", ""))], "There was nothing to translate."),
        ([translation(segment("雨", "rain"))], "No term of the termbase occurs in this text."),
    ],
)
def test_pages_with_little_to_say(translations: list[Translation], verdict: str) -> None:
    page = tree(report(translations))
    assert page.all("p", "verdict")[0].text() == verdict
    assert page.all("svg") == []
    assert page.all("nav")[0].all("a")[-1].attributes["href"] == "#signature"


def test_the_same_result_gives_the_same_page() -> None:
    assert report() == report()


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_to_read(theme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", report(), re.DOTALL)
    assert len(blocks) == 2
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[theme]))
    pairs = [(text, ground, 4.5) for text in ("ink", "faint", "link") for ground in ("paper", "panel")]
    for status in TermStatus:
        pairs += [(f"{status}-ink", f"{status}-fill", 4.5), (f"{status}-line", "paper", 4.5), (f"{status}-line", f"{status}-fill", 3.0)]
        pairs += [(f"{status}-ink", "paper", 4.5)]
    for text, ground, least in [*pairs, ("focus", "paper", 3.0)]:
        low, high = sorted((_luminance(colours[text]), _luminance(colours[ground])))
        assert (high + 0.05) / (low + 0.05) >= least, (text, ground)


def _browser() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    pytest.skip("no chromium on this machine: install it to see the page in a real browser")


def test_in_a_browser(tmp_path: Path) -> None:
    browser = _browser()
    file = tmp_path / "report.html"
    file.write_text(report(title="commentary.txt"), encoding="utf-8")
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom", file.as_uri(),
    ]  # fmt: skip
    try:
        dom = subprocess.run(command, capture_output=True, timeout=120, check=True, text=True, encoding="utf-8").stdout
    except subprocess.TimeoutExpired:
        pytest.skip("chromium did not start within two minutes")
    page = tree(dom)
    data = document_report(document())
    assert len([a for c in cells(page, "source") for a in c.all("a", "term")]) == data["totals"]["terms"]
    in_target = sum(t["target_span"] is not None for s in data["segments"] for t in s["terms"])
    assert len([a for c in cells(page, "target") for a in c.all("a", "term")]) == in_target
    assert page.all("html")[0].attributes["data-script"] == "on"  # the policy lets the page's own script run
    assert page.all("title")[0].text() == "commentary.txt · term report"  # and the document's not
