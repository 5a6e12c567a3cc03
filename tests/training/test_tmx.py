from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from models.training.errors import InvalidCorpus
from models.training.tmx import read_tmx

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def unit(*variants: tuple[str, str], attribute: str = "xml:lang") -> str:
    return "<tu>" + "".join(f'<tuv {attribute}="{code}"><seg>{text}</seg></tuv>' for code, text in variants) + "</tu>"


def memory(path: Path, *units: str, doctype: str = "", root: str = '<tmx version="1.4">') -> Path:
    path.write_text(f"{HEAD}{doctype}{root}<header/><body>{''.join(units)}</body></{root[1:].split()[0].rstrip('>')}>", encoding="utf-8")
    return path


def test_units_are_read_by_language_whatever_the_region_and_order(tmp_path: Path) -> None:
    path = memory(
        tmp_path / "a.tmx",
        unit(("en-US", "alliance"), ("ja-JP", "同盟")),
        unit(("ja", "条約"), ("fr", "traité")),
        unit(("JA", "予算"), ("en", "budget"), ("en-GB", "Budget")),
        unit(("ja", "基地"), ("en", "base"), attribute="lang"),
    )
    assert list(read_tmx(path, "ja", "en")) == [("同盟", "alliance"), ("予算", "budget"), ("基地", "base")]
    assert next(iter(read_tmx(path, "en", "ja"))) == ("alliance", "同盟")


def test_formatting_codes_are_no_text_but_what_they_surround_is(tmp_path: Path) -> None:
    text = '<bpt i="1">&lt;b&gt;</bpt>日米<hi>同盟</hi><ept i="1">&lt;/b&gt;</ept>は<ph>{0}</ph>続く<!-- note -->。'
    path = memory(tmp_path / "a.tmx", unit(("ja", text), ("en", "It &amp; &#x41; go on.")))
    assert list(read_tmx(path, "ja", "en")) == [("日米同盟は続く。", "It & A go on.")]


def test_a_document_type_and_a_namespace_do_no_harm(tmp_path: Path) -> None:
    path = memory(
        tmp_path / "a.tmx", unit(("ja", "同盟"), ("en", "alliance")),
        doctype='<!DOCTYPE tmx SYSTEM "tmx14.dtd">', root='<tmx version="1.4" xmlns="http://www.lisa.org/tmx14">',
    )  # fmt: skip
    assert list(read_tmx(path, "ja", "en")) == [("同盟", "alliance")]


def test_entities_are_not_resolved(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    doctype = f'<!DOCTYPE tmx [<!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY word "WORD">]>'
    path = memory(tmp_path / "a.tmx", unit(("ja", "同盟&file;と&word;条約"), ("en", "alliance")), doctype=doctype)
    assert list(read_tmx(path, "ja", "en")) == [("同盟と条約", "alliance")]


def test_entities_cannot_grow(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE tmx [<!ENTITY e0 "boom">{levels}]>'
    path = memory(tmp_path / "a.tmx", unit(("ja", "同盟&e9;"), ("en", "alliance")), doctype=doctype)
    try:
        pairs = list(read_tmx(path, "ja", "en"))
    except InvalidCorpus:
        return
    assert pairs == [("同盟", "alliance")]


@pytest.mark.parametrize(
    ("content", "told"),
    [("<tmx><body>", "is not a readable TMX file"), ("", "is not a readable TMX file"), ("<html/>", "its outermost element is 'html'")],
)
def test_what_is_no_tmx_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "a.tmx"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidCorpus, match=told):
        list(read_tmx(path, "ja", "en"))


def test_a_large_memory_is_streamed(tmp_path: Path) -> None:
    path = memory(tmp_path / "a.tmx", unit(("ja", "同盟" * 50), ("en", "alliance " * 50)) * 20_000)
    tracemalloc.start()
    count = sum(1 for _ in read_tmx(path, "ja", "en"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 2_000_000 < path.stat().st_size
