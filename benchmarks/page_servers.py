"""A server of the page in a process of its own, and what its machine says about it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.proc import processor_seconds, resident_bytes
from benchmarks.processes import child_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).parent / "programs" / "serve_page.py"
_TIMEOUT_SECONDS = 120.0


class PageServer:
    """A server that runs, and one connection to it that is kept."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port
        self._connection = self.connection()

    def connection(self) -> HTTPConnection:
        """Open another connection."""
        return HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS)

    def ask(
        self, path: str, body: Any = None, *, connection: HTTPConnection | None = None
    ) -> bytes:
        """Ask one question under /api/v1 and return what was answered."""
        connection = connection or self._connection
        method = "GET" if body is None else "POST"
        text = None if body is None else json.dumps(body)
        connection.request(method, "/api/v1" + path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise OSError(f"{path}: {answer.status} {content[:500]!r}")
        return content

    def memory_bytes(self) -> int:
        """Return its resident memory."""
        return sum(resident_bytes(self._process.pid).values())

    def cpu_seconds(self) -> float:
        """Return the time that it has computed so far."""
        return processor_seconds(self._process.pid)


@contextmanager
def page_server(store: Path) -> Iterator[PageServer]:
    """Serve a store until the block ends."""
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(store)],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.strip():
            raise OSError("the server didn't begin")
        yield PageServer(process, int(line))
    finally:
        process.terminate()
        process.communicate()


class EventStream:
    """A listener to the changes of a store."""

    def __init__(self, server: PageServer) -> None:
        self._connection = server.connection()
        self._connection.request("GET", "/api/v1/events")
        self._answer = self._connection.getresponse()

    def next(self) -> dict[str, Any]:
        """Wait for the next message and return its data."""
        while True:
            line = self._answer.readline()
            if not line:
                raise OSError("the stream of events ended")
            if line.startswith(b"data: "):
                data: dict[str, Any] = json.loads(line[6:])
                return data

    def close(self) -> None:
        """Hang up."""
        self._answer.close()
        self._connection.close()
