"""XML from strangers: what is refused, and that a long file needs no more memory than a short one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossary.interchange.base import InterchangeError
from glossary.interchange.secure_xml import Limits, local_name, read_entries, text_of, unresolved_entity

GIGABYTE = 1_000_000_000


class Generated(io.RawIOBase):
    """A file of a gigabyte that is never made: it counts what is taken from it."""

    def __init__(self, head: bytes, piece: bytes) -> None:
        self._head, self._piece, self.served = head, piece * (65_536 // len(piece)), 0

    def read(self, size: int = -1) -> bytes:
        if self.served >= GIGABYTE:
            return b""
        given_out, self._head = self._head or self._piece, b""
        self.served += len(given_out)
        return given_out


class Dripping(io.BytesIO):
    """A stream that gives one byte at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(1)


def entries(data: bytes | BinaryIO, limits: Limits | None = None) -> list[tuple[int, str, str]]:
    """Line, name and text of each entry."""
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    found = read_entries(stream, roots={"root"}, containers={"body"}, limits=limits or Limits())
    return [(e.sourceline, local_name(e), text_of(e)) for e in found]


def test_every_child_of_a_container_is_an_entry_whatever_its_name_and_namespace() -> None:
    first = b"<body>\n<e>1</e>\n<x:f><e>2</e></x:f><body><e>3</e></body></body>"
    data = b"<root xmlns:x='u:x'><head><e>no</e></head>\n" + first + b"<body><e>4</e></body></root>"
    assert entries(data) == [(3, "e", "1"), (4, "f", "2"), (4, "body", "3"), (4, "e", "4")]


def test_formatting_codes_are_no_text_and_white_space_is_one_blank() -> None:
    data = "<root><body><e>\n 日米<hi>同盟</hi><ph>{0}</ph>  と<!-- no -->　条約 </e></body></root>".encode()
    assert entries(data) == [(1, "e", "日米同盟 と　条約")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "shift_jis", "euc-jp", "utf-8-sig"])
def test_encodings_of_japanese_files_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    data = f'<?xml version="1.0" encoding="{declared}"?><!-- 表 --><root><body><e>表「同盟」</e></body></root>'.encode(encoding)
    assert entries(data) == [(1, "e", "表「同盟」")]
    assert entries(Dripping(data)) == entries(data)


DOCTYPES = [
    '<!DOCTYPE root SYSTEM "TBXcoreStructV02.dtd">',
    "<!DOCTYPE root SYSTEM 'tmx14.dtd' >",
    '<!DOCTYPE root PUBLIC "ISO 12200:1999A//DTD MARTIF core (DXFcdV04)//EN" "TBXcdv04.dtd">',
    '<?xml-model href="x.rng"?><!-- <!DOCTYPE a [<!ENTITY b "c">]> -->\n<!DOCTYPE root SYSTEM "a>[b">\n<!-- after -->',
    "<!DOCTYPE root>",
]


@pytest.mark.parametrize("doctype", DOCTYPES)
def test_a_document_type_without_declarations_is_accepted(doctype: str) -> None:
    assert entries(f'<?xml version="1.0"?>\n{doctype}<root><body><e>1</e></body></root>'.encode())[0][1:] == ("e", "1")


def test_an_external_dtd_is_never_opened(tmp_path: Path) -> None:
    dtd = tmp_path / "own.dtd"
    dtd.write_text('<!ENTITY secret "SECRET"><!ATTLIST e kind CDATA "SECRET">', encoding="utf-8")
    data = f'<!DOCTYPE root SYSTEM "{dtd.as_uri()}"><root><body><e>a &secret; b</e></body></root>'.encode()
    (entry,) = (
        (unresolved_entity(e), dict(e.attrib), text_of(e)) for e in read_entries(io.BytesIO(data), roots={"root"}, containers={"body"})
    )
    assert entry == ("&secret;", {}, "a b")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DECLARATIONS = {
    "billion laughs": f'<!DOCTYPE root [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic blow-up": f'<!DOCTYPE root [<!ENTITY a "{"a" * 10_000}">]>',
    "external entity": '<!DOCTYPE root [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    "parameter entity": '<!DOCTYPE root [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    "external DTD with an internal subset": '<!DOCTYPE root SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY a "b">]>',
    "after a public id": '<!DOCTYPE root PUBLIC "p" "s" [<!ENTITY a "b">]>',
    "behind a comment": '<!-- c --><?pi ?>\n<!DOCTYPE root [<!ENTITY a "b">]>',
    "attribute default": '<!DOCTYPE root [<!ATTLIST e k CDATA "v">]>',
    "never closed": "<!DOCTYPE root SYSTEM 'x",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", DECLARATIONS)
def test_a_document_type_with_declarations_is_refused(name: str, encoding: str) -> None:
    data = f'<?xml version="1.0"?>{DECLARATIONS[name]}<root><body><e a="&l9;">&l9;&file;&a;</e></body></root>'.encode(encoding)
    with pytest.raises(InterchangeError, match=r"^line [12]: the document type has declarations of its own"):
        entries(data)


def test_an_encoding_that_could_hide_declarations_is_refused() -> None:
    with pytest.raises(InterchangeError, match="the encoding 'UTF-7' is not supported; save the file as UTF-8"):
        entries(b"<?xml version='1.0' encoding='UTF-7'?>+ADw-+ACE-DOCTYPE root +AFs-+AF0-+AD4-<root><body/></root>")
    with pytest.raises(InterchangeError, match="not XML in UTF-8 or UTF-16"):
        entries("<root><body/></root>".encode("utf-16-le"))
    with pytest.raises(InterchangeError, match="not XML in UTF-8 or UTF-16"):
        entries("<root><body/></root>".encode("utf-32"))


@pytest.mark.parametrize("piece", [b"<a>", b"<a>\n" + b" " * 2_000, b"<body>", b"<a b='c'>text"])
@pytest.mark.parametrize("head", [b"<root>", b"<root><body>"])
def test_a_gigabyte_of_nesting_is_refused_at_its_beginning(head: bytes, piece: bytes) -> None:
    stream = Generated(head, piece)
    with pytest.raises(InterchangeError, match=r"^line \d+: elements are nested (too|more than 64) deep"):
        entries(cast(BinaryIO, stream))
    assert stream.served < 1_000_000


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "a text": (b"<root><body><e>", b"x"),
    "a text between entries": (b"<root><body>", b"x"),
    "an attribute": (b"<root><body><e a='", b"x"),
    "a comment": (b"<root><body><!--", b"x"),
    "a comment before the root": (b"<!--", b"x"),
    "processing instructions before the root": (b" ", b"<?a b?>"),
    "an entry of many elements": (b"<root><body><e>", b"<f/>"),
    "elements that are no entries": (b"<root><head/>", b"<f/>"),
    "white space": (b"<root><body>", b" \n"),
    "an element name": (b"<root><body><e", b"x"),
    "zeros": (b"", b"\0"),
    "open angle brackets": (b"", b"<"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_gigabyte_of_anything_else_is_refused_at_its_beginning(name: str) -> None:
    head, piece = ENDLESS[name]
    stream = Generated(head, piece)
    with pytest.raises(InterchangeError):
        entries(cast(BinaryIO, stream), Limits(entry_bytes=300_000))
    assert stream.served < 600_000


def test_entries_are_freed_with_everything_before_them() -> None:
    lone = b"<junk><body><e>x</e></body></junk>" * 3_000
    data = b"<root><body>" + b"<e><f>text</f></e>\n" * 20_000 + b"</body>" + lone + b"</root>"
    kept = [_elements_in_the_tree(e) for e in read_entries(io.BytesIO(data), roots={"root"}, containers={"body"})]
    assert len(kept) == 23_000
    ahead = 65_536 // len(b"<e></e>")  # a chunk is parsed as a whole
    assert max(kept) < 2 * ahead


def _elements_in_the_tree(entry: Any) -> int:
    # The first entries of every thousand: to count the tree is slow.
    return sum(1 for _ in entry.getroottree().getroot().iter()) if entry.sourceline % 1_000 < 2 else 0


def test_a_long_file_of_short_entries_breaks_no_limit() -> None:
    data = b"<root><body>" + b"<e>text</e>" * 30_000 + b"</body></root>"
    assert len(entries(data, Limits(entry_bytes=1_000))) == 30_000


UNUSABLE: list[tuple[bytes, str]] = [
    (b"", "the file is empty"),
    (b" \n", "the file is empty"),
    (b"PK\x03\x04 not xml", "not XML"),
    (b"source,target\n", "not XML"),
    (b"<html><body/></html>", "the outermost element is <html>, not <root>"),
    (b"<root><head/></root>", "the file has no <body>"),
    (b"<root>\n<body>\n<e>1</e>", "line 3: "),
    (b"<root><body>\n<e>1</f></body></root>", "line 2: "),
    (b"<root><body><e>\xff\xfe</e></body></root>", "line 1: "),
    (b"<root><body><e>&#0;</e></body></root>", "line 1: "),
    (b"<root><body/></root><root/>", "line 1: "),
]


@pytest.mark.parametrize(("data", "message"), UNUSABLE)
def test_an_unusable_file_is_refused_with_the_reason(data: bytes, message: str) -> None:
    with pytest.raises(InterchangeError, match=message):
        entries(data)


@given(st.one_of(st.binary(max_size=300), st.text(alphabet="<>!?-[]&;\"'/ abDOCTYPE=\n", max_size=200).map(str.encode)))
def test_any_bytes_are_entries_or_one_clear_error(data: bytes) -> None:
    attempts: list[Callable[[], object]] = [lambda: entries(data), lambda: entries(b"<root><body><e>" + data + b"</e></body></root>")]
    for attempt in attempts:
        try:
            attempt()
        except InterchangeError as exc:
            assert str(exc)
