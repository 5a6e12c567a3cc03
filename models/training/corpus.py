"""Reading parallel text: where the files are, what they contain, and the record of what was read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import sha256_of
from models.training.config import Evaluation, Source
from models.training.errors import InvalidCorpus
from models.training.languages import base_code
from models.training.tmx import read_tmx

Pair = tuple[str, str]
_BLANKS = re.compile(r"\s+")
_UNSPOKEN = re.compile(r"[\W_]+")
_PLACE = re.compile(r"\{(\w+)\}(?=/|$)")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that went into a model."""

    group: str
    name: str
    licence: str
    sha256: str
    size: int


class Places:
    """Where input files are found: below the corpus folder, or below another one by name (``{config}/more.tsv``)."""

    def __init__(self, corpus: Path, **named: Path) -> None:
        self._corpus = corpus
        self._named = named

    def find(self, pattern: str) -> list[Path]:
        """The files of a pattern, in order of name.

        Raises:
            InvalidCorpus: there is none, or the place is not known.
        """
        place = _PLACE.match(pattern)
        if place and place[1] not in self._named:
            raise InvalidCorpus(f"{pattern}: there is no place {{{place[1]}}}; known are {', '.join(sorted(self._named)) or 'none'}")
        base = self._named[place[1]] if place else self._corpus
        rest = pattern[place.end() :].lstrip("/") if place else pattern
        path = base / rest if rest else base
        if not any(c in path.name for c in "*?["):
            if not path.is_file():
                raise InvalidCorpus(f"{path} does not exist (pattern {pattern!r}; the corpus folder is {self._corpus})")
            return [path]
        found = sorted(p for p in path.parent.glob(path.name) if p.is_file()) if path.parent.is_dir() else []
        if not found:
            raise InvalidCorpus(f"no file fits {path} (the corpus folder is {self._corpus})")
        return found


def files_of(source: Source | Evaluation, places: Places) -> list[Path]:
    """The files of a source, each once."""
    return list(dict.fromkeys(path for pattern in source.files for path in places.find(pattern)))


def record(source: Source, group: str, paths: Sequence[Path]) -> list[InputFile]:
    """What the model card will say of some files."""
    return [InputFile(group, p.name, source.licence, sha256_of(p), p.stat().st_size) for p in paths]


def read_pairs(path: Path, source: str, target: str, columns: tuple[str, str]) -> Iterator[Pair]:
    """The pairs of a TSV or TMX file as (source, target), raw. ``columns``: the languages of a TSV file's first two columns.

    Raises:
        InvalidCorpus: the file is not UTF-8, no well-formed TMX, or holds no pair at all.
    """
    number = 0
    rows = read_tmx(path, source, target) if path.suffix.lower() == ".tmx" else _read_tsv(path, source, columns)
    for number, pair in enumerate(rows, 1):  # noqa: B007 - the count is wanted after the loop
        yield pair
    if number == 0:
        wanted = f"segments in {source} and {target}" if path.suffix.lower() == ".tmx" else "lines of two columns separated by a tab"
        raise InvalidCorpus(f"{path} has no {wanted}")


def normalise(text: str, *, nfkc: bool = True) -> str:
    """The text as the model reads it: compatibility forms folded, one blank between words, none around."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text) if nfkc else text).strip()


def spoken(text: str) -> str:
    """A text without case, blanks and punctuation: two texts that differ only in these are the same sentence."""
    return _UNSPOKEN.sub("", unicodedata.normalize("NFKC", text).casefold())


def first_rendering(text: str) -> str:
    """Of a dictionary entry (``a; b; c``) the first rendering."""
    return text.split(";")[0].strip()


def _read_tsv(path: Path, source: str, columns: tuple[str, str]) -> Iterator[Pair]:
    swapped = base_code(columns[0]) != base_code(source)
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as file:
            for line in file:
                fields = line.rstrip("\r\n").split("\t")
                if line.startswith("#") or len(fields) < 2:
                    continue
                yield (fields[1], fields[0]) if swapped else (fields[0], fields[1])
    except UnicodeDecodeError as exc:
        raise InvalidCorpus(f"{path} is not UTF-8: {exc.reason} at byte {exc.start}") from exc
    except OSError as exc:
        raise InvalidCorpus(f"{path} cannot be read: {exc.strerror}") from exc
