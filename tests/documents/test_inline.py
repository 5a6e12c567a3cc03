"""Inline markup: markers leave the text, come back around what renders them, and no address is lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.documents.inline import Inline, Pair, parse_inline, render_inline
from service.translation.pipeline import Pipeline
from service.translation.result import FindingKind, Span
from tests.documents.support import JAPANESE, LANGUAGES, Links, addresses, translated, translation_of
from tests.fakes import FakeEngine


def _copy(inline: Inline) -> str:
    out, findings = render_inline(inline, translation_of(inline.text, lambda text: text))
    assert findings == []
    return out


@settings(deadline=None)
@given(st.text("*_~`[]()<>!\\&{}^# 日本、。a'\"", max_size=60))
def test_markers_go_back_where_they_came_from(raw: str) -> None:
    assert _copy(parse_inline(raw, {"日本", "A"})) == raw


@pytest.mark.parametrize(
    ("raw", "text", "pairs"),
    [
        ("この**重要な**点", "この重要な点", [("**", "**", (2, 5))]),
        ("この*重要な*点", "この重要な点", [("*", "*", (2, 5))]),
        ("この***重要な***点", "この重要な点", [("***", "***", (2, 5))]),
        ("この~~古い~~点", "この古い点", [("~~", "~~", (2, 4))]),
        ("この _重要な_ 点", "この 重要な 点", [("_", "_", (3, 6))]),
        ("[解説](u)へ", "解説へ", [("[", "](u)", (0, 2))]),
        ('[解説](u "題")へ', "解説へ", [("[", '](u "題")', (0, 2))]),
        ("[解説](u '題')へ", "解説へ", [("[", "](u '題')", (0, 2))]),
        ("[解説](<u v>)へ", "解説へ", [("[", "](<u v>)", (0, 2))]),
        ("[解説](u_(v)_(w))へ", "解説へ", [("[", "](u_(v)_(w))", (0, 2))]),
        ("[解説][r]へ", "解説へ", [("[", "][r]", (0, 2))]),
        ("[解説][]へ", "解説へ", [("[", "][]", (0, 2))]),
        ("[解説]へ", "解説へ", [("[", "]", (0, 2))]),
        ("[未知]へ", "[未知]へ", []),
        ("[未知][未定]へ", "[未知][未定]へ", []),
        ("[解説][未定](u)へ", "[解説]未定へ", [("[", "](u)", (4, 6))]),
        ("**[解説](u)**へ", "解説へ", [("**", "**", (0, 2)), ("[", "](u)", (0, 2))]),
        ("[**解説**](u)へ", "解説へ", [("[", "](u)", (0, 2)), ("**", "**", (0, 2))]),
        ("**甲*乙*丙**", "甲乙丙", [("**", "**", (0, 3)), ("*", "*", (1, 2))]),
        ("5 * 3 * 2", "5 * 3 * 2", []),
        ("snake_case_name", "snake_case_name", []),
        ("外務_省_の", "外務_省_の", []),
        ("\\*星\\*", "\\*星\\*", []),
        ("*甲[乙*丙](u)", "*甲乙*丙", [("[", "](u)", (2, 5))]),
    ],
)
def test_markers_are_taken_out_of_the_text(raw: str, text: str, pairs: list[tuple[str, str, Span]]) -> None:
    inline = parse_inline(raw, {"解説", "R"})
    assert inline.text == text
    assert [(p.opening, p.closing, p.span) for p in inline.pairs] == pairs


@pytest.mark.parametrize(
    "atom",
    [
        "`code`", "``a`b``", "![図](a.png)", '![図](a_(b).png "題")', "![図][r]", "<https://example.org/>", "<br>", '<span class="x">',
        "<!-- 注 -->", "[^1]", "{.class}", "&nbsp;", "&#12354;", "\\*", "<a@example.org>",
    ],
)  # fmt: skip
def test_code_images_addresses_tags_and_escapes_are_protected(atom: str) -> None:
    inline = parse_inline(f"前{atom}後")
    assert inline.text == f"前{atom}後"
    assert inline.protected == ((1, 1 + len(atom)),)
    assert inline.pairs == ()


def test_protected_text_inside_markers_has_its_place_in_the_visible_text() -> None:
    inline = parse_inline("**甲`x`** [`y`](u)")
    assert inline.text == "甲`x` `y`"
    assert [inline.text[a:b] for a, b in inline.protected] == ["`x`", "`y`"]


def _attention(pairs: dict[str, str], source: str, target: str) -> Links:
    return tuple(
        ((source.index(s), source.index(s) + len(s)), (target.index(t), target.index(t) + len(t))) for s, t in pairs.items() if s in source
    )


def test_a_marker_goes_around_the_words_that_the_model_attended_from() -> None:
    out, findings = translated(
        "政府は**抑止力**を高める。",
        lambda _: "The government raises deterrence.",
        lambda s, t: _attention({"抑止力": "deterren"}, s, t),
    )
    assert out == "The government raises **deterrence**."
    assert findings == []


def test_a_whole_sentence_in_markers_keeps_its_full_stop_inside_or_outside_as_it_was() -> None:
    assert translated("**一文。**\n", lambda _: "A sentence.")[0] == "**A sentence.**\n"
    assert translated("**一文**。\n", lambda _: "A sentence.")[0] == "**A sentence**.\n"


def test_markers_over_two_sentences_stay_over_both() -> None:
    rule = {"甲。": "One.", "乙。": "Two.", "丙。": "Three."}.__getitem__
    assert translated("**甲。乙。**丙。\n", rule)[0] == "**One.Two.**Three.\n"
    assert translated("甲。[乙。丙。](u)\n", rule)[0] == "One.[Two.Three.](u)\n"


def test_markers_inside_text_that_is_copied_stay() -> None:
    engine = FakeEngine(lambda text: "Text.")
    inline = parse_inline("**FOIP**: [2026](u) `x`")
    pipeline = Pipeline(engine, JAPANESE, LANGUAGES.get("en"))
    out, findings = render_inline(inline, pipeline.translate_all([inline.text], [inline.protected])[0])
    assert (out, findings, engine.requests) == ("**FOIP**: [2026](u) `x`", [], [])


def test_emphasis_without_a_place_is_left_out_and_is_a_finding() -> None:
    out, findings = translated("政府は**抑止力**を高める。", lambda _: "The government raises it.")
    assert out == "The government raises it."
    assert [(f.kind, f.source_span) for f in findings] == [(FindingKind.MARKUP, (3, 6))]
    assert "emphasis" in findings[0].message


def test_a_link_without_a_place_goes_around_its_sentence_and_is_a_finding() -> None:
    rule = {"前文。": "Before.", "政府は方針を示す。": "The government shows it.", "後文。": "After."}.__getitem__
    out, findings = translated("前文。政府は[方針](u)を示す。後文。", rule)
    assert out == "Before.[The government shows it.](u)After."
    assert [f.kind for f in findings] == [FindingKind.MARKUP]
    assert "link" in findings[0].message


def test_of_two_links_in_a_sentence_the_certain_one_keeps_its_place() -> None:
    out, findings = translated(
        "[方針](u)は[抑止力](v)を高める。\n",
        lambda _: "It raises deterrence.",
        lambda s, t: _attention({"抑止力": "deterrence"}, s, t),
    )
    assert out == "It raises [deterrence](v). [方針](u)\n"
    assert [f.source_span for f in findings] == [(0, 2)]


def test_two_links_without_a_place_are_both_there() -> None:
    out, findings = translated("[甲](u)と[乙](v)と[丙](w)を見よ。\n", lambda _: "See them.")
    assert out == "[See them.](u) [乙](v) [丙](w)\n"
    assert len(findings) == 3


def test_a_link_whose_sentence_has_no_translation_is_still_there() -> None:
    out, findings = translated("[方針](u)を示す。\n", lambda _: "")
    assert addresses(out) == ["u"]
    assert [f.kind for f in findings] == [FindingKind.MARKUP]


def test_a_link_that_begins_with_a_blank_between_sentences_is_still_there() -> None:
    assert addresses(translated("前文。[ 方針](u)を示す。\n", lambda text: f"T{len(text)}.")[0]) == ["u"]


def test_a_link_after_an_exclamation_does_not_become_an_image() -> None:
    out, _ = translated("すごい！[詳細](u)\n", {"すごい！": "Great!", "詳細": "Details"}.__getitem__)
    assert addresses(out) == ["u"]


@pytest.mark.parametrize("reference", ["[方針]", "[方針][]", "[方針][p]"])
def test_a_reference_still_finds_its_definition_when_its_text_is_translated(reference: str) -> None:
    source = f"{reference}を示す。\n\n[方針]: https://example.org/a\n[p]: https://example.org/a\n"
    out, _ = translated(source, lambda _: "It shows the policy.", lambda s, t: _attention({"方針": "policy"}, s, t))
    assert "[policy][" in out
    assert addresses(out) == ["https://example.org/a"]


def test_brackets_without_a_definition_are_text() -> None:
    assert translated("[未定]の件。\n", lambda text: {"[未定]の件。": "The matter [open]."}[text])[0] == "The matter [open].\n"


def test_no_marker_is_put_inside_protected_text() -> None:
    inline = parse_inline("**値**は`a b`だ。")
    engine = FakeEngine(lambda _: "It is `a b`.", align=lambda s, t: _aligned(s, t, "値", "a"))
    translation = Pipeline(engine, JAPANESE, LANGUAGES.get("en")).translate_all([inline.text], [inline.protected])[0]
    out, findings = render_inline(inline, translation)
    assert out == "It is `a b`."
    assert [f.kind for f in findings] == [FindingKind.MARKUP]


def _aligned(source: str, target: str, one: str, other: str):  # type: ignore[no-untyped-def]
    from models.engine import Alignment

    if one not in source or other not in target:
        return Alignment((), (), ())
    a, b = source.index(one), target.index(other)
    return Alignment(((a, a + len(one)),), ((b, b + len(other)),), ((1.0,),))


TARGETS = st.text("AB cd.,!?[]*_:;", max_size=30)
LINKS = [
    "[方針](https://a.example)", "[抑止力](https://b.example)", "**[同盟](https://c.example)**", "[*平和*](https://d.example 'x')",
    "[外交][r]", "[条約]", "[条約][]",
]  # fmt: skip
TEXTS = ["政府は", "**重要な**", "高める。", "*見よ*！", " "]
LINKED = st.lists(st.sampled_from(LINKS + TEXTS), min_size=1, max_size=8).map("".join)
SPANS = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: (min(p), max(p)))


@settings(deadline=None)
@given(LINKED, st.data())
@example("[方針](https://a.example)。", None)
def test_links_keep_their_addresses_whatever_the_model_does(text: str, data: st.DataObject | None) -> None:
    source = f"{text}\n\n[r]: https://r.example\n[条約]: https://s.example\n"

    def rule(_: str) -> str:
        return data.draw(TARGETS) if data else "A ] b"

    def links(_: str, target: str) -> Links:
        pairs = data.draw(st.lists(st.tuples(SPANS, SPANS), max_size=6)) if data else []
        return tuple((s, t) for s, t in pairs if t[1] <= len(target))

    out, _ = translated(source, rule, links)
    assert addresses(out) == addresses(source)


@pytest.mark.parametrize(
    "raw",
    [
        "*あ " * 20_000,
        "`a`あ" * 15_000,
        "[a](b)あ" * 10_000,
        "**a** " * 15_000,
        "`" * 60_000,
        "[a" * 30_000,
        "![a" * 20_000,
        "<a " * 20_000,
    ],
)
def test_a_long_paragraph_takes_no_quadratic_time(raw: str) -> None:
    begin = time.process_time()
    parse_inline(raw)
    assert time.process_time() - begin < 3


def test_a_pair_knows_whether_it_is_a_link() -> None:
    assert Pair("[", "](u)", (0, 1)).is_link
    assert not Pair("**", "**", (0, 1)).is_link
