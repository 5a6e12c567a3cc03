"""Terms found in real texts against an annotation made by hand, by reading, before the matcher saw them.

The texts may not be redistributed, so ``tests/cases/annotations/*.json`` holds no text: only the file, the line, the column, a
digest of what stands there, and every occurrence as start, end (in characters) and concept. Where the texts are not at hand
the tests skip. They are looked for in the directory that ``MEIYAKU_EVALUATION_TEXTS`` names, else in ``shared`` within the
checkout or beside it.

Rules of annotation. An occurrence is a place where the text uses a name of a concept of the curated termbase, whether or not
the termbase lists that spelling. The longest name counts, names within it do not. A part of a longer word that has a name of
its own in the other language (潜水艦 in 対潜水艦戦, antisubmarine warfare) is no occurrence, nor is a form that the termbase
lists as a rendering only (``use: target``). A name and its abbreviation in brackets are two occurrences. Articles stay outside.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from glossary.curated import read_termbase
from glossary.matching import TermIndex

_CHECKOUT = Path(__file__).parents[2]
_ANNOTATIONS = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted((_CHECKOUT / "tests/cases/annotations").glob("*.json"))}
_FILES = pytest.mark.parametrize("name", _ANNOTATIONS)
_NAMED = os.environ.get("MEIYAKU_EVALUATION_TEXTS")
_DIRECTORIES = [Path(_NAMED)] if _NAMED else [_CHECKOUT / "shared", _CHECKOUT.parent / "shared"]


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One term in one line, with what stands there, so that a failure can be read."""

    line: int
    start: int
    end: int
    concept: str
    text: str


@functools.cache
def _index(language: str) -> TermIndex:
    return TermIndex(read_termbase().concepts, language)


def _cell(lines: list[str], entry: dict[str, Any], file: str) -> str:
    cells = lines[entry["line"] - 1].split("\t") if entry["line"] <= len(lines) else []
    text = cells[entry["column"] - 1] if entry["column"] <= len(cells) else ""
    if hashlib.sha256(text.encode()).hexdigest() != entry["digest"]:
        pytest.skip(f"line {entry['line']}, column {entry['column']} of {file} is not the text that was annotated: annotate it anew")
    return text


def _read(name: str) -> list[tuple[dict[str, Any], str]]:
    """The annotated lines with their text. Skips where there is no text, or another one than was annotated."""
    annotation = _ANNOTATIONS[name]
    for directory in _DIRECTORIES:
        path = directory / annotation["file"]
        if path.is_file():
            lines = path.read_text(encoding="utf-8").split("\n")
            return [(entry, _cell(lines, entry, annotation["file"])) for entry in annotation["lines"]]
    pytest.skip(f"{annotation['file']} is not at hand")


@_FILES
def test_matcher_finds_what_a_reader_finds(name: str) -> None:
    """Recall and precision 1.0: every annotated occurrence is found, at the same place and for the same concept, and no other."""
    annotated: set[Occurrence] = set()
    found: set[Occurrence] = set()
    for entry, text in _read(name):
        annotated |= {Occurrence(entry["line"], start, end, concept, text[start:end]) for start, end, concept in entry["terms"]}
        hits = _index(entry["language"]).find(text)
        found |= {Occurrence(entry["line"], hit.start, hit.end, hit.concept.id, hit.text) for hit in hits}
    right = len(annotated & found)
    figures = f"recall {right}/{len(annotated)} = {right / len(annotated):.3f}, precision {right}/{len(found)} = {right / len(found):.3f}"
    assert annotated == found, f"{figures}\nmissed: {sorted(annotated - found)}\nnot annotated: {sorted(found - annotated)}"


@_FILES
def test_annotation_is_well_formed(name: str) -> None:
    """Spans run from left to right without overlap, and every concept is one of the termbase."""
    known = {concept.id for concept in read_termbase().concepts}
    for entry in _ANNOTATIONS[name]["lines"]:
        position = 0
        for start, end, concept in entry["terms"]:
            assert position <= start < end, entry["line"]
            assert concept in known, entry["line"]
            position = end
