"""``meiyaku models``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from models.catalogue import Advice, Catalogue, ModelEntry, verify_files
from models.errors import ModelFileError
from models.installing import convert_checkpoint, pull_model
from service.cli.console import err, out, print_json
from service.cli.model_evaluation import evaluate
from service.cli.training import train
from service.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Translation models: what there is, what is installed.", rich_markup_mode=None)
app.command("train")(train)
app.command("evaluate")(evaluate)


def _catalogue() -> Catalogue:
    settings = Settings()
    return Catalogue.read(models_directory=settings.data_dir / "models", extra=settings.manifests)


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table")] = False) -> None:
    """Models of the catalogue, in order of preference."""
    entries = _catalogue().entries()
    if as_json:
        print_json([_plain(e) for e in entries])
        return
    table = Table()
    for heading in ("id", "direction", "installed", "licence", "title"):
        table.add_column(heading, overflow="fold")
    for entry in entries:
        state = f"{entry.size / 1e6:.0f} MB" if entry.installed else "cannot run here" if entry.page else "no"
        table.add_row(entry.id, f"{entry.source}→{entry.target}", state, entry.licence, entry.title)
    out.print(table)


@app.command()
def info(model_id: Annotated[str, typer.Argument(help="Id of the catalogue")]) -> None:
    """One model: files, licence, warning, and whether its checksums hold."""
    entry = _catalogue().get(model_id)
    if entry.installed:
        verify_files(entry.directory)
    print_json({**_plain(entry), "directory": str(entry.directory), "checksums": "ok" if entry.installed else None})


@app.command()
def pull(
    model_id: Annotated[str, typer.Argument(help="Id of the catalogue")],
    force: Annotated[bool, typer.Option("--force", help="Also a model that the catalogue advises against")] = False,
) -> None:
    """Fetch a model from the Hugging Face hub, convert it to CTranslate2 and record its checksums (needs a network and [torch])."""
    entry = _catalogue().get(model_id)
    if entry.warning and entry.hub and (force or entry.advice is not Advice.REFUSE):  # else it is in the error
        err.print(f"warning: {entry.id}: {entry.warning}", style="yellow", markup=False)
    pull_model(entry, force=force)
    out.print(f"{entry.id} is installed in {entry.directory} ({entry.size / 1e6:.0f} MB, {entry.licence})")


@app.command()
def convert(
    model_id: Annotated[str, typer.Argument(help="Id of an installed model")],
    quantization: Annotated[str, typer.Option(help="int8, float32 or float16")] = "int8",
) -> None:
    """Convert an installed Marian checkpoint to CTranslate2 (needs [torch])."""
    entry = _catalogue().get(model_id)
    if not entry.directory.is_dir():
        raise ModelFileError(f"model {entry.id} is not installed in {entry.directory}")
    convert_checkpoint(entry.directory, quantization)
    out.print(f"{entry.id}: converted to CTranslate2 {quantization}")


@app.command()
def register(
    directory: Annotated[Path, typer.Argument(help="A Marian checkpoint directory")],
    model_id: Annotated[str, typer.Option("--id", help="Id to give it")],
    from_: Annotated[str, typer.Option("--from", help="Source language code")],
    to: Annotated[str, typer.Option("--to", help="Target language code")],
    licence: Annotated[str, typer.Option(help="Its licence")] = "unknown",
    nfkc: Annotated[bool, typer.Option("--nfkc", help="It was trained on NFKC-normalised text")] = False,
) -> None:
    """Convert a checkpoint of your own and print the manifest entry that makes it known (MEIYAKU_MANIFESTS)."""
    convert_checkpoint(directory, "int8")
    lines = [
        "[[model]]", f'id = "{model_id}"', f'source = "{from_}"', f'target = "{to}"', f'title = "{directory.name}"',
        f'licence = "{licence}"', f'directory = "{directory.resolve()}"', f"nfkc = {str(nfkc).lower()}",
    ]  # fmt: skip
    out.print("\n".join(lines), markup=False)


def _plain(entry: ModelEntry) -> dict[str, object]:
    return {
        "id": entry.id, "source": entry.source, "target": entry.target, "title": entry.title, "licence": entry.licence,
        "installed": entry.installed, "bundled": entry.bundled, "size": entry.size,
        "advice": entry.advice.value, "warning": entry.warning, "page": entry.page,
    }  # fmt: skip
