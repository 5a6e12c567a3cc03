"""The reference engine: transformers' MarianMTModel in PyTorch. Needs the extra ``[torch]``."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.engine import Alignment, DecodeOptions, DecodeRequest, EngineSignature, Hypothesis, Span
from models.errors import MissingDependency, ModelFileError
from models.tokenizer import MarianPieces

_CHUNK = 16


class TransformersEngine:
    """Any Marian checkpoint directory, in float32. One lock serialises calls: PyTorch already uses every core."""

    def __init__(self, directory: Path, pieces: MarianPieces, *, source: str, target: str, model: str, digest: str) -> None:
        """Load the checkpoint.

        Raises:
            MissingDependency: torch is not installed.
            ModelFileError: the directory is no Marian checkpoint.
        """
        try:
            import torch
            from transformers import MarianMTModel
        except ImportError as exc:
            raise MissingDependency("the transformers engine needs PyTorch: pip install 'meiyaku[torch]'") from exc
        self.source, self.target = source, target
        self.signature = EngineSignature("transformers", model, digest, "float32")
        self._torch = torch
        self._pieces = pieces
        self._lock = threading.Lock()
        try:
            self._model = MarianMTModel.from_pretrained(
                str(directory), local_files_only=True, dtype=torch.float32, attn_implementation="eager"
            ).eval()
        except (OSError, ValueError, RuntimeError) as exc:
            raise ModelFileError(f"{directory} is not a usable Marian checkpoint: {exc}") from exc

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        """Decode a batch in chunks of similar length, padded within a chunk."""
        order = sorted(range(len(batch)), key=lambda i: (bool(batch[i].prefix), len(batch[i].text)))
        out: list[list[Hypothesis]] = [[] for _ in batch]
        with self._lock, self._torch.inference_mode():
            for start in range(0, len(order), _CHUNK):
                chunk = order[start : start + _CHUNK]
                # A forced prefix has its own length, so such requests go one by one.
                groups = [[i] for i in chunk if batch[i].prefix] + [[i for i in chunk if not batch[i].prefix]]
                for group in filter(None, groups):
                    for place, hypotheses in zip(group, self._decode([batch[i] for i in group], options), strict=True):
                        out[place] = hypotheses
        return out

    def _decode(self, requests: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        torch, tokenizer = self._torch, self._pieces.transformers_tokenizer
        encoded = [self._pieces.encode(r.text) for r in requests]
        limit = self._pieces.max_source_pieces
        ids = [[*tokenizer.convert_tokens_to_ids(p[:limit]), tokenizer.eos_token_id] for p, _ in encoded]
        width = max(map(len, ids))
        inputs = torch.tensor([row + [tokenizer.pad_token_id] * (width - len(row)) for row in ids])
        extra: dict[str, Any] = {}
        if requests[0].prefix:
            start = self._model.generation_config.decoder_start_token_id
            prefix = tokenizer.convert_tokens_to_ids(self._pieces.encode_target(requests[0].prefix))
            extra["decoder_input_ids"] = torch.tensor([[start, *prefix]])
        mask = (inputs != tokenizer.pad_token_id).long()
        generated = self._model.generate(
            input_ids=inputs, attention_mask=mask,
            num_beams=max(options.beam_size, options.hypotheses), num_return_sequences=options.hypotheses,
            max_length=options.max_tokens + 1, length_penalty=options.length_penalty, do_sample=False,
            no_repeat_ngram_size=options.no_repeat_ngram, output_scores=True, return_dict_in_generate=True, **extra,
        )  # fmt: skip
        scores = self._scores(generated, options)
        out: list[list[Hypothesis]] = []
        for number, (_, spans) in enumerate(encoded):
            rows = range(number * options.hypotheses, (number + 1) * options.hypotheses)
            out.append([
                self._hypothesis(generated.sequences[row], scores[row], (inputs[number], spans[:limit]), options) for row in rows
            ])  # fmt: skip
        return out

    def _scores(self, generated: Any, options: DecodeOptions) -> list[float]:
        if getattr(generated, "sequences_scores", None) is not None:
            return [float(s) for s in generated.sequences_scores]
        transition = self._model.compute_transition_scores(generated.sequences, generated.scores, normalize_logits=True)
        pad = self._model.generation_config.pad_token_id
        steps = generated.sequences[:, -transition.shape[1] :] != pad
        total = transition.masked_fill(~steps, 0.0).sum(1)
        return [float(t / max(int(n), 1) ** options.length_penalty) for t, n in zip(total, steps.sum(1), strict=True)]

    def _hypothesis(self, sequence: Any, score: float, source: tuple[Any, list[Span]], options: DecodeOptions) -> Hypothesis:
        tokenizer = self._pieces.transformers_tokenizer
        special = {tokenizer.pad_token_id, tokenizer.eos_token_id}
        kept = [int(i) for i in sequence[1:] if int(i) not in special]
        text, target_spans = self._pieces.decode(tokenizer.convert_ids_to_tokens(kept))
        alignment = self._align(kept, source, target_spans) if options.alignments else None
        return Hypothesis(text, score, alignment)

    def _align(self, kept: list[int], source: tuple[Any, list[Span]], target_spans: list[Span]) -> Alignment:
        """Attention of head 0 of the last layer, which Marian's guided alignment supervises, from a teacher-forced pass."""
        torch = self._torch
        inputs, source_spans = source
        start = self._model.generation_config.decoder_start_token_id
        outputs = self._model(
            input_ids=inputs[None],
            attention_mask=(inputs != self._model.config.pad_token_id).long()[None],
            decoder_input_ids=torch.tensor([[start, *kept]]),
            output_attentions=True,
        )
        head = outputs.cross_attentions[-1][0, 0, : len(target_spans), : len(source_spans)]
        return Alignment(tuple(source_spans), tuple(target_spans), tuple(tuple(float(x) for x in row) for row in head))
