"""A PostgreSQL server of the tests' own: private data directory, unix socket only, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ACCOUNTS = ("postgres", "nobody")  # PostgreSQL refuses to run as root
_USER = "meiyaku"
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine; the message says what is missing."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server; ``socket`` is the directory of its unix socket."""

    socket: Path

    def url(self, database: str) -> str:
        """The URL of a database, in the form that a user would write."""
        return f"postgresql://{_USER}@/{database}?host={self.socket}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a new, empty database, which is dropped afterwards."""
        name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        import psycopg  # here, so that tests without a database need no driver

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def private_server() -> Iterator[PostgresServer]:
    """Start a server and stop it afterwards.

    Raises:
        NoPostgres: it is not installed.
        RuntimeError: it is, and does not start.
    """
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    account = _account()
    # Directly below /tmp: the path of a unix socket may have no more than 107 bytes.
    root = Path(tempfile.mkdtemp(prefix="meiyaku-pg-", dir="/tmp"))
    try:
        if account:
            os.chown(root, account.pw_uid, account.pw_gid)
        data, log = root / "data", root / "log"
        _run(account, root, initdb, f"--pgdata={data}", f"--username={_USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        options = " ".join(f"-c {name}='{value}'" for name, value in {**_OPTIONS, "unix_socket_directories": str(root)}.items())
        _run(account, root, pg_ctl, f"--pgdata={data}", f"--log={log}", f"--options={options}", "--wait", "start")
        with _guard(account, root, [pg_ctl, f"--pgdata={data}", "--mode=immediate", "--wait", "stop"]):
            yield PostgresServer(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _guard(account: pwd.struct_passwd | None, root: Path, stop: list[str]) -> Iterator[None]:
    """Run ``stop`` at the end, also where this process is killed: a shell waits for the end of a pipe that only we hold."""
    script = 'root=$1; shift; cd /; read -r _; "$@"; rm -rf "$root"'
    guard = subprocess.Popen(
        ["sh", "-c", script, "guard", str(root), *stop],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **_as(account),
    )  # fmt: skip
    try:
        yield
    finally:
        guard.communicate(timeout=60)


def _program(name: str) -> str:
    """The newest PostgreSQL's program, or the one in PATH: Debian keeps its versions outside PATH."""
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which(name)
    if found is None:
        raise NoPostgres(f"PostgreSQL is not installed: there is no {name} in PATH or /usr/lib/postgresql")
    return found


def _account() -> pwd.struct_passwd | None:
    """The account to run the server with; None where this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres(f"PostgreSQL does not run as root, and there is no account {' or '.join(_ACCOUNTS)}")


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _run(account: pwd.struct_passwd | None, root: Path, *command: str) -> None:
    output = root / "output"  # a file: the server inherits it, and a pipe would never end
    try:
        with output.open("wb") as file:
            subprocess.run(
                command, check=True, cwd=root, env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, timeout=120,
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, **_as(account),
            )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as exc:
        said = output.read_text(errors="replace") if output.exists() else ""
        raise RuntimeError(f"{Path(command[0]).name} failed: {exc} {said.strip()}") from exc
