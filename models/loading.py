"""From a catalogue entry to a running engine."""

from __future__ import annotations

from enum import StrEnum

from models.catalogue import CT2_DIRECTORY, ModelEntry, verify_files
from models.engine import Engine
from models.errors import ModelFileError
from models.tokenizer import MarianPieces


class EngineKind(StrEnum):
    """Which library runs the model."""

    CTRANSLATE2 = "ctranslate2"
    TRANSFORMERS = "transformers"


def load_engine(entry: ModelEntry, *, kind: EngineKind = EngineKind.CTRANSLATE2, compute_type: str = "int8", threads: int = 0) -> Engine:
    """Check the files of an installed model and load it.

    Raises:
        ModelFileError: a file is missing or damaged.
        MissingDependency: the library of ``kind`` is not installed.
    """
    if not entry.installed:
        raise ModelFileError(f"model {entry.id} is not installed in {entry.directory}")
    verify_files(entry.directory)
    pieces = MarianPieces(entry.directory, nfkc=entry.nfkc)
    if kind is EngineKind.TRANSFORMERS:
        from models.marian import TransformersEngine

        return TransformersEngine(entry.directory, pieces, source=entry.source, target=entry.target, model=entry.id, digest=entry.digest)
    from models.ct2 import CTranslate2Engine

    directory = entry.directory / CT2_DIRECTORY
    if not directory.is_dir():
        raise ModelFileError(f"model {entry.id} has no CTranslate2 conversion; make it with: meiyaku models convert {entry.id}")
    return CTranslate2Engine(
        directory, pieces, source=entry.source, target=entry.target, model=entry.id, digest=entry.digest,
        compute_type=compute_type, threads=threads,
    )  # fmt: skip
