"""Muon for the matrices, AdamW for embeddings, biases and norms.

Muon (Jordan et al. 2024) steps along the momentum made orthogonal by a few Newton-Schulz iterations. The iterations run in float32:
in bfloat16 they are very slow on processors without instructions for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

_COEFFICIENTS = (3.4445, -4.775, 2.0315)  # of the quintic iteration, as published
_ITERATIONS = 4
_MOMENTUM = 0.95
_MATCH = 0.2  # makes an update as large as AdamW's (Liu et al. 2025), so that one learning rate serves both
_EMBEDDING_RATE = 0.7  # of the learning rate


class Muon:
    """One momentum a matrix."""

    def __init__(self, matrices: Sequence[Any], *, weight_decay: float) -> None:
        self._matrices = list(matrices)
        self._weight_decay = weight_decay
        self._momentum = [torch.zeros_like(m, dtype=torch.float32) for m in self._matrices]

    def step(self, rate: float) -> None:
        """Move every matrix that has a gradient."""
        with torch.no_grad():
            for matrix, momentum in zip(self._matrices, self._momentum, strict=True):
                if matrix.grad is None:
                    continue
                momentum.lerp_(matrix.grad, 1 - _MOMENTUM)
                update = orthogonal(matrix.grad.lerp(momentum, _MOMENTUM))
                matrix.mul_(1 - rate * self._weight_decay)
                matrix.add_(update, alpha=-rate * _MATCH * max(matrix.shape) ** 0.5)

    def state_dict(self) -> dict[str, Any]:
        """What a continued run needs."""
        return {"momentum": self._momentum}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over an earlier state. Raises ValueError where it belongs to another network."""
        if [m.shape for m in state["momentum"]] != [m.shape for m in self._momentum]:
            raise ValueError("the momentum has other shapes")
        for mine, given in zip(self._momentum, state["momentum"], strict=True):
            mine.copy_(given)


class Optimizer:
    """Both, over the parameters of a model that can be trained."""

    def __init__(self, model: Any, *, rate: float, weight_decay: float) -> None:
        self._rate = rate
        self._parameters = [p for _, p in _trainable(model)]
        matrices = [p for name, p in _trainable(model) if p.ndim == 2 and not _is_embedding(name)]
        others = [p for name, p in _trainable(model) if p.ndim != 2 or _is_embedding(name)]
        self._muon = Muon(matrices, weight_decay=weight_decay)
        self._adam = torch.optim.AdamW(others, lr=rate * _EMBEDDING_RATE, betas=(0.9, 0.98), weight_decay=0.0, fused=True)

    def step(self, factor: float) -> None:
        """One step with a factor on the learning rate; gradients are clipped before and cleared after it."""
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._muon.step(self._rate * factor)
        for group in self._adam.param_groups:
            group["lr"] = self._rate * factor * _EMBEDDING_RATE
        self._adam.step()
        for parameter in self._parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """What a continued run needs."""
        return {"muon": self._muon.state_dict(), "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over an earlier state. Raises ValueError where it belongs to another network."""
        self._muon.load_state_dict(state["muon"])
        self._adam.load_state_dict(state["adam"])


def orthogonal(matrix: Any) -> Any:
    """The nearest (semi-)orthogonal matrix, roughly: singular values end between about 0.7 and 1.2."""
    a, b, c = _COEFFICIENTS
    x = matrix.float()
    x = x / (x.norm() + 1e-7)
    tall = x.size(0) > x.size(1)
    x = x.T if tall else x
    for _ in range(_ITERATIONS):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


def _trainable(model: Any) -> list[tuple[str, Any]]:
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad and "embed_positions" not in name]


def _is_embedding(name: str) -> bool:
    return any(part in name for part in ("embed", "shared", "lm_head"))
