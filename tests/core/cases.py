"""Cases as data: ``tests/cases/<theme>/*.json``, each case with a label, the input and what to expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

_DIRECTORY = Path(__file__).parents[1] / "cases"


def read_cases(theme: str, file: str) -> list[Any]:
    """The cases of one file as parameters of a test, with their labels as names."""
    data = json.loads((_DIRECTORY / theme / f"{file}.json").read_text(encoding="utf-8"))
    labels = [case["label"] for case in data["cases"]]
    assert len(set(labels)) == len(labels), f"{file}.json uses a label twice"
    return [pytest.param(case, id=f"{file}-{case['label']}") for case in data["cases"]]
