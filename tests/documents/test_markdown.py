"""Markdown: prose is found and replaced, everything else stays byte for byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from service.documents.markdown import Markdown
from tests.documents.support import rebuilt, structure, through_pipeline, translated, translation_of
from tests.fakes import identity_engine

BOM = b"\xef\xbb\xbf"
MARKUP = "*_~`[]()<>!|#\\&{}-+:.1 \t日本の、。a\"'^"

SOUP = st.text(MARKUP, max_size=40)
WORDS = st.sampled_from(["日米同盟", "抑止力を高める。", "FOIP", "2026年", "a_b", "「平和」と", "5 < 6", "10%", "会談（東京）"])
INLINE = st.recursive(
    WORDS | st.sampled_from(["`x = 1`", "``a`b``", "![図](a.png)", "<https://example.org/a>", "\\*", "&nbsp;", "[^1]", "<br>", "{.red}"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        inner.map(lambda x: f"**{x}**"),
        inner.map(lambda x: f"*{x}*"),
        inner.map(lambda x: f"~~{x}~~"),
        inner.map(lambda x: f"[{x}](https://example.org/x_(y) 'title')"),
        inner.map(lambda x: f"[{x}][ref]"),
    ),
    max_leaves=6,
)
LEAVES = st.one_of(
    INLINE,
    INLINE,
    st.builds(lambda n, x: "#" * n + " " + x, st.integers(1, 6), INLINE),
    INLINE.map(lambda x: f"{x}\n==="),
    INLINE.map(lambda x: f"| {x} | `a` |\n| --- | :-: |\n| b \\| c | {x} |"),
    st.sampled_from([
        "```python\n# 日本\nprint()\n```", "~~~\n日本\n~~~", "    日本 = 1\n\n    外交 = 2",
        "<div>\n日本\n</div>", "<!-- 日本 -->", "---", "***",
        '[ref]: https://example.org/ref "日本"', "[^1]: 脚注である。", "", "- [ ] 課題\n- [x] 済み", "行の終わり  \n次の行\\\n最後",
    ]),
)  # fmt: skip


def _indented(text: str, first: str, rest: str) -> str:
    return "\n".join((first if n == 0 else rest) + line for n, line in enumerate(text.split("\n")))


BLOCKS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda x: _indented(x, "- ", "  ")),
        inner.map(lambda x: _indented(x, "1. ", "   ")),
        inner.map(lambda x: _indented(x, "> ", "> ")),
        st.tuples(inner, inner).map("\n\n".join),
    ),
    max_leaves=4,
)
FRONT_MATTER = st.sampled_from([
    "", "", "---\ntitle: 日本の外交\nlang: ja\n---\n", '---\ntitle: "日本：2026"\n---\n\n', "---\ntitle: '日本'\ntags: [a, b]\n...\n",
    "---\ntitle: |\n  日本\n---\n", "---\ntitle: [日本, 米国]\n---\n", "---\ntitle: >-\n  日本\n  米国\n---\n",
    "---\ntitle: a, b & c!\n---\n",
])  # fmt: skip
ENDS = st.sampled_from(["", "\n", "\n\n"])
DOCUMENTS = st.tuples(FRONT_MATTER, st.lists(BLOCKS, max_size=5).map("\n\n".join), ENDS).map("".join)


@settings(deadline=None)
@given(DOCUMENTS, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_a_translation_that_changes_nothing_gives_back_the_bytes(text: str, bom: bool, newline: str) -> None:
    content = (BOM if bom else b"") + text.replace("\n", newline).encode()
    assert rebuilt(Markdown.parse(content)) == content


@settings(deadline=None)
@given(st.lists(SOUP, max_size=6), st.sampled_from(["\n\n", "\r\n\r\n", "\r\r", "\n\n\n"]))
def test_no_soup_of_markup_is_changed(lines: list[str], newline: str) -> None:
    content = newline.join(lines).encode()
    assert rebuilt(Markdown.parse(content)) == content


@settings(deadline=None)
@given(st.text(MARKUP + "\n\n\r", max_size=80))
def test_soft_line_breaks_are_all_that_a_translation_that_changes_nothing_takes_out(text: str) -> None:
    def bare(content: bytes) -> str:
        return "".join(c for c in content.decode() if c not in "\r\n \t>")

    content = text.encode()
    assert bare(rebuilt(Markdown.parse(content))) == bare(content)


@settings(deadline=None)
@given(st.lists(WORDS.map(lambda w: w + "を論じる"), min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_pipeline_with_an_identity_engine_gives_back_the_bytes(words: list[str], newline: str, bom: bool) -> None:
    items = "".join(f"- {word}\n" for word in words)
    text = f"# {words[0]}\n\n**{words[0]}**、[{words[-1]}](https://example.org)、 `code` 。\n\n{items}\n```\n日本\n```"
    content = (BOM if bom else b"") + text.replace("\n", newline).encode()
    assert through_pipeline(Markdown.parse(content), identity_engine("ja", "ja")) == content


DOCUMENT = """---
title: 日本の外交
author: 穂積
tags: [日本, 米国]
---

# 見出し #

段落の文。

下線の見出し
----------

- 項目
  1. 内側の項目
     - さらに内側

     続きの段落

> 引用の文
>
> > 内側の引用

| 左 | 右 |
| :-- | --: |
| 一 | 二 |

- [ ] 課題
- [x] 済み

一行目の文  
二行目の文\\
三行目の文

本文[^1]。

[^1]: 脚注の文。
"""  # noqa: W291 - a hard break
PROSE = [
    "日本の外交", "見出し", "段落の文。", "下線の見出し", "項目", "内側の項目", "さらに内側", "続きの段落", "引用の文", "内側の引用",
    "左", "右", "一", "二", "課題", "済み", "一行目の文", "二行目の文", "三行目の文", "本文[^1]。", "脚注の文。",
]  # fmt: skip


def test_exactly_the_prose_is_given_to_translate() -> None:
    assert [block.text for block in Markdown.parse(DOCUMENT.encode()).blocks] == PROSE


def test_everything_but_the_prose_stays_where_it_is() -> None:
    expected = DOCUMENT
    for number, prose in sorted(enumerate(PROSE), key=lambda item: -len(item[1])):
        expected = expected.replace(prose, f"Part {number}")
    out, findings = translated(DOCUMENT, lambda text: f"Part {PROSE.index(text)}")
    assert out == expected
    assert findings == []


@pytest.mark.parametrize(
    "untouched",
    [
        "```python\n日本 = 1\n```\n",
        "~~~\n日本\n~~~\n",
        "````\n```\n日本\n```\n````\n",
        "    日本 = 1\n",
        "\t日本 = 1\n",
        "<div>\n日本\n</div>\n",
        "<!-- 日本\n\n外交 -->\n",
        "<table><tr><td>日本</td></tr></table>\n",
        '[日本]: https://example.org "外交"\n',
        "```\n閉じられない\n",
        "---\nauthor: 日本\n---\n",
        "---\n",
        "",
        "\n\n \n",
    ],
)
def test_code_html_and_definitions_are_no_prose(untouched: str) -> None:
    document = Markdown.parse(untouched.encode())
    assert document.blocks == ()
    assert rebuilt(document) == untouched.encode()


def test_wrapped_lines_become_one_without_a_blank_between_japanese() -> None:
    document = Markdown.parse("日本は\n平和を\nFOIP\nと呼ぶ。\n\n> 引用は\n> 続く。\n\n- 項目は\n  続く。\n".encode())
    assert [block.text for block in document.blocks] == ["日本は平和を FOIP と呼ぶ。", "引用は続く。", "項目は続く。"]


def test_a_list_item_or_quotation_stays_one_when_its_wrapped_lines_are_translated() -> None:
    out, _ = translated("> 引用は\n> 続く。\n\n- 項目は\n  続く。\n- 次。\n", lambda text: "Text.")
    assert out == "> Text.\n\n- Text.\n- Text.\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_kind_of_newline_is_understood(newline: str) -> None:
    content = newline.join(["# 甲", "", "乙", "", "丙  ", "丁", ""])
    document = Markdown.parse(content.encode())
    assert [block.text for block in document.blocks] == ["甲", "乙", "丙", "丁"]
    out, _ = document.rebuild([translation_of(b.text, lambda t: {"甲": "A", "乙": "B", "丙": "C", "丁": "D"}[t]) for b in document.blocks])
    assert out.decode() == newline.join(["# A", "", "B", "", "C  ", "D", ""])


def test_an_ideographic_blank_before_a_paragraph_stays() -> None:
    assert translated("　本文。\n", lambda text: "Text.")[0] == "　Text.\n"


@pytest.mark.parametrize(
    ("source", "translation", "expected"),
    [
        ("一、はじめに\n", "1. Introduction", "1\\. Introduction\n"),
        ("（１）はじめに\n", "1) Introduction", "1\\) Introduction\n"),
        ("・項目\n", "- Item", "\\- Item\n"),
        ("＊注\n", "* Note", "\\* Note\n"),
        ("＃見出し\n", "# Heading", "\\# Heading\n"),
        ("＞引用\n", "> Quotation", "\\> Quotation\n"),
        ("- 一、はじめに\n", "1. Introduction", "- 1\\. Introduction\n"),
        ("# 一、はじめに\n", "1. Introduction", "# 1. Introduction\n"),
        ("2026年\n", "2026 was it.", "2026 was it.\n"),
        ("－１度\n", "-1 degree", "-1 degree\n"),
    ],
)
def test_a_translation_never_becomes_a_list_heading_or_quotation(source: str, translation: str, expected: str) -> None:
    out, _ = translated(source, lambda text: translation)
    assert out == expected
    assert structure(out) == structure(source)


def test_a_number_that_only_looks_like_a_list_stays_as_it_was_written() -> None:
    content = "前の行  \n2. 次の行\n".encode()
    assert rebuilt(Markdown.parse(content)) == content


def test_a_bar_in_a_translation_divides_no_table_cell() -> None:
    source = "| 甲｜乙 | 丙 |\n| --- | --- |\n| 丁 | 戊 \\| 己 |\n"
    rule = {"甲｜乙": "A|B", "丙": "C", "丁": "D", "戊 \\| 己": "E \\| F"}.__getitem__
    out, _ = translated(source, rule)
    assert out == "| A\\|B | C |\n| --- | --- |\n| D | E \\| F |\n"
    assert structure(out) == structure(source)


def test_tables_inside_quotations_and_lists_keep_their_markers() -> None:
    source = "> | 甲 | 乙 |\n> | --- | --- |\n> | 丙 | 丁 |\n\n- 甲 | 乙\n  --- | ---\n  丙 | 丁\n"
    assert [block.text for block in Markdown.parse(source.encode()).blocks] == ["甲", "乙", "丙", "丁"] * 2
    out, _ = translated(source, {"甲": "A", "乙": "B", "丙": "C", "丁": "D"}.__getitem__)
    assert out == "> | A | B |\n> | --- | --- |\n> | C | D |\n\n- A | B\n  --- | ---\n  C | D\n"


FRONT: list[tuple[str, Callable[[str], str], str]] = [
    ("日本", lambda _: "Japan", "Japan"),
    ("日本", lambda _: "Japan: an outlook", '"Japan: an outlook"'),
    ("日本", lambda _: "Japan #1", '"Japan #1"'),
    ("日本", lambda _: "- Japan", '"- Japan"'),
    ("日本", lambda _: "Yes", '"Yes"'),
    ("日本", lambda _: "2026", '"2026"'),
    ("日本", lambda _: "[Japan]", '"[Japan]"'),
    ("日本", lambda _: '"Japan" and', '"\\"Japan\\" and"'),
    ("日本", lambda _: "Japan's role", "Japan's role"),
    ("日本", lambda _: "Japan, the U.S. & Korea", "Japan, the U.S. & Korea"),
    ('"日本"', lambda _: 'The "new" Japan', '"The \\"new\\" Japan"'),
    ('"日本: 展望"', lambda _: "A: B", '"A: B"'),
    ("'日本'", lambda _: "Japan's role", "'Japan''s role'"),
]


@pytest.mark.parametrize(("value", "rule", "expected"), FRONT)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_title_is_quoted_where_yaml_would_read_it_as_something_else(
    value: str, rule: Callable[[str], str], expected: str, newline: str
) -> None:
    out, _ = translated(newline.join(["---", f"title: {value}", "lang: ja", "---", ""]), rule)
    assert out == newline.join(["---", f"title: {expected}", "lang: ja", "---", ""])
    assert yaml.safe_load(out.split("---")[1]) == {"title": rule(""), "lang": "ja"}


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]) | st.sampled_from(" :#'\""), min_size=1).map(str.strip))
@pytest.mark.parametrize("value", ["日本", '"日本"', "'日本'"])
def test_whatever_a_title_becomes_yaml_reads_it_back(value: str, title: str) -> None:
    out, _ = translated(f"---\ntitle: {value}\n---\n", lambda _: title)
    assert yaml.safe_load(out.split("---\n")[1]) == {"title": title}


@pytest.mark.parametrize(
    "value",
    [
        "|\n  日本",
        ">-\n  日本",
        "[日本, 米国]",
        "{日本: 1}",
        "日本\n  続き",
        "&a 日本",
        "日本 # 注",
        "2026",
        "true",
        "~",
        '"日\\u672c"',
        "!x 日本",
    ],
)
def test_a_title_that_is_no_simple_text_is_left_alone(value: str) -> None:
    content = f"---\ntitle: {value}\n---\n本文。\n"
    out, _ = translated(content, lambda _: "Text: a.")
    assert out == content.replace("本文。", "Text: a.")


def test_only_titles_and_descriptions_of_the_front_matter_are_prose() -> None:
    content = "---\ntitle: 甲\nsubtitle: 乙\ndescription: 丙\nsummary: 丁\nauthor: 戊\nslug: 己\nmeta:\n  title: 庚\n---\n"
    assert [block.text for block in Markdown.parse(content.encode()).blocks] == ["甲", "乙", "丙", "丁"]


def test_a_rule_further_down_begins_no_front_matter() -> None:
    assert [b.text for b in Markdown.parse("本文。\n\n---\n\ntitle: 甲\n\n***\n".encode()).blocks] == ["本文。", "title: 甲"]
