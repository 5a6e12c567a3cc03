"""docker-compose.yml and Dockerfile: well formed, safe by default, and in step with the program. Docker itself is not needed.

compose-spec.json is the Compose Specification's own schema (Copyright The Compose Specification Authors, Apache License 2.0).
"""

from __future__ import annotations

import ipaddress
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from service.cli import app
from service.settings import Settings
from tests.store.compose import COMPOSE_FILE, ROOT, VARIABLE, environment_of, read_compose

SECRETS = {"POSTGRES_PASSWORD", "MEIYAKU_API_KEY"}
GIVEN = {"POSTGRES_PASSWORD": "sesame", "MEIYAKU_API_KEY": "open"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture
def services() -> dict[str, Any]:
    """The services of docker-compose.yml."""
    found: dict[str, Any] = read_compose()["services"]
    return found


def _schema_errors(compose: dict[str, Any]) -> list[str]:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
    # Written for draft 2019-09 under an address that validators do not know.
    return [error.message for error in jsonschema.Draft201909Validator(schema).iter_errors(compose)]


def test_the_file_follows_the_compose_specification() -> None:
    assert _schema_errors(read_compose()) == []


@pytest.mark.parametrize(
    ("service", "change"),
    [("api", {"comand": ["x"]}), ("api", {"ports": 8300}), ("worker", {"healthcheck": {"test": ["CMD", "x"], "retrys": 3}})],
)
def test_the_schema_finds_a_mistake(service: str, change: dict[str, Any]) -> None:
    compose = read_compose()
    compose["services"][service].update(change)
    assert len(_schema_errors(compose)) == 1


def test_the_services_are_server_worker_and_database(services: dict[str, Any]) -> None:
    assert set(services) == {"api", "worker", "postgres"}
    assert services["api"]["command"] == ["meiyaku", "serve", "--no-worker"]
    assert services["worker"]["command"] == ["meiyaku", "worker"]
    assert all("healthcheck" in s and s["restart"] == "unless-stopped" for s in services.values())
    assert all(services[s]["depends_on"] == {"postgres": {"condition": "service_healthy"}} for s in ("api", "worker"))


def test_commands_exist(services: dict[str, Any]) -> None:
    names = {info.name for info in app.registered_commands} | {info.name for info in app.registered_groups}
    commands = [services[s]["command"] for s in ("api", "worker")] + [services["worker"]["healthcheck"]["test"][1:]]
    assert [c[0] for c in commands] == ["meiyaku"] * 3
    assert {c[1] for c in commands} <= names


def test_only_the_server_is_published_and_on_loopback(services: dict[str, Any]) -> None:
    assert [s for s in services if "ports" in services[s]] == ["api"]
    assert services["api"]["ports"] == ["${PUBLISH_ADDRESS:-127.0.0.1}:${PUBLISH_PORT:-8300}:8300"]


def test_data_survives_its_containers(services: dict[str, Any]) -> None:
    named = set(read_compose()["volumes"])
    used = {s: dict(v.split(":") for v in services[s]["volumes"]) for s in services}
    assert named == {name for volumes in used.values() for name in volumes}
    assert used["api"] == used["worker"] == {"data": "/data"}
    assert used["postgres"] == {"database": "/var/lib/postgresql/data"}


def test_every_variable_is_documented_in_a_comment() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    used = {m["name"] for m in VARIABLE.finditer(text)}
    documented = set(re.findall(r"^#   ([A-Z_]+) +\S", text, re.MULTILINE))
    assert used == documented
    assert used >= SECRETS


def test_secrets_are_required_and_never_written_down() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    for match in VARIABLE.finditer(text):
        assert (match["kind"] == ":?") is (match["name"] in SECRETS), match.group()
        assert match["rest"], match.group()
    for name in SECRETS:
        with pytest.raises(KeyError, match=name):
            for service in ("api", "worker", "postgres"):
                environment_of(service, {k: v for k, v in GIVEN.items() if k != name})


@pytest.mark.parametrize("service", ["api", "worker"])
def test_the_environment_is_one_that_the_settings_know(service: str) -> None:
    environment = environment_of(service, GIVEN)
    fields = {name.removeprefix("MEIYAKU_").lower(): value for name, value in environment.items()}
    assert fields.keys() <= Settings.model_fields.keys()
    if "api_keys" in fields:
        fields["api_keys"] = json.loads(fields["api_keys"])
    settings = Settings.model_validate(fields)
    assert settings.resolved_database_url == "postgresql+psycopg://meiyaku:sesame@postgres/meiyaku"
    assert settings.data_dir == Path("/data")


def test_the_server_asks_for_a_key() -> None:
    assert environment_of("api", GIVEN)["MEIYAKU_API_KEYS"] == '["open"]'
    assert ipaddress.ip_address(environment_of("api", GIVEN)["MEIYAKU_HOST"]).is_unspecified


def test_the_image_is_built_from_files_that_exist_and_are_not_ignored() -> None:
    copied = [p for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE) for p in line.split()[:-1]]
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert set(copied) == let_through
    assert [p for p in copied if not (ROOT / p).exists()] == []


def test_the_image_does_not_run_as_root_and_holds_no_torch() -> None:
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (.+)$", last_stage, re.MULTILINE) == ["meiyaku"]
    assert last_stage.index("\nUSER meiyaku") < last_stage.index("\nCMD ")
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.12-slim"] * 2
    assert '".[postgres]"' in DOCKERFILE
    assert "torch" not in re.sub(r"^#.*$", "", DOCKERFILE, flags=re.MULTILINE).lower()


def test_the_image_sets_only_settings_that_exist() -> None:
    names = re.findall(r"\bMEIYAKU_(\w+)=", DOCKERFILE)
    assert {name.lower() for name in names} <= Settings.model_fields.keys()
    assert "data_dir" in {name.lower() for name in names}
