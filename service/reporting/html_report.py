"""The human form of results: one page with source and target side by side, what became of each term, and every finding.

The page needs nothing but itself: no request leaves it, and its policy allows no script but its own. Its look is in ``report.html``.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from string import Template

from glossary.terms import Concept, Kind, Source, Status, Term
from service.translation.languages import Languages, builtin_languages
from service.translation.result import Finding, FindingKind, Segment, Span, TermStatus, TermUse, Translation

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINKED = ("https://", "http://")
_SHOWN_PLACES = 12  # segment numbers that a row of the table of terms shows before the rest is folded away
_EXCERPT = 60  # characters of a segment in the list of findings
_STATUSES = (TermStatus.UNMET, TermStatus.REPAIRED, TermStatus.MET)  # worst first
_MARKS = {TermStatus.MET: "✓", TermStatus.REPAIRED: "✎", TermStatus.UNMET: "✕"}
_STEPS = {
    "copied": "copied from the source",
    "exact": "the segment is the term",
    "decoded": "written by the model",
    "n_best": "written by the model, in a version of second choice",
    "repaired": "put in the place of what the model wrote",
    "forced": "translated again with the term given",
    "divided": "translated in parts",
    "unmet": "not found in the translation",
}


class _Html(str):
    """Text that is markup already. Every other string is escaped where it enters an element."""

    __slots__ = ()


_Child = str | Iterable[str] | None


def _escaped(text: str) -> _Html:
    return text if isinstance(text, _Html) else _Html(html.escape(_UNPRINTABLE.sub("\ufffd", text)))


def _joined(children: Iterable[_Child], separator: str = "") -> _Html:
    parts: list[str] = []
    for child in children:
        if child is not None:
            parts.append(_escaped(child) if isinstance(child, str) else _joined(child))
    return _Html(separator.join(parts))


def _element(_name: str, *children: _Child, **attributes: str | int | bool | None) -> _Html:
    """An element. ``class_`` gives the attribute class, ``data_pair`` data-pair; None and False leave an attribute out."""
    written = ""
    for key, value in attributes.items():
        if value is not None and value is not False:
            name = key.rstrip("_").replace("_", "-")
            written += f" {name}" if value is True else f' {name}="{_escaped(str(value))}"'
    inner = _joined(children)
    return _Html(f"<{_name}{written}>" if _name == "input" else f"<{_name}{written}>{inner}</{_name}>")


@dataclass(frozen=True, slots=True)
class _Row:
    """A numbered segment with its languages, and whether a paragraph ends after it."""

    number: int
    segment: Segment
    source: str
    target: str
    last: bool

    def link(self) -> _Html:
        """A link to the row."""
        return _element("a", str(self.number), href=f"#s{self.number}")


@dataclass(frozen=True, slots=True)
class _Group:
    """All occurrences of one source term."""

    concept: str
    source: str
    target: str
    uses: list[tuple[_Row, TermUse]]

    def count(self, status: TermStatus) -> int:
        """How many occurrences have a status."""
        return sum(use.status is status for _, use in self.uses)


@dataclass(frozen=True, slots=True)
class _Page:
    """What the parts of the page are made from."""

    title: str
    rows: Sequence[_Row]
    markup: Sequence[Finding]
    translations: Sequence[Translation]
    concepts: Mapping[str, Concept]
    places: Mapping[str, int]  # of the concepts that have an entry
    languages: Languages

    def name(self, code: str) -> str:
        """The name of a language, or its code where it is not known."""
        return self.languages.get(code).name if code.lower() in self.languages else code

    def count(self, status: TermStatus) -> int:
        """How many occurrences of the document have a status."""
        return sum(t.status is status for row in self.rows for t in row.segment.terms if t.concept is not None)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The language pairs of the document."""
        return list(dict.fromkeys((t.source, t.target) for t in self.translations))


def html_report(
    translations: Sequence[Translation],
    markup_findings: Sequence[Finding] = (),
    *,
    title: str,
    concepts: Mapping[str, Concept],
    languages: Languages | None = None,
) -> str:
    """The report of one document as a self-contained HTML page.

    Args:
        translations: the document's blocks in reading order.
        markup_findings: findings about the layout of the document as a whole.
        title: what the page is about, as a rule the name of the file.
        concepts: the termbase by concept id, for the entries that terms lead to.
        languages: the known languages, for their names; the builtin ones where left out.
    """
    rows = list(_rows(translations))
    named = dict.fromkeys(c for row in rows for c in _concepts_of(row.segment))
    places = {concept: number for number, concept in enumerate(named, 1)}
    page = _Page(title, rows, markup_findings, translations, concepts, places, languages or builtin_languages())
    sections = (_head(page), _finding_list(page), _text(page), _term_table(page), _entries(page), _signature(page))
    template = _template()
    return template.substitute(policy=_policy(template.template), title=_escaped(title), body=_joined(sections, "\n"))


@cache
def _template() -> Template:
    return Template(files("service.reporting").joinpath("report.html").read_text(encoding="utf-8"))


def _policy(page: str) -> str:
    """A content security policy that allows the style and the script of the template and nothing else."""
    hashes = {}
    for name in ("style", "script"):
        content = page.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
        hashes[name] = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    allowed = "; ".join(f"{name}-src 'sha256-{digest}'" for name, digest in hashes.items())
    return f"default-src 'none'; {allowed}; img-src data:; base-uri 'none'; form-action 'none'"


def _rows(translations: Sequence[Translation]) -> Iterator[_Row]:
    number = 0
    for translation in translations:
        segments = [s for s in translation.segments if s.source]
        for place, segment in enumerate(segments, 1):
            number += 1
            last = place == len(segments) or "\n" in segment.separator
            yield _Row(number, segment, translation.source, translation.target, last)


def _concepts_of(segment: Segment) -> Iterator[str]:
    yield from (t.concept for t in segment.terms if t.concept is not None)
    yield from (f.concept for f in segment.findings if f.concept is not None)


# The head: verdict, totals, legend


def _head(page: _Page) -> _Html:
    direction = ", ".join(f"{page.name(s)} → {page.name(t)}" for s, t in page.pairs)
    return _element(
        "header",
        _element("p", f"Term report{' · ' if direction else ''}{direction}", class_="kicker"),
        _element("h1", page.title),
        _element("p", _verdict(page), class_="verdict"),
        _figures(page),
        _bar(page),
        _legend(),
        _navigation(page),
    )


def _verdict(page: _Page) -> str:
    met, repaired, unmet = (page.count(s) for s in (TermStatus.MET, TermStatus.REPAIRED, TermStatus.UNMET))
    terms = met + repaired + unmet
    others = sum(f.kind is not FindingKind.UNMET_TERM for _, f in _finding_rows(page)) + len(page.markup)
    if not page.rows:
        return "There was nothing to translate."
    if terms == 0:
        said = "No term of the termbase occurs in this text."
    elif unmet:
        said = f"{unmet} of {_plural(terms, 'term occurrence')} {'is' if unmet == 1 else 'are'} not rendered as the termbase asks."
    else:
        said = "The one term occurrence came out" if terms == 1 else f"All {terms} term occurrences came out"
        said += " as the termbase asks" + (f", {repaired} of them after a repair." if repaired and terms > 1 else ".")
    if others > 0:
        said += f" {_plural(others, 'other finding' if unmet else 'finding')} {'needs' if others == 1 else 'need'} a look."
    return said


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _share(good: int, terms: int) -> str:
    """A percentage that says 100 only where all is good."""
    return f"{good * 1000 // terms / 10:.1f}%" if terms else "–"


def _figures(page: _Page) -> _Html:
    counts = {status: page.count(status) for status in TermStatus}
    terms = sum(counts.values())
    findings = len(_finding_rows(page)) + len(page.markup)
    figures = [
        ("", "Segments", f"{len(page.rows):,}"),
        ("", "Term occurrences", f"{terms:,}"),
        *((s.value if n else "none", f"{_MARKS[s]} {s.value.capitalize()}", f"{n:,}") for s, n in counts.items()),
        ("", "As approved", _share(terms - counts[TermStatus.UNMET], terms)),
        ("" if findings else "none", "Findings", f"{findings:,}"),
    ]
    boxes = [_element("div", _element("dt", name), _element("dd", value), class_=style or None) for style, name, value in figures]
    return _element("dl", boxes, class_="figures")


def _bar(page: _Page) -> _Html | None:
    parts, start = [], 0
    for status in TermStatus:
        width = page.count(status)
        if width:
            parts.append(_element("rect", x=start, y=0, width=width, height=1, class_=status.value))
        start += width
    if not start:
        return None
    return _element("svg", parts, class_="bar", viewBox=f"0 0 {start} 1", preserveAspectRatio="none", aria_hidden="true")


def _legend() -> _Html:
    meanings = {
        TermStatus.MET: "as the model wrote it",
        TermStatus.REPAIRED: "put right by the service",
        TermStatus.UNMET: "not rendered as the termbase asks",
    }
    items = [
        _element("li", _element("span", s.value, class_=f"term {s.value}"), " ", _element("span", m, id=f"is-{s.value}"))
        for s, m in meanings.items()
    ]
    kept = _element("li", _element("span", "copied", class_="kept"), " kept untouched")
    return _element("ul", items, kept, class_="legend")


def _navigation(page: _Page) -> _Html:
    parts = [("findings", "Findings", bool(_finding_rows(page) or page.markup)), ("text", "Text", bool(page.rows)),
             ("terms", "Terms", bool(_groups(page))), ("concepts", "Definitions", bool(page.places)),
             ("signature", "Signature", True)]  # fmt: skip
    return _element(
        "nav", _element("ul", (_element("li", _element("a", n, href=f"#{i}")) for i, n, there in parts if there)), aria_label="Parts"
    )


def _section(identifier: str, heading: str, *children: _Child) -> _Html:
    return _element("section", _element("h2", heading, id=f"{identifier}-heading"), *children, id=identifier,
                    aria_labelledby=f"{identifier}-heading")  # fmt: skip


# Findings


def _kind(kind: FindingKind) -> str:
    return kind.value.replace("-", " ").capitalize()


def _finding_rows(page: _Page) -> list[tuple[_Row, Finding]]:
    return [(row, finding) for row in page.rows for finding in row.segment.findings]


def _finding_list(page: _Page) -> _Html | None:
    found: dict[FindingKind, list[_Html]] = {}
    for row, finding in _finding_rows(page):
        where = _element("a", f"Segment {row.number}", href=f"#s{row.number}", class_="where")
        excerpt = _element("span", _shortened(row.segment.source), class_="excerpt", lang=row.source, dir="auto")
        found.setdefault(finding.kind, []).append(_element("li", where, _element("div", finding.message, excerpt)))
    for finding in page.markup:
        item = _element("li", _element("span", "Layout", class_="where"), _element("div", finding.message))
        found.setdefault(finding.kind, []).append(item)
    if not found:
        return None
    groups = [
        _element("li", _element("h3", _kind(k), " ", _element("span", str(len(found[k])), class_="count")), _element("ol", found[k]))
        for k in FindingKind
        if k in found
    ]
    return _section("findings", "Findings", _element("ul", groups, class_="finding-groups"))


def _shortened(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _EXCERPT else flat[: _EXCERPT - 1] + "…"


# The text, side by side


def _text(page: _Page) -> _Html | None:
    if not page.rows:
        return None
    names = [", ".join(dict.fromkeys(page.name(pair[side]) for pair in page.pairs)) for side in (0, 1)]
    number = _element("th", _element("span", "Segment", class_="unseen"), class_="number", scope="col")
    head = _element("thead", _element("tr", number, (_element("th", n, scope="col") for n in names)))
    paragraphs: list[list[_Html]] = [[]]
    for row in page.rows:
        paragraphs[-1].append(_text_row(row, page))
        if row.last:
            paragraphs.append([])
    bodies = [_element("tbody", (_joined(("\n", one)) for one in rows)) for rows in paragraphs if rows]
    return _section("text", "Text", *_filters(page), _element("table", head, bodies, class_="text"))


def _filters(page: _Page) -> list[_Html]:
    """Radio buttons, for the style sheet to act on: they work without the script."""
    found = sum(bool(row.segment.findings) for row in page.rows)
    changed = sum(not _is_plain(row) for row in page.rows)
    choices = [
        ("all-segments", f"All {_plural(len(page.rows), 'segment')}", True),
        ("only-changed", f"Only segments with repairs or findings ({changed})", changed > 0),
        ("only-findings", f"Only segments with findings ({found})", found > 0),
    ]
    out = []
    for identifier, label, possible in choices:
        chosen = identifier == "all-segments"
        out.append(_element("input", class_="filter", type="radio", name="show", id=identifier, checked=chosen, disabled=not possible))
        out.append(_element("label", label, class_="filter", for_=identifier))
    return out


def _is_plain(row: _Row) -> bool:
    return not row.segment.findings and all(t.status is TermStatus.MET for t in row.segment.terms)


def _text_row(row: _Row, page: _Page) -> _Html:
    segment = row.segment
    kinds = " ".join([*(["found"] if segment.findings else []), *(["plain"] if _is_plain(row) else [])])
    source = _element("p", _marked(segment.source, _source_marks(row, page)))
    target = _element("p", _marked(segment.target, _target_marks(row, page)))
    return _element(
        "tr",
        _element("td", row.link(), class_="number"),
        _element("td", source, lang=row.source, dir="auto", class_="source"),
        _element("td", target, _findings_of(row), lang=row.target, dir="auto", class_="target"),
        id=f"s{row.number}",
        class_=kinds or None,
    )


def _findings_of(row: _Row) -> _Html | None:
    if not row.segment.findings:
        return None
    pairs = {use.source_span: place for place, use in enumerate(row.segment.terms)}
    items = []
    for finding in row.segment.findings:
        place = pairs.get(finding.source_span) if finding.source_span else None
        pair = None if place is None else f"{row.number}-{place}"
        items.append(_element("li", _element("span", _kind(finding.kind), class_="kind"), finding.message, data_pair=pair))
    return _element("ul", items, class_="finding", lang="en", dir="ltr")


_Mark = tuple[Span, Callable[[str], _Html]]


def _source_marks(row: _Row, page: _Page) -> list[_Mark]:
    marks = [(use.source_span, _highlighter(use, f"{row.number}-{place}", page)) for place, use in enumerate(row.segment.terms)]
    known = {span for span, _ in marks}
    for finding in row.segment.findings:
        if finding.source_span and finding.source_span not in known:
            place = page.places.get(finding.concept or "")
            marks.append((finding.source_span, _flagger(place)))
    return marks


def _target_marks(row: _Row, page: _Page) -> list[_Mark]:
    return [
        (use.target_span, _highlighter(use, f"{row.number}-{place}", page))
        for place, use in enumerate(row.segment.terms)
        if use.target_span is not None
    ]


def _marked(text: str, marks: Iterable[_Mark]) -> _Html:
    """The text with its marks; where two overlap, the later one keeps what the earlier one leaves."""
    parts: list[str] = []
    done = 0
    for (start, end), make in sorted(marks, key=lambda mark: mark[0]):
        start, end = max(start, done), min(end, len(text))
        if start < end:
            parts += [text[done:start], make(text[start:end])]
            done = end
    return _joined([*parts, text[done:]])


def _highlighter(use: TermUse, pair: str, page: _Page) -> Callable[[str], _Html]:
    if use.concept is None:
        lost = " lost" if use.status is TermStatus.UNMET else ""
        return lambda text: _element("span", text, class_=f"kept{lost}", data_pair=pair)
    status = use.status.value
    step = _STEPS.get(use.rung.name.lower(), use.rung.name.lower())
    says = f"{_MARKS[use.status]} {status.capitalize()}: {step}. Approved here: {use.approved}"
    href = f"#c{page.places[use.concept]}"
    return lambda text: _element(
        "a", text, class_=f"term {status}", href=href, data_pair=pair, data_status=status, data_says=says, aria_describedby=f"is-{status}"
    )


def _flagger(place: int | None) -> Callable[[str], _Html]:
    if place is None:
        return lambda text: _element("span", text, class_="flag")
    return lambda text: _element("a", text, class_="flag", href=f"#c{place}")


# The table of terms


def _groups(page: _Page) -> list[_Group]:
    """Occurrences by source term: those with the most unmet ones first, then repaired ones, then the most frequent."""
    groups: dict[tuple[str, str, str, str], _Group] = {}
    for row in page.rows:
        for use in row.segment.terms:
            if use.concept is not None:
                key = (use.concept, row.source, row.target, use.source_text)
                groups.setdefault(key, _Group(use.concept, row.source, row.target, [])).uses.append((row, use))
    return sorted(groups.values(), key=lambda g: (*(-g.count(s) for s in _STATUSES), g.uses[0][1].source_text))


def _term_table(page: _Page) -> _Html | None:
    groups = _groups(page)
    if not groups:
        return None
    heads = [("", "Term"), ("", "Approved rendering"), ("", "In the translation"), ("n", "Occurrences"),
             *(("n", s.value.capitalize()) for s in _STATUSES), ("", "Segments")]  # fmt: skip
    head = _element("thead", _element("tr", (_element("th", name, class_=c or None, scope="col") for c, name in heads)))
    table = _element("table", head, _element("tbody", (_joined(("\n", _term_row(g, page))) for g in groups)), class_="terms")
    return _section("terms", "Terms", _element("div", table, class_="scroll", tabindex=0, role="region", aria_labelledby="terms-heading"))


def _term_row(group: _Group, page: _Page) -> _Html:
    first = group.uses[0][1]
    approved = dict.fromkeys(use.approved for _, use in group.uses)
    written = Counter(use.target_text for _, use in group.uses if use.target_text is not None)
    forms = [_element("li", text, f" ×{n}" if len(written) > 1 else None) for text, n in written.most_common()]
    term = _element("a", first.source_text, href=f"#c{page.places[group.concept]}")
    return _element(
        "tr",
        _element("td", term, lang=group.source, dir="auto"),
        _element("td", ", ".join(approved), lang=group.target, dir="auto"),
        _element("td", _element("ul", forms, class_="forms") if forms else "–", lang=group.target, dir="auto"),
        _element("td", str(len(group.uses)), class_="n"),
        (_element("td", str(n) if n else "–", class_=f"n {s.value if n else 'zero'}") for s in _STATUSES for n in [group.count(s)]),
        _element("td", _places(group), class_="places"),
    )


def _places(group: _Group) -> list[_Html]:
    """Links to the segments, those with an unmet occurrence first."""
    ordered = sorted(group.uses, key=lambda pair: (pair[1].status is not TermStatus.UNMET, pair[0].number))
    links = [_joined((row.link(), " ")) for row in {row.number: row for row, _ in ordered}.values()]
    shown, rest = links[:_SHOWN_PLACES], links[_SHOWN_PLACES:]
    return [*shown, _element("details", _element("summary", f"{len(rest)} more"), rest)] if rest else shown


# The entries of the concepts


def _entries(page: _Page) -> _Html | None:
    if not page.places:
        return None
    readers = list(dict.fromkeys(code for pair in page.pairs for code in reversed(pair)))
    entries = [
        _entry(page.concepts.get(concept), concept, place, readers, page) for concept, place in page.places.items()
    ]  # fmt: skip
    return _section("concepts", "Definitions", _element("div", (_joined(("\n", one)) for one in entries), class_="entries"))


def _entry(concept: Concept | None, identifier: str, place: int, readers: Sequence[str], page: _Page) -> _Html:
    if concept is None:
        unknown = _element("p", "This concept is not in the termbase any more.")
        return _element("article", _element("h3", identifier), unknown, id=f"c{place}", class_="entry")
    named = dict.fromkeys(t.language for t in concept.terms)
    codes = [*(c for c in readers if c in named), *(c for c in named if c not in readers)]
    heading = next(((t.text, c) for c in codes if (t := concept.preferred(c))), (identifier, "en"))
    names = [(_element("dt", page.name(c)), _element("dd", _names(concept, c), lang=c, dir="auto")) for c in codes]
    defined = [c for c in readers if concept.definitions.get(c)] or list(concept.definitions)[:1]
    return _element(
        "article",
        _element("h3", heading[0], lang=heading[1], dir="auto"),
        _element("p", concept.domain.replace("-", " "), class_="domain"),
        _element("dl", (_joined(pair) for pair in names)),
        (_element("p", concept.definitions[c], lang=c, dir="auto") for c in defined),
        _element("p", _element("span", "Note ", class_="label"), concept.note, lang="en") if concept.note else None,
        _element("ul", (_element("li", _source(s)) for s in concept.sources), class_="sources") if concept.sources else None,
        id=f"c{place}",
        class_="entry",
    )


def _names(concept: Concept, language: str) -> _Html:
    """The preferred term, then the other approved ones, then those to avoid."""
    best = concept.preferred(language)
    parts: list[_Html] = []
    if best:
        reading = f" ({best.reading})" if best.reading else ""
        parts.append(_joined((_element("span", best.text, class_="best"), reading)))
    others = [t for t in concept.approved(language) if t is not best]
    avoid = [t for t in concept.terms_in(language) if not t.status.approved]
    for label, terms, style in (("also", others, "also"), ("not", avoid, "avoid")):
        if terms:
            named = _joined([_element("span", _described(t), class_=style) for t in terms], " · ")
            parts.append(_joined((_element("span", f"{label} ", class_="label", lang="en"), named)))
    return _joined(parts, "; ")


def _described(term: Term) -> str:
    notes = [term.kind.value] if term.kind is not Kind.FULL else []
    notes += [term.status.value] if term.status is Status.FORBIDDEN else []
    return f"{term.text} ({', '.join(notes)})" if notes else term.text


def _source(source: Source) -> _Html:
    linked = source.url is not None and source.url.startswith(_LINKED)
    name = _element("a", source.title, href=source.url, rel="noreferrer noopener") if linked else source.title
    return _joined((name, f", {source.publisher}" if source.publisher else None))


# The signature


def _signature(page: _Page) -> _Html:
    """What the translation was made with; the same signature on the same text gives the same translation."""
    signatures = dict.fromkeys(t.signature for t in page.translations)
    lists = [
        _element("dl", (_joined((_element("dt", k.replace("_", " ").capitalize()), _element("dd", str(v)))) for k, v in asdict(s).items()))
        for s in signatures
    ]
    told = "The same signature on the same text gives the same translation."
    return _element("footer", _section("signature", "Signature", _element("p", told, class_="small"), lists))
