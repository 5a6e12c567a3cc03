"""The log of a run: one JSON object a line, for people and for plotting."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path


class Journal:
    """Appends events to a file and tells a person about them in one line each."""

    def __init__(self, path: Path, report: Callable[[str], None]) -> None:
        self._path, self._report = path, report

    def write(self, event: str, elapsed: float, **facts: object) -> None:
        """``elapsed``: seconds of training so far; floats are rounded to what can mean something."""
        line = {"event": event, "minute": round(elapsed / 60, 2), **{k: _rounded(v) for k, v in facts.items()}}
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        told = ", ".join(f"{k.replace('_', ' ')} {_told(v)}" for k, v in line.items() if k not in ("event", "minute"))
        self._report(f"{elapsed / 60:6.1f} min  {event}: {told}")


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, Mapping):
        return {k: _rounded(v) for k, v in value.items()}
    return value


def _told(value: object) -> str:
    return ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, Mapping) else str(value)
