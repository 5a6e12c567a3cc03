"""/v1/jobs: documents are uploaded, translated in the background and fetched; what cannot be accepted leaves nothing behind."""

from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.api.conftest import plain_model
from tests.api.problem_details import Answer, problem_of
from tests.fakes import FakeEngine
from tests.store.made_up import write_termbase

_THREE = {f"{n}.txt": f"{n}番目の文書は重要だ。".encode() for n in range(3)}
_REPORT_SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))
_PATIENCE = 30.0  # seconds; a job here takes less than one


def _upload(client: TestClient, documents: dict[str, bytes], target: str = "en", **fields: str) -> Answer:
    files = [("files", (name, content, "text/plain")) for name, content in documents.items()]
    return client.post("/v1/jobs", files=files, data={"target": target, **fields})


def _ended(client: TestClient, job_id: str) -> dict[str, Any]:
    """The job once it has ended."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        response = client.get(f"/v1/jobs/{job_id}")
        assert response.status_code == 200, response.text
        job: dict[str, Any] = response.json()
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job has not ended: {job}")


def _result(client: TestClient, job_id: str) -> dict[str, bytes]:
    """The files of a job's zip."""
    response = client.get(f"/v1/jobs/{job_id}/result")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/zip"
    assert f"meiyaku-{job_id}.zip" in response.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def _stored(application: Application) -> list[Path]:
    """Files and folders that uploads left on the disk."""
    return sorted(application.uploads().rglob("*")) if application.uploads().exists() else []


class TestAccepted:
    @pytest.fixture(params=["sqlite", "postgresql"])
    def either(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TestClient]:
        """A client of a service with a worker thread, on either database."""
        url = SecretStr(request.getfixturevalue("postgres_url")) if request.param == "postgresql" else None
        settings = Settings(data_dir=tmp_path / "data", database_url=url, glossary_dir=write_termbase(tmp_path / "terms"))
        application = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
        with TestClient(create_app(application)) as talking:
            yield talking

    def test_documents_come_back_under_their_names_with_reports(self, either: TestClient) -> None:
        documents = {
            "speech.txt": "日米同盟は重要だ。\n".encode(),
            "notes/vision.md": "# 自由で開かれたインド太平洋\n\n集団的自衛権を認めた。\n".encode(),
            "notes/深い/日本語.txt": "日米同盟\r\n".encode(),
        }
        response = _upload(either, documents, source="ja")
        assert response.status_code == 202
        accepted = response.json()
        assert re.fullmatch(r"[0-9a-f]{32}", accepted["id"])
        assert response.headers["location"] == f"/v1/jobs/{accepted['id']}"
        assert [d["path"] for d in accepted["documents"]] == sorted(documents)
        job = _ended(either, accepted["id"])
        assert (job["state"], job["counts"]["done"], job["source"], job["target"]) == ("done", 3, "ja", "en")
        assert job["finished_at"] >= job["created_at"]
        assert [d["error"] for d in job["documents"]] == [None] * 3
        result = _result(either, accepted["id"])
        assert set(result) == {f"documents/{p}" for p in documents} | {f"reports/{p}.json" for p in documents}
        assert result["documents/speech.txt"] == b"The U.S.-Japan alliance matters.\n"
        assert result["documents/notes/深い/日本語.txt"] == b"U.S.-Japan alliance\r\n"
        assert result["documents/notes/vision.md"] == b"# Free and Open Indo-Pacific\n\nThe collective self-defense matters.\n"
        for path in documents:
            report = json.loads(result[f"reports/{path}.json"])
            jsonschema.Draft202012Validator(_REPORT_SCHEMA).validate(report)
            [info] = [d for d in job["documents"] if d["path"] == path]
            assert (report["path"], report["totals"]) == (path, info["totals"])
            assert report["unmet"] == []
            assert all(s["source"][slice(*t["source_span"])] == t["source_text"] for s in report["segments"] for t in s["terms"])

    def test_the_source_may_be_left_to_detection(self, either: TestClient) -> None:
        job = _ended(either, _upload(either, {"a.txt": "日米同盟は重要だ。".encode()}).json()["id"])
        assert (job["state"], job["source"]) == ("done", None)

    def test_a_document_that_cannot_be_read_is_reported_and_the_others_come_out(self, either: TestClient) -> None:
        documents = {
            "good.txt": "日米同盟は重要だ。".encode(),
            "empty.txt": b"",
            "not-utf8.txt": "日米同盟".encode("shift_jis"),
            "null.md": b"a\0b",
            "english.txt": b"Already English.",
            "digits.txt": b"1945",
        }
        job = _ended(either, _upload(either, documents).json()["id"])
        assert (job["state"], job["counts"]["done"], job["counts"]["failed"]) == ("failed", 1, 5)
        errors = {d["path"]: d["error"] for d in job["documents"]}
        assert errors["good.txt"] is None
        assert "the text is empty" in errors["empty.txt"]
        assert "not valid UTF-8 at byte 0" in errors["not-utf8.txt"]
        assert "null byte" in errors["null.md"]
        assert "both en (source detected)" in errors["english.txt"]
        assert "the language of the text cannot be told" in errors["digits.txt"]
        assert set(_result(either, job["id"])) == {"documents/good.txt", "reports/good.txt.json"}

    def test_a_job_of_which_nothing_could_be_translated_has_no_result(self, either: TestClient) -> None:
        job = _ended(either, _upload(either, {"a.txt": b"", "b.txt": b"\xff"}).json()["id"])
        response = either.get(f"/v1/jobs/{job['id']}/result")
        detail = problem_of(response, 409, "nothing-translated")["detail"]
        assert "a.txt: the text is empty" in detail
        assert "b.txt: not valid UTF-8" in detail

    def test_the_glossary_mode_is_the_jobs_own(self, either: TestClient) -> None:
        job = _ended(either, _upload(either, {"a.txt": "日米同盟は重要だ。".encode()}, glossary_mode="off").json()["id"])
        assert _result(either, job["id"])["documents/a.txt"] == b"The Japan-America pact matters."


def test_a_document_over_the_text_limit_is_reported(working: TestClient) -> None:
    job = _ended(working, _upload(working, {"long.txt": ("同" * 2_001).encode()}).json()["id"])
    assert "2,001 characters; the limit is 2,000" in job["documents"][0]["error"]


def test_a_byte_order_mark_and_newlines_are_kept(working: TestClient) -> None:
    content = b"\xef\xbb\xbf" + "日米同盟\r\n\r\n集団的自衛権\n".encode()
    job = _ended(working, _upload(working, {"a.txt": content}).json()["id"])
    expected = b"\xef\xbb\xbfU.S.-Japan alliance\r\n\r\nCollective self-defense\n"
    assert _result(working, job["id"])["documents/a.txt"] == expected


def test_no_temporary_file_is_left_after_a_result(working: TestClient, application: Application) -> None:
    job = _ended(working, _upload(working, {"a.txt": "日米同盟".encode()}).json()["id"])
    _result(working, job["id"])
    assert [p for p in _stored(application) if p.name.startswith(".") or p.suffix in (".part", ".zip")] == []


class TestRefused:
    """Without a worker: a job that is refused must not be there for one."""

    @pytest.fixture
    def strict(self, tmp_path: Path) -> Iterator[tuple[TestClient, Application]]:
        """A client of a service that accepts 3 files of 1,000 bytes altogether."""
        settings = Settings(
            data_dir=tmp_path / "data", glossary_dir=write_termbase(tmp_path / "terms"), max_upload_files=3, max_upload_bytes=1_000
        )
        application = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
        with TestClient(create_app(application, with_worker=False)) as talking:
            yield talking, application

    GOOD = "日米同盟".encode()

    @pytest.mark.parametrize(
        "name",
        ["../a.txt", "a/../../b.txt", "/etc/a.txt", "..", "a\\b.txt", "..\\a.txt", "a/..", "//a.txt", "a/../b.txt"],
    )
    def test_a_name_that_leaves_its_folder(self, strict: tuple[TestClient, Application], name: str, tmp_path: Path) -> None:
        client, application = strict
        before = sorted(tmp_path.rglob("*.txt"))
        problem_of(_upload(client, {"good.txt": self.GOOD, name: self.GOOD}), 422, "document-not-accepted")
        assert _stored(application) == []
        assert sorted(tmp_path.rglob("*.txt")) == before

    @pytest.mark.parametrize("name", ["a.docx", "a", "a.txt.exe", "a.pdf", ".txt", "txt", "a.TXT.", "a.html"])
    def test_an_unknown_format_names_those_that_there_are(self, strict: tuple[TestClient, Application], name: str) -> None:
        client, application = strict
        problem = problem_of(_upload(client, {"good.txt": self.GOOD, name: self.GOOD}), 422, "document-not-accepted")
        assert ".markdown, .md, .text, .txt" in problem["detail"]
        assert _stored(application) == []

    @pytest.mark.parametrize("other", ["a/b.txt", "./a/b.txt", "a//b.txt", "a/./b.txt"])
    def test_a_path_twice(self, strict: tuple[TestClient, Application], other: str) -> None:
        client, application = strict
        files = [("files", (name, self.GOOD, "text/plain")) for name in ("a/b.txt", other)]
        response = client.post("/v1/jobs", files=files, data={"target": "en"})
        assert "'a/b.txt' twice" in problem_of(response, 422, "document-not-accepted")["detail"]
        assert _stored(application) == []

    @pytest.mark.parametrize("names", [("a.txt", "a.txt/b.txt"), ("a.txt/b/c.txt", "a.txt")])
    def test_a_path_that_is_a_file_and_a_folder(self, strict: tuple[TestClient, Application], names: tuple[str, str]) -> None:
        client, application = strict
        response = _upload(client, dict.fromkeys(names, self.GOOD))
        assert "'a.txt' is a file and a folder" in problem_of(response, 422, "document-not-accepted")["detail"]
        assert _stored(application) == []

    @pytest.mark.parametrize("name", ["同" * 80 + ".txt", "x" * 250 + ".txt", "a/" * 600 + "b.txt"])
    def test_a_name_that_no_file_system_takes(self, strict: tuple[TestClient, Application], name: str) -> None:
        client, application = strict
        problem = problem_of(_upload(client, {"good.txt": self.GOOD, name: self.GOOD}), 422, "document-not-accepted")
        assert "is too long" in problem["detail"]
        assert str(application.uploads()) not in problem["detail"]
        assert _stored(application) == []

    def test_too_many_files(self, strict: tuple[TestClient, Application]) -> None:
        client, application = strict
        response = _upload(client, {f"{n}.txt": self.GOOD for n in range(4)})
        assert "4 files; the limit is 3" in problem_of(response, 413, "too-large")["detail"]
        assert _stored(application) == []

    @pytest.mark.parametrize("sizes", [(1_001,), (500, 501), (0, 1_001)])
    def test_too_many_bytes_altogether(self, strict: tuple[TestClient, Application], sizes: tuple[int, ...]) -> None:
        client, application = strict
        response = _upload(client, {f"{n}.txt": b"a" * size for n, size in enumerate(sizes)})
        assert "larger than 1,000 bytes" in problem_of(response, 413, "too-large")["detail"]
        assert _stored(application) == []

    def test_exactly_the_limits_are_accepted(self, strict: tuple[TestClient, Application]) -> None:
        client, _ = strict
        assert _upload(client, {"1.txt": b"a" * 400, "2.txt": b"a" * 300, "3.txt": b"a" * 300}).status_code == 202

    def test_a_body_over_every_limit_is_refused_before_it_is_read(self, strict: tuple[TestClient, Application]) -> None:
        client, application = strict
        problem_of(_upload(client, {"1.txt": b"a" * 2_000_000}), 413, "too-large")
        start = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'

        def chunks() -> Iterator[bytes]:
            yield start
            for _ in range(2_000):
                yield b"a" * 1_000

        headers = {"content-type": "multipart/form-data; boundary=x"}
        problem_of(client.post("/v1/jobs", content=chunks(), headers=headers), 413, "too-large")
        assert _stored(application) == []

    @pytest.mark.parametrize(
        ("fields", "kind", "detail"),
        [
            ({"target": "tlh"}, "unknown-language", "known are en, ja"),
            ({"target": "en", "source": "tlh"}, "unknown-language", "known are en, ja"),
            ({"target": "en", "source": "en"}, "text-not-accepted", "both en"),
            ({"target": "ja", "source": "en"}, "no-model-for-direction", "meiyaku models pull"),
            ({"target": "ja"}, "no-model-for-direction", "translates into ja"),
            ({"target": "en", "glossary_mode": "always"}, "invalid-request", "body.glossary_mode"),
        ],
    )
    def test_a_direction_or_mode_that_there_is_not(
        self, strict: tuple[TestClient, Application], fields: dict[str, str], kind: str, detail: str
    ) -> None:
        client, application = strict
        assert detail in problem_of(_upload(client, {"a.txt": self.GOOD}, **fields), 422, kind)["detail"]
        assert _stored(application) == []

    def test_a_missing_part_is_named(self, strict: tuple[TestClient, Application]) -> None:
        client, _ = strict
        without_target = client.post("/v1/jobs", files={"files": ("a.txt", self.GOOD)})
        assert "body.target" in problem_of(without_target, 422, "invalid-request")["detail"]
        without_files = client.post("/v1/jobs", data={"target": "en"})
        assert "body.files" in problem_of(without_files, 422, "invalid-request")["detail"]

    def test_a_body_that_is_no_form(self, strict: tuple[TestClient, Application]) -> None:
        client, _ = strict
        headers = {"content-type": "multipart/form-data; boundary=x"}
        assert client.post("/v1/jobs", content=b"not a form at all", headers=headers).status_code in (400, 422)
        problem_of(client.post("/v1/jobs", json={"target": "en"}), 422, "invalid-request")

    def test_a_disk_that_cannot_be_written_leaves_no_job(self, strict: tuple[TestClient, Application]) -> None:
        client, application = strict
        application.uploads().parent.mkdir(exist_ok=True)
        application.uploads().write_text("a file where the folder should be", encoding="utf-8")
        problem = problem_of(_upload(client, {"a.txt": self.GOOD}), 503, "storage-unavailable")
        assert str(application.uploads()) not in problem["detail"]
        assert application.uploads().is_file()


class TestWhileItRuns:
    """The model waits until it is told to go on, so that the job's states can be looked at."""

    @pytest.fixture
    def gate(self) -> Iterator[threading.Event]:
        """Set it to let the model go on."""
        event = threading.Event()
        yield event
        event.set()

    @pytest.fixture
    def slow(self, settings: Settings, gate: threading.Event) -> Iterator[TestClient]:
        """A client of a service with a worker, whose model waits for the gate."""

        def wait(text: str) -> str:
            assert gate.wait(_PATIENCE)
            return plain_model(text)

        application = Application(settings, engines={("ja", "en"): FakeEngine(wait)})
        with TestClient(create_app(application)) as talking:
            try:
                yield talking
            finally:
                gate.set()

    def _running(self, client: TestClient) -> str:
        """The id of a job whose first document is with the worker."""
        job_id: str = _upload(client, _THREE).json()["id"]
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            counts = client.get(f"/v1/jobs/{job_id}").json()["counts"]
            if counts["running"]:
                return job_id
            time.sleep(0.05)
        raise AssertionError("no document was taken")

    def test_there_is_no_result_before_the_end(self, slow: TestClient, gate: threading.Event) -> None:
        job_id = self._running(slow)
        assert "the job is running" in problem_of(slow.get(f"/v1/jobs/{job_id}/result"), 409, "job-not-finished")["detail"]
        problem_of(slow.delete(f"/v1/jobs/{job_id}/files"), 409, "job-not-finished")
        gate.set()
        assert _ended(slow, job_id)["state"] == "done"
        assert len(_result(slow, job_id)) == 6

    def test_cancelling_ends_what_has_not_ended(self, slow: TestClient, gate: threading.Event) -> None:
        job_id = self._running(slow)
        cancelled = slow.delete(f"/v1/jobs/{job_id}")
        assert cancelled.status_code == 200
        assert (cancelled.json()["state"], cancelled.json()["counts"]["cancelled"]) == ("cancelled", 3)
        assert cancelled.json()["finished_at"] is not None
        gate.set()
        time.sleep(0.3)
        assert _ended(slow, job_id)["counts"] == {"queued": 0, "running": 0, "done": 0, "failed": 0, "cancelled": 3}
        problem_of(slow.get(f"/v1/jobs/{job_id}/result"), 409, "nothing-translated")

    def test_a_cancelled_job_does_not_hold_up_the_next(self, slow: TestClient, gate: threading.Event) -> None:
        slow.delete(f"/v1/jobs/{self._running(slow)}")
        gate.set()
        assert _ended(slow, _upload(slow, {"a.txt": "日米同盟".encode()}).json()["id"])["state"] == "done"

    def test_the_server_answers_while_a_document_is_translated(self, slow: TestClient) -> None:
        self._running(slow)
        assert slow.get("/healthz").json() == {"status": "ok"}
        assert slow.get("/v1/terms", params={"q": "同盟"}).status_code == 200


class TestAfterwards:
    def test_cancelling_an_ended_job_changes_nothing(self, working: TestClient) -> None:
        job = _ended(working, _upload(working, {"a.txt": "日米同盟".encode()}).json()["id"])
        assert working.delete(f"/v1/jobs/{job['id']}").json() == job
        assert len(_result(working, job["id"])) == 2

    def test_files_can_be_removed_and_the_job_stays_known(self, working: TestClient, application: Application) -> None:
        job = _ended(working, _upload(working, {"a.txt": "日米同盟".encode()}).json()["id"])
        assert len(_result(working, job["id"])) == 2
        assert working.delete(f"/v1/jobs/{job['id']}/files").status_code == 204
        assert _stored(application) == []
        assert working.get(f"/v1/jobs/{job['id']}").json() == job
        assert "were removed" in problem_of(working.get(f"/v1/jobs/{job['id']}/result"), 410, "files-removed")["detail"]
        assert working.delete(f"/v1/jobs/{job['id']}/files").status_code == 204

    @pytest.mark.parametrize("job_id", ["0" * 32, "x", "..", "%2e%2e%2f"])
    def test_an_unknown_job_is_a_404(self, client: TestClient, job_id: str) -> None:
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/result"), ("DELETE", "/files")):
            assert client.request(method, f"/v1/jobs/{job_id}{path}").status_code in (404, 405)

    def test_an_unknown_job_is_a_problem(self, client: TestClient) -> None:
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/result"), ("DELETE", "/files")):
            problem_of(client.request(method, f"/v1/jobs/{'0' * 32}{path}"), 404, "job-not-found")

    def test_a_job_waits_for_a_worker_and_a_later_server_does_it(self, settings: Settings) -> None:
        engines = {("ja", "en"): FakeEngine(plain_model)}
        with TestClient(create_app(Application(settings, engines=engines), with_worker=False)) as client:
            job_id = _upload(client, {"a.txt": "日米同盟".encode()}).json()["id"]
            assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "queued"
        with TestClient(create_app(Application(settings, engines=engines))) as client:
            assert _ended(client, job_id)["state"] == "done"
            assert _result(client, job_id)["documents/a.txt"] == b"U.S.-Japan alliance"
