"""The training loop: time-boxed, and continued where it stopped.

The clock is an argument. What counts is the time spent here, summed over all continuations of a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from models.training.batching import Batch, BatchStream, Position, evaluation_batches
from models.training.config import Config
from models.training.errors import Diverged, RunState
from models.training.journal import Journal
from models.training.network import Network
from models.training.optimizer import Optimizer
from models.training.prepared import Prepared
from models.training.schedule import guided_weight, learning_rate
from models.training.state import RunningMean, load_state, random_state, restore_random_state, save_state

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. ``averaged``: the weights are the mean of this many; 0 where the last ones were better."""

    minutes: float
    steps: int
    pieces: int
    losses: dict[str, float]
    averaged: int
    device: str
    precision: str
    parameters: int


@dataclass(slots=True)
class _Window:
    """What happened since the last line of the log."""

    began: float
    pieces: int = 0
    translation: float = 0.0
    alignment: float = 0.0
    steps: int = 0


class Trainer:
    """One run in an output folder."""

    def __init__(self, config: Config, prepared: Prepared, network: Network, folder: Path, *, journal: Journal, clock: Clock) -> None:
        self._config, self._settings = config, config.training
        self._prepared, self._network, self._folder, self._journal, self._clock = prepared, network, folder, journal, clock
        self._optimizer = Optimizer(network.model, rate=self._settings.learning_rate, weight_decay=self._settings.weight_decay)
        self._mean = RunningMean()
        self._stream = BatchStream(config, prepared.groups, prepared.pieces)
        self._position = self._stream.position  # after the last whole step: an interruption comes in the middle of one
        self._evaluation = {
            name: evaluation_batches(examples, prepared.pieces, self._settings.batch_pieces)
            for name, examples in prepared.evaluation.items()
        }
        self._steps = self._pieces = 0
        self._spent = 0.0
        self._began = clock()

    @property
    def elapsed(self) -> float:
        """Seconds of training, those before a continuation included."""
        return self._spent + self._clock() - self._began

    def resume(self) -> None:
        """Continue from the saved state.

        Raises:
            RunState: it is damaged, or of a network of another shape or a run with another seed.
        """
        state = load_state(self._folder, self._network.device)
        if state["seed"] != self._settings.seed:
            raise RunState(f"the run in {self._folder} was begun with the seed {state['seed']}; give --seed {state['seed']}")
        try:
            self._network.model.load_state_dict(state["model"])
            self._optimizer.load_state_dict(state["optimizer"])
        except (RuntimeError, ValueError, KeyError) as exc:
            raise RunState(f"the run in {self._folder} is of another network than the configuration describes") from exc
        self._network.clear_start()
        self._mean.load_state_dict(state["mean"])
        restore_random_state(state["random"])
        self._position = Position(**state["position"])
        self._stream = BatchStream(self._config, self._prepared.groups, self._prepared.pieces, self._position)
        self._steps, self._pieces, self._spent = state["steps"], state["pieces"], state["elapsed"]
        self._began = self._clock()

    def run(self, stopped: Callable[[], bool] = lambda: False) -> Outcome:
        """Train until the time is over, and leave the best weights in the network.

        An interruption (KeyboardInterrupt) saves the state before it is passed on. ``stopped`` is asked before each step; where
        it says so, the run interrupts itself.

        Raises:
            Diverged: the loss is no longer a number.
        """
        limit = 60.0 * self._settings.minutes
        network = self._network
        self._journal.write(
            "start", self.elapsed, device=network.device, precision=network.precision, threads=torch.get_num_threads(),
            parameters=network.parameters, steps=self._steps, seed=self._settings.seed,
        )  # fmt: skip
        saved, window = self.elapsed, _Window(self.elapsed)
        if self.elapsed < limit * (1 - self._settings.average):
            self._mean = RunningMean()  # that of a shorter run which was given more time is of weights long past
        try:
            while (now := self.elapsed) < limit:
                if stopped():
                    raise KeyboardInterrupt
                rate = self._step(self._stream.next(now / limit), now / limit, window)
                if self.elapsed - window.began >= self._settings.log_seconds:
                    window = self._log(window, rate)
                if self.elapsed - saved >= 60.0 * self._settings.save_minutes:
                    self._journal.write("dev", self.elapsed, losses=self._measure())
                    self._save()
                    saved = self.elapsed
        except KeyboardInterrupt:
            self._save()
            self._journal.write("interrupted", self.elapsed, steps=self._steps)
            raise
        self._save()
        return self._finish()

    def _step(self, batch: Batch, passed: float, window: _Window) -> float:
        guided = guided_weight(passed, self._settings)
        losses = self._network.losses(batch, shortlist=passed < self._settings.shortlist_until, guided=guided > 0)
        (losses.translation + guided * losses.alignment).backward()
        translation = float(losses.translation.detach())
        if not math.isfinite(translation):
            raise Diverged(f"the loss is no number at step {self._steps + 1}; lower training.learning_rate and continue with --resume")
        rate = learning_rate(passed, self._settings)
        self._optimizer.step(rate)
        self._network.clear_start()
        self._position = self._stream.position
        self._steps += 1
        self._pieces += losses.pieces
        window.pieces += losses.pieces
        window.translation += translation * losses.pieces
        window.alignment += float(losses.alignment.detach())
        window.steps += 1
        if passed >= 1 - self._settings.average and self._settings.average > 0 and self._steps % self._settings.average_every == 0:
            self._mean.add(self._network.model)
        return rate

    def _log(self, window: _Window, rate: float) -> _Window:
        now = self.elapsed
        self._journal.write(
            "train", now, step=self._steps, pieces=self._pieces, pieces_per_second=round(window.pieces / max(now - window.began, 1e-9)),
            loss=window.translation / window.pieces, alignment_loss=window.alignment / window.steps,
            rate=self._settings.learning_rate * rate,
        )  # fmt: skip
        return _Window(now)

    def _measure(self) -> dict[str, float]:
        return {name: self._network.evaluate(batches) for name, batches in self._evaluation.items()}

    def _save(self) -> None:
        save_state(self._folder, {
            "model": self._network.model.state_dict(), "optimizer": self._optimizer.state_dict(), "mean": self._mean.state_dict(),
            "position": asdict(self._position), "random": random_state(), "seed": self._settings.seed,
            "steps": self._steps, "pieces": self._pieces, "elapsed": self.elapsed,
        })  # fmt: skip

    def _finish(self) -> Outcome:
        """Of the last weights and their mean keep what has the lower loss; without evaluation sets the mean."""
        losses, averaged = self._measure(), 0
        self._journal.write("last", self.elapsed, steps=self._steps, pieces=self._pieces, losses=losses)
        if self._mean.count:
            last = {name: value.clone() for name, value in self._network.model.state_dict().items()}
            self._network.model.load_state_dict(self._mean.weights())
            self._network.clear_start()
            mean_losses = self._measure()
            self._journal.write("average", self.elapsed, weights=self._mean.count, losses=mean_losses)
            if sum(mean_losses.values()) <= sum(losses.values()):
                losses, averaged = mean_losses, self._mean.count
            else:
                self._network.model.load_state_dict(last)
        return Outcome(
            self.elapsed / 60, self._steps, self._pieces, losses, averaged,
            self._network.device, self._network.precision, self._network.parameters,
        )  # fmt: skip
