"""Marian tokenization with character spans.

Pieces, ids and special tokens are those of transformers' MarianTokenizer, so both engines and any Marian checkpoint agree.
What it lacks is where in the text a piece stands, which alignment needs: that is worked out here from SentencePiece itself.
"""

from __future__ import annotations

import json
import os
import re
import threading
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.engine import Span
from models.errors import ModelFileError

_META = "▁"
_BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
_BLANKS = re.compile(r"\s+")


class MarianPieces:
    """Text to pieces and back for one checkpoint directory. Safe to use from several threads."""

    def __init__(self, directory: Path, *, nfkc: bool) -> None:
        """``nfkc``: whether the model was trained on NFKC-normalised text (the manifest says)."""
        self._nfkc = nfkc
        self._lock = threading.Lock()  # MarianTokenizer switches its current SentencePiece model while it works
        try:
            self._tokenizer = _load_marian_tokenizer(directory)
            config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RuntimeError, KeyError, TypeError) as exc:
            raise ModelFileError(f"{directory} is not a readable Marian checkpoint: {exc}") from exc
        self.eos: str = self._tokenizer.eos_token
        self.max_source_pieces: int = int(config.get("max_position_embeddings", 512)) - 2

    @property
    def transformers_tokenizer(self) -> Any:
        """The wrapped tokenizer, for the reference engine."""
        return self._tokenizer

    def normalise(self, text: str) -> tuple[str, list[int]]:
        """The text as the model reads it, and for each of its characters (and the end) the raw position."""
        out: list[str] = []
        offsets: list[int] = []
        for start, cluster in _clusters(text):
            piece = unicodedata.normalize("NFKC", cluster) if self._nfkc else cluster
            for char in piece:
                if char.isspace():
                    if not out or out[-1] == " ":
                        continue
                    char = " "
                out.append(char)
                offsets.append(start)
        if out and out[-1] == " ":
            out.pop()
            offsets.pop()
        return "".join(out), [*offsets, len(text)]

    def encode(self, text: str) -> tuple[list[str], list[Span]]:
        """Pieces of a source text without the end mark, and the raw character span of each."""
        normal, offsets = self.normalise(text)
        with self._lock:
            pieces = self._tokenizer.tokenize(normal, split_special_tokens=True)  # "</s>" in a text is four characters, not the end
            surface, places = self._tokenizer.spm_source.normalize(normal, with_offsets=True)
        spans = _place_pieces(pieces, surface)
        return pieces, [_to_raw(span, places, offsets) for span in spans]

    def encode_target(self, text: str) -> list[str]:
        """Pieces of a target text, for a forced prefix."""
        normal, _ = self.normalise(text)
        with self._lock:
            self._tokenizer._switch_to_target_mode()
            try:
                pieces: list[str] = self._tokenizer.tokenize(normal, split_special_tokens=True)
            finally:
                self._tokenizer._switch_to_input_mode()
        return pieces

    def decode(self, pieces: Sequence[str]) -> tuple[str, list[Span]]:
        """The text of target pieces, and the span of each piece in it."""
        text, spans = "", []
        for start, surface in _surfaces(pieces):
            begin = len(text)
            text += surface
            spans.append((start if start is not None else begin, len(text)))
        lead = len(text) - len(text.lstrip(" "))
        stripped = text.strip(" ")
        clip = len(stripped)
        return stripped, [(min(max(b - lead, 0), clip), min(max(e - lead, 0), clip)) for b, e in spans]


def _surfaces(pieces: Sequence[str]) -> list[tuple[int | None, str]]:
    """What each piece adds to the text; a byte run is written by its last piece and begins where its first stood."""
    out: list[tuple[int | None, str]] = []
    pending = b""
    for number, piece in enumerate(pieces):
        byte = _BYTE.fullmatch(piece)
        if byte:
            pending += bytes([int(byte.group(1), 16)])
            ends = number + 1 == len(pieces) or not _BYTE.fullmatch(pieces[number + 1])
            out.append((None, pending.decode("utf-8", "replace") if ends else ""))
            pending = b"" if ends else pending
        else:
            out.append((None, piece.replace(_META, " ")))
    return out


def _clusters(text: str) -> list[tuple[int, str]]:
    """Characters with the marks that compose with them (ﾊ + ﾟ), so that normalising one by one equals normalising all."""
    found: list[tuple[int, str]] = []
    for place, char in enumerate(text):
        if found and (unicodedata.combining(char) or char in "ﾞﾟ"):
            start, cluster = found[-1]
            found[-1] = (start, cluster + char)
        else:
            found.append((place, char))
    return found


def _place_pieces(pieces: Sequence[str], surface: str) -> list[Span]:
    """Spans of the pieces in SentencePiece's own normalised text (blanks written ▁)."""
    spans: list[Span] = []
    position = 0
    pending = b""
    for piece in pieces:
        byte = _BYTE.fullmatch(piece)
        if byte:
            pending += bytes([int(byte.group(1), 16)])
            spans.append((position, min(position + 1, len(surface))))
            if surface[position : position + 1].encode() == pending:
                position, pending = position + 1, b""
            continue
        found = surface.find(piece, position)
        start = found if found >= 0 else position  # an unknown piece (<unk>) or language code keeps its place
        end = start + len(piece) if found >= 0 else start
        spans.append((start + (piece.startswith(_META) and len(piece) > 1), end))
        position = end
    return spans


def _to_raw(span: Span, places: Sequence[int], offsets: Sequence[int]) -> Span:
    start, end = (min(places[min(i, len(places) - 1)], len(offsets) - 1) for i in span)
    while end < len(offsets) - 1 and end > start and offsets[end] == offsets[end - 1]:
        end += 1  # within the expansion of one raw character (㈱ → (株)): take the whole of it
    return offsets[start], offsets[end]


def _load_marian_tokenizer(directory: Path) -> Any:
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "Recommended: pip install sacremoses": only changes quotation marks of European text
        from transformers import MarianTokenizer

        return MarianTokenizer.from_pretrained(str(directory), local_files_only=True)
