from __future__ import annotations

from pathlib import Path

import pytest

from models.training.config import Source
from models.training.corpus import Places, files_of, normalise, read_pairs, record, spoken
from models.training.errors import InvalidCorpus

COLUMNS = ("ja", "en")


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_tsv_file_is_read_in_the_direction_of_the_training(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "# comment\n同盟\talliance\tmore\r\nno tab\n条約\ttreaty\n")
    assert list(read_pairs(path, "ja", "en", COLUMNS)) == [("同盟", "alliance"), ("条約", "treaty")]
    assert list(read_pairs(path, "en", "ja", COLUMNS)) == [("alliance", "同盟"), ("treaty", "条約")]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", b"\xef\xbb\xbf" + "同盟\talliance\n".encode())
    assert list(read_pairs(path, "ja", "en", COLUMNS)) == [("同盟", "alliance")]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"\x83\x65\x83\x58\x83\x67\ttest\n", "is not UTF-8"), (b"only one column\n", "has no lines of two columns"), (b"", "has no lines")],
)
def test_an_unusable_tsv_file_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(InvalidCorpus, match=told):
        list(read_pairs(write(tmp_path / "a.tsv", content), "ja", "en", COLUMNS))


def test_places_are_the_corpus_folder_and_named_ones(tmp_path: Path) -> None:
    for name in ("corpus/b.tsv", "corpus/a.tsv", "config/c.tsv", "eval/d.tsv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, "x\ty\n")
    places = Places(tmp_path / "corpus", config=tmp_path / "config")
    assert [p.name for p in places.find("*.tsv")] == ["a.tsv", "b.tsv"]
    assert places.find("{config}/c.tsv") == [tmp_path / "config" / "c.tsv"]
    assert places.find("../eval/d.tsv") == [tmp_path / "corpus" / "../eval/d.tsv"]
    source = Source(files=("a.tsv", "*.tsv"), licence="CC0")
    assert [p.name for p in files_of(source, places)] == ["a.tsv", "b.tsv"]


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("x.tsv", r"x\.tsv does not exist"),
        ("none/*.tsv", r"no file fits"),
        ("{home}/x.tsv", r"there is no place \{home\}; known are config"),
    ],
)
def test_a_missing_file_is_told_with_the_corpus_folder(tmp_path: Path, pattern: str, told: str) -> None:
    with pytest.raises(InvalidCorpus, match=told):
        Places(tmp_path, config=tmp_path).find(pattern)


def test_the_record_has_licence_and_digest(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tsv", "x\ty\n")
    (entry,) = record(Source(files=("a.tsv",), licence="CC BY 2.0 FR"), "general", [path])
    assert (entry.group, entry.name, entry.licence, entry.size) == ("general", "a.tsv", "CC BY 2.0 FR", 4)
    assert entry.sha256 == "2c2d61aa4b1b2e46cebc5507010bd5ca482763e103de850c8930b91ab4725788"


def test_normalising_folds_width_and_blanks() -> None:
    assert normalise(" ﾊﾟ\u3000㈱ \n ＡＢ ") == "パ (株) AB"
    assert normalise("㈱\u3000Ａ", nfkc=False) == "㈱ Ａ"


def test_the_same_sentence_with_other_punctuation_is_the_same() -> None:
    assert spoken("“The Alliance,” he said.") == spoken("the alliance he SAID")
    assert spoken("（同盟）。") == spoken("同盟")
    assert spoken("…!") == ""
