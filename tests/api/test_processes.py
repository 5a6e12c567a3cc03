"""Real processes: the server on a socket, and the server with a worker of its own as docker-compose.yml starts them."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from models.catalogue import Catalogue
from tests.store.compose import command_of, environment_of, healthcheck_of
from tests.store.made_up import write_termbase

_PATIENCE = 90.0  # seconds, for a machine that is busy with other work
_KEY = "sesame"
_BUNDLED = Catalogue.read(models_directory=Path("nowhere")).get("meiyaku-ja-en")
needs_model = pytest.mark.skipif(not _BUNDLED.installed, reason="the bundled model is not there")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(*settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with no settings but these; of two with one name the last one counts."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MEIYAKU_")}
    for some in settings:
        environment.update(some)
    return environment


@contextmanager
def _process(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A running process, killed at the end where it has not ended by itself."""
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stdout=output, stderr=output) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def _client(process: subprocess.Popen[bytes], port: int, log: Path, key: str | None = None) -> Iterator[httpx.Client]:
    """A client of a server that has begun to answer."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=_PATIENCE, trust_env=False) as client:
        _wait_for_answer(client, process, log)
        yield client


def _wait_for_answer(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            client.get("/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"no answer: {log.read_text(errors='replace')}")


def _end(process: subprocess.Popen[bytes], log: Path) -> None:
    """SIGTERM ends the process by itself, without a traceback."""
    process.send_signal(signal.SIGTERM)
    # A server ends by the signal that it was sent, once it has shut down; a worker returns.
    assert process.wait(timeout=_PATIENCE) in (0, -signal.SIGTERM, 128 + signal.SIGTERM)
    assert "Traceback" not in log.read_text(errors="replace")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a process writes."""
    return tmp_path / "process.log"


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    """Settings below the temporary directory."""
    return {"MEIYAKU_DATA_DIR": str(tmp_path / "data"), "MEIYAKU_GLOSSARY_DIR": str(write_termbase(tmp_path / "terms"))}


def test_the_server_answers_on_its_socket_and_ends_cleanly(base: dict[str, str], log: Path) -> None:
    port = _free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    with _process(command, _environment(base), log) as process, _client(process, port, log) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/v1/terms/foip").json()["id"] == "foip"
        answer = client.post("/v1/translate", json={"text": "", "target": "en"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        if _BUNDLED.installed:
            assert client.get("/readyz").json()["status"] == "ready"
            [translation] = client.post("/v1/translate", json={"text": "日米同盟は重要だ。", "target": "en"}).json()["translations"]
            assert "U.S.-Japan alliance" in translation["text"]
        _end(process, log)
        assert "Application shutdown complete" in log.read_text()


def test_an_open_address_without_keys_is_refused(base: dict[str, str], log: Path) -> None:
    command = [sys.executable, "-m", "service.cli", "serve", "--host", "192.0.2.1", "--port", str(_free_port())]
    with _process(command, _environment(base), log) as process:
        assert process.wait(timeout=_PATIENCE) == 2
    assert "without API keys" in log.read_text()
    assert not Path(base["MEIYAKU_DATA_DIR"]).exists()


def test_a_worker_ends_cleanly(base: dict[str, str], log: Path) -> None:
    with _process([sys.executable, "-m", "service.cli", "worker"], _environment(base), log) as process:
        deadline = time.monotonic() + _PATIENCE
        while "worker is ready" not in log.read_text() and time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        _end(process, log)
        assert process.returncode == 0


@needs_model
def test_the_services_of_docker_compose_complete_an_uploaded_job(
    base: dict[str, str], postgres_url: str, tmp_path: Path, log: Path
) -> None:
    """The same commands and environment as in docker-compose.yml; only addresses and directories are this machine's."""
    port = _free_port()
    given = {"POSTGRES_PASSWORD": "unused", "MEIYAKU_API_KEY": _KEY}
    here = {**base, "MEIYAKU_DATABASE_URL": postgres_url}
    api = _environment(environment_of("api", given), here, {"MEIYAKU_HOST": "127.0.0.1", "MEIYAKU_PORT": str(port)})
    worker = _environment(environment_of("worker", given), here)
    worker_log = tmp_path / "worker.log"
    with _process(command_of("api"), api, log) as server, _client(server, port, log, _KEY) as client:
        assert httpx.get(f"http://127.0.0.1:{port}/v1/languages", trust_env=False).status_code == 401
        files = [("files", ("a/speech.txt", "日米同盟は重要だ。".encode(), "text/plain")), ("files", ("bad.txt", b"\xff", "text/plain"))]
        answer = client.post("/v1/jobs", files=files, data={"target": "en", "source": "ja"})
        assert answer.status_code == 202, answer.text
        path = answer.headers["location"]
        time.sleep(1.5)
        assert client.get(path).json()["counts"]["queued"] == 2  # the server does no job by itself
        with _process(command_of("worker"), worker, worker_log) as working:
            deadline = time.monotonic() + _PATIENCE
            while (job := client.get(path).json())["state"] not in ("done", "failed") and time.monotonic() < deadline:
                assert working.poll() is None, worker_log.read_text()
                time.sleep(0.2)
            assert (job["state"], job["counts"]["done"], job["counts"]["failed"]) == ("failed", 1, 1), worker_log.read_text()
            for command, environment in ((healthcheck_of("api"), api), (healthcheck_of("worker"), worker)):
                subprocess.run(command, env=environment, check=True, timeout=_PATIENCE, capture_output=True)
            _end(working, worker_log)
        with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/result").content)) as archive:
            assert sorted(archive.namelist()) == ["documents/a/speech.txt", "reports/a/speech.txt.json"]
            assert b"U.S.-Japan alliance" in archive.read("documents/a/speech.txt")
        _end(server, log)
    broken = {**api, "MEIYAKU_DATABASE_URL": "postgresql://meiyaku@/nothing?host=/nowhere"}
    for command in (healthcheck_of("api"), healthcheck_of("worker")):
        assert subprocess.run(command, env=broken, timeout=_PATIENCE, capture_output=True).returncode != 0
