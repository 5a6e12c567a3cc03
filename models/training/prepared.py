"""What the preparation leaves below an output folder, and reading it back when a run is continued."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from models.training.config import Config
from models.training.corpus import InputFile
from models.training.errors import RunState
from models.training.examples import Examples, load_examples
from models.training.tokenizer import Pieces

_RECORD = Path("prepared") / "record.json"


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """How many pairs of a group were kept, how much text that is, and why the others were not."""

    kept: int
    target_pieces: int
    with_terms: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that the training reads; groups and evaluation sets by name."""

    pieces: Pieces
    groups: Mapping[str, Examples]
    evaluation: Mapping[str, Examples]
    inputs: tuple[InputFile, ...]
    counts: Mapping[str, GroupRecord]


def tokenizer_folder(folder: Path) -> Path:
    """Where an output folder keeps its tokenizer."""
    return folder / "tokenizer"


def group_file(folder: Path, name: str) -> Path:
    """Where an output folder keeps the examples of a group."""
    return folder / "prepared" / f"{name}.npz"


def evaluation_file(folder: Path, name: str) -> Path:
    """Where an output folder keeps the pairs that measure progress."""
    return folder / "prepared" / "evaluation" / f"{name}.npz"


def is_prepared(folder: Path) -> bool:
    """Whether the preparation of an output folder was finished."""
    return (folder / _RECORD).is_file()


def save_record(config: Config, inputs: tuple[InputFile, ...], counts: Mapping[str, GroupRecord], folder: Path) -> None:
    """Write down what was prepared, last and in one stroke: with it the preparation counts as finished."""
    data = {
        "fingerprint": config.data_fingerprint,
        "inputs": [asdict(i) for i in inputs],
        "counts": {name: asdict(count) for name, count in counts.items()},
    }
    path = folder / _RECORD
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path)  # noqa: PTH105 - atomic on every system


def load_prepared(config: Config, folder: Path) -> Prepared:
    """Read what was prepared.

    Raises:
        RunState: it is damaged, or was made with other settings of the data.
    """
    try:
        data = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        inputs = tuple(InputFile(**item) for item in data["inputs"])
        counts = {name: GroupRecord(**item) for name, item in data["counts"].items()}
        fingerprint = data["fingerprint"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise RunState(f"{folder / _RECORD} cannot be read: {exc}; start again in another folder") from exc
    if fingerprint != config.data_fingerprint:
        raise RunState(f"{folder} was prepared with other settings of the data; use another folder or the old configuration")
    return Prepared(
        Pieces(tokenizer_folder(folder)),
        {corpus.name: load_examples(group_file(folder, corpus.name)) for corpus in config.corpus},
        {item.name: load_examples(evaluation_file(folder, item.name)) for item in config.evaluation if item.loss_pairs},
        inputs,
        counts,
    )
