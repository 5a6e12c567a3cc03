"""Several requests at once get what each of them would have got alone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.api.conftest import plain_model
from tests.fakes import FakeEngine
from tests.store.made_up import write_termbase

_THREADS = 8
_TEXT = "日米同盟は重要だ。\n集団的自衛権と自由で開かれたインド太平洋を語る。サーバーは止まった。"


def test_eight_threads_get_equal_translations(database_url: str, tmp_path: Path) -> None:
    """The first requests also build the glossary's index, all at the same time."""
    settings = Settings(data_dir=tmp_path / "data", database_url=SecretStr(database_url), glossary_dir=write_termbase(tmp_path / "terms"))
    application = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
    together = threading.Barrier(_THREADS)
    with TestClient(create_app(application)) as client, ThreadPoolExecutor(_THREADS) as pool:

        def ask(_: int) -> list[str]:
            together.wait()
            answers = [client.post("/v1/translate", json={"text": _TEXT, "target": "en"}) for _ in range(5)]
            assert [a.status_code for a in answers] == [200] * 5
            return [a.text for a in answers]

        answers = [text for texts in pool.map(ask, range(_THREADS)) for text in texts]
        alone = client.post("/v1/translate", json={"text": _TEXT, "target": "en"}).text
    assert len(answers) == _THREADS * 5
    assert set(answers) == {alone}
    assert '"status":"met"' in alone


def test_uploads_at_the_same_time_are_jobs_of_their_own(database_url: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", database_url=SecretStr(database_url), glossary_dir=write_termbase(tmp_path / "terms"))
    application = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
    with TestClient(create_app(application, with_worker=False)) as client, ThreadPoolExecutor(_THREADS) as pool:

        def send(number: int) -> str:
            document = ("files", (f"{number}.txt", "日米同盟".encode(), "text/plain"))
            answer = client.post("/v1/jobs", files=[document], data={"target": "en"})
            assert answer.status_code == 202, answer.text
            assert [d["path"] for d in answer.json()["documents"]] == [f"{number}.txt"]
            job_id: str = answer.json()["id"]
            return job_id

        ids = list(pool.map(send, range(_THREADS)))
    assert len(set(ids)) == _THREADS
