"""The default engine: CTranslate2 on a converted Marian checkpoint. Needs no torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ctranslate2

from models.engine import Alignment, DecodeOptions, DecodeRequest, EngineSignature, Hypothesis, Span
from models.errors import ModelError, ModelFileError
from models.tokenizer import MarianPieces

_MAX_BATCH_TOKENS = 2048


class CTranslate2Engine:
    """A Marian model in CTranslate2. ``translate`` may be called from several threads: the translator queues batches itself."""

    def __init__(
        self, directory: Path, pieces: MarianPieces, *, source: str, target: str, model: str, digest: str,
        compute_type: str = "int8", threads: int = 0, parallel: int = 1,
    ) -> None:  # fmt: skip
        """``threads``: OpenMP threads of one batch (0: the library's choice); ``parallel``: batches at the same time.

        Raises:
            ModelFileError: the directory is no CTranslate2 model.
        """
        self.source, self.target = source, target
        self.signature = EngineSignature("ctranslate2", model, digest, compute_type)
        self._pieces = pieces
        try:
            self._translator = ctranslate2.Translator(
                str(directory), device="cpu", compute_type=compute_type, intra_threads=threads, inter_threads=parallel
            )
        except (RuntimeError, ValueError) as exc:
            raise ModelFileError(f"{directory} is not a usable CTranslate2 model: {exc}") from exc

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        """Decode a batch; requests with and without a prefix may be mixed."""
        if not batch:
            return []
        encoded = [self._pieces.encode(request.text) for request in batch]
        prefixes = [self._pieces.encode_target(r.prefix) if r.prefix else [] for r in batch]
        limit = self._pieces.max_source_pieces
        try:
            results = self._translator.translate_batch(
                [[*pieces[:limit], self._pieces.eos] for pieces, _ in encoded],
                target_prefix=prefixes if any(prefixes) else None,
                beam_size=max(options.beam_size, options.hypotheses),
                num_hypotheses=options.hypotheses,
                max_decoding_length=options.max_tokens,
                length_penalty=options.length_penalty,
                no_repeat_ngram_size=options.no_repeat_ngram,
                return_scores=True,
                return_attention=options.alignments,
                max_batch_size=_MAX_BATCH_TOKENS,
                batch_type="tokens",
                max_input_length=0,
            )
        except (RuntimeError, ValueError) as exc:
            raise ModelError(f"CTranslate2 could not translate: {exc}") from exc
        return [self._hypotheses(result, spans[:limit]) for result, (_, spans) in zip(results, encoded, strict=True)]

    def _hypotheses(self, result: Any, source_spans: Sequence[Span]) -> list[Hypothesis]:
        out = []
        for number, (pieces, score) in enumerate(zip(result.hypotheses, result.scores, strict=True)):
            text, target_spans = self._pieces.decode(pieces)
            alignment = None
            if result.attention:
                alignment = _alignment(result.attention[number], source_spans, target_spans)
            out.append(Hypothesis(text, score if math.isfinite(score) else -1e9, alignment))
        return out


def _alignment(rows: Sequence[Sequence[float]], source_spans: Sequence[Span], target_spans: Sequence[Span]) -> Alignment:
    # The last source column is </s>; the last target row, where there is one, too.
    width, height = len(source_spans), len(target_spans)
    return Alignment(tuple(source_spans), tuple(target_spans), tuple(tuple(row[:width]) for row in rows[:height]))
