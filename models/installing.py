"""Getting a model: from the hub where there is a network, and conversion to CTranslate2."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

from models.catalogue import CT2_DIRECTORY, FILES, Advice, ModelEntry, record_files
from models.errors import MissingDependency, ModelFileError, ModelRefused, ModelUnavailable

_CHECKPOINT_FILES = ["*.json", "*.spm", "*.safetensors", "pytorch_model.bin"]


def pull_model(entry: ModelEntry, *, force: bool = False) -> None:
    """Fetch a hub model into its directory, convert and record it.

    Raises:
        ModelRefused: the catalogue advises against it and ``force`` is not given.
        ModelUnavailable: the hub cannot be reached or has no such model, or the model is not on the hub.
        MissingDependency: torch, needed for the conversion, is not installed.
    """
    if entry.hub is None:
        raise ModelUnavailable(_why_not_on_the_hub(entry))
    if entry.advice is Advice.REFUSE and not force:
        raise ModelRefused(f"{entry.id} is refused: {entry.warning}; --force installs it all the same")
    _require_torch()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    partial = entry.directory.with_name(entry.directory.name + ".partial")
    try:
        snapshot_download(entry.hub, local_dir=partial, allow_patterns=_CHECKPOINT_FILES)
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as exc:
        shutil.rmtree(partial, ignore_errors=True)
        raise ModelUnavailable(f"the hub could not deliver {entry.hub}: {' '.join(str(exc).split())[:200]}") from exc
    convert_checkpoint(partial, "int8")
    shutil.rmtree(entry.directory, ignore_errors=True)
    partial.replace(entry.directory)


def convert_checkpoint(directory: Path, quantization: str) -> None:
    """Convert a Marian checkpoint directory to CTranslate2 beside it and record all files.

    Raises:
        ModelFileError: the directory is no Marian checkpoint.
        MissingDependency: torch is not installed.
    """
    if not (directory / "config.json").is_file():
        raise ModelFileError(f"{directory} is not a Marian checkpoint: it has no config.json")
    _require_torch()
    from ctranslate2.converters import TransformersConverter

    target = directory / CT2_DIRECTORY
    partial = directory / (CT2_DIRECTORY + ".partial")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the tokenizer, about a package for European punctuation
            TransformersConverter(str(directory)).convert(
                str(partial), quantization=None if quantization == "float32" else quantization, force=True
            )
    except (OSError, ValueError, RuntimeError, KeyError) as exc:
        shutil.rmtree(partial, ignore_errors=True)
        raise ModelFileError(f"{directory} could not be converted: {exc}") from exc
    shutil.rmtree(target, ignore_errors=True)
    partial.replace(target)
    (directory / FILES).unlink(missing_ok=True)
    record_files(directory)


def _why_not_on_the_hub(entry: ModelEntry) -> str:
    if not entry.bundled:
        where = f"; see {entry.page}" if entry.page else f"; it is expected in {entry.directory}"
        return f"{entry.id} cannot be pulled: {entry.warning or 'it is not on the hub'}{where}"
    missing = "" if entry.installed else f", but this installation lacks its files ({entry.directory})"
    return f"{entry.id} does not come from the hub; it ships with meiyaku{missing}"


def _require_torch() -> None:
    try:
        import torch  # noqa: F401
    except ImportError as exc:
        raise MissingDependency("converting a model needs PyTorch: pip install 'meiyaku[torch]'") from exc
