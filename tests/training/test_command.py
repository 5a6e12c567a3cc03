"""``meiyaku models train`` as a user types it."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
from pathlib import Path

import pytest

from tests.acceptance.commands import command, environment, meiyaku, refused
from tests.training.invented import config_text

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="training needs PyTorch: pip install 'meiyaku[torch]'")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(config_text(minutes=0.05), encoding="utf-8")
    return path


def test_a_bad_configuration_is_refused_in_one_line(tmp_path: Path, configuration: Path) -> None:
    configuration.write_text(config_text().replace("width = 32", "widht = 32"), encoding="utf-8")
    assert refused(tmp_path, "models", "train", configuration).endswith("tiny.toml: model.widht: Extra inputs are not permitted")
    assert refused(tmp_path, "models", "train", tmp_path / "none.toml").endswith("none.toml cannot be read: No such file or directory")
    assert "training.minutes" in refused(tmp_path, "models", "train", "ja-en", "--minutes", "-3", "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is installed here")
def test_without_pytorch_the_command_that_installs_it_is_told(tmp_path: Path, corpus: Path) -> None:
    told = refused(tmp_path, "models", "train", corpus / "tiny.toml", "--out", tmp_path / "out")
    assert told == "training a model needs PyTorch: pip install 'meiyaku[torch]'"
    assert not (tmp_path / "out").exists()


@needs_torch
def test_a_bad_corpus_is_refused_in_one_line(tmp_path: Path, configuration: Path) -> None:
    told = refused(tmp_path, "models", "train", configuration, "--corpus", tmp_path / "nowhere", "--out", tmp_path / "out")
    assert "dev.tsv does not exist" in told
    assert "the corpus folder is" in told


@needs_torch
def test_a_model_is_trained_and_the_next_command_told(tmp_path: Path, configuration: Path, corpus: Path) -> None:
    out = tmp_path / "out"
    arguments = ("models", "train", configuration, "--corpus", corpus, "--out", out)
    result = meiyaku(tmp_path, *arguments, "--seed", "7", "--minutes", "0.08")
    assert result.returncode == 0, result.stderr.decode()
    assert f"meiyaku models register {out / 'model'} --id tiny --from ja --to en --nfkc" in result.stdout.decode()
    assert "general:" in result.stderr.decode()
    assert "seed 7" in (out / "model" / "README.md").read_text(encoding="utf-8")
    assert "already holds a run: continue it with --resume" in refused(tmp_path, *arguments)
    again = meiyaku(tmp_path, *arguments, "--seed", "7", "--minutes", "0.1", "--resume")
    assert again.returncode == 0, again.stderr.decode()


@needs_torch
def test_a_run_that_is_told_to_end_saves_its_state_first(tmp_path: Path, configuration: Path, corpus: Path) -> None:
    out = tmp_path / "out"
    arguments = ("models", "train", configuration, "--corpus", corpus, "--out", out, "--minutes", "5")
    with subprocess.Popen(command(*arguments), env=environment(tmp_path), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        for line in process.stderr:
            if "train:" in line:
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stderr.read()
    assert process.returncode == 130, rest
    assert "interrupted: steps" in rest
    assert (out / "state.pt").is_file()


def test_the_curated_termbase_goes_in_as_a_file_of_term_pairs(tmp_path: Path) -> None:
    from service.cli.training import write_termbase

    path = tmp_path / "termbase.tsv"
    write_termbase(path, ("en", "ja"))
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 2000
    assert all(len(row) == 2 and row[0] and row[1] for row in rows)
    assert ["Japan-U.S. alliance", "日米同盟"] in rows
