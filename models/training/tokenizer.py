"""The subword vocabulary: a joint SentencePiece model trained here, or that of a checkpoint to continue from.

Both are a folder of ``source.spm``, ``target.spm`` and ``vocab.json``, the files of a Marian checkpoint.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sentencepiece

from models.training.config import Tokenizer
from models.training.errors import InvalidConfig

Span = tuple[int, int]
Ids = npt.NDArray[np.int32]
FILES = ("source.spm", "target.spm", "vocab.json")
_OPTIONAL = ("tokenizer_config.json", "special_tokens_map.json")
_BLANK = "▁"
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_END, _UNKNOWN, PAD = "</s>", "<unk>", "<pad>"


class Pieces:
    """Text to piece ids, without the end mark, as transformers' MarianTokenizer does it."""

    def __init__(self, directory: Path) -> None:
        """Raises InvalidConfig where the folder has no usable tokenizer."""
        try:
            self._source, self._target = (sentencepiece.SentencePieceProcessor(model_file=str(directory / n)) for n in FILES[:2])
            vocabulary: dict[str, int] = json.loads((directory / FILES[2]).read_text(encoding="utf-8"))
            self.end, self.pad, unknown = vocabulary[_END], vocabulary[PAD], vocabulary[_UNKNOWN]
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as exc:
            raise InvalidConfig(f"{directory} has no usable Marian tokenizer: {exc}") from exc
        self.size = max(vocabulary.values()) + 1
        self._vocabulary, self._unknown = vocabulary, unknown
        self._source_ids, self._target_ids = (self._ids_of(m) for m in (self._source, self._target))

    def encode_source(self, texts: Sequence[str]) -> list[Ids]:
        """Ids of source texts."""
        return [self._source_ids[ids] for ids in self._source.encode(list(texts))]

    def encode_target(self, texts: Sequence[str]) -> list[Ids]:
        """Ids of target texts."""
        return [self._target_ids[ids] for ids in self._target.encode(list(texts))]

    def source_spans(self, text: str) -> tuple[Ids, list[Span]]:
        """Ids of a source text and where in it each piece stands."""
        ids: Ids = self._source_ids[self._source.encode(text)]
        return ids, _spans(self._source, text)

    def target_spans(self, text: str) -> list[Span]:
        """Where in a target text each piece stands."""
        return _spans(self._target, text)

    def caseless(self) -> Ids:
        """For every id a number that it shares with the pieces which differ from it only in case."""
        numbers: dict[str, int] = {}
        out = np.zeros(self.size, dtype=np.int32)
        for piece, number in self._vocabulary.items():
            out[number] = numbers.setdefault(piece.lower(), len(numbers))
        return out

    def _ids_of(self, model: sentencepiece.SentencePieceProcessor) -> Ids:
        pieces = (model.id_to_piece(i) for i in range(model.get_piece_size()))
        return np.array([self._vocabulary.get(p, self._unknown) for p in pieces], dtype=np.int32)


def train_tokenizer(sentences: Iterable[str], settings: Tokenizer, directory: Path, *, threads: int = 1) -> None:
    """Train a joint model on sentences of both languages and write it as a tokenizer folder.

    Raises:
        InvalidConfig: there is too little text for so many pieces.
    """
    directory.mkdir(parents=True, exist_ok=True)
    try:
        with (directory / FILES[0]).open("wb") as file:
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(sentences), model_writer=file, model_type="unigram",
                vocab_size=settings.pieces, character_coverage=settings.coverage, max_sentencepiece_length=settings.longest_piece,
                byte_fallback=True, split_digits=True, normalization_rule_name="identity", max_sentence_length=4000,
                pad_id=-1, bos_id=-1, eos_id=0, unk_id=1, num_threads=threads, minloglevel=2,
            )  # fmt: skip
    except RuntimeError as exc:
        reason = str(exc).rsplit("] ", 1)[-1].strip() or "too little text"
        raise InvalidConfig(f"the tokenizer cannot have {settings.pieces} pieces: {reason}") from exc
    shutil.copyfile(directory / FILES[0], directory / FILES[1])
    model = sentencepiece.SentencePieceProcessor(model_file=str(directory / FILES[0]))
    vocabulary = {model.id_to_piece(i): i for i in range(model.get_piece_size())}
    vocabulary[PAD] = len(vocabulary)
    (directory / FILES[2]).write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), encoding="utf-8")


def copy_tokenizer(checkpoint: Path, directory: Path) -> None:
    """Take the tokenizer of a Marian checkpoint.

    Raises:
        InvalidConfig: the folder lacks one of its files.
    """
    missing = [name for name in FILES if not (checkpoint / name).is_file()]
    if missing:
        raise InvalidConfig(f"{checkpoint} is not a Marian checkpoint: it has no {missing[0]}")
    directory.mkdir(parents=True, exist_ok=True)
    for name in (*FILES, *_OPTIONAL):
        if (checkpoint / name).is_file():
            shutil.copyfile(checkpoint / name, directory / name)


def _spans(model: sentencepiece.SentencePieceProcessor, text: str) -> list[Span]:
    """Walk the pieces through SentencePiece's own normalised text. A character in bytes belongs to each of its bytes."""
    surface, places = model.normalize(text, with_offsets=True)
    spans: list[Span] = []
    position, pending = 0, b""
    for piece in model.encode(text, out_type=str):
        byte = _BYTE.fullmatch(piece)
        start, end = position, position + (1 if byte else len(piece))
        if byte:
            pending += bytes([int(byte[1], 16)])
            whole = surface[position : position + 1].encode() == pending
            position, pending = (end, b"") if whole else (position, pending)
        else:
            position = end
            start += piece.startswith(_BLANK) and len(piece) > 1
        spans.append((places[min(start, len(places) - 1)], places[min(end, len(places) - 1)]))
    return spans
