"""The model card: what a model was made from and how, filled in by the run itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from models.training.config import Config
from models.training.prepared import Prepared
from models.training.trainer import Outcome

_CARD = Template("""\
---
language: [$source, $target]
license: $licence
library_name: transformers
pipeline_tag: translation
tags: [marian, translation]
---

# $title

A MarianMT model from `$source` to `$target`, a standard checkpoint in half precision ($parameters million parameters), and the same
model for CTranslate2 in int8 below `ct2/`. $nfkc
$start
$limits
## Scores

Cross-entropy of a target piece (natural logarithm) on text that was kept out of the training, $weights:

$losses
<!-- scores -->
Translation scores were not measured yet: `meiyaku models evaluate ID TSV... --write` puts them here.
<!-- /scores -->

## Training data

$groups
Pairs were left out for these reasons: $rejected.

Input files, with licences and SHA-256 of their bytes:

$inputs
## Training

$minutes minutes on one machine ($device, $precision): $steps steps, $pieces million target pieces, seed $seed. In $substituted of the
examples with a known term, approved targets were written into the source with blanks around them. Attention head 0 of the last
decoder layer was supervised with word alignments and can be read as one.

$settings""")
_NFKC = "It expects NFKC-normalised text."


def model_card(config: Config, prepared: Prepared, outcome: Outcome) -> str:
    """The card in Markdown."""
    counts = prepared.counts
    rejected: dict[str, int] = {}
    for count in counts.values():
        for reason, number in count.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + number
    licences = {c.name: c.licence for c in config.corpus}
    groups = ((n, c.kept, c.target_pieces, c.with_terms, licences[n]) for n, c in counts.items())
    return _CARD.substitute(
        source=config.source, target=config.target, title=config.card.title, licence=config.card.licence.lower(),
        limits=f"\n{config.card.limits.strip()}\n" if config.card.limits.strip() else "",
        nfkc=_NFKC if config.data.nfkc else "",
        start=_beginning(config),
        parameters=f"{outcome.parameters / 1e6:.1f}",
        weights=f"with the mean of {outcome.averaged} sets of weights" if outcome.averaged else "with the last weights",
        losses=_table(("set", "loss"), ((n, f"{v:.3f}") for n, v in outcome.losses.items())),
        groups=_table(("group", "pairs", "target pieces", "with known terms", "licence"), groups),
        rejected=", ".join(f"{r} ({n})" for r, n in sorted(rejected.items(), key=lambda x: -x[1])) or "none",
        inputs=_table(("group", "file", "licence", "SHA-256"), ((i.group, i.name, i.licence, f"`{i.sha256}`") for i in prepared.inputs)),
        minutes=f"{outcome.minutes:.0f}" if outcome.minutes >= 10 else f"{outcome.minutes:.2g}",
        device=outcome.device, precision=outcome.precision, steps=outcome.steps, pieces=f"{outcome.pieces / 1e6:.2f}",
        seed=config.training.seed, substituted=f"{config.substitution.share:.0%}", settings=_settings(config),
    )  # fmt: skip


def _beginning(config: Config) -> str:
    if config.model.init is None:
        return ""
    return f"\nIt continues from the checkpoint {Path(config.model.init).name}, whose licence applies too.\n"


def _settings(config: Config) -> str:
    rows = [
        (f"{section}.{key}", value)
        for section in ("model", "training", "tokenizer", "alignment")
        for key, value in getattr(config, section).model_dump().items()
        if value is not None
    ]
    shares = [(f"weight of {c.name}", f"{c.weight:g} → {c.final_weight:g}") for c in config.corpus]
    return _table(("setting", "value"), [*rows, *shares])


def _table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines)
