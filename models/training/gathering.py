"""Reading and filtering all inputs of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from models.training.config import Config, Corpus, Evaluation, Source
from models.training.corpus import InputFile, Pair, Places, files_of, normalise, read_pairs, record
from models.training.errors import InvalidCorpus
from models.training.filters import Filter

Report = Callable[[str], None]
T = TypeVar("T")
_CHOICE = 20  # seeds every sample taken before the training, which does not depend on the training's own seed


@dataclass(frozen=True, slots=True)
class Gathered:
    """Clean text: the pairs of every group, the held-out pairs, the term pairs, and where all of it came from."""

    pairs: Mapping[str, list[Pair]]
    evaluation: Mapping[str, list[Pair]]
    terms: list[Pair]
    inputs: tuple[InputFile, ...]
    filters: Filter


def gather(config: Config, places: Places, report: Report) -> Gathered:
    """Read every input. Held-out sentences are read first, so that none of them stays in the training text.

    Raises:
        InvalidCorpus: an input is missing or unreadable, or a group has no pair left.
    """
    sources: list[Source | Evaluation] = [*config.evaluation, *config.corpus, *config.substitution.dictionary]
    for source in sources:
        files_of(source, places)  # a missing file is told before an hour of reading others
    evaluation = {e.name: list(_normalised(e, config, places)) for e in config.evaluation}
    held_out = (text for pairs in evaluation.values() for pair in pairs for text in pair)
    filters = Filter(config.data, config.source, config.target, held_out)
    inputs: list[InputFile] = []
    pairs: dict[str, list[Pair]] = {}
    for corpus in config.corpus:
        pairs[corpus.name] = _group(corpus, config, places, filters)
        inputs.extend(record(corpus, corpus.name, files_of(corpus, places)))
        report(f"{corpus.name}: {len(pairs[corpus.name])} pairs")
    terms: list[Pair] = []
    for dictionary in config.substitution.dictionary:
        terms.extend(_normalised(dictionary, config, places))
        inputs.extend(record(dictionary, "dictionary", files_of(dictionary, places)))
    return Gathered(pairs, evaluation, terms, tuple(inputs), filters)


def sample(items: Sequence[T], count: int) -> list[T]:
    """Some of the items, in a random order that is always the same; all of them where there are no more."""
    order = np.random.default_rng(_CHOICE).permutation(len(items))
    return [items[i] for i in order[:count]]


def tokenizer_text(config: Config, pairs: Mapping[str, list[Pair]]) -> Iterator[str]:
    """The sentences that the vocabulary is made from, in one order for one configuration."""
    for corpus in config.corpus:
        group = pairs[corpus.name]
        wanted = len(group) if corpus.tokenizer_pairs is None else min(len(group), corpus.tokenizer_pairs)
        for pair in sample(group, wanted):
            for _ in range(corpus.tokenizer_repeat):
                yield from pair


def _group(corpus: Corpus, config: Config, places: Places, filters: Filter) -> list[Pair]:
    clean = filters.clean(_raw(corpus, config, places), corpus)
    if not clean:
        reasons = ", ".join(f"{reason.value}: {count}" for reason, count in filters.rejected[corpus.name].most_common(3))
        raise InvalidCorpus(f"no pair of the corpus {corpus.name!r} is usable ({reasons})")
    if corpus.max_pairs and len(clean) > corpus.max_pairs:
        return sample(clean, corpus.max_pairs)
    return clean


def _normalised(source: Source | Evaluation, config: Config, places: Places) -> Iterator[Pair]:
    for first, second in _raw(source, config, places):
        yield normalise(first, nfkc=config.data.nfkc), normalise(second, nfkc=config.data.nfkc)


def _raw(source: Source | Evaluation, config: Config, places: Places) -> Iterator[Pair]:
    columns = source.columns or config.data.columns
    for path in files_of(source, places):
        yield from read_pairs(path, config.source, config.target, columns)
