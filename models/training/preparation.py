"""From files to examples: gather, tokenize, align, find terms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.training.alignment import Aligner, Links, aligned_share
from models.training.config import Config, Corpus
from models.training.corpus import Pair, Places
from models.training.errors import InvalidCorpus
from models.training.examples import Examples, Ragged
from models.training.filters import Reason
from models.training.gathering import Gathered, Report, gather, sample, tokenizer_text
from models.training.lexicon import TokenPair
from models.training.prepared import (
    GroupRecord,
    Prepared,
    evaluation_file,
    group_file,
    load_prepared,
    save_record,
    tokenizer_folder,
)
from models.training.substitution import TermPairs
from models.training.tokenizer import Pieces, copy_tokenizer, train_tokenizer


@dataclass(frozen=True, slots=True)
class _Group:
    """A corpus in pieces; what is too long for the network is gone."""

    corpus: Corpus
    pairs: list[Pair]
    ids: list[TokenPair]


def prepare(config: Config, places: Places, folder: Path, report: Report) -> Prepared:
    """Prepare everything below an output folder.

    Raises:
        InvalidCorpus: an input is missing, unreadable or leaves nothing to train on.
        InvalidConfig: the vocabulary cannot be made as asked.
    """
    gathered = gather(config, places, report)
    pieces = _tokenizer(config, gathered, tokenizer_folder(folder), report)
    groups = [_tokenize(c, gathered.pairs[c.name], pieces, config) for c in config.corpus]
    evaluation_file(folder, "").parent.mkdir(parents=True, exist_ok=True)
    counts = _save_groups(config, groups, gathered, pieces, folder, report)
    for item in config.evaluation:
        if item.loss_pairs:
            examples = _evaluation_examples(item.name, gathered.evaluation[item.name][: item.loss_pairs], pieces, config)
            examples.save(evaluation_file(folder, item.name))
    save_record(config, gathered.inputs, counts, folder)
    return load_prepared(config, folder)


def spread(sizes: Sequence[int], budget: int) -> list[int]:
    """How many to take of each group so that small groups go whole and large ones share the rest of a budget evenly."""
    taken = [0] * len(sizes)
    for rank, place in enumerate(sorted(range(len(sizes)), key=lambda i: sizes[i])):
        taken[place] = min(sizes[place], budget // (len(sizes) - rank))
        budget -= taken[place]
    return taken


def _tokenizer(config: Config, gathered: Gathered, folder: Path, report: Report) -> Pieces:
    if config.model.init:
        copy_tokenizer(Path(config.model.init), folder)
    else:
        report(f"training a tokenizer of {config.tokenizer.pieces} pieces")
        text = tokenizer_text(config, gathered.pairs)
        train_tokenizer(text, config.tokenizer, folder, threads=config.training.threads or 1)
    return Pieces(folder)


def _tokenize(corpus: Corpus, pairs: Sequence[Pair], pieces: Pieces, config: Config) -> _Group:
    kept, ids = _short_enough(pairs, pieces, config.training.max_pieces)
    if not kept:
        raise InvalidCorpus(f"no pair of the corpus {corpus.name!r} has at most {config.training.max_pieces} pieces")
    return _Group(corpus, kept, ids)


def _short_enough(pairs: Sequence[Pair], pieces: Pieces, limit: int) -> tuple[list[Pair], list[TokenPair]]:
    sources, targets = (encode([p[side] for p in pairs]) for side, encode in enumerate((pieces.encode_source, pieces.encode_target)))
    fitting = [n for n, (s, t) in enumerate(zip(sources, targets, strict=True)) if 0 < len(s) <= limit and 0 < len(t) <= limit]
    return [pairs[n] for n in fitting], [(sources[n], targets[n]) for n in fitting]


def _save_groups(
    config: Config, groups: Sequence[_Group], gathered: Gathered, pieces: Pieces, folder: Path, report: Report
) -> dict[str, GroupRecord]:
    caseless = pieces.caseless()
    report("learning word alignment")
    aligner = Aligner(
        [(caseless[s], caseless[t]) for s, t in _sample(groups, config.alignment.fit_pairs)],
        pieces.size, lexical_rounds=config.alignment.lexical_rounds, hmm_rounds=config.alignment.hmm_rounds,
    )  # fmt: skip
    terms = TermPairs(gathered.terms, config.source, config.target)
    counts: dict[str, GroupRecord] = {}
    for group in groups:
        links = aligner.align([(caseless[s], caseless[t]) for s, t in group.ids])
        examples = _examples(group, links, terms, config)
        if not len(examples):
            raise InvalidCorpus(f"no pair of the corpus {group.corpus.name!r} looks like a translation (alignment.least)")
        examples.save(group_file(folder, group.corpus.name))
        rejected = gathered.filters.rejected[group.corpus.name].copy()
        rejected[Reason.LONG] += len(gathered.pairs[group.corpus.name]) - len(group.pairs)
        rejected[Reason.ALIGNMENT] += len(group.pairs) - len(examples)
        counts[group.corpus.name] = _recorded(examples, rejected)
        report(f"{group.corpus.name}: {len(examples)} examples, {counts[group.corpus.name].with_terms} of them with known terms")
    return counts


def _sample(groups: Sequence[_Group], budget: int) -> list[TokenPair]:
    shares = spread([len(g.ids) for g in groups], budget)
    return [pair for group, share in zip(groups, shares, strict=True) for pair in sample(group.ids, share)]


def _examples(group: _Group, links: Sequence[Links], terms: TermPairs, config: Config) -> Examples:
    settings, corpus = config.alignment, group.corpus
    kept = [
        n for n, (source, target) in enumerate(group.ids)
        if corpus.terms
        or max(len(source), len(target)) < settings.score_from
        or aligned_share(links[n], len(source)) >= settings.least
    ]  # fmt: skip
    matches = [[] if corpus.terms else terms.find(*group.pairs[n]) for n in kept]
    return Examples(
        corpus.name,
        Ragged.of(group.ids[n][0] for n in kept),
        Ragged.of(group.ids[n][1] for n in kept),
        Ragged.of(links[n] for n in kept),
        tuple(group.pairs[n] if found else ("", "") for n, found in zip(kept, matches, strict=True)),
        Ragged.of([place for match in found for place in match] for found in matches),
    )


def _evaluation_examples(name: str, pairs: Sequence[Pair], pieces: Pieces, config: Config) -> Examples:
    kept, ids = _short_enough(pairs, pieces, config.training.max_pieces)
    if not kept:
        raise InvalidCorpus(f"no pair of the evaluation set {name!r} has at most {config.training.max_pieces} pieces")
    none: list[list[int]] = [[] for _ in kept]
    texts = (("", ""),) * len(kept)
    return Examples(name, Ragged.of(s for s, _ in ids), Ragged.of(t for _, t in ids), Ragged.of(none), texts, Ragged.of(none))


def _recorded(examples: Examples, rejected: Counter[Reason]) -> GroupRecord:
    with_terms = int((examples.matches.lengths > 0).sum())
    counted: Mapping[str, int] = {reason.value: count for reason, count in rejected.items() if count}
    return GroupRecord(len(examples), len(examples.targets.values), with_terms, counted)
