"""What does enforcement cost, and what does it bring? The same texts with the glossary on and off, in turns, in one process.

    python benchmarks/enforcement.py [--pairs FILE.tsv] [--source ja] [--target en] [--model ID] [--limit 200] [--repetitions 3]
                                     [--compare-model DIR [--compare-nfkc]]

Prints the median seconds of both and their ratio (the aim: at most 2.0), the rungs' shares in segments, occurrences and time, and the term
and quality figures of ``meiyaku evaluate``. ``--compare-model`` gives a second table for another Marian checkpoint, one that
``meiyaku models register`` has converted.

Without ``--pairs`` it takes the first lines of every file of models/training/domain. The bundled models were trained on these: good enough
for the time, too good for the figures. Give a file that the model has not seen for honest ones.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from statistics import median

from glossary.curated import CURATED_DIRECTORY, read_termbase
from glossary.matching import TermIndex
from models.catalogue import PACKAGE_DIRECTORY, Catalogue, ModelEntry
from models.loading import load_engine
from service.evaluation import RESAMPLES, Evaluation, Pair, Scores, evaluate, read_pairs
from service.settings import Settings
from service.translation.languages import builtin_languages
from service.translation.pipeline import GlossaryMode, Pipeline

_TRAINING_TEXT = PACKAGE_DIRECTORY / "training" / "domain"
_MOST = 2.0  # times the seconds without the glossary
_FIGURES = {
    "term success rate": "term_success", "all-constraints rate": "all_constraints", "consistency": "consistency",
    "chrF2": "chrf2", "BLEU": "bleu", "broken outputs": "broken",
}  # fmt: skip


def main() -> None:
    """Run and print."""
    arguments = _arguments()
    settings, languages = Settings(), builtin_languages()
    catalogue = Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests)
    direction = (arguments.source, arguments.target)
    entries = [catalogue.get(arguments.model) if arguments.model else catalogue.installed(*direction)]
    if arguments.compare_model:
        entries.append(_checkpoint(arguments.compare_model, direction, arguments.compare_nfkc))
    text = arguments.pairs.read_text(encoding="utf-8") if arguments.pairs else _training_text(arguments.limit)
    pairs = read_pairs(text, arguments.target, languages)
    pairs = pairs[: arguments.limit] if arguments.limit else pairs
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; Python {platform.python_version()}, "
        f"ctranslate2 {version('ctranslate2')}, sacrebleu {version('sacrebleu')}, {settings.compute_type}, "
        f"{settings.threads or 'all'} threads"
    )
    print(f"method: {arguments.repetitions} repetitions of both runs, each time in the other order, after one text to warm up; medians")
    name = arguments.pairs.name if arguments.pairs else "first lines of models/training/domain (THE BUNDLED MODELS WERE TRAINED ON THEM)"
    for entry in entries:
        engine = load_engine(entry, compute_type=settings.compute_type, threads=settings.threads)
        index = TermIndex(read_termbase(settings.glossary_dir or CURATED_DIRECTORY).concepts, arguments.source)
        on = Pipeline(engine, languages.get(arguments.source), languages.get(arguments.target), index)
        print(f"\n{entry.id}, model digest {entry.digest[:12]}: {len(pairs)} pairs, {name}", flush=True)
        _report(_repeat(pairs, on, arguments.repetitions))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--source", default="ja")
    parser.add_argument("--target", default="en")
    parser.add_argument("--model")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--compare-model", type=Path)
    parser.add_argument("--compare-nfkc", action="store_true", help="the compared checkpoint was trained on NFKC-normalised text")
    arguments = parser.parse_args()
    if arguments.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    if arguments.compare_model and not (arguments.compare_model / "files.json").is_file():
        parser.error(f"{arguments.compare_model} is no converted checkpoint; convert it with: meiyaku models register")
    return arguments


def _checkpoint(directory: Path, direction: tuple[str, str], nfkc: bool) -> ModelEntry:
    name = directory.resolve().name
    return ModelEntry(
        id=name, source=direction[0], target=direction[1], title=name, licence="unknown", directory=directory, bundled=False, nfkc=nfkc
    )


def _training_text(limit: int) -> str:
    """The first pairs of every file, as many of each, so that all subjects are there."""
    files = [path.read_text(encoding="utf-8").splitlines() for path in sorted(_TRAINING_TEXT.glob("*.tsv"))]
    texts = [[line for line in lines if line.strip() and not line.startswith("#")] for lines in files]
    each = -(-limit // len(texts)) if limit else max(map(len, texts))
    return "\n".join(lines[place] for place in range(each) for lines in texts if place < len(lines))


def _repeat(pairs: Sequence[Pair], on: Pipeline, repetitions: int) -> list[Evaluation]:
    pipelines = {"on": on, "off": replace(on, mode=GlossaryMode.OFF)}
    for pipeline in pipelines.values():
        pipeline.translate(pairs[0].source)
    results = []
    for number in range(repetitions):
        order = ("on", "off") if number % 2 == 0 else ("off", "on")
        pair = {name: pipelines[name] for name in order}
        results.append(evaluate(pairs, pair, resamples=1 if number else RESAMPLES))  # outputs are the same each time
    return results


def _report(results: Sequence[Evaluation]) -> None:
    first = results[0]
    runs = {name: first.runs[name] for name in ("on", "off")}
    seconds = {name: [result.runs[name].seconds for result in results] for name in runs}
    ratios = [a / b for a, b in zip(seconds["on"], seconds["off"], strict=True)]
    ratio = median(seconds["on"]) / median(seconds["off"])
    _row("", "glossary on", "glossary off")
    _row("seconds, median", *(f"{median(s):.2f}" for s in seconds.values()))
    _row("seconds, each", *(" ".join(f"{x:.2f}" for x in s) for s in seconds.values()))
    _row(
        "ratio",
        f"{ratio:.2f}",
        "",
        f"each: {' '.join(f'{r:.2f}' for r in ratios)}; at most {_MOST}: {'met' if ratio <= _MOST else 'MISSED'}",
    )
    _shares("segments by rung, %", {name: run.rungs for name, run in runs.items()})
    _shares("occurrences by rung, %", {name: run.term_rungs for name, run in runs.items()})
    _shares("seconds by rung, %", {name: _median_seconds([r.runs[name] for r in results]) for name in runs})
    for label, metric in _FIGURES.items():
        difference = first.differences["on - off"].get(metric)
        spread = difference.interval if difference else None
        _row(
            label,
            *(_figure(run, metric) for run in runs.values()),
            f"difference {difference.value:+.3f} [{spread.low:+.3f}, {spread.high:+.3f}]" if difference and spread else "",
        )
    _row("term occurrences", *(str(run.terms.occurrences) for run in runs.values()))
    _row("unmet, counted", *(str(run.terms.occurrences - run.terms.met) for run in runs.values()))
    _row("unmet and not reported", *("–" if run.unreported is None else str(run.unreported) for run in runs.values()))


def _median_seconds(runs: Sequence[Scores]) -> dict[str, float]:
    return {step: median(run.seconds_by_rung.get(step, 0.0) for run in runs) for step in runs[0].seconds_by_rung}


def _shares(label: str, runs: Mapping[str, Mapping[str, float]]) -> None:
    print(label)
    for key in sorted({key for run in runs.values() for key in run}):
        shares = [100 * run.get(key, 0) / (sum(run.values()) or 1) for run in runs.values()]
        _row(f"  {key}", *(f"{share:.1f}" for share in shares))


def _figure(scores: Scores, metric: str) -> str:
    value = getattr(scores.terms if hasattr(scores.terms, metric) else scores, metric)
    return "–" if value is None else f"{value:.3f}"


def _row(label: str, *cells: str) -> None:
    print((f"{label:26}" + "".join(f"{cell:>22}" for cell in cells[:2]) + "".join(f"  {cell}" for cell in cells[2:])).rstrip())


if __name__ == "__main__":
    main()
