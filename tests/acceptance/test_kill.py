"""A batch that is killed in the middle: the next run completes it, does nothing twice, and ends with the same bytes."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from glossary.curated import CURATED_DIRECTORY
from tests.acceptance.commands import REPOSITORY, TIMEOUT, command, environment, needs_the_bundled_model

pytestmark = needs_the_bundled_model

DOCUMENTS = 60
SUBJECTS = ["日米両政府", "外務省", "同志国", "国会", "自衛隊", "専門家"]
OBJECTS = ["日米同盟の抑止力", "経済安全保障の課題", "サプライチェーンの強靱化", "海洋安全保障の協力", "核不拡散の原則"]
VERBS = ["について話し合った。", "を重視している。", "を改めて確認した。", "の見直しを求めた。"]
Event = dict[str, object]


def _documents() -> dict[str, str]:
    """Sixty documents of one or two short sentences, in three folders, every third in Markdown."""
    out = {}
    for number in range(DOCUMENTS):
        text = SUBJECTS[number % 6] + "は" + OBJECTS[number % 5] + VERBS[number % 4]
        if number % 4 == 0:
            text += f"次の会合は{number % 12 + 1}月に開かれる。"
        folder = ["", "news/", "papers/2026/"][number % 3]
        out[f"{folder}{number:02}.{'md' if number % 3 == 2 else 'txt'}"] = f"# {text}\n" if number % 6 == 5 else f"{text}\n"
    return out


class Place:
    """A source folder, and a data directory, target and reports of one's own."""

    def __init__(self, root: Path, source: Path, glossary: Path) -> None:
        self.source, self.target, self.reports = source, root / "target", root / "reports"
        self.data = root / "data"
        self.environment = environment(self.data, glossary_dir=str(glossary))

    def command(self, workers: int = 1) -> list[str]:
        return command("batch", self.source, self.target, "--to", "en", "--json", "--report-dir", self.reports, "--workers", str(workers))

    def files(self) -> dict[str, bytes]:
        roots = {"target": self.target, "reports": self.reports}
        return {
            f"{name}/{p.relative_to(root).as_posix()}": p.read_bytes()
            for name, root in roots.items()
            for p in root.rglob("*")
            if p.is_file()
        }

    def run(self, workers: int = 1) -> list[Event]:
        """A run to the end."""
        result = subprocess.run(
            self.command(workers), capture_output=True, env=self.environment, cwd=REPOSITORY, timeout=TIMEOUT, check=False
        )
        assert (result.returncode, result.stderr) == (0, b"")
        return [json.loads(line) for line in result.stdout.splitlines()]

    @contextmanager
    def process(self, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
        """A run that is still going on."""
        with subprocess.Popen(self.command(workers), stdout=subprocess.PIPE, env=self.environment, cwd=REPOSITORY) as process:
            try:
                yield process
            finally:
                process.kill()

    def killed_run(self, after: int, workers: int) -> list[Event]:
        """What a run told that was killed once it had said so many documents done."""
        with self.process(workers) as process:
            assert process.stdout
            lines = []
            left = after
            for line in process.stdout:
                lines.append(line)
                left -= json.loads(line)["event"] == "done" if line.endswith(b"\n") else 0
                if left == 0:
                    process.kill()
            assert process.wait() == -signal.SIGKILL
        return [json.loads(line) for line in lines if line.endswith(b"\n")]


def _halt(process: subprocess.Popen[bytes], database: Path) -> None:
    """Stop a process for a while, at a moment when it translates: a document is in hand and the database is free."""
    while True:
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.02)  # until it has stopped
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as connection, suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute("SELECT count(*) FROM documents WHERE state = 'running'").fetchone() == (1,):
                return
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)


def _paths(events: list[Event], *kinds: str) -> list[str]:
    return [str(event["path"]) for event in events if event["event"] in kinds]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("source")
    for path, text in _documents().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def glossary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two domains of the real termbase, for a quick start."""
    root = tmp_path_factory.mktemp("glossary")
    for name in ("alliance.yaml", "economic-security.yaml"):
        shutil.copy(CURATED_DIRECTORY / name, root / name)
    return root


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory, source: Path, glossary: Path) -> Mapping[str, bytes]:
    """What a run without interruption gives."""
    place = Place(tmp_path_factory.mktemp("uninterrupted"), source, glossary)
    events = place.run()
    assert sorted(_paths(events, "done")) == sorted(_documents())
    files = place.files()
    assert sorted(files) == sorted([*(f"target/{p}" for p in _documents()), *(f"reports/{p}.json" for p in _documents())])
    return files


def test_a_killed_batch_is_completed_without_doing_anything_twice(
    source: Path, glossary: Path, uninterrupted: Mapping[str, bytes], tmp_path: Path
) -> None:
    place = Place(tmp_path, source, glossary)
    runs = [place.killed_run(after=10, workers=1), place.killed_run(after=15, workers=3), place.run()]

    documents = sorted(_documents())
    assert len(_paths(runs[0], "done")) in range(10, DOCUMENTS)
    assert len(_paths(runs[1], "done")) in range(15, DOCUMENTS - 10)
    assert sorted(_paths(runs[2], "done", "unchanged")) == documents
    reported = [path for run in runs for path in _paths(run, "done")]
    assert len(reported) == len(set(reported))
    assert set(_paths(runs[0], "done")) <= set(_paths(runs[1], "unchanged")) <= set(_paths(runs[2], "unchanged"))
    assert runs[2][-1] | {"event": "summary", "documents": DOCUMENTS, "failed": 0, "unsupported": []} == runs[2][-1]
    assert place.files() == uninterrupted  # bytes, and no file besides


def test_an_interrupt_lets_the_document_in_hand_be_finished(
    source: Path, glossary: Path, uninterrupted: Mapping[str, bytes], tmp_path: Path
) -> None:
    place = Place(tmp_path, source, glossary)
    with place.process() as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(5)]
        _halt(process, place.data / "meiyaku.db")
        second = subprocess.run(place.command(), capture_output=True, env=place.environment, cwd=REPOSITORY, timeout=TIMEOUT, check=False)
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGINT)
        lines.extend(process.stdout)
        assert process.wait() == 130
    assert (second.returncode, second.stdout) == (2, b"")
    assert second.stderr.startswith(b"meiyaku: another process is translating this folder (worker ")
    assert second.stderr.count(b"\n") == 1
    done = _paths([json.loads(line) for line in lines], "done")
    assert len(done) in range(5, DOCUMENTS)
    expected = {f"target/{path}" for path in done} | {f"reports/{path}.json" for path in done}
    assert place.files() == {name: uninterrupted[name] for name in expected}
