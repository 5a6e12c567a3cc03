"""Prepared training examples: piece ids, word alignment and term matches of one group, in a few flat arrays and one file.

Half a million pairs as Python lists would take gigabytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from models.training.corpus import Pair
from models.training.errors import RunState
from models.training.substitution import Match


class Ragged:
    """Rows of integers of different lengths."""

    def __init__(self, values: npt.NDArray[np.int32], ends: npt.NDArray[np.int64]) -> None:
        self.values, self.ends = values, ends

    @classmethod
    def of(cls, rows: Iterable[Sequence[int] | npt.NDArray[np.signedinteger[Any]]]) -> Ragged:
        """Pack rows."""
        arrays = [np.asarray(row, dtype=np.int32) for row in rows]
        values = np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int32)
        return cls(values, np.cumsum([len(a) for a in arrays], dtype=np.int64))

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The length of every row."""
        return np.diff(self.ends, prepend=0)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> npt.NDArray[np.int32]:
        return self.values[self.ends[row - 1] if row else 0 : self.ends[row]]


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of a group. Ids have no end mark; ``links`` has for every target piece its source piece or -1.

    ``texts`` and ``matches`` are kept where a known term stands in the pair; elsewhere they are empty.
    """

    name: str
    sources: Ragged
    targets: Ragged
    links: Ragged
    texts: tuple[Pair, ...]
    matches: Ragged

    def __len__(self) -> int:
        return len(self.sources)

    def matches_of(self, row: int) -> list[Match]:
        """The known terms of an example."""
        return [Match(*quadruple) for quadruple in self.matches[row].reshape(-1, 4).tolist()]

    def save(self, path: Path) -> None:
        """Write them to one file, whole or not at all."""
        texts = "\n".join(text for pair in self.texts for text in pair).encode()
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.savez(
                file, texts=np.frombuffer(texts, dtype=np.uint8),
                **{f"{part}_{field}": getattr(getattr(self, part), field) for part in _PARTS for field in ("values", "ends")},
            )  # fmt: skip
        os.replace(partial, path)  # noqa: PTH105 - atomic on every system


_PARTS = ("sources", "targets", "links", "matches")


def load_examples(path: Path) -> Examples:
    """Read what ``save`` wrote.

    Raises:
        RunState: the file is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            sources, targets, links, matches = (Ragged(data[f"{p}_values"], data[f"{p}_ends"]) for p in _PARTS)
            lines = data["texts"].tobytes().decode().split("\n")
    except (OSError, EOFError, ValueError, KeyError, BadZipFile) as exc:
        raise RunState(f"{path} cannot be read: {exc}; start again in another folder") from exc
    texts = tuple(zip(lines[::2], lines[1::2], strict=True)) if len(sources) else ()
    return Examples(path.stem, sources, targets, links, texts, matches)
