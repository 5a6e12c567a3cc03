"""Do both engines say the same? Share of identical outputs of CTranslate2 and transformers on the sources of a TSV.

    python benchmarks/parity.py FILE.tsv --source ja --target en [--limit 100]      (needs the extra [torch])

Method: the same checkpoint; float32 and greedy search in both engines (expected: all equal), then CTranslate2 int8 with beam 4 against
transformers float32 with beam 4 and against CTranslate2 float32 with beam 4. Sources are the first column.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

from ctranslate2.converters import TransformersConverter

from models.catalogue import Catalogue
from models.ct2 import CTranslate2Engine
from models.engine import DecodeOptions, DecodeRequest, Engine
from models.marian import TransformersEngine
from models.tokenizer import MarianPieces


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--source", default="ja")
    parser.add_argument("--target", default="en")
    parser.add_argument("--limit", type=int, default=100)
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()
    sources = [line.split("\t")[0] for line in lines if line.strip()][: arguments.limit]
    entry = Catalogue.read(models_directory=Path("unused")).installed(arguments.source, arguments.target)
    pieces = MarianPieces(entry.directory, nfkc=entry.nfkc)
    identity = {"source": entry.source, "target": entry.target, "model": entry.id, "digest": entry.digest}
    scratch = Path(tempfile.mkdtemp(prefix="meiyaku-parity-"))
    try:
        TransformersConverter(str(entry.directory)).convert(str(scratch / "float32"), quantization="float32", force=True)
        reference = TransformersEngine(entry.directory, pieces, **identity)
        exact = CTranslate2Engine(scratch / "float32", pieces, compute_type="float32", **identity)
        small = CTranslate2Engine(entry.directory / "ct2", pieces, compute_type="int8", **identity)
        greedy, beam = DecodeOptions(beam_size=1), DecodeOptions(beam_size=4)
        print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, ctranslate2 {version('ctranslate2')}, "
              f"transformers {version('transformers')}, torch {version('torch')}; {entry.id}, {len(sources)} sentences")  # fmt: skip
        _report("greedy, float32: CTranslate2 = transformers", _outputs(exact, sources, greedy), _outputs(reference, sources, greedy))
        eight = _outputs(small, sources, beam)
        _report("beam 4: CTranslate2 int8 = transformers float32", eight, _outputs(reference, sources, beam))
        _report("beam 4: CTranslate2 int8 = CTranslate2 float32", eight, _outputs(exact, sources, beam))
    finally:
        shutil.rmtree(scratch)


def _outputs(engine: Engine, sources: list[str], options: DecodeOptions) -> list[str]:
    return [found[0].text for found in engine.translate([DecodeRequest(s) for s in sources], options)]


def _report(label: str, one: list[str], other: list[str]) -> None:
    same = sum(a == b for a, b in zip(one, other, strict=True))
    print(f"{label}: {same} of {len(one)} identical ({same / len(one):.1%})")
    for a, b in [(a, b) for a, b in zip(one, other, strict=True) if a != b][:2]:
        print(f"    {a}\n    {b}")


if __name__ == "__main__":
    main()
