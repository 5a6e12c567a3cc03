"""Plain text: bytes in, bytes out, and what is refused at the door."""

from __future__ import annotations

from pathlib import PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.documents.base import DocumentError
from service.documents.plain import PlainText
from service.documents.registry import Format, format_of, parse, supported
from tests.documents.support import rebuilt, through_pipeline, translation_of
from tests.fakes import identity_engine

BOM = b"\xef\xbb\xbf"
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
SENTENCES = st.lists(
    st.sampled_from(["日米同盟を強化する。", "本当か？", "2026年、", "FOIP", "見出し", "「はい。」と答えた。"]), max_size=3
)
LINES = st.lists(SENTENCES.map("".join), max_size=6)


@settings(deadline=None)
@given(TEXT, st.booleans())
def test_a_translation_that_changes_nothing_gives_back_the_bytes(text: str, bom: bool) -> None:
    content = (BOM if bom else b"") + text.encode()
    assert rebuilt(PlainText.parse(content)) == content


@settings(deadline=None)
@given(LINES, st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\n　", "\n  "]), st.booleans(), st.sampled_from(["", "\n", "\r\n", "\n\n"]))
def test_the_pipeline_with_an_identity_engine_gives_back_the_bytes(lines: list[str], newline: str, bom: bool, end: str) -> None:
    content = (BOM if bom else b"") + (newline.join(lines) + end).encode()
    assert through_pipeline(PlainText.parse(content), identity_engine("ja", "ja")) == content


def test_newlines_blank_lines_and_byte_order_mark_stay_where_the_prose_changes() -> None:
    content = BOM + "　一行目。\r\n\r\n\r\n二行目。".encode()
    document = PlainText.parse(content)
    [block] = document.blocks
    assert block.text == "　一行目。\r\n\r\n\r\n二行目。"
    out, findings = document.rebuild([translation_of(block.text, {"一行目。": "First.", "二行目。": "Second."}.__getitem__)])
    assert out == BOM + "　First.\r\n\r\n\r\nSecond.".encode()
    assert findings == []


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"\xff", 0),
        ("日本".encode() + b"\xe6\x97", 6),
        (BOM + b"abc\x80", 6),
        ("日本".encode("shift_jis"), 0),
        ("日本".encode("euc_jp"), 0),
    ],
)
def test_broken_utf8_is_refused_with_the_byte(content: bytes, place: int) -> None:
    with pytest.raises(DocumentError, match=f"not valid UTF-8 at byte {place};"):
        PlainText.parse(content)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "日本".encode("utf-16"), "日本".encode("utf-16-be"), b"text\0"])
def test_binary_content_is_refused(content: bytes) -> None:
    with pytest.raises(DocumentError):
        PlainText.parse(content)


def test_a_null_byte_is_called_what_it_is() -> None:
    with pytest.raises(DocumentError, match="not a text file: it holds a null byte"):
        PlainText.parse(b"text\0text")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.txt", Format.TEXT), ("A.TXT", Format.TEXT), ("a.text", Format.TEXT), ("b/a.md", Format.MARKDOWN), ("a.Markdown", Format.MARKDOWN)],
)
def test_the_name_says_the_format(name: str, expected: Format) -> None:
    assert supported(PurePath(name))
    assert format_of(PurePath(name)) is expected


@pytest.mark.parametrize("name", ["a.docx", "a", ".txt", "txt", "a.md.gz", "a.txt.bak"])
def test_an_unknown_format_is_refused_with_those_that_there_are(name: str) -> None:
    assert not supported(PurePath(name))
    with pytest.raises(DocumentError, match=r"supported are \.markdown, \.md, \.text, \.txt"):
        format_of(PurePath(name))


@pytest.mark.parametrize("document_format", list(Format))
def test_every_format_refuses_broken_text_in_the_same_way(document_format: Format) -> None:
    with pytest.raises(DocumentError, match="byte 4"):
        parse(b"# a\n\xff", document_format)
