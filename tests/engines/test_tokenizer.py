"""Tokenization: MarianTokenizer's own pieces, with the place of each in the raw text."""

from __future__ import annotations

import itertools
import unicodedata
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import ModelEntry
from models.errors import ModelFileError
from models.tokenizer import MarianPieces
from tests.engines.sentences import ENGLISH, JAPANESE, ODD


@pytest.fixture(scope="module")
def marian(entry: ModelEntry) -> Any:
    """transformers' own tokenizer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it recommends a package for European punctuation
        from transformers import MarianTokenizer

        return MarianTokenizer.from_pretrained(str(entry.directory), local_files_only=True)


def _normal(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _check_spans(pieces: MarianPieces, text: str) -> None:
    found, spans = pieces.encode(text)
    assert len(found) == len(spans)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in itertools.pairwise(spans))
    covered = {place for start, end in spans for place in range(start, end)}
    missing = [c for place, c in enumerate(text) if place not in covered and not c.isspace() and c != "▁"]  # ▁: SentencePiece's blank
    assert missing == [], (found, spans)


class TestPieces:
    @pytest.mark.parametrize("text", JAPANESE)
    def test_source_pieces_are_those_of_transformers(self, pieces: MarianPieces, marian: Any, text: str) -> None:
        assert pieces.encode(text)[0] == marian.tokenize(_normal(text))

    @pytest.mark.parametrize("text", [t for t in ODD if "</s>" not in t])
    def test_pieces_of_odd_texts_too(self, pieces: MarianPieces, marian: Any, text: str) -> None:
        assert pieces.encode(text)[0] == marian.tokenize(_normal(text))

    @pytest.mark.parametrize("text", ENGLISH)
    def test_target_pieces_are_those_of_transformers(self, pieces: MarianPieces, marian: Any, text: str) -> None:
        ids = marian(text_target=_normal(text))["input_ids"]
        assert [*pieces.encode_target(text), pieces.eos] == marian.convert_ids_to_tokens(ids)

    @pytest.mark.parametrize("text", [*JAPANESE, *ENGLISH])
    def test_every_piece_has_an_id(self, pieces: MarianPieces, marian: Any, text: str) -> None:
        ids = marian.convert_tokens_to_ids(pieces.encode(text)[0])
        assert marian.unk_token_id not in ids
        assert marian.convert_ids_to_tokens(ids) == pieces.encode(text)[0]

    @pytest.mark.parametrize("mark", ["</s>", "<unk>", "<pad>", "<s>"])
    def test_marks_of_the_model_in_a_text_are_plain_characters(self, pieces: MarianPieces, mark: str) -> None:
        text = f"価格{mark}は高い"
        found, _ = pieces.encode(text)
        assert mark not in found
        assert mark not in pieces.encode_target(text)
        assert pieces.decode(found)[0] == text
        _check_spans(pieces, text)

    def test_threads_do_not_disturb_each_other(self, pieces: MarianPieces) -> None:
        """The wrapped tokenizer switches between source and target while it works."""

        expected = [(pieces.encode(s)[0], pieces.encode_target(t)) for s, t in itertools.product(JAPANESE[:6], ENGLISH)]

        def work(_: int) -> list[tuple[list[str], list[str]]]:
            return [(pieces.encode(s)[0], pieces.encode_target(t)) for s, t in itertools.product(JAPANESE[:6], ENGLISH)]

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [expected] * 4


class TestDecoding:
    @pytest.mark.parametrize("text", [*ENGLISH, *JAPANESE])
    def test_a_text_comes_back(self, pieces: MarianPieces, text: str) -> None:
        assert pieces.decode(pieces.encode_target(text))[0] == _normal(text)

    @pytest.mark.parametrize("text", [*ENGLISH, *ODD])
    def test_it_is_what_transformers_decodes(self, pieces: MarianPieces, marian: Any, text: str) -> None:
        found = pieces.encode_target(text)
        ids = marian.convert_tokens_to_ids(found)
        assert pieces.decode(found)[0] == marian.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False).strip(" ")

    @pytest.mark.parametrize("text", [*ENGLISH, *ODD])
    def test_spans_cover_the_text(self, pieces: MarianPieces, text: str) -> None:
        decoded, spans = pieces.decode(pieces.encode_target(text))
        assert spans == sorted(spans, key=lambda span: span[1])
        assert {place for start, end in spans for place in range(start, end)} == set(range(len(decoded)))

    def test_a_character_of_several_bytes_is_written_once(self, pieces: MarianPieces) -> None:
        text, spans = pieces.decode(["▁a", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>", "b"])
        assert text == "a😀b"
        assert spans == [(0, 1), (1, 1), (1, 1), (1, 1), (1, 2), (2, 3)]

    def test_bytes_that_are_no_character_do_not_end_the_work(self, pieces: MarianPieces) -> None:
        text, spans = pieces.decode(["▁a", "<0xF0>", "<0x9F>", "▁b"])
        assert text == "a� b"
        assert spans[-1] == (2, 4)

    def test_nothing(self, pieces: MarianPieces) -> None:
        assert pieces.decode([]) == ("", [])


class TestSpans:
    @pytest.mark.parametrize("text", [*JAPANESE, *ENGLISH, *ODD])
    def test_every_character_belongs_to_a_piece(self, pieces: MarianPieces, text: str) -> None:
        _check_spans(pieces, text)

    @pytest.mark.parametrize(
        ("text", "covered"),
        [
            ("㈱日本", "㈱"),
            ("ﾊﾟﾅﾏ", "ﾊﾟ"),
            ("２０２３年", "３"),
            ("続く…と", "…"),
            ("五㌔先", "㌔"),
            ("か\u3099く", "か\u3099"),
            ("😀日本", "😀"),
        ],
    )
    def test_a_character_that_changes_is_covered_whole(self, pieces: MarianPieces, text: str, covered: str) -> None:
        start = text.index(covered)
        end = start + len(covered)
        touching = [span for span in pieces.encode(text)[1] if span[0] < end and start < span[1]]
        assert touching
        assert all(a <= start and end <= b for a, b in touching)

    @pytest.mark.parametrize("text", [*JAPANESE, *ODD])
    def test_normalisation_is_nfkc_with_single_blanks(self, pieces: MarianPieces, text: str) -> None:
        normal, offsets = pieces.normalise(text)
        assert normal == _normal(text)
        assert len(offsets) == len(normal) + 1
        assert offsets == sorted(offsets)
        assert offsets[-1] == len(text)

    def test_a_model_that_was_trained_on_raw_text_gets_raw_text(self, entry: ModelEntry) -> None:
        raw = MarianPieces(entry.directory, nfkc=False)
        assert raw.normalise("㈱ﾊﾟ  ２")[0] == "㈱ﾊﾟ ２"

    @settings(max_examples=150, deadline=None)
    @given(st.text(st.characters(codec="utf-8", exclude_characters="▁"), max_size=30))
    def test_any_text(self, pieces: MarianPieces, text: str) -> None:
        normal, offsets = pieces.normalise(text)
        assert normal == _normal(text)
        assert offsets == sorted(offsets)
        found, spans = pieces.encode(text)
        assert len(found) == len(spans)
        assert all(0 <= start <= end <= len(text) for start, end in spans)
        assert pieces.decode(pieces.encode_target(text))[0] == normal


@pytest.mark.parametrize("name", ["config.json", "vocab.json", "target.spm"])
def test_a_checkpoint_with_a_missing_file_is_an_error_in_words(entry: ModelEntry, name: str, tmp_path: Path) -> None:
    for path in entry.directory.iterdir():
        if path.is_file() and path.name != name and path.suffix != ".safetensors":
            (tmp_path / path.name).symlink_to(path)
    with pytest.raises(ModelFileError, match="is not a readable Marian checkpoint"):
        MarianPieces(tmp_path, nfkc=True)
