"""What docker-compose.yml says, with its variables filled in, for tests that run the same commands without Docker."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?:(?P<kind>:[?-])(?P<rest>[^}]*))?\}")


def read_compose() -> dict[str, Any]:
    """The file with its anchors merged."""
    data: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
    return data


def environment_of(service: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a service with its variables filled in. Raises KeyError for a required variable that is not given."""

    def fill(match: re.Match[str]) -> str:
        if match["kind"] == ":-":
            return variables.get(match["name"]) or match["rest"]
        return variables[match["name"]]

    environment = read_compose()["services"][service]["environment"]
    return {name: VARIABLE.sub(fill, value) for name, value in environment.items()}


def command_of(service: str) -> list[str]:
    """The command of a service for this Python environment."""
    return run_here(read_compose()["services"][service]["command"])


def healthcheck_of(service: str) -> list[str]:
    """The health check of a service for this Python environment."""
    kind, *command = read_compose()["services"][service]["healthcheck"]["test"]
    assert kind == "CMD"
    return run_here(command)


def run_here(command: list[str]) -> list[str]:
    """A command of the image for this Python environment, where ``meiyaku`` need not be in PATH."""
    here = {"meiyaku": [sys.executable, "-m", "service.cli"], "python": [sys.executable]}
    return [*here[command[0]], *command[1:]]
