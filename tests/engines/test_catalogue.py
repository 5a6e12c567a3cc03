"""The catalogue: what it knows, what it finds wrong with files, and what it says where there is no model."""

from __future__ import annotations

import json
import logging
import shutil
from pathlib import Path

import pytest

from models.catalogue import FILES, MANIFEST, Advice, Catalogue, ModelEntry, read_files, record_files, verify_files
from models.errors import MissingDependency, ModelFileError, ModelRefused, ModelUnavailable, NoModelForDirection, UnknownModel
from models.installing import convert_checkpoint, pull_model
from models.loading import load_engine
from tests.acceptance.commands import BUNDLED, done, meiyaku, needs_the_bundled_model, refused


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """The manifest that ships, with an empty directory for pulled models, and no bundled one beside it."""
    manifest = shutil.copy(MANIFEST, tmp_path / "manifest.toml")
    return Catalogue.read(manifest, models_directory=tmp_path / "models")


def _install(directory: Path) -> Path:
    """Two files in a directory, recorded as those of a model."""
    (directory / "ct2").mkdir(parents=True)
    (directory / "config.json").write_text("{}", encoding="utf-8")
    (directory / "ct2" / "model.bin").write_bytes(b"weights")
    record_files(directory)
    return directory


class TestEntries:
    def test_ids_are_unique_and_directions_are_those_of_the_product(self, catalogue: Catalogue) -> None:
        ids = [e.id for e in catalogue.entries()]
        assert len(set(ids)) == len(ids)
        assert {(e.source, e.target) for e in catalogue.entries()} == {("ja", "en"), ("en", "ja")}

    def test_every_entry_has_a_licence_and_a_place_to_get_it(self, catalogue: Catalogue) -> None:
        assert [e.id for e in catalogue.entries() if not e.licence or [e.bundled, bool(e.hub), bool(e.page)].count(True) != 1] == []
        assert [e.id for e in catalogue.entries() if (e.advice is not Advice.NONE) != bool(e.warning)] == []

    def test_the_bundled_models_go_first(self, catalogue: Catalogue) -> None:
        first = [(e.id, e.source, e.target) for e in catalogue.entries()[:2]]
        assert first == [("meiyaku-ja-en", "ja", "en"), ("meiyaku-en-ja", "en", "ja")]
        assert all(e.bundled and e.nfkc for e in catalogue.entries()[:2])

    def test_a_bundled_model_whose_files_are_not_there_is_not_installed(self, catalogue: Catalogue, tmp_path: Path) -> None:
        entry = catalogue.get("meiyaku-en-ja")
        assert (entry.installed, entry.size, entry.directory) == (False, 0, tmp_path / "bundled" / "en-ja")
        with pytest.raises(ModelFileError, match="model meiyaku-en-ja is not installed in"):
            load_engine(entry)
        _install(entry.directory)
        assert entry.installed
        assert catalogue.installed("en", "ja") is entry

    def test_one_by_its_id(self, catalogue: Catalogue) -> None:
        assert catalogue.get("fugumt-en-ja").hub == "staka/fugumt-en-ja"

    def test_an_unknown_id_is_an_error_that_names_those_there_are(self, catalogue: Catalogue) -> None:
        with pytest.raises(UnknownModel, match=r"no model 'gpt'; it has meiyaku-ja-en, .*opus-mt-en-jap"):
            catalogue.get("gpt")

    def test_further_manifests_go_first(self, tmp_path: Path) -> None:
        manifest = tmp_path / "mine.toml"
        lines = ["[[model]]", 'id = "mine"', 'source = "ja"', 'target = "en"', 'title = "Mine"', 'licence = "none"']
        manifest.write_text("\n".join([*lines, f'directory = "{_install(tmp_path / "mine")}"']), encoding="utf-8")
        catalogue = Catalogue.read(models_directory=tmp_path, extra=[manifest])
        assert catalogue.entries()[0].id == "mine"
        assert catalogue.installed("ja", "en").id == "mine"
        assert catalogue.directions()[0] == ("ja", "en")


class TestDirections:
    def test_no_model_names_the_command_that_gets_one(self, catalogue: Catalogue) -> None:
        with pytest.raises(NoModelForDirection, match="meiyaku models pull elan-mt-bt-en-ja"):
            catalogue.installed("en", "ja")

    def test_no_model_at_all_names_the_command_that_registers_one(self, catalogue: Catalogue) -> None:
        with pytest.raises(NoModelForDirection, match="meiyaku models register DIRECTORY"):
            catalogue.installed("ja", "tlh")

    def test_a_pulled_model_is_found(self, catalogue: Catalogue, tmp_path: Path) -> None:
        assert ("en", "ja") not in catalogue.directions()
        _install(tmp_path / "models" / "fugumt-en-ja")
        assert catalogue.installed("en", "ja").id == "fugumt-en-ja"
        assert ("en", "ja") in catalogue.directions()

    def test_the_manifest_has_the_order_of_preference(self, catalogue: Catalogue, tmp_path: Path) -> None:
        for name in ("fugumt-en-ja", "elan-mt-bt-en-ja"):
            _install(tmp_path / "models" / name)
        assert catalogue.installed("en", "ja").id == "elan-mt-bt-en-ja"

    def test_a_refused_model_that_was_forced_is_taken_only_where_no_other_is(
        self, catalogue: Catalogue, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        _install(tmp_path / "models" / "opus-mt-en-jap")
        assert catalogue.installed("en", "ja").id == "opus-mt-en-jap"
        assert catalogue.directions() == [("en", "ja")]
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage().startswith("the catalogue warns of model opus-mt-en-jap: in effect a Bible model")
        caplog.clear()
        _install(tmp_path / "models" / "fugumt-en-ja")
        assert catalogue.installed("en", "ja").id == "fugumt-en-ja"
        assert caplog.records == []

    def test_a_forced_model_comes_after_one_that_the_manifest_lists_later(self, tmp_path: Path) -> None:
        manifest = tmp_path / "mine.toml"
        entry = '[[model]]\nid = "{0}"\nsource = "ja"\ntarget = "en"\ntitle = "-"\nlicence = "-"\nadvice = "{1}"\nwarning = "-"\n'
        manifest.write_text(entry.format("bad", "refuse") + entry.format("odd", "warn"), encoding="utf-8")
        catalogue = Catalogue.read(manifest, models_directory=tmp_path)
        _install(tmp_path / "bad")
        _install(tmp_path / "odd")
        assert catalogue.installed("ja", "en").id == "odd"

    def test_a_model_that_cannot_run_here_is_no_way_to_get_a_direction(self, catalogue: Catalogue, tmp_path: Path) -> None:
        firefox = [e for e in catalogue.entries() if e.page]
        assert {(e.source, e.target) for e in firefox} == {("ja", "en"), ("en", "ja")}
        alone = Catalogue(firefox)
        assert alone.directions() == []
        with pytest.raises(NoModelForDirection, match="register a Marian checkpoint"):
            alone.installed("ja", "en")


class TestFiles:
    def test_what_was_recorded_is_verified(self, tmp_path: Path) -> None:
        directory = _install(tmp_path / "model")
        (directory / "README.md").write_text("a model card may change", encoding="utf-8")
        verify_files(directory)
        assert set(read_files(directory)) == {"config.json", "ct2/model.bin"}
        assert read_files(directory)["ct2/model.bin"]["size"] == 7

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        directory = _install(tmp_path / "model")
        (directory / "ct2" / "model.bin").unlink()
        with pytest.raises(ModelFileError, match=r"ct2/model\.bin is missing; install the model again"):
            verify_files(directory)

    @pytest.mark.parametrize("content", [b"wEights", b"weights and more", b""])
    def test_a_damaged_file_is_named(self, tmp_path: Path, content: bytes) -> None:
        directory = _install(tmp_path / "model")
        (directory / "ct2" / "model.bin").write_bytes(content)
        with pytest.raises(ModelFileError, match=r"ct2/model\.bin is damaged \(its checksum is not the recorded one\)"):
            verify_files(directory)

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b'{"config.json": {}}', b'{"config.json": 5}'])
    def test_a_damaged_record_is_an_error_in_words(self, tmp_path: Path, content: bytes) -> None:
        directory = _install(tmp_path / "model")
        (directory / FILES).write_bytes(content)
        with pytest.raises(ModelFileError, match=r"files\.json"):
            verify_files(directory)

    def test_the_digest_follows_the_bytes(self, tmp_path: Path) -> None:
        directory = _install(tmp_path / "model")
        entry = ModelEntry("mine", "ja", "en", "Mine", "none", directory, bundled=False)
        before = entry.digest
        record_files(directory)
        assert entry.digest == before
        (directory / "ct2" / "model.bin").write_bytes(b"other weights")
        record_files(directory)
        assert entry.digest != before
        assert entry.size == 2 + 13

    def test_an_engine_is_not_made_of_damaged_files(self, tmp_path: Path) -> None:
        directory = _install(tmp_path / "model")
        (directory / "ct2" / "model.bin").write_bytes(b"wEights")
        with pytest.raises(ModelFileError, match="is damaged"):
            load_engine(ModelEntry("mine", "ja", "en", "Mine", "none", directory, bundled=False))

    def test_a_record_holds_sha256(self, tmp_path: Path) -> None:
        record = json.loads((_install(tmp_path / "model") / FILES).read_text(encoding="utf-8"))
        # what sha256sum says of the seven bytes "weights"
        assert record["ct2/model.bin"]["sha256"] == "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"


class TestInstalling:
    def test_a_bible_model_is_refused_with_what_to_use_instead(self, catalogue: Catalogue) -> None:
        entry = catalogue.get("opus-mt-en-jap")
        assert entry.advice is Advice.REFUSE
        with pytest.raises(ModelRefused, match=r"opus-mt-en-jap is refused: in effect a Bible model.*use elan-mt-bt-en-ja.*--force"):
            pull_model(entry)
        assert not entry.directory.exists()

    def test_a_bundled_model_is_not_pulled(self, catalogue: Catalogue) -> None:
        with pytest.raises(ModelUnavailable, match="it ships with meiyaku"):
            pull_model(catalogue.get("meiyaku-ja-en"))

    def test_a_bundled_model_that_is_missing_says_so(self, catalogue: Catalogue) -> None:
        with pytest.raises(ModelUnavailable, match=r"it ships with meiyaku, but this installation lacks its files \(.*en-ja\)"):
            pull_model(catalogue.get("meiyaku-en-ja"))

    def test_a_model_of_another_format_says_why_and_where_it_is(self, catalogue: Catalogue) -> None:
        with pytest.raises(ModelUnavailable, match=r"firefox-base-ja-en cannot be pulled: .*Marian binary for Bergamot.*; see https://"):
            pull_model(catalogue.get("firefox-base-ja-en"), force=True)

    def test_a_directory_that_is_no_checkpoint_is_an_error_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(ModelFileError, match=r"is not a Marian checkpoint: it has no config\.json"):
            convert_checkpoint(tmp_path, "int8")

    def test_without_torch_the_extra_is_named(self, catalogue: Catalogue, tmp_path: Path) -> None:
        try:
            import torch  # noqa: F401
        except ImportError:
            pass
        else:
            pytest.skip("PyTorch is installed")
        (tmp_path / "config.json").write_text("{}", encoding="utf-8")
        with pytest.raises(MissingDependency, match=r"pip install 'meiyaku\[torch\]'"):
            pull_model(catalogue.get("fugumt-ja-en"))
        with pytest.raises(MissingDependency, match=r"pip install 'meiyaku\[torch\]'"):
            convert_checkpoint(tmp_path, "int8")


class TestCommands:
    def test_what_cannot_be_pulled_is_one_line(self, tmp_path: Path) -> None:
        assert "ships with meiyaku" in refused(tmp_path, "models", "pull", "meiyaku-ja-en")
        assert "is refused: in effect a Bible model" in refused(tmp_path, "models", "pull", "opus-mt-en-jap")
        assert "cannot be pulled" in refused(tmp_path, "models", "pull", "firefox-base-en-ja", "--force")

    def test_the_list_has_every_model_with_its_licence_and_warning(self, tmp_path: Path, catalogue: Catalogue) -> None:
        listed = {e["id"]: e for e in json.loads(done(tmp_path, "models", "list", "--json"))}
        assert list(listed) == [e.id for e in catalogue.entries()]
        assert listed["firefox-base-ja-en"]["licence"] == "MPL-2.0"
        assert "Bergamot" in listed["firefox-base-ja-en"]["warning"]
        assert "cannot run here" in done(tmp_path, "models", "list")

    def test_what_is_not_installed_cannot_be_converted(self, tmp_path: Path) -> None:
        assert refused(tmp_path, "models", "convert", "fugumt-ja-en").startswith("model fugumt-ja-en is not installed in ")

    @needs_the_bundled_model
    def test_a_translation_with_a_model_that_the_catalogue_warns_of_says_so_once(self, tmp_path: Path) -> None:
        manifest = tmp_path / "mine.toml"
        lines = ["[[model]]", 'id = "odd"', 'source = "ja"', 'target = "en"', 'title = "Odd"', 'licence = "CC0-1.0"', "nfkc = true"]
        lines += [f"directory = {json.dumps(str(BUNDLED))}", 'advice = "warn"', 'warning = "fond of tea"']
        manifest.write_text("\n".join(lines), encoding="utf-8")
        settings = {"manifests": json.dumps([str(manifest)])}
        result = meiyaku(tmp_path, "translate", stdin="条約を結んだ。\n同盟を守る。".encode(), settings=settings)
        assert result.returncode == 0, result.stderr.decode()
        assert result.stderr.decode().count("the catalogue warns of model odd: fond of tea\n") == 1
        assert b"tea" not in result.stdout
