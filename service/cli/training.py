"""``meiyaku models train``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from glossary.curated import read_termbase
from glossary.terms import Use
from service.cli.console import err, out


def train(
    config: Annotated[str, typer.Argument(help="A configuration file, or the name of one that comes with meiyaku (ja-en, en-ja)")],
    corpus: Annotated[Path | None, typer.Option(help="Folder that the files of the configuration are relative to; else its own")] = None,
    out_: Annotated[Path | None, typer.Option("--out", help="Output folder; else training/ and the name of the configuration")] = None,
    minutes: Annotated[float | None, typer.Option(help="How long to train, in place of the configuration's")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run in the output folder")] = False,
    seed: Annotated[int | None, typer.Option(help="In place of the configuration's")] = None,
) -> None:
    """Train a model: prepare the corpus, train for some time, export a Marian checkpoint and convert it (needs [torch])."""
    from models.training.config import find_config, read_config
    from models.training.corpus import Places
    from models.training.recipe import train_model

    path = find_config(config)
    settings = read_config(path, minutes=minutes, seed=seed)
    folder = out_ or Path("training") / path.stem
    with tempfile.TemporaryDirectory() as temporary:
        write_termbase(Path(temporary) / "termbase.tsv", settings.data.columns)
        places = Places(corpus or path.parent, config=path.parent, termbase=Path(temporary))
        model = train_model(settings, places, folder, resume=resume, report=lambda line: err.print(line, markup=False))
    out.print(
        f"{model}\nuse it with: meiyaku models register {model} --id {path.stem} --from {settings.source} --to {settings.target}"
        + (" --nfkc" if settings.data.nfkc else ""),
        markup=False,
    )


def write_termbase(path: Path, languages: tuple[str, str]) -> None:
    """Every spelling of a term beside every approved rendering of its concept, as a TSV file for the recipe."""
    rows: dict[tuple[str, str], None] = {}
    for concept in read_termbase().concepts:
        first, second = ([t for t in concept.approved(code) if t.use is Use.BOTH] for code in languages)
        rows.update({(a, b): None for x in first for y in second for a in x.spellings for b in y.spellings if a != b})
    path.write_text("".join(f"{a}\t{b}\n" for a, b in rows), encoding="utf-8")
