from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.catalogue import sha256_of
from models.training.config import Config, read_config
from models.training.corpus import Places
from models.training.errors import InvalidConfig, InvalidCorpus, RunState
from models.training.examples import Examples, Ragged, load_examples
from models.training.filters import Reason
from models.training.preparation import prepare, spread
from models.training.prepared import Prepared, is_prepared, load_prepared
from tests.training.invented import THINGS, config_text, write_tsv


def silent(line: str) -> None:
    pass


def test_every_input_is_recorded_with_licence_and_digest(prepared: Prepared, corpus: Path) -> None:
    recorded = [(i.group, i.name, i.licence, i.sha256) for i in prepared.inputs]
    assert recorded == [
        ("general", "general.tsv", "CC0", sha256_of(corpus / "general.tsv")),
        ("terms", "terms.tsv", "CC BY-SA 4.0", sha256_of(corpus / "terms.tsv")),
        ("dictionary", "terms.tsv", "CC BY-SA 4.0", sha256_of(corpus / "terms.tsv")),
    ]


def test_evaluation_sentences_are_not_trained_on(prepared: Prepared) -> None:
    rejected = prepared.counts["general"].rejected
    assert rejected[Reason.EVALUATION.value] >= 40
    assert prepared.counts["general"].kept + sum(rejected.values()) == 1200
    general, dev = prepared.groups["general"], prepared.evaluation["dev"]
    trained = {tuple(general.targets[n].tolist()) for n in range(len(general))}
    assert not any(tuple(dev.targets[n].tolist()) in trained for n in range(len(dev)))


def test_words_are_aligned_and_terms_found(prepared: Prepared) -> None:
    general = prepared.groups["general"]
    assert float((general.links.values >= 0).mean()) > 0.4
    assert prepared.counts["general"].with_terms > 0.9 * len(general)
    row = next(n for n in range(len(general)) if "条約" in general.texts[n][0])
    (match,) = [m for m in general.matches_of(row) if general.texts[row][0][m.start : m.end] == "条約"]
    assert general.texts[row][1][match.target_start : match.target_end] == THINGS["条約"]
    assert prepared.counts["terms"].with_terms == 0


def test_what_was_prepared_is_kept_and_read_back(prepared: Prepared, prepared_folder: Path, config: Config) -> None:
    assert is_prepared(prepared_folder)
    again = load_prepared(config, prepared_folder)
    for name, group in prepared.groups.items():
        assert again.groups[name].texts == group.texts
        assert np.array_equal(again.groups[name].links.values, group.links.values)


def test_the_same_inputs_give_the_same_examples(prepared: Prepared, config: Config, corpus: Path, tmp_path: Path) -> None:
    again = prepare(config, Places(corpus), tmp_path, silent)
    for name, group in prepared.groups.items():
        for part in ("sources", "targets", "links", "matches"):
            assert np.array_equal(getattr(again.groups[name], part).values, getattr(group, part).values)


def test_other_settings_of_the_data_are_refused(prepared_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(config_text().replace("pieces = 420", "pieces = 421"), encoding="utf-8")
    with pytest.raises(RunState, match="was prepared with other settings of the data"):
        load_prepared(read_config(path), prepared_folder)


def test_a_folder_that_is_not_finished_is_not_prepared(tmp_path: Path, config: Config) -> None:
    assert not is_prepared(tmp_path)
    with pytest.raises(RunState, match="cannot be read"):
        load_prepared(config, tmp_path)


def test_pairs_that_are_no_translations_are_dropped(tmp_path: Path, corpus: Path) -> None:
    sides = [line.split("\t") for line in (corpus / "general.tsv").read_text(encoding="utf-8").splitlines()]
    unrelated = ["Penguins swim below ice", "wolves howl", "rivers flood villages", "bakers knead dough", "clocks tick", "owls hunt mice"]
    wrong = [(sides[n][0], f"{text}, {unrelated[n - 101].lower()}.") for n, text in enumerate(unrelated, 100)]
    write_tsv(tmp_path / "general.tsv", [*((a, b) for a, b in sides), *wrong])
    for name in ("dev.tsv", "terms.tsv"):
        (tmp_path / name).write_bytes((corpus / name).read_bytes())
    (tmp_path / "a.toml").write_text(config_text(max_pieces=60).replace("positions = 64", "positions = 128"), encoding="utf-8")
    prepared = prepare(read_config(tmp_path / "a.toml"), Places(tmp_path), tmp_path / "out", silent)
    assert prepared.counts["general"].rejected[Reason.ALIGNMENT.value] >= 5
    assert prepared.counts["general"].kept > 1100


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        (('files = ["general.tsv"]', 'files = ["missing.tsv"]'), InvalidCorpus, r"missing\.tsv does not exist"),
        (("length_ratio = [0.7, 6.0]", "length_ratio = [0.01, 0.02]"), InvalidCorpus, "no pair of the corpus 'general' is usable"),
        (("max_pieces = 30", "max_pieces = 4"), InvalidCorpus, "no pair of the corpus 'general' has at most 4 pieces"),
        (("pieces = 420", "pieces = 9000"), InvalidConfig, "the tokenizer cannot have 9000 pieces"),
        (("width = 32", 'init = "nowhere"'), InvalidConfig, "nowhere is not a Marian checkpoint"),
    ],
)
def test_what_cannot_be_prepared_is_named(corpus: Path, tmp_path: Path, change: tuple[str, str], error: type, told: str) -> None:
    path = tmp_path / "a.toml"
    path.write_text(config_text(first_pieces=2).replace(*change, 1), encoding="utf-8")
    with pytest.raises(error, match=told):
        prepare(read_config(path), Places(corpus), tmp_path / "out", silent)
    assert not is_prepared(tmp_path / "out")


def test_small_groups_go_whole_and_large_ones_share_the_rest() -> None:
    assert spread([5, 1000, 20, 1000], 225) == [5, 100, 20, 100]
    assert spread([5, 10], 100) == [5, 10]
    assert spread([], 7) == []


def test_examples_survive_the_disk_and_damage_is_told(tmp_path: Path) -> None:
    rows = Ragged.of([[1, 2], [], [3]])
    texts = (("同盟", "alliance"), ("", ""), ("", ""))
    Examples("a", rows, rows, rows, texts, Ragged.of([[0, 2, 0, 8], [], []])).save(tmp_path / "a.npz")
    loaded = load_examples(tmp_path / "a.npz")
    assert [loaded.sources[n].tolist() for n in range(3)] == [[1, 2], [], [3]]
    assert loaded.texts == texts
    assert [len(loaded.matches_of(n)) for n in range(3)] == [1, 0, 0]
    (tmp_path / "b.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:50])
    with pytest.raises(RunState, match="cannot be read"):
        load_examples(tmp_path / "b.npz")
