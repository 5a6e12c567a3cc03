"""What a translation is: the text, and for every term what happened to it. Frozen values; spans are [start, end) in code points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

Span = tuple[int, int]


class Rung(IntEnum):
    """The step of the enforcement ladder that settled a segment or a term (docs/decisions/0004)."""

    COPIED = 0  # nothing to translate: digits, punctuation, text in no source script
    EXACT = 1  # the segment is a term
    DECODED = 2  # best hypothesis, of the plain source or of the source with approved terms written into it
    N_BEST = 3  # another hypothesis of the beam
    REPAIRED = 4  # replaced where the model's attention shows what the term became
    FORCED = 5  # decoded again with the text up to the term given
    DIVIDED = 6  # divided at clause marks and translated in parts
    UNMET = 7  # left as it was, and reported


class TermStatus(StrEnum):
    """Whether an occurrence came out right: by itself, by repair, or not."""

    MET = "met"
    REPAIRED = "repaired"
    UNMET = "unmet"


class FindingKind(StrEnum):
    """Kinds of finding; the value is stable and goes into reports."""

    UNMET_TERM = "unmet-term"
    LOST_PROTECTED = "lost-protected-text"
    REPETITION = "repetition"
    EMPTY = "empty-translation"
    UNTRANSLATED = "untranslated-text"
    LENGTH = "suspicious-length"
    NUMBER = "number-changed"
    DIVIDED = "divided-sentence"
    NO_TERM = "no-term-in-target-language"
    MARKUP = "markup-lost"


@dataclass(frozen=True, slots=True)
class Finding:
    """An expected shortfall that a person should look at."""

    kind: FindingKind
    message: str
    source_span: Span | None = None
    concept: str | None = None


@dataclass(frozen=True, slots=True)
class TermUse:
    """One occurrence of a term (or of protected text, where ``concept`` is None) and what became of it.

    Spans are relative to the segment. ``approved`` is the rendering that the termbase asks for.
    """

    concept: str | None
    domain: str | None
    source_span: Span
    source_text: str
    approved: str
    status: TermStatus
    rung: Rung
    target_span: Span | None
    target_text: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A translated segment.

    ``separator`` is what follows it in the target text; ``source_gap`` how many characters followed it in the source.
    ``links`` pairs source spans with the target spans that the model attended from, for placing markup.
    """

    source: str
    target: str
    separator: str
    source_gap: int
    terms: tuple[TermUse, ...]
    findings: tuple[Finding, ...]
    rung: Rung
    links: tuple[tuple[Span, Span], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """Everything that a translation depends on. The same signature on the same text gives the same bytes."""

    engine: str
    model: str
    model_digest: str
    compute: str
    glossary_revision: int
    glossary_mode: str
    code: str

    def key(self) -> str:
        """One string, for comparison and storage."""
        return "|".join(map(str, (self.engine, self.model, self.model_digest, self.compute, self.glossary_revision,
                                  self.glossary_mode, self.code)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Translation:
    """A translated text."""

    text: str
    source: str
    target: str
    segments: tuple[Segment, ...]
    signature: Signature

    @property
    def terms(self) -> tuple[TermUse, ...]:
        """Every occurrence of a term, in order (protected text left out)."""
        return tuple(t for s in self.segments for t in s.terms if t.concept is not None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in order."""
        return tuple(f for s in self.segments for f in s.findings)

    def totals(self) -> Mapping[str, int]:
        """Numbers of segments, occurrences, and occurrences per status."""
        statuses = [t.status for t in self.terms]
        return {
            "segments": sum(bool(s.source) for s in self.segments),
            "terms": len(statuses),
            **{status.value: statuses.count(status) for status in TermStatus},
            "findings": len(self.findings),
        }
