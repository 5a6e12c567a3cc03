"""The whole recipe on an invented corpus. The clock is the test's own, so a run takes seconds and always the same steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.training.config import Config, read_config
from models.training.corpus import Places
from models.training.errors import InvalidConfig, RunState
from models.training.prepared import Prepared
from models.training.recipe import train_model
from tests.training.invented import config_text, write_corpus

torch = pytest.importorskip("torch", reason="training needs PyTorch: pip install 'meiyaku[torch]'")


class Ticks:
    """A clock that goes on a little whenever it is read."""

    def __init__(self, step: float = 0.03) -> None:
        self._now, self._step = 0.0, step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


def silent(line: str) -> None:
    pass


def run(corpus: Path, out: Path, *, resume: bool = False, clock: Callable[[], float] | None = None, **settings: object) -> Path:
    config = out.with_suffix(".toml")
    config.write_text(config_text(**settings), encoding="utf-8")
    return train_model(read_config(config), Places(corpus), out, resume=resume, report=silent, clock=clock or Ticks())


def log(out: Path, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["event"] == event]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dry-run")
    write_corpus(folder / "corpus")
    run(folder / "corpus", folder / "out")
    return folder


def test_a_dry_run_learns_and_logs(trained: Path) -> None:
    steps = log(trained / "out", "train")
    assert {"minute", "step", "pieces", "pieces_per_second", "loss", "alignment_loss", "rate"} <= steps[0].keys()
    assert [s["step"] for s in steps] == sorted({s["step"] for s in steps})
    (last,) = log(trained / "out", "last")
    first = log(trained / "out", "dev")[0]
    assert last["losses"]["dev"] < first["losses"]["dev"] < 6.1  # the logarithm of 420
    assert log(trained / "out", "average")[0]["weights"] > 1


@pytest.mark.filterwarnings("ignore:Recommended. pip install sacremoses")
def test_the_model_is_a_standard_marian_checkpoint_in_half_precision(trained: Path) -> None:
    from safetensors import safe_open
    from transformers import MarianMTModel, MarianTokenizer

    model_folder = trained / "out" / "model"
    names = {
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "source.spm",
        "target.spm",
        "tokenizer_config.json",
        "vocab.json",
    }
    assert names <= {p.name for p in model_folder.iterdir()}
    with safe_open(model_folder / "model.safetensors", "pt") as tensors:
        assert {tensors.get_tensor(k).dtype for k in tensors.keys()} == {torch.float16}  # noqa: SIM118 - no mapping
    tokenizer = MarianTokenizer.from_pretrained(str(model_folder))
    model = MarianMTModel.from_pretrained(str(model_folder), dtype=torch.float32)
    inputs = tokenizer(["首相は昨日条約を支持した。"], return_tensors="pt")
    assert inputs["input_ids"][0, -1] == tokenizer.eos_token_id
    out = model.generate(**inputs, max_length=30)
    assert tokenizer.batch_decode(out, skip_special_tokens=True)[0]


def test_both_engines_translate_with_it(trained: Path) -> None:
    from models.catalogue import ModelEntry, verify_files
    from models.engine import DecodeOptions, DecodeRequest
    from models.loading import EngineKind, load_engine

    folder = trained / "out" / "model"
    verify_files(folder)
    entry = ModelEntry("tiny", "ja", "en", "Tiny", "CC0-1.0", folder, bundled=False, nfkc=True)
    for kind in EngineKind:
        engine = load_engine(entry, kind=kind)
        ((best, *_),) = engine.translate([DecodeRequest("首相は昨日条約を支持した。")], DecodeOptions(alignments=True, max_tokens=30))
        assert best.text and best.alignment


def test_the_card_tells_data_licences_hashes_and_settings(trained: Path) -> None:
    from models.card import with_scores
    from models.catalogue import sha256_of

    card = (trained / "out" / "model" / "README.md").read_text(encoding="utf-8")
    for told in (
        "# Invented", "license: cc0-1.0", "It knows forty words.", "CC BY-SA 4.0", sha256_of(trained / "corpus" / "general.tsv"),
        "in an evaluation set", "| training.learning_rate | 0.01 |", "| weight of terms | 0.2 → 0.1 |", "seed 1", "NFKC",
    ):  # fmt: skip
        assert told in card, told
    assert "$" not in card
    assert "| dev | 9.9 |" in with_scores(card, "| dev | 9.9 |", title="-")


def test_a_finished_run_goes_on_when_given_more_time(trained: Path) -> None:
    before = log(trained / "out", "last")[-1]
    with pytest.raises(RunState, match="already holds a run: continue it with --resume"):
        run(trained / "corpus", trained / "out")
    run(trained / "corpus", trained / "out", resume=True, minutes=0.3)
    after = log(trained / "out", "last")[-1]
    assert after["steps"] > before["steps"]
    assert before["minute"] < 0.3 <= after["minute"] < 0.4
    assert log(trained / "out", "start")[-1]["steps"] == before["steps"]


def test_fine_tuning_continues_from_a_checkpoint_with_its_own_tokenizer(trained: Path, tmp_path: Path) -> None:
    checkpoint = trained / "out" / "model"
    config = config_text(minutes=0.05, curriculum=0).replace("width = 32", f"init = {json.dumps(str(checkpoint))}", 1)
    (tmp_path / "a.toml").write_text(config, encoding="utf-8")
    tuned = train_model(read_config(tmp_path / "a.toml"), Places(trained / "corpus"), tmp_path / "out", report=silent, clock=Ticks())
    assert (tuned / "vocab.json").read_bytes() == (checkpoint / "vocab.json").read_bytes()
    assert (tuned / "tokenizer_config.json").read_bytes() == (checkpoint / "tokenizer_config.json").read_bytes()
    assert log(tmp_path / "out", "last")[0]["losses"]["dev"] < log(trained / "out", "dev")[0]["losses"]["dev"]
    assert "It continues from the checkpoint model, whose licence applies too." in (tuned / "README.md").read_text(encoding="utf-8")


def test_an_output_folder_without_a_run_cannot_be_continued(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(RunState, match="there is no run to continue"):
        run(trained / "corpus", tmp_path / "new", resume=True)


def test_a_run_is_continued_with_its_own_seed_and_network(trained: Path) -> None:
    with pytest.raises(RunState, match="was begun with the seed 1"):
        run(trained / "corpus", trained / "out", resume=True, seed=2)
    config = trained / "wide.toml"
    config.write_text(config_text().replace("width = 32", "width = 64"), encoding="utf-8")
    with pytest.raises(RunState, match="of another network"):
        train_model(read_config(config), Places(trained / "corpus"), trained / "out", resume=True, report=silent, clock=Ticks())


def test_a_damaged_state_is_told(trained: Path, tmp_path: Path) -> None:
    from models.training.state import load_state

    (tmp_path / "state.pt").write_bytes((trained / "out" / "state.pt").read_bytes()[:1000])
    with pytest.raises(RunState, match="cannot be read"):
        load_state(tmp_path, "cpu")


def test_two_processes_do_not_share_a_folder(trained: Path, tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(tmp_path / ".lock"), pytest.raises(RunState, match="another process is training in"):
        run(trained / "corpus", tmp_path)


def test_cuda_is_refused_where_there_is_none(trained: Path, tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(InvalidConfig, match="PyTorch finds no CUDA device"):
        run(trained / "corpus", tmp_path / "out", device="cuda")


def _losses_by_step(config: Config, prepared: Prepared, folder: Path, stop: int | None, *, resume: bool = False) -> dict[str, Any]:
    """Train with a clock that counts forward passes; ``stop`` interrupts before that pass. Returns the final weights."""
    from models.training.batching import frequent_targets
    from models.training.journal import Journal
    from models.training.network import Network, new_model
    from models.training.trainer import Trainer

    torch.manual_seed(1)
    passes = [0]
    network = Network(
        new_model(config.model, prepared.pieces), config.training, frequent_targets(config, prepared.groups, prepared.pieces.size, 50)
    )

    def before(*_: object) -> None:
        if stop is not None and passes[0] == stop:
            raise KeyboardInterrupt
        passes[0] += 1

    network.model.model.register_forward_pre_hook(before)
    journal = Journal(folder / "log.jsonl", silent)
    trainer = Trainer(config, prepared, network, folder, journal=journal, clock=lambda: float(passes[0]))
    if resume:
        trainer.resume()
    try:
        trainer.run()
    except KeyboardInterrupt:
        assert stop is not None
    return dict(network.model.state_dict())


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(config: Config, prepared: Prepared, tmp_path: Path) -> None:
    settings = config.training.model_copy(update={"minutes": 0.5, "save_minutes": 100.0, "log_seconds": 1000.0, "average": 0.2})
    model = config.model.model_copy(update={"dropout": 0.1})
    config = config.model_copy(update={"training": settings, "model": model})
    folders = [tmp_path / "whole", tmp_path / "parts"]
    for folder in folders:
        folder.mkdir()
    whole = _losses_by_step(config, prepared, folders[0], None)
    _losses_by_step(config, prepared, folders[1], 13)
    parts = _losses_by_step(config, prepared, folders[1], None, resume=True)
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    assert log(folders[1], "interrupted")[0]["steps"] == 13
