"""The engine seam: texts in, scored hypotheses with alignments out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """A source text and, optionally, the beginning that its translation must have."""

    text: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How to search. ``length_penalty`` as in Wu et al. 2016: scores are divided by length ** penalty."""

    beam_size: int = 4
    hypotheses: int = 1
    max_tokens: int = 256
    length_penalty: float = 1.0
    no_repeat_ngram: int = 0
    alignments: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """Attention of the alignment head.

    ``source_spans`` and ``target_spans`` are the character spans of the pieces in the request's text and in the
    hypothesis; ``weights`` has one row a target piece and one column a source piece, each row summing to at most 1.
    """

    source_spans: tuple[Span, ...]
    target_spans: tuple[Span, ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One translation. ``score`` is the log probability divided by the length penalty: comparable, at most 0."""

    text: str
    score: float
    alignment: Alignment | None = None


@dataclass(frozen=True, slots=True)
class EngineSignature:
    """What made a translation: the part of a result's signature that the engine is answerable for."""

    engine: str
    model: str
    digest: str
    compute: str


class Engine(Protocol):
    """A translation model of one direction. Implementations may be called from several threads at once."""

    @property
    def source(self) -> str:
        """Code of the language that is translated from."""

    @property
    def target(self) -> str:
        """Code of the language that is translated into."""

    @property
    def signature(self) -> EngineSignature:
        """Identifies engine, model and arithmetic."""

    def translate(self, batch: Sequence[DecodeRequest], options: DecodeOptions) -> list[list[Hypothesis]]:
        """For each request its hypotheses, best first (at least one, at most ``options.hypotheses``)."""
