"""XML from strangers, read entry by entry in constant memory.

Entities, document type declarations of the file's own, external DTDs, the network, deep nesting and endless content are what hostile files
use (OWASP "XML External Entity Prevention"; CWE-776, CWE-611). A plain ``<!DOCTYPE martif SYSTEM "TBXcoreStructV02.dtd">`` is common in TBX
and TMX files: it is accepted, and the DTD is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from lxml import etree

from glossary.interchange.base import InterchangeError

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CHUNK = 65_536  # bytes read at a time; also what may stand before the first element
_CODES = frozenset({"bpt", "ept", "it", "ph", "ut", "sc", "ec"})  # formatting code of an original document (TMX 1.4b, TBX)
_BLANKS = re.compile(r"[ \t\r\n]+")  # the white space of XML; an ideographic space is a character of the text
# Groups are atomic: on a hostile file an ordinary "(a|b)*" would try every way to divide it.
_MISC = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_LITERAL = "(?>\"[^\"]*\"|'[^']*')"
_PLAIN_DOCTYPE = re.compile(rf"<!DOCTYPE\s+[^\s<>\[\"']+(?>\s+(?:SYSTEM\s+{_LITERAL}|PUBLIC\s+{_LITERAL}\s+{_LITERAL}))?\s*>")
_ROOT = re.compile(r"<[A-Za-z_\x80-\U0010ffff]")
_DECLARED_ENCODING = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
# In all of these "<", ">", "!", "-", "?" and quotation marks are the bytes of ASCII, so the check of the prolog cannot be deceived.
_ENCODINGS = re.compile(
    r"utf-?8|utf-?16(?:le|be)?|(?:us-)?ascii|iso[-_]?8859-\d+|latin-?1|windows-125\d|cp125\d|koi8-[ru]"
    r"|shift[-_]jis|x-sjis|windows-31j|cp932|euc-jp|euc-kr|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """``depth``: how deep elements may be nested. ``entry_bytes``: how long one entry, or what stands between two, may be (about)."""

    depth: int = 64
    entry_bytes: int = 4_000_000


_DEFAULT_LIMITS = Limits()


def read_entries(
    stream: BinaryIO, *, roots: Collection[str], containers: Collection[str], limits: Limits = _DEFAULT_LIMITS
) -> Iterator[Any]:
    """Each child element of the elements named in ``containers``, whatever its own name, in the order of the file.

    An element is valid until the next one is asked for: then it is emptied and freed, as is everything before it.

    Args:
        stream: the file.
        roots: local names that the outermost element may have.
        containers: local names of the elements whose children are entries.
        limits: what is refused as too deep or too long.

    Raises:
        InterchangeError: the file is no well-formed XML, is something else than ``roots``, has no container, or breaks a limit.
    """
    return _EntryReader(roots, containers, limits).read(stream)


@dataclass
class _EntryReader:
    roots: Collection[str]
    containers: Collection[str]
    limits: Limits
    _open: list[bool] = field(default_factory=list)  # of each open element: whether it is a container
    _entry_depth: int = 0  # of the entry that is being read; 0 between entries
    _has_container: bool = False
    _bytes: int = 0  # since the last entry ended

    def read(self, stream: BinaryIO) -> Iterator[Any]:
        for event, element in self._events(stream):
            if event == "start":
                self._start(element)
            elif self._ends_entry():
                yield element
                _free(element)
                self._bytes = 0
        if not self._has_container:
            raise InterchangeError(f"the file has no <{' or <'.join(sorted(self.containers))}> with entries")

    def _events(self, stream: BinaryIO) -> Iterator[tuple[str, Any]]:
        parser = etree.XMLPullParser(
            events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
            remove_pis=True,
        )  # fmt: skip
        chunk = _first_chunk(stream)
        _check_prolog(chunk)
        try:
            while chunk:
                self._bytes += len(chunk)
                if self._bytes > self.limits.entry_bytes + _CHUNK:
                    raise InterchangeError(f"an entry, or what stands between two, is longer than {self.limits.entry_bytes:,} bytes")
                parser.feed(chunk)
                yield from parser.read_events()
                chunk = stream.read(_CHUNK)
            parser.close()
            yield from parser.read_events()
        except etree.XMLSyntaxError as exc:
            raise InterchangeError(_reason(exc)) from exc

    def _start(self, element: Any) -> None:
        name = local_name(element)
        if not self._open and name not in self.roots:
            raise InterchangeError(f"the outermost element is <{name}>, not <{'> or <'.join(sorted(self.roots))}>: another format?")
        inside = bool(self._entry_depth)
        if not inside and self._open and self._open[-1]:
            self._entry_depth = len(self._open) + 1
            inside = True
        container = not inside and name in self.containers
        self._has_container = self._has_container or container
        self._open.append(container)
        if len(self._open) > self.limits.depth:
            raise InterchangeError(f"line {element.sourceline}: elements are nested more than {self.limits.depth} deep")

    def _ends_entry(self) -> bool:
        self._open.pop()
        if not self._entry_depth or len(self._open) >= self._entry_depth:
            return False
        self._entry_depth = 0
        return True


def local_name(element: Any) -> str:
    """The name of an element without its namespace; an entity reference has none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: Any) -> str:
    """The text of an element and of what is highlighted in it, without formatting codes; runs of white space are one blank."""
    return _BLANKS.sub(" ", _raw_text(element)).strip()


def unresolved_entity(entry: Any) -> str | None:
    """The first entity reference in an entry, as it is written, or None. It stands for text that only a DTD could tell."""
    return next((str(node.text) for node in entry.iter(etree.Entity)), None)


def _raw_text(element: Any) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and local_name(child) not in _CODES:
            parts.append(_raw_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _free(entry: Any) -> None:
    """Let go of an entry and of everything before it, also before the elements around it."""
    entry.clear()
    for node in (entry, *entry.iterancestors()):
        while node.getprevious() is not None:
            del node.getparent()[0]


def _first_chunk(stream: BinaryIO) -> bytes:
    """The first bytes, enough of them to see the whole prolog: a stream may give fewer at a time than it is asked for."""
    chunk = b""
    while len(chunk) < _CHUNK and (more := stream.read(_CHUNK - len(chunk))):
        chunk += more
    return chunk


def _check_prolog(head: bytes) -> None:
    """Refuse a document type with declarations of its own before a parser sees it, and encodings that could hide one."""
    if not head.strip():
        raise InterchangeError("the file is empty")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", errors="replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    declared = _DECLARED_ENCODING.match(text)
    if declared and not _ENCODINGS.fullmatch(declared[1]):
        raise InterchangeError(f"the encoding {declared[1][:40]!r} is not supported; save the file as UTF-8")
    position = _after(_MISC, text, 0)
    if text.startswith("<!DOCTYPE", position):
        doctype = _PLAIN_DOCTYPE.match(text, position)
        if not doctype:
            line = text.count("\n", 0, position) + 1
            raise InterchangeError(f"line {line}: the document type has declarations of its own (entities); remove what stands in [ ]")
        position = _after(_MISC, text, doctype.end())
    if not _ROOT.match(text, position):
        raise InterchangeError("the file is not XML in UTF-8 or UTF-16, or no element follows within its first 65,536 bytes")


def _after(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position


def _reason(exc: etree.XMLSyntaxError) -> str:
    message = str(exc.msg)
    if "Excessive depth" in message:
        message = "elements are nested too deep"
    elif "huge" in message.lower():
        message = "a text, a name or a value is too long"
    return f"line {exc.lineno}: {' '.join(message.split())}"
