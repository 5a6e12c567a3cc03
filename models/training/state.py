"""The state of a run on disk: written beside the old one and put in its place in one stroke, so a crash leaves either."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import torch

from models.training.errors import RunState

_NAME = "state.pt"


def has_state(folder: Path) -> bool:
    """Whether an output folder holds a run that was begun."""
    return (folder / _NAME).is_file()


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Write a state: tensors, numbers, strings and containers of these."""
    partial = folder / (_NAME + ".partial")
    with partial.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, folder / _NAME)  # noqa: PTH105 - atomic on every system


def load_state(folder: Path, device: str) -> dict[str, Any]:
    """Read a state back; nothing in the file is executed.

    Raises:
        RunState: it is damaged.
    """
    try:
        state: dict[str, Any] = torch.load(folder / _NAME, map_location=device, weights_only=True)
    except Exception as exc:  # torch raises anything from EOFError to pickle.UnpicklingError on damaged files
        raise RunState(f"{folder / _NAME} cannot be read: {' '.join(str(exc).split())[:200]}") from exc
    return state


class RunningMean:
    """The mean of a model's weights over the last part of a run."""

    def __init__(self) -> None:
        self.count = 0
        self._sums: dict[str, Any] = {}

    def add(self, model: Any) -> None:
        """Take in the present weights."""
        for name, value in model.state_dict().items():
            if name in self._sums:
                self._sums[name] += value
            else:
                self._sums[name] = value.detach().float().clone()
        self.count += 1

    def weights(self) -> dict[str, Any]:
        """The mean so far. Only after ``add``."""
        return {name: total / self.count for name, total in self._sums.items()}

    def state_dict(self) -> dict[str, Any]:
        """What a continued run needs."""
        return {"count": self.count, "sums": self._sums}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over an earlier state."""
        self.count, self._sums = state["count"], state["sums"]


def random_state() -> dict[str, Any]:
    """The state of PyTorch's random numbers."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore_random_state(state: dict[str, Any]) -> None:
    """Continue the random numbers of an earlier run."""
    torch.set_rng_state(state["cpu"].cpu())
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"].cpu())
