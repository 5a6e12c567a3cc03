"""Parallel text as a TSV file."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from service.translation.intake import IntakeError
from service.translation.languages import Languages

_VOTERS = 200  # lines that decide which column holds the references


@dataclass(frozen=True, slots=True)
class Pair:
    """A source text and its reference translation. ``tags`` are whatever the file sorts its pairs by."""

    source: str
    reference: str
    tags: tuple[str, ...] = ()


def read_pairs(text: str, target: str, languages: Languages) -> list[Pair]:
    """Pairs of a TSV; of its first two columns the one whose text is in the target language holds the references.

    A third column, where there is one, holds tags separated by commas or blanks. Empty lines and lines that begin with ``#`` are left out.

    Raises:
        IntakeError: a line has no two columns, or neither column is in the target language.
    """
    into = languages.get(target)
    rows: list[list[str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        columns = line.rstrip("\r").split("\t")
        if len(columns) < 2 or not columns[0].strip() or not columns[1].strip():
            raise IntakeError(f"line {number} does not have two columns with text, separated by a tab")
        rows.append(columns)
    if not rows:
        raise IntakeError("the file holds no pairs")
    votes = Counter(column for row in rows[:_VOTERS] for column in (0, 1) if languages.detect(row[column]) == into)
    if not votes:
        raise IntakeError(f"neither column is {into.name}; name the right target language")
    reference = votes.most_common(1)[0][0]
    return [Pair(row[1 - reference], row[reference], _tags(row[2]) if len(row) > 2 else ()) for row in rows]


def _tags(column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in re.split(r"[,\s]+", column) if tag))
