"""Quality of installed models by themselves: no glossary, no ladder, beam 4, one decoding a line.

    python benchmarks/quality.py FILE.tsv ... --source ja --target en [--model ID ...] [--limit 500]

Prints BLEU and chrF2 (sacreBLEU, signatures below the table) with their bootstrap 95 % intervals, and the share of outputs that loop, are
empty, leave the source's script or have an absurd length, for each model on each file, in one run.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from models.catalogue import Catalogue
from models.engine import DecodeOptions, DecodeRequest
from models.loading import load_engine
from service.evaluation import read_pairs
from service.evaluation.bootstrap import Numbers, interval, resample
from service.evaluation.statistics import QualityMetrics
from service.settings import Settings
from service.translation.defects import defects
from service.translation.languages import builtin_languages


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--source", default="ja")
    parser.add_argument("--target", default="en")
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--limit", type=int, default=0)
    arguments = parser.parse_args()
    settings, languages = Settings(), builtin_languages()
    catalogue = Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests)
    entries = [catalogue.get(m) for m in arguments.model] or [catalogue.installed(arguments.source, arguments.target)]
    direction = (languages.get(arguments.source), languages.get(arguments.target))
    metrics = QualityMetrics(arguments.target)
    print(
        f"{platform.machine()}, Python {platform.python_version()}, ctranslate2 {version('ctranslate2')}, sacrebleu {version('sacrebleu')}"
    )
    for entry in entries:
        engine = load_engine(entry)
        for path in arguments.files:
            pairs = read_pairs(path.read_text(encoding="utf-8"), arguments.target, languages)
            pairs = pairs[: arguments.limit] if arguments.limit else pairs
            begin = time.perf_counter()
            found = engine.translate([DecodeRequest(p.source) for p in pairs], DecodeOptions(beam_size=4))
            seconds = time.perf_counter() - begin
            outputs = [f[0].text for f in found]
            bleu, chrf = metrics.statistics(outputs, [p.reference for p in pairs])
            broken = sum(bool(defects(p.source, o, direction)) for p, o in zip(pairs, outputs, strict=True)) / len(pairs)
            print(
                f"{entry.id:20} {path.name:22} {len(pairs):5} pairs  BLEU {_score(bleu, metrics.bleu)}  "
                f"chrF2 {_score(chrf, metrics.chrf2)}  broken {broken:6.1%}  {len(pairs) / seconds:5.1f} lines/s",
                flush=True,
            )
    for name, signature in metrics.signatures().items():
        print(f"{name}: {signature}")


def _score(statistics: Numbers, metric: Callable[[Numbers], Numbers]) -> str:
    """A figure and its interval."""
    spread = interval(np.concatenate([metric(weights @ statistics) for weights in resample(len(statistics))]))
    text = f"{metric(statistics.sum(axis=0, keepdims=True))[0]:5.1f}"
    return f"{text} [{spread.low:.1f}, {spread.high:.1f}]" if spread else text


if __name__ == "__main__":
    main()
