"""Measuring a model on parallel text: by itself, one decoding a text, and with the glossary enforced."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from models.catalogue import ModelEntry
from models.engine import DecodeOptions, DecodeRequest, Engine
from service.cli.errors import UsageProblem
from service.cli.inputs import read_input
from service.documents.base import DocumentError, decode_utf8
from service.evaluation import Pair, Scores, TermScores, evaluate, read_pairs, score_terms
from service.translation.defects import defects
from service.translation.intake import IntakeError
from service.translation.languages import Languages
from service.translation.pipeline import Pipeline
from service.translation.result import FindingKind

_TOKENIZERS = {"ja": "char", "zh": "zh", "ko": "char"}  # of BLEU; for all other languages 13a
_BROKEN = {FindingKind.EMPTY, FindingKind.REPETITION, FindingKind.UNTRANSLATED}


@dataclass(frozen=True, slots=True)
class ParallelText:
    """A set of pairs by the name of its file. ``exchanged``: what is translated is the file's second column."""

    name: str
    sha256: str
    pairs: list[Pair]
    exchanged: bool


@dataclass(frozen=True, slots=True)
class SetScores:
    """Scores of a model on one set. Shares are of the set's pairs.

    ``broken``: outputs that repeat, copy the source, leave its script in place or are empty. ``odd_length``: outputs of an unlikely
    length. ``reference``: the terms of the reference translations. ``enforced``: the whole pipeline with its glossary, where measured.
    """

    text: ParallelText
    bleu: float
    chrf2: float
    broken: float
    odd_length: float
    terms: TermScores
    reference: TermScores
    enforced: Scores | None


class Meter:
    """Measures one model. BLEU counts characters where the target is written without blanks."""

    def __init__(self, engine: Engine, pipeline: Pipeline, *, beam: int, glossary: bool) -> None:
        """``pipeline`` holds the engine, the terms, and the rules of both languages; ``glossary``: measure it as a whole, too."""
        self._engine, self._pipeline, self._glossary = engine, pipeline, glossary
        self._options = DecodeOptions(beam_size=beam)
        self._bleu, self._chrf = BLEU(tokenize=_TOKENIZERS.get(pipeline.target.code, "13a")), CHRF()

    def measure(self, text: ParallelText) -> SetScores:
        """Translate a set and score it."""
        pairs = text.pairs
        outputs = [found[0].text for found in self._engine.translate([DecodeRequest(p.source) for p in pairs], self._options)]
        references = [[p.reference for p in pairs]]
        languages = (self._pipeline.source, self._pipeline.target)
        kinds = [{f.kind for f in defects(p.source, o, languages)} for p, o in zip(pairs, outputs, strict=True)]
        return SetScores(
            text,
            self._bleu.corpus_score(outputs, references).score,
            self._chrf.corpus_score(outputs, references).score,
            sum(bool(k & _BROKEN) for k in kinds) / len(pairs),
            sum(FindingKind.LENGTH in k for k in kinds) / len(pairs),
            score_terms(pairs, outputs, self._pipeline),
            score_terms(pairs, references[0], self._pipeline),
            evaluate(pairs, {"enforced": self._pipeline}).runs["enforced"] if self._glossary else None,
        )

    def signatures(self) -> dict[str, str]:
        """sacreBLEU's signatures of what was measured; only after ``measure``."""
        return {"BLEU": str(self._bleu.get_signature()), "chrF2": str(self._chrf.get_signature())}


def read_set(path: Path, entry: ModelEntry, languages: Languages, maximum: int, limit: int) -> ParallelText:
    """Read a set in the direction of a model. ``maximum`` is in bytes; ``limit``: only so many pairs, 0 for all.

    Raises:
        UsageProblem: it cannot be read, or its languages are not those of the model.
    """
    content = read_input(str(path), maximum)
    try:
        text, _ = decode_utf8(content)
        pairs = read_pairs(text, entry.target, languages)
    except (DocumentError, IntakeError) as exc:
        raise UsageProblem(f"{path}: {exc}") from exc
    wanted = languages.get(entry.source)
    found = Counter(languages.detect(p.source, [entry.source, entry.target]) for p in pairs[:200])
    if found[wanted] <= sum(found.values()) / 2:
        raise UsageProblem(f"{path}: {entry.id} translates from {wanted.name}, and neither column is {wanted.name}")
    return ParallelText(path.name, hashlib.sha256(content).hexdigest(), pairs[:limit] if limit else pairs, _exchanged(text, pairs))


def _exchanged(text: str, pairs: Sequence[Pair]) -> bool:
    """Whether the file's first column holds the references."""
    first = next(line for line in text.split("\n") if line.strip() and not line.startswith("#"))
    return first.split("\t")[0] != pairs[0].source
