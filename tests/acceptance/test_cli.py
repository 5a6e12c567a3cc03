"""The commands as a user types them: what they print and write, and how they refuse what they cannot do."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from service.cli import app
from service.translation.result import FindingKind, Rung, TermStatus
from tests.acceptance.commands import BUNDLED, REPOSITORY, done, meiyaku, needs_the_bundled_model, refused
from tests.documents.support import addresses, structure

EXAMPLES = REPOSITORY / "examples"
SCHEMA = json.loads((REPOSITORY / "docs" / "report.schema.json").read_text(encoding="utf-8"))
TEXT = "日本とアメリカは日米同盟を強化する。\n"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A short Japanese document."""
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def _check_report(report: dict[str, Any]) -> None:
    """The report is as its schema says, and its numbers and places are those of its segments."""
    jsonschema.Draft202012Validator(SCHEMA).validate(report)
    uses = [use for segment in report["segments"] for use in segment["terms"]]
    totals = report["totals"]
    assert totals["segments"] == len(report["segments"])
    assert totals["terms"] == len(uses) == totals["met"] + totals["repaired"] + totals["unmet"]
    for status in ("met", "repaired", "unmet"):
        assert totals[status] == sum(use["status"] == status for use in uses)
    assert totals["findings"] == sum(len(s["findings"]) for s in report["segments"]) + len(report["markup_findings"])
    assert len(report["unmet"]) == totals["unmet"]
    for segment in report["segments"]:
        for use in [*segment["terms"], *segment["protected"]]:
            assert segment["source"][slice(*use["source_span"])] == use["source_text"]
            if use["target_span"]:
                assert segment["target"][slice(*use["target_span"])] == use["target_text"]


def test_the_report_schema_names_every_kind_status_and_rung() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    definitions = SCHEMA["$defs"]
    assert definitions["finding"]["properties"]["kind"]["enum"] == [kind.value for kind in FindingKind]
    assert definitions["use"]["properties"]["status"]["enum"] == [status.value for status in TermStatus]
    assert definitions["rung"]["enum"] == [rung.name.lower() for rung in Rung]


@needs_the_bundled_model
class TestTranslate:
    def test_standard_input_to_standard_output_in_one_line(self, data_dir: Path) -> None:
        result = meiyaku(data_dir, "translate", stdin=TEXT.encode())
        assert result.returncode == 0
        assert result.stdout.decode().isascii()
        assert "alliance" in result.stdout.decode()
        assert result.stdout.endswith(b".\n")
        assert result.stderr.decode().splitlines()[-1].startswith("1 segments, ")

    def test_a_file_and_standard_input_give_the_same(self, data_dir: Path, text: Path) -> None:
        assert done(data_dir, "translate", text) == done(data_dir, "translate", "-", "--from", "ja", "--to", "EN", stdin=TEXT.encode())

    def test_output_and_report_are_written_with_their_folders(self, data_dir: Path, text: Path, tmp_path: Path) -> None:
        output, report = tmp_path / "new" / "out.txt", tmp_path / "reports" / "report.json"
        assert done(data_dir, "translate", text, "-o", output, "--report", report) == ""
        data = json.loads(report.read_text(encoding="utf-8"))
        _check_report(data)
        assert (data["path"], data["source"], data["target"]) == ("text.txt", "ja", "en")
        assert [s["target"] + "\n" for s in data["segments"]] == [output.read_text(encoding="utf-8")]
        assert "us-japan-alliance" in [use["concept"] for use in data["segments"][0]["terms"]]
        assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["out.txt", "report.json", "text.txt"]

    def test_a_table_of_terms_goes_to_standard_error(self, data_dir: Path) -> None:
        result = meiyaku(data_dir, "translate", "--terms", stdin=TEXT.encode())
        assert "日米同盟" in result.stderr.decode()
        assert "approved rendering" in result.stderr.decode()
        assert "日米同盟" not in result.stdout.decode()

    def test_the_glossary_can_be_off(self, data_dir: Path, tmp_path: Path) -> None:
        done(data_dir, "translate", "--glossary", "off", "--report", tmp_path / "r.json", stdin=TEXT.encode())
        report = json.loads((tmp_path / "r.json").read_bytes())
        _check_report(report)
        assert report["totals"]["terms"] == 0
        assert (report["path"], report["signature"]["glossary_mode"]) == (None, "off")

    def test_findings_are_an_exit_code_only_where_they_are_to_be(self, data_dir: Path, tmp_path: Path) -> None:
        markdown = "米国は[二十一世紀の新しい安全保障環境](https://example.org/a)に備え、**その他の課題**にも取り組む。\n".encode()
        arguments = ["translate", "-", "--format", "markdown", "--report", str(tmp_path / "r.json")]
        lenient = meiyaku(data_dir, *arguments, stdin=markdown)
        strict = meiyaku(data_dir, *arguments, "--strict", stdin=markdown)
        report = json.loads((tmp_path / "r.json").read_bytes())
        _check_report(report)
        assert lenient.returncode == 0
        assert strict.returncode == (1 if report["totals"]["findings"] else 0)
        assert lenient.stdout == strict.stdout
        assert addresses(lenient.stdout.decode()) == ["https://example.org/a"]

    @pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.ja.*")), ids=lambda path: path.name)
    def test_the_examples(self, data_dir: Path, tmp_path: Path, path: Path) -> None:
        output = tmp_path / path.name
        done(data_dir, "translate", path, "-o", output, "--report", tmp_path / "report.json")
        report = json.loads((tmp_path / "report.json").read_bytes())
        _check_report(report)
        assert report["totals"]["terms"] > 0
        source, target = path.read_text(encoding="utf-8"), output.read_text(encoding="utf-8")
        assert target.count("\n") == source.count("\n")
        if path.suffix == ".md":
            assert structure(target) == structure(source)
            assert addresses(target) == addresses(source)
            assert target.count("```") == source.count("```")
            code = source.split("```")[1::2]
            assert target.split("```")[1::2] == code


@needs_the_bundled_model
class TestBatch:
    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        root = tmp_path / "source"
        (root / "deep").mkdir(parents=True)
        (root / "a.txt").write_text(TEXT, encoding="utf-8")
        (root / "deep" / "b.md").write_text("# 外交\n", encoding="utf-8")
        (root / "deep" / "c.docx").write_bytes(b"PK")
        return root

    def test_a_dry_run_only_says_what_would_be_done(self, data_dir: Path, source: Path, tmp_path: Path) -> None:
        plan = json.loads(done(data_dir, "batch", source, tmp_path / "target", "--dry-run"))
        assert plan == {"translate": ["a.txt", "deep/b.md"], "unchanged": [], "unsupported": ["deep/c.docx"]}
        assert list((tmp_path / "target").rglob("*")) == []

    def test_a_folder_is_translated_with_a_summary_for_people(self, data_dir: Path, source: Path, tmp_path: Path) -> None:
        result = meiyaku(data_dir, "batch", source, tmp_path / "target", "--report-dir", tmp_path / "reports")
        error = result.stderr.decode()
        assert (result.returncode, result.stdout) == (0, b"")
        assert "not translated, format unknown: deep/c.docx\n" in error
        assert "2 documents: 2 done (0 unchanged), 0 failed\n" in error
        assert sorted(p.name for p in (tmp_path / "target").rglob("*") if p.is_file()) == ["a.txt", "b.md"]
        for name in ("a.txt", "deep/b.md"):
            report = json.loads((tmp_path / "reports" / f"{name}.json").read_bytes())
            _check_report(report)
            assert report["path"] == name

    def test_a_failing_document_is_told_and_makes_the_exit_code_2(self, data_dir: Path, source: Path, tmp_path: Path) -> None:
        (source / "bad.txt").write_bytes(b"\xff")
        result = meiyaku(data_dir, "batch", source, tmp_path / "target", "--json")
        events = [json.loads(line) for line in result.stdout.splitlines()]
        assert (result.returncode, result.stderr) == (2, b"")
        [failed] = [event for event in events if event["event"] == "failed"]
        assert failed["path"] == "bad.txt"
        assert failed["error"].startswith("not valid UTF-8 at byte 0")
        assert (events[-1]["event"], events[-1]["documents"], events[-1]["failed"]) == ("summary", 3, 1)
        assert sorted(p.name for p in (tmp_path / "target").rglob("*") if p.is_file()) == ["a.txt", "b.md"]


class TestTerms:
    def test_lookup_finds_a_term_by_text_beginning_and_likeness(self, data_dir: Path) -> None:
        exact = json.loads(done(data_dir, "terms", "lookup", "日米同盟", "--exact", "--json"))
        assert [concept["id"] for concept in exact] == ["us-japan-alliance"]
        assert exact[0]["sources"] and {term["language"] for term in exact[0]["terms"]} == {"en", "ja"}
        likely = json.loads(
            done(data_dir, "terms", "lookup", "U.S.-Japan alliances", "--fuzzy", "--language", "en", "--json", "--limit", "5")
        )
        assert "us-japan-alliance" in [concept["id"] for concept in likely]
        assert len(likely) <= 5

    def test_lookup_prints_a_table_or_that_there_is_nothing(self, data_dir: Path) -> None:
        table = done(data_dir, "terms", "lookup", "日米同盟", "--prefix")
        assert "us-japan-alliance · alliance" in table
        assert "U.S.-Japan alliance" in table
        assert done(data_dir, "terms", "lookup", "存在しない言葉") == "no term matches '存在しない言葉'\n"

    def test_annotate_says_where_the_terms_are(self, data_dir: Path, text: Path) -> None:
        hits = json.loads(done(data_dir, "terms", "annotate", text, "--json"))
        assert [(h["text"], TEXT[slice(*h["span"])]) for h in hits if h["concept"] == "us-japan-alliance"] == [("日米同盟", "日米同盟")]
        assert all(TEXT[slice(*h["span"])] == h["text"] for h in hits)
        table = done(data_dir, "terms", "annotate", stdin=TEXT.encode())
        assert f"{len(hits)} term occurrences" in table
        assert "日米同盟" in table

    def test_check_passes_the_termbase_and_tells_of_broken_rules(self, data_dir: Path, tmp_path: Path) -> None:
        assert done(data_dir, "terms", "check").rstrip().endswith(": 0 problems")
        (tmp_path / "broken.yaml").write_text("domain: other\nconcepts: []\n", encoding="utf-8")
        assert "broken.yaml" in refused(data_dir, "terms", "check", tmp_path)


@needs_the_bundled_model
class TestModels:
    def test_list_and_info(self, data_dir: Path) -> None:
        models = json.loads(done(data_dir, "models", "list", "--json"))
        assert models[0] | {"id": "meiyaku-ja-en", "source": "ja", "target": "en", "installed": True, "bundled": True} == models[0]
        assert "meiyaku-ja-en" in done(data_dir, "models", "list")
        info = json.loads(done(data_dir, "models", "info", "meiyaku-ja-en"))
        assert (info["checksums"], info["directory"]) == ("ok", str(BUNDLED))


def test_a_database_can_be_upgraded_again_and_again(data_dir: Path) -> None:
    first, second = done(data_dir, "db", "upgrade"), done(data_dir, "db", "upgrade")
    assert first == second
    assert "glossary revision" in first


@needs_the_bundled_model
class TestEvaluate:
    @pytest.fixture
    def pairs(self, tmp_path: Path) -> Path:
        path = tmp_path / "pairs.tsv"
        lines = [
            "日米同盟は重要である。\tThe U.S.-Japan alliance is important.",
            "日米同盟を強化する。\tWe will strengthen the U.S.-Japan alliance.",
            "首相は経済安全保障を語った。\tThe prime minister spoke about economic security.",
            "抑止力を高める必要がある。\tDeterrence must be enhanced.",
            "会合は三月に開かれる。\tThe meeting will be held in March.",
        ]
        path.write_text("# source\treference\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    def test_both_modes_stand_side_by_side(self, data_dir: Path, pairs: Path) -> None:
        result = json.loads(done(data_dir, "evaluate", pairs, "--json"))
        assert result["pairs"] == 5
        assert list(result["runs"]) == ["enforce", "off"]
        assert result["reference"]["occurrences"] >= 4
        for run in result["runs"].values():
            assert run["terms"]["occurrences"] == result["reference"]["occurrences"]
            assert 0 <= run["chrf2"] <= 100
            assert sum(run["rungs"].values()) == 5
        assert result["runs"]["enforce"]["terms"]["met"] >= result["runs"]["off"]["terms"]["met"]

    def test_the_table_names_the_metrics(self, data_dir: Path, pairs: Path) -> None:
        table = done(data_dir, "evaluate", pairs, "--glossary", "enforce", "--limit", "1")
        for name in ("pairs.tsv: 1 pairs", "term success rate", "chrF2", "BLEU", "nrefs:1"):
            assert name in table


class TestRefusals:
    """Each time exit code 2, one line on standard error, and nothing written."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--to", "xx"], "unknown language 'xx'; known are en, ja"),
            (["--from", "xx"], "unknown language 'xx'; known are en, ja"),
            (["--to", "ja"], "source and target language are both ja (source detected)"),
            (["--to", "en", "--from", "en"], "source and target language are both en (source given)"),
            (["--format", "markdown", "--from", "en", "--to", "ja"], "meiyaku models pull "),
        ],
    )
    def test_a_direction_that_makes_no_sense(self, data_dir: Path, text: Path, arguments: list[str], message: str) -> None:
        output, report = text.with_name("out"), text.with_name("report")
        assert message in refused(data_dir, "translate", text, *arguments, "-o", output, "--report", report)
        assert [p.name for p in text.parent.iterdir()] == ["text.txt"]

    @pytest.mark.parametrize(
        ("standard_input", "content", "message"),
        [
            (True, b"", "the text is empty: there is nothing to translate"),
            (False, b"", "the text is empty: there is nothing to translate"),
            (False, b" \n\xe3\x80\x80\n", "the text is empty: there is nothing to translate"),
            (True, b"\xe6\x97\xa5\xe6\x9c", "not valid UTF-8 at byte 3; convert the file to UTF-8"),
            (False, b"\xe6\x97\xa5\xe6\x9c", "not valid UTF-8 at byte 3; convert the file to UTF-8"),
            (False, b"PK\0\0", "this is not a text file: it holds a null byte"),
            (True, b"12345", "the language of the text cannot be told"),
            (True, "長い。".encode() * 10, "the text has 30 characters; the limit is 20: divide it, or raise MEIYAKU_MAX_TEXT_CHARACTERS"),
            (True, b"x" * 201, "standard input is larger than 200 bytes"),
            (False, b"x" * 201, "in.txt: the file has 201 bytes; the limit is 200"),
        ],
    )
    def test_content_that_cannot_be_translated(
        self, data_dir: Path, tmp_path: Path, standard_input: bool, content: bytes, message: str
    ) -> None:
        path = tmp_path / "in.txt"
        path.write_bytes(content)
        file = "-" if standard_input else path
        limits = {"max_text_characters": "20", "max_upload_bytes": "200"}
        assert message in refused(data_dir, "translate", file, "-o", tmp_path / "out", stdin=content, settings=limits)
        assert [p.name for p in tmp_path.iterdir()] == ["in.txt"]

    def test_files_and_folders_that_cannot_be_read_or_written(self, data_dir: Path, text: Path) -> None:
        folder = text.parent
        none = folder / "none.txt"
        assert refused(data_dir, "translate", none) == f"{none}: cannot be read: No such file or directory"
        assert refused(data_dir, "translate", folder) == f"{folder} is a folder; use: meiyaku batch {folder} TARGET"
        assert refused(data_dir, "translate", text, "-o", folder) == f"cannot write {folder}: it is a folder"
        assert "cannot write" in refused(data_dir, "translate", text, "-o", folder / "out", "--report", text / "report")
        assert "is not a folder" in refused(data_dir, "batch", none, folder / "out")
        assert "cannot write to the folder" in refused(data_dir, "batch", EXAMPLES, text / "out")
        assert "must not be the source folder or lie inside it" in refused(data_dir, "batch", folder, folder / "out")
        assert refused(data_dir, "terms", "annotate", none) == f"{none}: cannot be read: No such file or directory"
        assert refused(data_dir, "evaluate", none) == f"{none}: cannot be read: No such file or directory"
        assert [p.name for p in folder.iterdir()] == ["text.txt"]

    def test_a_tsv_without_columns(self, data_dir: Path, text: Path) -> None:
        assert refused(data_dir, "evaluate", text) == "line 1 does not have two columns with text, separated by a tab"

    def test_options_that_exclude_each_other(self, data_dir: Path) -> None:
        assert "choose one of" in refused(data_dir, "terms", "lookup", "同盟", "--exact", "--fuzzy")
        assert refused(data_dir, "terms", "lookup", " ") == "the text to look up is empty"

    def test_a_direction_without_a_model_names_the_command_that_gets_one(self, data_dir: Path, tmp_path: Path) -> None:
        message = refused(data_dir, "translate", EXAMPLES / "speech.en.txt", "--to", "ja", "-o", tmp_path / "out")
        assert message == "no model is installed that translates en to ja; get one with: meiyaku models pull elan-mt-bt-en-ja"
        assert list(tmp_path.iterdir()) == []
        (tmp_path / "in").mkdir()
        shutil.copy(EXAMPLES / "speech.en.txt", tmp_path / "in")
        assert "meiyaku models pull elan-mt-bt-en-ja" in refused(data_dir, "batch", tmp_path / "in", tmp_path / "out", "--to", "ja")
        assert list((tmp_path / "out").iterdir()) == []

    def test_a_model_that_the_catalogue_does_not_know(self, data_dir: Path) -> None:
        assert refused(data_dir, "models", "info", "none").startswith("the catalogue has no model 'none'; it has meiyaku-ja-en")
        assert "ships with meiyaku" in refused(data_dir, "models", "pull", "meiyaku-ja-en")

    @pytest.mark.parametrize(
        ("name", "value", "message"),
        [
            ("threads", "many", "setting MEIYAKU_THREADS: Input should be a valid integer"),
            ("threads", "-1", "setting MEIYAKU_THREADS: Input should be greater than or equal to 0"),
            ("max_text_characters", "0", "setting MEIYAKU_MAX_TEXT_CHARACTERS: Input should be greater than or equal to 1"),
            ("engine", "none", "setting MEIYAKU_ENGINE: Input should be 'ctranslate2' or 'transformers'"),
            ("manifests", "no list", 'error parsing value for field "manifests"'),
            ("database_url", "mysql://localhost/x", "unsupported database 'mysql'; use sqlite or postgresql"),
            ("database_url", "nonsense", "the database URL cannot be read"),
        ],
    )
    def test_a_bad_setting(self, data_dir: Path, text: Path, name: str, value: str, message: str) -> None:
        assert message in refused(data_dir, "translate", text, "-o", text.with_name("out"), settings={name: value})
        assert [p.name for p in text.parent.iterdir()] == ["text.txt"]

    @pytest.mark.parametrize(
        ("name", "value"), [("manifests", '["{}/none.toml"]'), ("manifests", '["{}/text.txt"]'), ("languages_file", "{}/none.toml")]
    )
    def test_a_setting_that_names_a_bad_file(self, data_dir: Path, text: Path, name: str, value: str) -> None:
        assert "cannot be used" in refused(data_dir, "translate", text, settings={name: value.format(text.parent)})

    def test_a_data_directory_that_cannot_be_made(self, text: Path) -> None:
        message = refused(text / "data", "translate", text)
        assert message == f"the data directory {text / 'data'} cannot be made: Not a directory; set MEIYAKU_DATA_DIR"

    def test_a_database_of_a_newer_version(self, tmp_path: Path, text: Path) -> None:
        with sqlite3.connect(tmp_path / "meiyaku.db") as connection:
            connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.execute("INSERT INTO alembic_version VALUES ('from_the_future')")
        connection.close()
        message = refused(tmp_path, "translate", text, "-o", tmp_path / "out")
        assert message.startswith("the database is at revision from_the_future, which this version does not know")
        assert not (tmp_path / "out").exists()

    def test_a_file_that_is_no_database(self, tmp_path: Path, text: Path) -> None:
        (tmp_path / "meiyaku.db").write_bytes(b"this is not a database at all" * 100)
        assert refused(tmp_path, "db", "upgrade") == "the database cannot be used: file is not a database"

    @pytest.mark.parametrize("by_setting", [True, False], ids=["setting", "option"])
    def test_serving_the_world_without_keys(self, tmp_path: Path, by_setting: bool) -> None:
        data = tmp_path / "data"
        world = "0.0.0.0"  # noqa: S104 - to be refused
        message = refused(data, "serve", settings={"host": world}) if by_setting else refused(data, "serve", "--host", world)
        assert message.startswith("refusing to listen on 0.0.0.0 without API keys: set MEIYAKU_API_KEYS")
        assert not data.exists()


@needs_the_bundled_model
class TestDamagedModel:
    @pytest.fixture
    def copy(self, tmp_path: Path) -> Iterator[Path]:
        """A copy of the bundled model."""
        yield shutil.copytree(BUNDLED, tmp_path / "copy")
        shutil.rmtree(tmp_path / "copy")

    def _refused(self, data_dir: Path, copy: Path, text: Path) -> str:
        manifest = copy.parent / "manifest.toml"
        entry = {"id": "copy", "source": "ja", "target": "en", "title": "A copy", "licence": "none", "directory": str(copy)}
        manifest.write_text(
            "[[model]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in entry.items()) + "nfkc = true\n", encoding="utf-8"
        )
        settings = {"manifests": json.dumps([str(manifest)])}
        message = refused(data_dir, "translate", text, "-o", text.with_name("out"), settings=settings)
        assert not text.with_name("out").exists()
        assert refused(data_dir, "models", "info", "copy", settings=settings) == message
        return message

    def test_a_byte_that_is_not_what_it_was(self, data_dir: Path, copy: Path, text: Path) -> None:
        path = copy / "ct2" / "model.bin"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        message = self._refused(data_dir, copy, text)
        assert message == f"model file {path} is damaged (its checksum is not the recorded one); install the model again"

    def test_a_file_that_is_missing(self, data_dir: Path, copy: Path, text: Path) -> None:
        (copy / "source.spm").unlink()
        assert self._refused(data_dir, copy, text) == f"model file {copy / 'source.spm'} is missing; install the model again"


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: " ".join(path) or "meiyaku")
def test_every_command_has_help(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert "Usage: " in result.output
    command = COMMANDS[path]
    assert command.help
    for parameter in command.params:
        if parameter.param_type_name == "option" and "--help" not in parameter.opts:
            assert parameter.help, f"{parameter.opts} has no help"


def test_the_whole_program_has_help_in_a_process_of_its_own(tmp_path: Path) -> None:
    text = done(tmp_path / "data", "--help")
    for name in ("translate", "batch", "terms", "models", "db", "evaluate", "serve", "worker"):
        assert f"\n  {name} " in text
    assert not (tmp_path / "data").exists()
