"""The Marian network in training: its losses on a batch.

Three things make it affordable on a CPU: logits only where a target piece stands, a softmax over a shortlist of the vocabulary
for most of the time, and bfloat16 where the processor or the GPU calculates in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch.nn import functional
from transformers import MarianConfig, MarianMTModel

from models.training.batching import Array, Batch
from models.training.config import Model, Training
from models.training.errors import InvalidConfig
from models.training.tokenizer import Pieces


class Losses(NamedTuple):
    """Of one batch: means over target pieces, and how many pieces these were."""

    translation: Any
    alignment: Any
    pieces: int


class Network:
    """A Marian model on its device."""

    def __init__(self, model: Any, settings: Training, frequent: Sequence[int]) -> None:
        """``frequent``: target pieces that are always in the shortlist. Raises InvalidConfig."""
        if 1.25 * settings.max_pieces + 2 > model.config.max_position_embeddings:
            raise InvalidConfig(f"training.max_pieces is too much for the {model.config.max_position_embeddings} positions of the model")
        self.device = choose_device(settings.device)
        self.precision = choose_precision(settings.precision, self.device)
        self.model = model.to(self.device).train()
        self._settings = settings
        self._pad: int = model.config.pad_token_id
        self._start: int = model.config.decoder_start_token_id
        self._frequent = torch.tensor(list(frequent), device=self.device, dtype=torch.long)
        self._seen: dict[str, Any] = {}
        self._attention = model.model.decoder.layers[-1].encoder_attn
        self._attention.register_forward_pre_hook(self._remember, with_kwargs=True)
        self.clear_start()

    @property
    def parameters(self) -> int:
        """How many numbers are learnt."""
        return sum(p.numel() for p in self.model.parameters())

    def losses(self, batch: Batch, *, shortlist: bool, guided: bool) -> Losses:
        """The losses to learn from. ``guided``: whether to compute the alignment loss (else 0)."""
        with self._autocast():
            hidden, targets, sources = self._hidden(batch)
            aligned = self._alignment_loss(batch, sources) if guided else torch.zeros((), device=self.device)
            if shortlist:
                translation = self._shortlist_loss(hidden, targets)
            else:
                translation = self._full_loss(hidden, targets, self._settings.label_smoothing)
        return Losses(translation, aligned, len(targets))

    def clear_start(self) -> None:
        """Set the embedding that decoding starts from back to zero; to be called after every step.

        The row of the padding piece belongs to the output layer too, where a full softmax gives it a gradient. transformers starts
        from that row, CTranslate2 from zeros: they agree only while it is zero.
        """
        with torch.no_grad():
            start_embedding(self.model).zero_()

    def evaluate(self, batches: Sequence[Batch]) -> float:
        """The mean loss of a target piece, over the whole vocabulary, without dropout."""
        total, pieces = 0.0, 0
        self.model.eval()
        with torch.no_grad(), self._autocast():
            for batch in batches:
                hidden, targets, _ = self._hidden(batch)
                total += float(self._full_loss(hidden, targets, 0.0)) * len(targets)
                pieces += len(targets)
        self.model.train()
        return total / max(1, pieces)

    def _hidden(self, batch: Batch) -> tuple[Any, Any, Any]:
        """The last hidden state before every target piece, these pieces, and the source ids."""
        sources, targets = self._tensor(batch.sources), self._tensor(batch.targets)
        start = torch.full((len(targets), 1), self._start, device=self.device)
        real = targets != self._pad
        hidden = self.model.model(
            input_ids=sources, attention_mask=(sources != self._pad).long(), use_cache=False,
            decoder_input_ids=torch.cat([start, targets[:, :-1]], dim=1),
        ).last_hidden_state  # fmt: skip
        return hidden[real], targets[real], sources

    def _full_loss(self, hidden: Any, targets: Any, smoothing: float) -> Any:
        logits = functional.linear(hidden, self.model.lm_head.weight).float() + self.model.final_logits_bias[0]
        return functional.cross_entropy(logits, targets, label_smoothing=smoothing)

    def _shortlist_loss(self, hidden: Any, targets: Any) -> Any:
        """Softmax over the pieces of the batch, the frequent ones and a sample of the rest, which stands for all of it."""
        size = self.model.lm_head.weight.shape[0]
        needed = torch.unique(torch.cat([targets, self._frequent]))
        rest = torch.ones(size, dtype=torch.bool, device=self.device)
        rest[needed] = False
        rest[self._pad] = False
        candidates = rest.nonzero().squeeze(1)
        drawn = torch.randint(max(1, len(candidates)), (self._settings.shortlist_sampled,))  # on the CPU: its state is saved
        sampled = candidates[drawn.to(self.device)].unique() if len(candidates) else candidates
        chosen = torch.cat([needed, sampled])
        correction = torch.zeros(len(chosen), device=self.device)
        if len(sampled):
            correction[len(needed) :] = math.log(len(candidates) / len(sampled))
        places = torch.full((size,), -1, device=self.device)
        places[chosen] = torch.arange(len(chosen), device=self.device)
        logits = functional.linear(hidden, self.model.lm_head.weight[chosen]).float()
        return functional.cross_entropy(logits + self.model.final_logits_bias[0][chosen] + correction, places[targets])

    def _alignment_loss(self, batch: Batch, sources: Any) -> Any:
        """Cross-entropy between the attention of head 0 of the last decoder layer and the word alignment."""
        links = self._tensor(batch.links)
        known = links >= 0
        if not known.any():
            return torch.zeros((), device=self.device)
        attention, size = self._attention, self._attention.head_dim
        query, key = (
            functional.linear(self._seen[name], layer.weight[:size], layer.bias[:size])
            for name, layer in (("query", attention.q_proj), ("key", attention.k_proj))
        )
        scores = torch.bmm(query * size**-0.5, key.transpose(1, 2)).float()
        scores = scores.masked_fill((sources == self._pad)[:, None, :], -1e4)
        return functional.cross_entropy(scores[known], links[known])

    def _remember(self, module: Any, given: Sequence[Any], named: dict[str, Any]) -> None:
        self._seen["query"] = named.get("hidden_states", given[0] if given else None)
        self._seen["key"] = named.get("key_value_states", given[1] if len(given) > 1 else None)

    def _tensor(self, array: Array) -> Any:
        return torch.from_numpy(array).to(self.device, non_blocking=True)

    def _autocast(self) -> Any:
        return torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.precision == "bfloat16")


def start_embedding(model: Any) -> Any:
    """The row of the decoder's embeddings that decoding starts from, [width]; a view, not a copy."""
    return model.get_decoder().embed_tokens.weight[model.config.decoder_start_token_id]


def new_model(settings: Model, pieces: Pieces) -> Any:
    """A Marian model with random weights."""
    return MarianMTModel(
        MarianConfig(
            vocab_size=pieces.size, d_model=settings.width, max_position_embeddings=settings.positions,
            encoder_layers=settings.encoder_layers, decoder_layers=settings.decoder_layers,
            encoder_attention_heads=settings.heads, decoder_attention_heads=settings.heads,
            encoder_ffn_dim=settings.feed_forward, decoder_ffn_dim=settings.feed_forward,
            pad_token_id=pieces.pad, eos_token_id=pieces.end, bos_token_id=pieces.end, forced_eos_token_id=pieces.end,
            decoder_start_token_id=pieces.pad, activation_function="relu", scale_embedding=True,
            share_encoder_decoder_embeddings=True, tie_word_embeddings=True,
            dropout=settings.dropout, attention_dropout=0.0, activation_dropout=0.0, attn_implementation="sdpa",
        )
    )  # fmt: skip


def load_model(checkpoint: Path, settings: Model, pieces: Pieces) -> Any:
    """The model of a checkpoint to continue from.

    Raises:
        InvalidConfig: it is no usable Marian checkpoint, or does not fit its own vocabulary.
    """
    try:
        model = MarianMTModel.from_pretrained(
            str(checkpoint), local_files_only=True, dtype=torch.float32, attn_implementation="sdpa", dropout=settings.dropout
        )
    except (OSError, ValueError, RuntimeError) as exc:
        raise InvalidConfig(f"{checkpoint} is not a usable Marian checkpoint: {' '.join(str(exc).split())[:200]}") from exc
    if model.config.vocab_size != pieces.size or model.config.pad_token_id != pieces.pad:
        raise InvalidConfig(f"{checkpoint}: the network has {model.config.vocab_size} pieces, vocab.json {pieces.size}")
    return model


def choose_device(wanted: str) -> str:
    """``cuda`` where it is wanted or at hand, else ``cpu``. Raises InvalidConfig where it is wanted and missing."""
    if wanted == "cuda" and not torch.cuda.is_available():
        raise InvalidConfig("training.device is cuda, but PyTorch finds no CUDA device")
    return "cuda" if wanted == "cuda" or (wanted == "auto" and torch.cuda.is_available()) else "cpu"


def choose_precision(wanted: str, device: str) -> str:
    """bfloat16 where the device calculates in it, unless the configuration says otherwise."""
    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bfloat16" if _processor_has_bfloat16() else "float32"


def _processor_has_bfloat16() -> bool:
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = {word for line in described.splitlines() if line.startswith(("flags", "Features")) for word in line.split()}
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})
