"""An S3 service of one's own: started once for all tests of a session, gone with them.

It is a real one, OpenStack Swift; where that can't start, moto stands in if it is installed, and
standard error says so.
"""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.services.faults import FaultyLine

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 60.0
USER, KEY = "test:tester", "testing"
SWIFT = Path(__file__).with_name("swift_server.py")
# Started for all processes of a session, so that none of them is the server's parent.
DETACHED = '("$@" > log 2>&1; echo $? > status) &'
# A shell ends moto when the tests have ended; Swift sees to that itself.
TIED = '"$@" & server=$!; while kill -0 $WATCHED 2>/dev/null; do sleep 1; done; kill $server'


class Bucket(NamedTuple):
    """An empty bucket, and the line to its service, on which things can go wrong."""

    name: str
    line: FaultyLine
    is_real: bool

    @property
    def url(self) -> str:
        return f"s3://{self.name}"


@pytest.fixture(scope="session")
def s3_service(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, bool]:
    """The service's port, and whether it is a real one; a parallel session shares it."""
    base = tmp_path_factory.getbasetemp()
    is_parallel = "PYTEST_XDIST_WORKER" in os.environ
    folder = (base.parent if is_parallel else base) / "s3"
    folder.mkdir(exist_ok=True)
    watched = os.getppid() if is_parallel else os.getpid()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready = folder / "port"
        if not ready.exists() and not _has_started_swift(folder, watched):
            print("Swift doesn't start here: moto stands in for it", file=sys.__stderr__)
            ready.write_text(str(_start_moto(folder, watched)))
            (folder / "moto").touch()
        return int(ready.read_text()), not (folder / "moto").exists()


@pytest.fixture
def bucket(s3_service: tuple[int, bool], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket, with the environment by which it is reached."""
    name = f"bucket-{uuid.uuid4().hex[:12]}"
    port, is_real = s3_service
    with FaultyLine(port) as line:
        reach(monkeypatch, line.port)
        _make_bucket(name)
        yield Bucket(name, line, is_real)


def reach(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Set the environment by which a service on this machine is reached."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", USER)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    monkeypatch.setenv("AWS_REGION", "us-east-1")


def _make_bucket(name: str) -> None:
    """Make a bucket: to the client an object of a host that is a bucket itself."""
    import obstore
    from obstore.exceptions import GenericError
    from obstore.store import S3Store

    try:
        obstore.put(S3Store(name, virtual_hosted_style_request=True), name, b"")
    except GenericError as error:
        if "ETag" not in str(error):  # which an object has, and a bucket hasn't
            raise


def _has_started_swift(folder: Path, watched: int) -> bool:
    _start(folder, sys.executable, str(SWIFT), str(folder), str(watched))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (folder / "status").exists() and time.monotonic() < deadline:
        if (folder / "port").exists():
            return True
        time.sleep(0.05)
    return False


def _start(folder: Path, *command: str, **variables: str) -> None:
    (folder / "status").unlink(missing_ok=True)
    subprocess.run(
        ["sh", "-c", DETACHED, "sh", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **variables},
        check=True,
    )


def _start_moto(folder: Path, watched: int) -> int:
    pytest.importorskip("moto", reason="neither Swift nor moto can be started here")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    moto = (sys.executable, "-m", "moto.server", "-p", str(port))
    _start(folder, "sh", "-c", TIED, "sh", *moto, WATCHED=str(watched))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return port
    pytest.skip("neither Swift nor moto can be started here")
