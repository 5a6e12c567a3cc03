"""The enforcement ladder: each rung only for the segments that the rungs before it left, in batches.

1 the segment is a term · 2 best hypothesis of the plain source and of the source with terms written in · 3 the rest of the beam ·
4 alignment repair · 5 forced decoding · 6 divide at clause marks · then unmet, reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glossary.terms import Case
from models.engine import DecodeOptions, DecodeRequest, Engine, Hypothesis
from service.translation.constraints import Constraint, assign, rendering_of
from service.translation.defects import defects, digits
from service.translation.forcing import forced_prefixes
from service.translation.languages import Language
from service.translation.number_repair import compare_numbers, repair_numbers
from service.translation.polish import polish
from service.translation.repair import Candidate, repair
from service.translation.result import Rung
from service.translation.segmentation import clauses
from service.translation.substitution import Substitution, substitute

_BEAM = 4
_FORCING_ROUNDS = 3
_LAST_RESORT_PENALTY = 2.0  # log probability a token: a term added after the end loses to any other place
_SHORTEST_TO_DIVIDE = 30  # Japanese characters' worth; shorter sentences have no clause worth its own decoding
_MAX_DIVISIONS = 2


@dataclass(frozen=True, slots=True)
class Task:
    """A source segment and what its translation must hold."""

    text: str
    constraints: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ladder for one direction. ``soft``: stop after rung 3, which never edits what the model wrote."""

    engine: Engine
    source: Language
    target: Language
    soft: bool = False

    def climb(self, tasks: Sequence[Task], divisions: int = _MAX_DIVISIONS) -> list[Candidate]:
        """The best translation found for each task."""
        best: dict[Task, Candidate] = {}
        todo: list[Task] = []
        for task in dict.fromkeys(tasks):
            settled = self._without_model(task)
            if settled:
                best[task] = settled
            else:
                todo.append(task)
        pools = self._decode(todo)
        best.update({task: self._choose(task, pool) for task, pool in pools.items()})
        if not self.soft:
            self._repair(pools, best)
            self._force(best)
        if divisions and not self.soft:
            self._divide(best, divisions)
        if not self.soft:
            best = {task: self._finish(task, candidate) for task, candidate in best.items()}
        return [best[task] for task in tasks]

    def _finish(self, task: Task, candidate: Candidate) -> Candidate:
        if candidate.rung in (Rung.COPIED, Rung.EXACT):
            return candidate
        candidate = repair_numbers(task.text, candidate, task.constraints, (self.source, self.target))
        return polish(candidate, task.constraints, self.target)

    def key(self, task: Task, candidate: Candidate) -> tuple[float, ...]:
        """What makes a candidate better, in this order: terms met, no defects, numbers kept, preferred renderings, score."""
        assigned = assign(candidate.text, task.constraints)
        unmet = sum(span is None for span in assigned)
        admitted = sum(
            span is not None and rendering_of(candidate.text[span[0] : span[1]], c) is not c.approved
            for span, c in zip(assigned, task.constraints, strict=True)
        )
        wrong_numbers = len(compare_numbers(task.text, candidate.text, task.constraints, (self.source, self.target)).missing)
        return unmet, len(self._defects(task, candidate)), wrong_numbers, admitted, -candidate.score

    def _defects(self, task: Task, candidate: Candidate) -> list[object]:
        expected = [(c.source_text, c.rendering) for c in task.constraints]
        return list(defects(task.text, candidate.text, (self.source, self.target), expected=expected))

    def _good(self, task: Task, candidate: Candidate) -> bool:
        return self.key(task, candidate)[:2] == (0, 0)

    def _choose(self, task: Task, pool: Sequence[Candidate]) -> Candidate:
        return min(pool, key=lambda c: self.key(task, c))

    def _without_model(self, task: Task) -> Candidate | None:
        text = task.text
        if len(task.constraints) == 1 and task.constraints[0].concept:
            alone = self._alone(text, task.constraints[0])
            if alone is not None:
                return Candidate(alone, 0.0, Rung.EXACT)
        if not self.source.letters.search(text) and None not in assign(text, task.constraints):
            return Candidate(text, 0.0, Rung.COPIED)
        return None

    def _alone(self, text: str, constraint: Constraint) -> str | None:
        """The rendering of a segment that is nothing but a term, a bullet before it and a mark that ends a sentence after it."""
        start, end = constraint.span
        bullet, mark = text[:start], text[end:].strip()
        if any(c.isalnum() or c in "".join(self.source.pairs) or c in "\"'" for c in bullet) or len(mark) > 1:
            return None
        rendering = constraint.rendering
        if self.target.cased and constraint.approved.case is not Case.EXACT:
            rendering = rendering[0].upper() + rendering[1:]
        for same in ("。.．", "？?", "！!"):
            if mark and mark in same:
                stop = next((m for m in same if m in self.target.enders), self.target.stop)
                return bullet + (rendering if rendering.endswith(stop) else rendering + stop)
        return None if mark else bullet + rendering

    def _decode(self, tasks: Sequence[Task]) -> dict[Task, list[Candidate]]:
        """Rungs 2 and 3: the beam of the source with terms written in; of the plain source where there are none or some are missing."""
        free = [t for t in tasks if not t.constraints]
        bound = [t for t in tasks if t.constraints]
        pools = self._beams(free, [Substitution(t.text) for t in free], hypotheses=1)
        pools.update(self._beams(bound, [substitute(t.text, t.constraints) for t in bound], hypotheses=_BEAM))
        left = [t for t in bound if not self._good(t, self._choose(t, pools[t]))]
        for task, pool in self._beams(left, [Substitution(t.text) for t in left], hypotheses=_BEAM).items():
            pools[task] = [*pools[task], *pool]
        return pools

    def _beams(self, tasks: Sequence[Task], sources: Sequence[Substitution], *, hypotheses: int) -> dict[Task, list[Candidate]]:
        options = DecodeOptions(beam_size=_BEAM, hypotheses=hypotheses, alignments=True)
        beams = self.engine.translate([DecodeRequest(s.text) for s in sources], options)
        return {task: _candidates(found, source) for task, found, source in zip(tasks, beams, sources, strict=True)}

    def _repair(self, pools: dict[Task, list[Candidate]], best: dict[Task, Candidate]) -> None:
        for task, pool in pools.items():
            if self._good(task, best[task]):
                continue
            starts = [best[task], *(c for c in pool if c.rung is Rung.DECODED)]
            repaired = [repair(c, task.constraints, self.target) for c in dict.fromkeys(starts)]
            sound = [r for r, c in zip(repaired, dict.fromkeys(starts), strict=True) if digits(r.text) >= digits(c.text)]
            best[task] = self._choose(task, [best[task], *sound])

    def _force(self, best: dict[Task, Candidate]) -> None:
        """Rung 5: give the decoder its own text up to where the term belongs, then the term, and let it go on."""
        options = DecodeOptions(beam_size=_BEAM, alignments=True)
        for _ in range(_FORCING_ROUNDS):
            todo = [t for t, c in best.items() if t.constraints and self.key(t, c)[0] > 0]
            jobs = [(t, substitute(t.text, t.constraints), p) for t in todo for p in forced_prefixes(best[t], t.constraints, self.target)]
            if not jobs:
                return
            beams = self.engine.translate([DecodeRequest(s.text, prefix.text) for _, s, prefix in jobs], options)
            pools: dict[Task, list[Candidate]] = {}
            for (task, source, prefix), found in zip(jobs, beams, strict=True):
                written = (*best[task].written, (prefix.span, Rung.FORCED))
                penalty = _LAST_RESORT_PENALTY if prefix.last_resort else 0.0
                forced = [
                    replace(c, rung=Rung.FORCED, written=written, score=c.score - penalty)
                    for c in _candidates(found, source)
                    if best[task].text.strip() or c.text.strip() != prefix.text.strip()  # nothing but the prefix is still no translation
                ]
                pools.setdefault(task, []).extend(forced)
                repaired = [(c, repair(c, task.constraints, self.target)) for c in forced]
                pools[task].extend(r for c, r in repaired if digits(r.text) >= digits(c.text))
            for task, pool in pools.items():
                best[task] = self._choose(task, [best[task], *pool])

    def _divide(self, best: dict[Task, Candidate], divisions: int) -> None:
        """Rung 6: a long sentence that still lacks a term, repeats or is cut short is translated in parts."""
        parts: dict[Task, list[Task]] = {}
        for task, candidate in best.items():
            if not self._good(task, candidate) and candidate.rung not in (Rung.COPIED, Rung.EXACT):
                pieces = _halves(task, self.source)
                if len(pieces) > 1:
                    parts[task] = pieces
        flat = [part for pieces in parts.values() for part in pieces]
        if not flat:
            return
        done = dict(zip(flat, self.climb(flat, divisions - 1), strict=True))
        for task, pieces in parts.items():
            joined = self._join([done[p].text for p in pieces])
            offsets = [0, len(pieces[0].text)]
            written = tuple(
                ((a + offset, b + offset), rung)
                for piece, offset in zip(pieces, offsets, strict=True) for (a, b), rung in done[piece].written
            )  # fmt: skip
            candidate = Candidate(joined, min(done[p].score for p in pieces), Rung.DIVIDED, written=written)
            if self.key(task, candidate)[:2] < self.key(task, best[task])[:2]:
                best[task] = candidate

    def _join(self, texts: Sequence[str]) -> str:
        """Parts of one sentence: inner full stops become commas, and a part's first word loses its capital where it is a common one."""
        *inner, last = [self._inner(t.strip(), first=not place) for place, t in enumerate(texts)]
        comma = ", " if self.target.spaced else "、"
        heads = [t.rstrip(self.target.enders + ",、 ") + comma for t in inner if t]
        return "".join(heads) + last

    def _inner(self, text: str, *, first: bool) -> str:
        word = text.split(maxsplit=1)[0].rstrip(",") if text else ""
        return text[0].lower() + text[1:] if not first and word in self.target.starters else text


def _candidates(found: Sequence[Hypothesis], source: Substitution) -> list[Candidate]:
    return [
        Candidate(
            h.text, h.score, Rung.N_BEST if place else Rung.DECODED,
            source.original_alignment(h.alignment) if h.alignment else None,
        )
        for place, h in enumerate(found)
    ]  # fmt: skip


def _halves(task: Task, language: Language) -> list[Task]:
    """A task divided at the clause mark nearest its middle, each part with its own constraints."""
    if len(task.text) / language.density < _SHORTEST_TO_DIVIDE:
        return [task]
    pieces = clauses(task.text, language, [c.span for c in task.constraints])
    ends = [sum(map(len, pieces[: i + 1])) for i in range(len(pieces) - 1)]
    ends = [e for e in ends if len(task.text) * 0.15 < e < len(task.text) * 0.85]
    if not ends:
        return [task]
    cut = min(ends, key=lambda e: abs(e - len(task.text) / 2))
    return [_part(task, 0, cut), _part(task, cut, len(task.text))]


def _part(task: Task, start: int, end: int) -> Task:
    own = tuple(
        replace(c, span=(c.span[0] - start, c.span[1] - start)) for c in task.constraints if start <= c.span[0] and c.span[1] <= end
    )
    return Task(task.text[start:end], own)
