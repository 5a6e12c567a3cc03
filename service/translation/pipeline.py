"""The order of the stages, written once: segments, terms, ladder, verification, reassembly. HTTP, CLI and worker all come here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from glossary.matching import Hit, TermIndex
from models.engine import Engine
from service.translation.constraints import Constraint, constrain, protect
from service.translation.enforcement import Ladder, Task
from service.translation.languages import Language
from service.translation.protection import protected_spans
from service.translation.repair import Candidate
from service.translation.result import Rung, Segment, Signature, Translation
from service.translation.segmentation import Piece, split
from service.translation.verification import verify

CODE_VERSION = "1"  # raise it when the same inputs would give other bytes


class GlossaryMode(StrEnum):
    """What the termbase does to a translation."""

    ENFORCE = "enforce"  # the whole ladder
    PREFER = "prefer"  # choose among what the model writes by itself, never edit it
    OFF = "off"  # look at nothing, report nothing


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Translation in one direction with one glossary revision. Frozen, and safe to use from several threads."""

    engine: Engine
    source: Language
    target: Language
    index: TermIndex | None = None
    glossary_revision: int = 0
    mode: GlossaryMode = GlossaryMode.ENFORCE
    domains: tuple[str, ...] = ()

    @property
    def signature(self) -> Signature:
        """What the results of this pipeline depend on."""
        engine = self.engine.signature
        mode = self.mode.value + (":" + ",".join(sorted(self.domains)) if self.domains else "")
        return Signature(engine.engine, engine.model, engine.digest, engine.compute, self.glossary_revision, mode, CODE_VERSION)

    def translate(self, text: str) -> Translation:
        """Translate one text; every character between segments is kept or replaced by the target language's joiner."""
        return self.translate_all([text])[0]

    def translate_all(
        self, texts: Sequence[str], protected: Sequence[Collection[tuple[int, int]]] = (), progress: Callable[[int], None] | None = None
    ) -> list[Translation]:
        """Translate the blocks of one document, decoded together.

        Args:
            texts: blocks, in order.
            protected: for each block spans that must come through untouched, beside those that every text has.
            progress: called with the number of segments done.
        """
        extras = protected or [()] * len(texts)
        split_texts = [split(t, self.source, [*protected_spans(t), *extra]) for t, extra in zip(texts, extras, strict=True)]
        tasks: list[Task] = []
        unmatched: list[tuple[Hit, ...]] = []
        for number, pieces in enumerate(split_texts):
            position = 0
            extra = extras[number]
            for piece in pieces:
                task, without = self._task(piece.text, position, extra)
                tasks.append(task)
                unmatched.append(without)
                position += len(piece.text) + len(piece.separator)
        ladder = Ladder(self.engine, self.source, self.target, soft=self.mode is not GlossaryMode.ENFORCE)
        found = iter(zip(tasks, unmatched, ladder.climb(tasks), strict=True))
        out = []
        for pieces in split_texts:
            segments = tuple(self._segment(piece, *next(found)) for piece in pieces)
            out.append(self._assemble(segments))
            if progress:
                progress(sum(bool(p.text) for p in pieces))
        return out

    def _task(self, text: str, position: int, extra: Collection[tuple[int, int]]) -> tuple[Task, tuple[Hit, ...]]:
        """The constraints of a segment: protected text first, then terms that do not touch it."""
        spans = list(protected_spans(text))
        for a, b in extra:
            if position <= a and b <= position + len(text):
                own = (a - position, b - position)
                spans = [s for s in spans if s[1] <= own[0] or own[1] <= s[0]] + [own]
        constraints: list[Constraint] = [protect(s, text[s[0] : s[1]], self.target.code) for s in spans]
        without: list[Hit] = []
        if self.index is not None and self.mode is not GlossaryMode.OFF:
            hits = [h for h in self.index.find(text, self.domains) if all(h.end <= a or b <= h.start for a, b in spans)]
            terms, without = constrain(hits, self.target.code)
            constraints.extend(terms)
        return Task(text, tuple(sorted(constraints, key=lambda c: c.span))), tuple(without)

    def _segment(self, piece: Piece, task: Task, without: Sequence[Hit], candidate: Candidate) -> Segment:
        uses, findings = verify(task, candidate, (self.source, self.target), without)
        gap = len(piece.separator)
        return Segment(piece.text, candidate.text, piece.separator, gap, uses, findings, candidate.rung, _links(candidate))

    def _assemble(self, segments: tuple[Segment, ...]) -> Translation:
        kept = []
        for number, segment in enumerate(segments):
            last = number == len(segments) - 1
            separator = segment.separator
            if not last and not any(c in "\r\n" for c in separator) and segment.source:
                separator = self.target.joiner
            elif self.target.spaced and not self.source.spaced:
                separator = separator.replace("\u3000", " ")
            kept.append(replace(segment, separator=separator))
        text = "".join(s.target + s.separator for s in kept)
        return Translation(text, self.source.code, self.target.code, tuple(kept), self.signature)


def _links(candidate: Candidate) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    alignment = candidate.alignment
    if alignment is None or candidate.rung in (Rung.COPIED, Rung.EXACT):
        return ()
    links = []
    for span, row in zip(alignment.target_spans, alignment.weights, strict=False):
        if row and span[0] < span[1]:
            best = max(range(len(row)), key=row.__getitem__)
            links.append((alignment.source_spans[best], span))
    return tuple(links)
