from __future__ import annotations

from pathlib import Path

import pytest

from models.training.config import CONFIGS, Config, find_config, read_config
from models.training.errors import InvalidConfig
from tests.training.invented import config_text


def read(tmp_path: Path, text: str, **overrides: float) -> Config:
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path, minutes=overrides.get("minutes"), seed=int(overrides["seed"]) if "seed" in overrides else None)


def test_the_shipped_configurations_are_valid() -> None:
    names = sorted(p.stem for p in CONFIGS.glob("*.toml"))
    assert names == ["en-ja", "ja-en"]
    for name in names:
        config = read_config(find_config(name))
        assert f"{config.source}-{config.target}" == name
        assert (config.model.width, config.model.encoder_layers, config.model.decoder_layers, config.tokenizer.pieces) == (256, 6, 3, 14000)


def test_the_shipped_configurations_hold_out_every_evaluation_set() -> None:
    held_out = [{e.name for e in read_config(find_config(name)).evaluation} for name in ("ja-en", "en-ja")]
    assert held_out[0] == held_out[1] == {"domain.dev", "tatoeba.dev", "kyoto_heldout", "wmt21_jaen", "wmt21_enja", "ntrex_enja"}


def test_the_command_line_overrides_minutes_and_seed(tmp_path: Path) -> None:
    config = read(tmp_path, config_text(), minutes=7, seed=9)
    assert (config.training.minutes, config.training.seed) == (7, 9)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("width = 32", "widht = 32", r"a\.toml: model\.widht: Extra inputs are not permitted"),
        ("width = 32", "width = 33", "model: width must be a multiple of twice the number of heads"),
        ("width = 32", 'width = "wide"', r"model\.width: Input should be a valid integer"),
        ("average = 0.3", "average = 1.3", r"training\.average: .*less than or equal to 1"),
        ("decay = 0.6", "decay = 0.99", "training: warmup and decay together"),
        ("max_pieces = 30", "max_pieces = 60", "max_pieces, and a quarter more"),
        ("max_pieces = 30", "max_pieces = 601", "training: batch_pieces must hold"),
        ('name = "terms"', 'name = "general"', "corpus: the name 'general' stands twice"),
        ('name = "terms"', 'name = "../terms"', r"corpus\.1\.name: String should match"),
        ('licence = "CC0"', "", r"corpus\.0\.licence: Field required"),
        ('files = ["general.tsv"]', "files = []", r"corpus\.0\.files"),
        ('target = "en"', 'target = "ja-JP"', "source and target must be two languages"),
        ('columns = ["ja", "en"]', 'columns = ["ja", "fr"]', "columns must be ja and en"),
        ("length_ratio = [0.7, 6.0]", "length_ratio = [6.0, 0.7]", "the first number must be the smaller one"),
        ("weight = 0.2\n", "weight = -1\n", r"corpus\.1\.weight"),
        ("source = ", "source == ", "is not TOML"),
    ],
)
def test_a_mistake_is_named_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    text = config_text()
    assert old in text
    with pytest.raises(InvalidConfig, match=told) as caught:
        read(tmp_path, text.replace(old, new, 1))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(InvalidConfig, match=r"nowhere\.toml cannot be read: No such file"):
        read_config(find_config("nowhere.toml"))


def test_weights_without_any_text_are_refused(tmp_path: Path) -> None:
    text = config_text().replace('licence = "CC0"', 'licence = "CC0"\nweight = 0', 1).replace("weight = 0.2", "weight = 0")
    with pytest.raises(InvalidConfig, match="at least one corpus needs a weight"):
        read(tmp_path, text)


def test_only_settings_of_the_data_change_its_fingerprint(tmp_path: Path) -> None:
    first = read(tmp_path, config_text()).data_fingerprint
    assert read(tmp_path, config_text(learning_rate=0.5, minutes=99, seed=4)).data_fingerprint == first
    assert read(tmp_path, config_text().replace("weight = 0.2", "weight = 0.3")).data_fingerprint == first
    assert read(tmp_path, config_text().replace("pieces = 420", "pieces = 421")).data_fingerprint != first
    assert read(tmp_path, config_text(max_pieces=29)).data_fingerprint != first
