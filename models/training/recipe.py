"""The whole recipe, from a configuration to a model, in the order in which it happens.

An output folder holds ``tokenizer/`` and ``prepared/`` (the data as the network reads it), ``state.pt`` (to continue from),
``log.jsonl`` and, at the end, ``model/``: the checkpoint with its card.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from models.errors import MissingDependency
from models.training.batching import frequent_targets
from models.training.config import Config
from models.training.corpus import Places
from models.training.errors import RunState
from models.training.gathering import Report
from models.training.journal import Journal
from models.training.preparation import prepare
from models.training.prepared import Prepared, is_prepared, load_prepared, tokenizer_folder

if TYPE_CHECKING:
    from models.training.network import Network
    from models.training.trainer import Outcome

MODEL = "model"


def train_model(
    config: Config, places: Places, folder: Path, *, resume: bool = False, report: Report, clock: Callable[[], float] = time.monotonic
) -> Path:
    """Prepare, train, export and convert; returns the folder of the model.

    ``resume``: continue a run in ``folder``; its time counts from where it stopped. Only the training is time-boxed.

    Raises:
        MissingDependency: PyTorch is not installed.
        TrainingError: the configuration, an input or the output folder does not allow it.
    """
    require_torch()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            prepared = _prepared(config, places, folder, report, resume=resume)
            network, outcome = _train(config, prepared, folder, report, clock, resume=resume)
            return _export(config, prepared, network, outcome, folder, report)
    except Timeout as exc:
        raise RunState(f"another process is training in {folder}") from exc


def require_torch() -> None:
    """Raises MissingDependency, with the command that installs it, where PyTorch is not there."""
    try:
        import torch  # noqa: F401
    except ImportError as exc:
        raise MissingDependency("training a model needs PyTorch: pip install 'meiyaku[torch]'") from exc


def _prepared(config: Config, places: Places, folder: Path, report: Report, *, resume: bool) -> Prepared:
    if resume and not is_prepared(folder):
        raise RunState(f"there is no run to continue in {folder}")
    if resume:
        return load_prepared(config, folder)
    if is_prepared(folder):
        raise RunState(f"{folder} already holds a run: continue it with --resume, or choose another --out")
    return prepare(config, places, folder, report)


def _train(
    config: Config, prepared: Prepared, folder: Path, report: Report, clock: Callable[[], float], *, resume: bool
) -> tuple[Network, Outcome]:
    import torch

    from models.training.network import Network, load_model, new_model
    from models.training.state import has_state
    from models.training.trainer import Trainer

    settings = config.training
    torch.manual_seed(settings.seed)
    if config.model.init:
        model = load_model(Path(config.model.init), config.model, prepared.pieces)
    else:
        model = new_model(config.model, prepared.pieces)
    frequent = frequent_targets(config, prepared.groups, prepared.pieces.size, settings.shortlist_frequent)
    network = Network(model, settings, frequent)
    trainer = Trainer(config, prepared, network, folder, journal=Journal(folder / "log.jsonl", report), clock=clock)
    if resume and has_state(folder):
        trainer.resume()
    with _arithmetic(settings.threads), _termination() as asked:
        return network, trainer.run(asked.is_set)


@contextmanager
def _termination() -> Iterator[threading.Event]:
    """SIGTERM asks for an end instead of making one, so that the state can be saved first. Only the main thread gets signals."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _arithmetic(threads: int) -> Iterator[None]:
    """Denormal numbers, many times slower than others, count as 0; so many threads calculate. The process gets its own ways back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads or before)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def _export(config: Config, prepared: Prepared, network: Network, outcome: Outcome, folder: Path, report: Report) -> Path:
    from models.training.card import model_card
    from models.training.export import export_checkpoint

    target = folder / MODEL
    report(f"writing {target}")
    export_checkpoint(network.model, prepared.pieces, tokenizer_folder(folder), config, target)
    (target / "README.md").write_text(model_card(config, prepared, outcome), encoding="utf-8")
    return target
