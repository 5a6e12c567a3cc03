from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.tokenizer import MarianPieces
from models.training.config import Tokenizer
from models.training.errors import InvalidConfig
from models.training.prepared import Prepared, tokenizer_folder
from models.training.tokenizer import FILES, Pieces, copy_tokenizer, train_tokenizer
from tests.training.invented import sentences

TEXTS = ["首相は昨日同盟を支持した。", "外相 treaty を龘😀歓迎した", "x", "G7", "The president rejected the bill on Friday."]


@pytest.fixture
def pieces(prepared: Prepared) -> Pieces:
    return prepared.pieces


def test_ids_are_those_of_the_tokenizer_that_translates(pieces: Pieces, prepared_folder: Path, tmp_path: Path) -> None:
    copy_tokenizer(tokenizer_folder(prepared_folder), tmp_path)
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    marian = MarianPieces(tmp_path, nfkc=True)
    vocabulary = json.loads((tmp_path / "vocab.json").read_text(encoding="utf-8"))
    for text, source, target in zip(TEXTS, pieces.encode_source(TEXTS), pieces.encode_target(TEXTS), strict=True):
        assert source.tolist() == [vocabulary[p] for p in marian.encode(text)[0]]
        assert target.tolist() == [vocabulary[p] for p in marian.encode_target(text)]


def test_spans_cover_the_text_in_order(pieces: Pieces) -> None:
    for text in TEXTS:
        ids, spans = pieces.source_spans(text)
        assert len(ids) == len(spans)
        covered = {place for start, end in spans for place in range(start, end)}
        assert {i for i, char in enumerate(text) if char != " "} <= covered
        assert spans == sorted(spans)


def test_a_character_in_bytes_belongs_to_each_of_its_bytes(pieces: Pieces) -> None:
    text = "同盟😀x"
    _, spans = pieces.source_spans(text)
    assert [s for s in spans if text[s[0] : s[1]] == "😀"] == [(2, 3)] * 4
    assert spans[-1] == (3, 4)


def test_no_character_is_unknown(pieces: Pieces) -> None:
    vocabulary_unknown = 1
    assert all(vocabulary_unknown not in ids for ids in pieces.encode_source(TEXTS))


def test_pad_and_end_are_single_ids(pieces: Pieces) -> None:
    assert (pieces.end, pieces.pad, pieces.size) == (0, 420, 421)


def test_caseless_numbers_join_pieces_that_differ_in_case(tmp_path: Path) -> None:
    train_tokenizer([t for pair in sentences(100) for t in pair], Tokenizer(pieces=400), tmp_path)
    pieces = Pieces(tmp_path)
    caseless = pieces.caseless()
    (upper,), (lower,) = pieces.encode_source(["T"])[0][-1:], pieces.encode_source(["t"])[0][-1:]
    assert upper != lower
    assert caseless[upper] == caseless[lower]


def test_too_many_pieces_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"cannot have 20000 pieces: .*[Vv]ocab"):
        train_tokenizer((t for pair in sentences(50) for t in pair), Tokenizer(pieces=20000), tmp_path)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match=r"is not a Marian checkpoint: it has no source\.spm"):
        copy_tokenizer(tmp_path, tmp_path / "copy")
    for name in FILES:
        (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidConfig, match="has no usable Marian tokenizer"):
        Pieces(tmp_path)
