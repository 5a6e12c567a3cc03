"""Which models there are, which are installed, and whether their bytes are the right ones."""

from __future__ import annotations

import hashlib
import json
import logging
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.errors import ManifestError, ModelFileError, NoModelForDirection, UnknownModel

PACKAGE_DIRECTORY = Path(__file__).parent
MANIFEST = PACKAGE_DIRECTORY / "manifest.toml"
FILES = "files.json"  # beside a model's files: {"relative path": {"sha256": hex, "size": bytes}}
CT2_DIRECTORY = "ct2"  # below the checkpoint directory
_LOG = logging.getLogger("meiyaku.models")


class Advice(StrEnum):
    """What the catalogue says about using a model."""

    NONE = "none"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model that the catalogue knows. ``directory`` is where it is or would be installed.

    One that is neither ``bundled`` nor on the ``hub`` nor in a directory of the user's can only be read about, on its ``page``.
    """

    id: str
    source: str
    target: str
    title: str
    licence: str
    directory: Path
    bundled: bool
    nfkc: bool = False
    hub: str | None = None
    advice: Advice = Advice.NONE
    warning: str | None = None
    page: str | None = None

    @property
    def installed(self) -> bool:
        """Whether its files are recorded on this machine."""
        return (self.directory / FILES).is_file()

    @property
    def size(self) -> int:
        """Bytes of all its recorded files; 0 where it is not installed."""
        return sum(f["size"] for f in read_files(self.directory).values()) if self.installed else 0

    @property
    def digest(self) -> str:
        """A digest over the recorded digests of all files: the identity of the weights."""
        listing = json.dumps({k: v["sha256"] for k, v in read_files(self.directory).items()}, sort_keys=True)
        return hashlib.sha256(listing.encode()).hexdigest()


class Catalogue:
    """The models of the manifest, plus what was pulled or registered into a directory of the user's."""

    def __init__(self, entries: Sequence[ModelEntry]) -> None:
        self._entries = tuple(entries)

    @classmethod
    def read(cls, manifest: Path = MANIFEST, *, models_directory: Path, extra: Sequence[Path] = ()) -> Catalogue:
        """Read the manifest (and further ones, which go first). Hub models live below ``models_directory``."""
        entries: list[ModelEntry] = []
        for path in (*extra, manifest):
            try:
                with path.open("rb") as file:
                    data = tomllib.load(file)
                entries.extend(_entry(item, path.parent, models_directory) for item in data.get("model", ()))
            except KeyError as exc:
                raise ManifestError(f"model manifest {path}: a model has no {exc.args[0]!r}") from exc
            except (OSError, ValueError, TypeError, AttributeError) as exc:
                raise ManifestError(f"model manifest {path} cannot be used: {exc}; see MEIYAKU_MANIFESTS") from exc
        return cls(entries)

    def entries(self) -> tuple[ModelEntry, ...]:
        """Every known model, in order of preference."""
        return self._entries

    def get(self, model_id: str) -> ModelEntry:
        """One entry. Raises UnknownModel."""
        for entry in self._entries:
            if entry.id == model_id:
                return entry
        known = ", ".join(e.id for e in self._entries)
        raise UnknownModel(f"the catalogue has no model {model_id!r}; it has {known}")

    def directions(self) -> list[tuple[str, str]]:
        """The directions that an installed model translates, without repetition."""
        return list(dict.fromkeys((e.source, e.target) for e in self._entries if e.installed))

    def installed(self, source: str, target: str) -> ModelEntry:
        """The preferred installed model of a direction, to translate with; a refused one, there by force, only where no other is.

        What the catalogue says against it is logged as a warning. Raises NoModelForDirection, naming a command that gets a model.
        """
        offered = [e for e in self._entries if (e.source, e.target) == (source, target)]
        there = sorted((e for e in offered if e.installed), key=lambda e: e.advice is Advice.REFUSE)
        if there:
            if there[0].warning:
                _LOG.warning("the catalogue warns of model %s: %s", there[0].id, there[0].warning)
            return there[0]
        pullable = next((e for e in offered if e.hub and e.advice is not Advice.REFUSE), None)
        if pullable:
            hint = f"get one with: meiyaku models pull {pullable.id}"
        else:
            hint = "the catalogue has none either; register a Marian checkpoint with: meiyaku models register DIRECTORY"
        raise NoModelForDirection(f"no model is installed that translates {source} to {target}; {hint}")


def read_files(directory: Path) -> Mapping[str, Mapping[str, Any]]:
    """The recorded files of an installed model. Raises ModelFileError."""
    try:
        files = json.loads((directory / FILES).read_text(encoding="utf-8"))
        return {str(name): {"sha256": str(f["sha256"]), "size": int(f["size"])} for name, f in files.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as exc:
        raise ModelFileError(f"{directory / FILES} cannot be read: {exc}; install the model again") from exc


def record_files(directory: Path) -> None:
    """Write down size and SHA-256 of every model file below a directory."""
    paths = sorted(p for p in directory.rglob("*") if p.is_file() and p.name not in (FILES, "README.md"))
    files = {p.relative_to(directory).as_posix(): {"sha256": sha256_of(p), "size": p.stat().st_size} for p in paths}
    (directory / FILES).write_text(json.dumps(files, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def verify_files(directory: Path) -> None:
    """Compare every recorded file with the bytes on disk. Raises ModelFileError naming the first bad file."""
    for name, expected in read_files(directory).items():
        path = directory / name
        if not path.is_file():
            raise ModelFileError(f"model file {path} is missing; install the model again")
        if path.stat().st_size != expected["size"] or sha256_of(path) != expected["sha256"]:
            raise ModelFileError(f"model file {path} is damaged (its checksum is not the recorded one); install the model again")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(item: Mapping[str, Any], base: Path, models_directory: Path) -> ModelEntry:
    bundled = "bundled" in item
    directory = base / item["bundled"] if bundled else Path(item.get("directory") or models_directory / item["id"])
    return ModelEntry(
        id=item["id"], source=item["source"], target=item["target"], title=item["title"], licence=item["licence"],
        directory=directory, bundled=bundled, nfkc=item.get("nfkc", False), hub=item.get("hub"),
        advice=Advice(item.get("advice", "none")), warning=item.get("warning"), page=item.get("page"),
    )  # fmt: skip
