"""How fast is each engine with the same checkpoint, how much memory does it take, and does int8 cost quality?

    python benchmarks/engines.py [--model ID|DIRECTORY] [--texts FILE] [--pairs FILE.tsv] [--repeat 3] [--quick]   (needs [torch])

Method. Compared are transformers' MarianMTModel in float32, used directly with `generate`, and CTranslate2 in float32 and int8 through
the engine of meiyaku, both converted from the checkpoint by this run. Every configuration of engine, threads and batch size has a
process of its own, so that peak memory (ru_maxrss) is its own; in those of CTranslate2 PyTorch cannot be imported, as in an
installation without it. Beam search, the same texts in the same batches, sorted by length so that padding costs little.
Tokens are target pieces with the end mark. The first token is a decoding limited to one piece, the sentence a whole one, both with
batch size 1. Figures are medians: of the repetitions for tokens a second, of all texts and repetitions for latencies.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[1]
sys.path.insert(0, str(REPOSITORY))

ENGINES = (("transformers", "float32"), ("ctranslate2", "float32"), ("ctranslate2", "int8"))
LONGEST = 256
Decode = Callable[[Sequence[str], int], list[str]]  # texts and the most tokens of an output


@dataclass(frozen=True)
class Job:
    """What one process is to do. ``outputs``: translate only, and give the texts back."""

    engine: str
    compute: str
    directory: str
    converted: str
    nfkc: bool
    threads: int
    batch: int
    beam: int
    repeat: int
    texts: list[str]
    outputs: bool = False


@dataclass(frozen=True)
class Checkpoint:
    """The checkpoint under test."""

    name: str
    directory: Path
    source: str
    target: str
    nfkc: bool


def main() -> None:
    """Run every configuration and print the tables. The parent stays small: a child's ru_maxrss begins at its parent's size."""
    if sys.argv[1:] == ["--worker"]:
        print(json.dumps(work(Job(**json.load(sys.stdin)))))
        return
    arguments = _arguments()
    if importlib.util.find_spec("torch") is None:
        raise SystemExit("engines.py compares with PyTorch, which is not installed: pip install 'meiyaku[torch]'")
    checkpoint = find_checkpoint(arguments)
    texts = sorted(read_texts(arguments, checkpoint.source), key=len)
    threads = [1] if arguments.quick else [1, 2]
    versions = ", ".join(f"{name} {version(name)}" for name in ("ctranslate2", "transformers", "torch", "sacrebleu"))
    characters = sum(map(len, texts)) / len(texts)
    print(f"{_processor()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, {versions}")
    print(f"{checkpoint.name}: {len(texts)} texts of {characters:.0f} characters, beam {arguments.beam}, repeated {arguments.repeat} times")
    with tempfile.TemporaryDirectory(prefix="meiyaku-engines-") as scratch:
        convert(checkpoint.directory, Path(scratch))
        plan = [
            Job(engine, compute, str(checkpoint.directory), f"{scratch}/{compute}", checkpoint.nfkc, n, batch, arguments.beam,
                arguments.repeat, texts)
            for engine, compute in ENGINES for n in threads for batch in (1, 32)
        ]  # fmt: skip
        results = {(j.engine, j.compute, j.threads, j.batch): _run(j) for j in plan}
        _print_results(results)
        if arguments.pairs:
            _print_bleu(plan, arguments, checkpoint)


def work(job: Job) -> dict[str, Any]:
    """Inside a process of its own: load the engine and measure it."""
    decode, count = load(job)
    chunks = [job.texts[i : i + job.batch] for i in range(0, len(job.texts), job.batch)]
    if job.outputs:
        return {"outputs": [text for chunk in chunks for text in decode(chunk, LONGEST)]}
    decode(chunks[0][:2], LONGEST)
    speeds, sentences, firsts = [], [], []
    for _ in range(job.repeat):
        tokens = 0
        begin = time.perf_counter()
        for chunk in chunks:
            started = time.perf_counter()
            outputs = decode(chunk, LONGEST)
            sentences.append(time.perf_counter() - started)
            tokens += sum(map(count, outputs))
        speeds.append(tokens / (time.perf_counter() - begin))
        for text in job.texts if job.batch == 1 else []:
            started = time.perf_counter()
            decode([text], 1)
            firsts.append(time.perf_counter() - started)
    return {
        "speed": statistics.median(speeds),
        "first": statistics.median(firsts) if firsts else None,
        "sentence": statistics.median(sentences) if job.batch == 1 else None,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    }


def load(job: Job) -> tuple[Decode, Callable[[str], int]]:
    """An engine as a function, and how to count the tokens of an output."""
    if job.engine == "ctranslate2":
        sys.modules["torch"] = None  # type: ignore[assignment] # any import of it fails from here on
    from models.tokenizer import MarianPieces

    pieces = MarianPieces(Path(job.directory), nfkc=job.nfkc)
    decode = _ctranslate2(job, pieces) if job.engine == "ctranslate2" else _transformers(job, pieces)
    return decode, lambda text: len(pieces.encode_target(text)) + 1


def _ctranslate2(job: Job, pieces: Any) -> Decode:
    from models.ct2 import CTranslate2Engine
    from models.engine import DecodeOptions, DecodeRequest

    identity = {"source": "", "target": "", "model": "", "digest": ""}
    engine = CTranslate2Engine(Path(job.converted), pieces, compute_type=job.compute, threads=job.threads, **identity)

    def decode(texts: Sequence[str], most: int) -> list[str]:
        found = engine.translate([DecodeRequest(t) for t in texts], DecodeOptions(beam_size=job.beam, max_tokens=most))
        return [f[0].text for f in found]

    return decode


def _transformers(job: Job, pieces: Any) -> Decode:
    import torch
    from transformers import MarianMTModel

    torch.set_num_threads(job.threads)
    model = MarianMTModel.from_pretrained(job.directory, local_files_only=True, dtype=torch.float32).eval()
    tokenizer = pieces.transformers_tokenizer

    def decode(texts: Sequence[str], most: int) -> list[str]:
        ids = [[*tokenizer.convert_tokens_to_ids(pieces.encode(t)[0]), tokenizer.eos_token_id] for t in texts]
        width = max(map(len, ids))
        inputs = torch.tensor([row + [tokenizer.pad_token_id] * (width - len(row)) for row in ids])
        mask = (inputs != tokenizer.pad_token_id).long()
        with torch.inference_mode():
            out = model.generate(input_ids=inputs, attention_mask=mask, num_beams=job.beam, do_sample=False, max_length=most + 1)
        texts_out: list[str] = tokenizer.batch_decode(out, skip_special_tokens=True)
        return texts_out

    return decode


def convert(directory: Path, scratch: Path) -> None:
    """Convert the checkpoint once for each arithmetic of CTranslate2, in a process of its own."""
    code = (
        "import sys; from ctranslate2.converters import TransformersConverter as Converter\n"
        "for kind in ('float32', 'int8'):\n"
        "    Converter(sys.argv[1]).convert(f'{sys.argv[2]}/{kind}', quantization=None if kind == 'float32' else kind)"
    )
    made = subprocess.run([sys.executable, "-c", code, str(directory), str(scratch)], capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"{directory} could not be converted:\n{made.stderr}")


def find_checkpoint(arguments: argparse.Namespace) -> Checkpoint:
    """The directory that was named, or the catalogue's model of that id, or the installed one of the direction."""
    from models.catalogue import Catalogue
    from models.errors import ModelError
    from service.settings import Settings

    if arguments.model and (Path(arguments.model) / "config.json").is_file():
        path = Path(arguments.model).resolve()
        return Checkpoint(path.name, path, arguments.source, arguments.target, not arguments.raw)
    try:
        settings = Settings()
        catalogue = Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests)
        entry = catalogue.get(arguments.model) if arguments.model else catalogue.installed(arguments.source, arguments.target)
    except ModelError as exc:
        raise SystemExit(str(exc)) from exc
    if not entry.installed:
        raise SystemExit(f"model {entry.id} is not installed in {entry.directory}")
    return Checkpoint(entry.id, entry.directory, entry.source, entry.target, entry.nfkc)


def read_texts(arguments: argparse.Namespace, source: str) -> list[str]:
    """Texts to translate, one a line; by default spread evenly over the repository's own domain text."""
    if arguments.texts:
        lines = [line.split("\t")[0] for line in arguments.texts.read_text(encoding="utf-8").splitlines()]
    else:
        column = {"ja": 0, "en": 1}.get(source)
        if column is None:
            raise SystemExit(f"there is no text in {source!r} in the repository; give --texts FILE")
        files = sorted((REPOSITORY / "models" / "training" / "domain").glob("*.tsv"))
        rows = [r.split("\t") for f in files for r in f.read_text(encoding="utf-8").splitlines() if not r.startswith("#") and "\t" in r]
        lines = [row[column] for row in rows]
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise SystemExit("there is no text to translate")
    step = max(1, len(lines) // arguments.limit)
    return lines[::step][: arguments.limit]


def _run(job: Job) -> dict[str, Any]:
    environment = {**os.environ, "OMP_NUM_THREADS": str(job.threads), "MKL_NUM_THREADS": str(job.threads)}
    command = [sys.executable, str(Path(__file__).resolve()), "--worker"]
    done = subprocess.run(command, input=json.dumps(asdict(job)), capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"{job.engine} {job.compute} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _print_results(results: dict[tuple[str, str, int, int], dict[str, Any]]) -> None:
    print(f"\n{'engine':22}{'threads':>8}{'batch':>6}{'tokens/s':>10}{'first token':>13}{'sentence':>11}{'peak memory':>13}")
    for (engine, compute, threads, batch), r in results.items():
        first, sentence = (f"{r[k] * 1000:.1f} ms" if r[k] else "" for k in ("first", "sentence"))
        print(f"{engine + ' ' + compute:22}{threads:8}{batch:6}{r['speed']:10.0f}{first:>13}{sentence:>11}{r['memory'] / 2**20:9.0f} MiB")
    print(f"\nCTranslate2 int8 against transformers float32\n{'threads':>8}{'batch':>6}{'tokens/s':>10}{'latency':>10}{'memory':>9}")
    for (engine, compute, threads, batch), r in results.items():
        if (engine, compute) == ("ctranslate2", "int8"):
            base = results["transformers", "float32", threads, batch]
            latency = f"{base['sentence'] / r['sentence']:.1f}x" if r["sentence"] else ""
            print(f"{threads:8}{batch:6}{r['speed'] / base['speed']:9.1f}x{latency:>10}{base['memory'] / r['memory']:8.1f}x")


def _print_bleu(plan: Sequence[Job], arguments: argparse.Namespace, checkpoint: Checkpoint) -> None:
    """BLEU of every engine on the first pairs of a TSV, on the largest number of threads."""
    rows = [r.split("\t") for r in arguments.pairs.read_text(encoding="utf-8").splitlines() if "\t" in r and not r.startswith("#")]
    column = (arguments.source_column or (2 if checkpoint.source == "en" else 1)) - 1
    rows = sorted(rows[: arguments.bleu_pairs], key=lambda r: len(r[column]))
    texts, references = [r[column] for r in rows], [r[1 - column] for r in rows]
    found = {}
    for job in plan:
        if job.batch == 32 and job.threads == plan[-1].threads:
            found[job.engine, job.compute] = _run(replace(job, texts=texts, outputs=True))["outputs"]
    from sacrebleu.metrics.bleu import BLEU

    bleu = BLEU(tokenize="char" if checkpoint.target == "ja" else "13a")
    print(f"\nBLEU on the first {len(rows)} pairs of {arguments.pairs.name}")
    scores = {key: bleu.corpus_score(outputs, [references]).score for key, outputs in found.items()}
    base = scores["transformers", "float32"]
    for (engine, compute), score in scores.items():
        print(f"{engine + ' ' + compute:22}{score:8.2f}{score - base:+8.2f}")
    print(bleu.get_signature())


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="id of the catalogue, or a checkpoint directory; else the installed model of the direction")
    parser.add_argument("--source", default="ja", help="source language, where --model is no id")
    parser.add_argument("--target", default="en", help="target language, where --model is no id")
    parser.add_argument("--raw", action="store_true", help="the checkpoint of a directory was not trained on NFKC-normalised text")
    parser.add_argument("--texts", type=Path, help="texts to time, one a line (of a TSV the first column)")
    parser.add_argument("--limit", type=int, default=64, help="how many texts, taken evenly")
    parser.add_argument("--pairs", type=Path, help="TSV of parallel text to compare BLEU on")
    parser.add_argument("--bleu-pairs", type=int, default=200, help="how many of its first pairs")
    parser.add_argument("--source-column", type=int, choices=(1, 2), help="of --pairs; else 1, and 2 where the source is English")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="8 texts, one repetition, one thread: only to see that it works")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.limit, arguments.repeat = 8, 1
    arguments.limit, arguments.repeat = max(1, arguments.limit), max(1, arguments.repeat)
    return arguments


if __name__ == "__main__":
    main()
