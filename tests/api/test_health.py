"""/healthz, /readyz, /v1/languages, /v1/models, API keys, and what the documentation page is made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from models.catalogue import record_files
from service.asgi import create_app
from service.settings import Settings
from service.wiring import Application
from tests.api.conftest import plain_model
from tests.api.problem_details import problem_of
from tests.fakes import FakeEngine
from tests.store.made_up import write_termbase

MANIFEST = """
[[model]]
id = "made-up-en-ja"
source = "en"
target = "ja"
title = "Made up"
licence = "CC0-1.0"
directory = "{directory}"
"""


def _with_model(tmp_path: Path) -> tuple[Settings, Path]:
    """Settings that know a model of English to Japanese, and its directory, where its files are recorded."""
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "model.bin").write_bytes(b"weights")
    record_files(directory)
    manifest = tmp_path / "manifest.toml"
    manifest.write_text(MANIFEST.format(directory=directory), encoding="utf-8")
    return Settings(data_dir=tmp_path / "data", glossary_dir=write_termbase(tmp_path / "terms"), manifests=[manifest]), directory


def _client(settings: Settings) -> TestClient:
    application = Application(settings, engines={("ja", "en"): FakeEngine(plain_model)})
    return TestClient(create_app(application, with_worker=False))


class TestHealth:
    def test_healthz(self, client: TestClient) -> None:
        response = client.get("/healthz")
        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    def test_readyz(self, client: TestClient) -> None:
        response = client.get("/readyz")
        assert response.status_code == 200
        assert response.json() == {"status": "ready", "checks": {"database": "ok", "glossary": "ok", "model ja-en": "ok"}}

    def test_a_missing_model_file_is_a_reason_not_to_be_ready(self, tmp_path: Path) -> None:
        settings, directory = _with_model(tmp_path)
        (directory / "model.bin").unlink()
        with _client(settings) as client:
            response = client.get("/readyz")
            assert client.get("/healthz").status_code == 200
        assert (response.status_code, response.json()["status"]) == (503, "not ready")
        checks = response.json()["checks"]
        assert checks["model ja-en"] == "ok"
        assert "model.bin is missing; install the model again" in checks["model en-ja"]

    def test_a_damaged_model_file_is_a_reason_not_to_be_ready(self, tmp_path: Path) -> None:
        settings, directory = _with_model(tmp_path)
        (directory / "model.bin").write_bytes(b"wEights")
        with _client(settings) as client:
            response = client.get("/readyz")
            translated = client.post("/v1/translate", json={"text": "The alliance.", "target": "ja"})
        assert response.status_code == 503
        assert "is damaged (its checksum is not the recorded one)" in response.json()["checks"]["model en-ja"]
        assert "is damaged" in problem_of(translated, 503, "model-unavailable")["detail"]

    def test_a_lost_database_is_a_reason_not_to_be_ready(self, client: TestClient, application: Application) -> None:
        with application.database.begin() as connection:
            connection.execute(text("DROP TABLE glossary_state"))
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["checks"]["database"] == "unusable: OperationalError"

    def test_a_termbase_that_was_never_loaded_is_a_reason_not_to_be_ready(self, client: TestClient, application: Application) -> None:
        with application.database.begin() as connection:
            connection.execute(text("DELETE FROM glossary_state"))
        response = client.get("/readyz")
        assert response.status_code == 503
        assert "meiyaku db upgrade" in response.json()["checks"]["glossary"]


class TestWhatThereIs:
    def test_languages_with_their_targets(self, client: TestClient, application: Application) -> None:
        found = {x["code"]: x for x in client.get("/v1/languages").json()}
        assert set(found) >= {"ja", "en"}
        assert found["ja"] == {"code": "ja", "name": "Japanese", "native_name": "日本語", "targets": ["en"]}
        assert found["en"]["targets"] == [target for source, target in application.directions() if source == "en"]

    def test_models(self, tmp_path: Path) -> None:
        settings, _ = _with_model(tmp_path)
        with _client(settings) as client:
            models = {m["id"]: m for m in client.get("/v1/models").json()}
        assert next(iter(models)) == "made-up-en-ja"
        assert models["made-up-en-ja"] == {
            "id": "made-up-en-ja", "title": "Made up", "source": "en", "target": "ja", "licence": "CC0-1.0",
            "installed": True, "bundled": False, "size": 7, "warning": None,
        }  # fmt: skip
        assert models["meiyaku-ja-en"]["bundled"] is True
        assert (models["opus-mt-en-jap"]["installed"], models["opus-mt-en-jap"]["size"]) == (False, 0)
        assert "Bible" in models["opus-mt-en-jap"]["warning"]

    def test_the_description_of_the_interface(self, client: TestClient) -> None:
        description = client.get("/openapi.json").json()
        assert set(description["paths"]) == {
            "/healthz", "/readyz", "/v1/translate", "/v1/languages", "/v1/models", "/v1/terms", "/v1/terms/domains",
            "/v1/terms/{concept_id}", "/v1/terms/annotate", "/v1/jobs", "/v1/jobs/{job_id}", "/v1/jobs/{job_id}/result",
            "/v1/jobs/{job_id}/files", "/v1/terms/formats", "/v1/terms/import", "/v1/terms/export", "/v1/terms/{concept_id}/history",
            "/v1/terms/{concept_id}/history/{revision_id}", "/v1/terms/{concept_id}/restore", "/v1/collections",
            "/v1/collections/{collection_id}",
        }  # fmt: skip
        assert client.get("/docs").status_code == 200

    def test_every_operation_and_field_is_described(self, client: TestClient) -> None:
        description = client.get("/openapi.json").json()
        operations = [operation for path in description["paths"].values() for operation in path.values()]
        assert [o["operationId"] for o in operations if not o.get("description")] == []
        outputs = ["JobInfo", "DocumentInfo", "ModelInfo", "LanguageInfo", "TranslateResponse"]
        schemas = description["components"]["schemas"]
        assert {name: set(schemas[name]["properties"]) - set(schemas[name]["required"]) for name in outputs} == {n: set() for n in outputs}


PLACES = [
    ("POST", "/v1/translate"), ("GET", "/v1/languages"), ("GET", "/v1/models"), ("GET", "/v1/terms?q=a"), ("GET", "/v1/terms/foip"),
    ("GET", "/v1/terms/domains"), ("POST", "/v1/terms/annotate"), ("POST", "/v1/jobs"), ("GET", "/v1/jobs/x"), ("DELETE", "/v1/jobs/x"),
    ("GET", "/v1/jobs/x/result"), ("DELETE", "/v1/jobs/x/files"),
    ("GET", "/v1/terms/formats"), ("POST", "/v1/terms/import"), ("GET", "/v1/terms/export"), ("POST", "/v1/terms"),
    ("PUT", "/v1/terms/x"), ("PATCH", "/v1/terms/x"), ("DELETE", "/v1/terms/x"), ("GET", "/v1/terms/x/history"),
    ("GET", "/v1/terms/x/history/1"), ("POST", "/v1/terms/x/restore"), ("GET", "/v1/collections"), ("POST", "/v1/collections"),
    ("GET", "/v1/collections/x"), ("PATCH", "/v1/collections/x"), ("DELETE", "/v1/collections/x"),
]  # fmt: skip


class TestKeys:
    @pytest.fixture
    def guarded(self, settings: Settings) -> Iterator[TestClient]:
        """A client of a service with two keys."""
        keyed = settings.model_copy(update={"api_keys": [SecretStr("sesame"), SecretStr("open it")]})
        with _client(keyed) as talking:
            yield talking

    @pytest.mark.parametrize(("method", "path"), PLACES)
    def test_without_a_key_nothing_is_answered(self, guarded: TestClient, method: str, path: str) -> None:
        response = guarded.request(method, path)
        problem_of(response, 401, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"

    def test_the_places_are_all_that_there_are(self, guarded: TestClient) -> None:
        paths = guarded.get("/openapi.json").json()["paths"]
        versioned = {(method.upper(), path) for path, methods in paths.items() if path.startswith("/v1") for method in methods}
        assert len(versioned) == len(PLACES)

    @pytest.mark.parametrize(
        "value",
        ["", "sesame", "Bearer", "Bearer ", "Bearer wrong", "Bearer sesam", "Bearer sesame2", "Basic sesame", "Bearer SESAME", "Bearer é"],
    )
    def test_a_wrong_key(self, guarded: TestClient, value: str) -> None:
        response = guarded.get("/v1/languages", headers=[(b"authorization", value.encode())])
        problem_of(response, 401, "unauthorized")
        assert "sesame" not in response.json()["detail"]

    @pytest.mark.parametrize("value", ["Bearer sesame", "bearer sesame", "Bearer open it"])
    def test_a_right_key(self, guarded: TestClient, value: str) -> None:
        assert guarded.get("/v1/languages", headers={"Authorization": value}).status_code == 200
        answer = guarded.post("/v1/translate", headers={"Authorization": value}, json={"text": "日米同盟", "target": "en"})
        assert answer.json()["translations"][0]["text"] == "U.S.-Japan alliance"

    @pytest.mark.parametrize("path", ["/healthz", "/readyz"])
    def test_health_needs_no_key(self, guarded: TestClient, path: str) -> None:
        assert guarded.get(path).status_code == 200

    def test_keys_are_not_shown(self, settings: Settings) -> None:
        keyed = settings.model_copy(update={"api_keys": [SecretStr("sesame")]})
        assert "sesame" not in repr(keyed)
        assert "sesame" not in json.dumps(keyed.model_dump(mode="json"), default=str)
