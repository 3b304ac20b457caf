"""The page of another tracker: how it is filled, served, opened and looked at."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmarks.places import make_cache
from benchmarks.processes import MeasurementFailedError, child_environment
from benchmarks.processes import measure as run_in_process

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.browsers import Looks
    from benchmarks.peers.driver import Driver

START_SECONDS = 180.0
LOAD_SECONDS = 180.0
LIVE = "live"  # the shape that a point is logged into


class PeerPage(ABC):
    """The page of one tracker.

    Its module has `write(folder, shape, **sizes)` and `log(folder)`, which are called where the
    tracker is installed; the module itself is loaded elsewhere, too.
    """

    driver: ClassVar[type[Driver]]
    module: ClassVar[str]
    looks: ClassVar[Looks]
    settings: ClassVar[dict[str, str]] = {}
    """What its storage in the browser says before it is opened."""
    notes: ClassVar[tuple[str, ...]] = ()
    live_points: ClassVar[int] = 2
    is_one_server: ClassVar[bool] = True
    """Whether one server shows all shapes, from one folder."""

    @abstractmethod
    def command(self, tools: Path, folder: Path, port: int) -> list[str]:
        """Say how it is started; `tools` is where its programs lie."""

    @abstractmethod
    def path(self, shape: str, key: Any) -> str:
        """Give the address of a shape; `key` is what `write` returned of it."""

    def environment(self, folder: Path, port: int) -> dict[str, str]:
        """Say which variables the server needs."""
        return {}

    def is_loaded(self, port: int, key: Any) -> bool:
        """Tell whether the server has read a shape."""
        return True

    def folder_of(self, folder: Path, shape: str) -> Path:
        """Name the folder that a shape lies in."""
        return folder if self.is_one_server else folder / shape


def filled(page: PeerPage, python: Path, shapes: Mapping[str, Mapping[str, Any]]) -> Path:
    """Return a folder of the cache with all shapes, and what is known of each in `keys.json`.

    Raises MeasurementFailedError.
    """
    asked = [(shape, {**sizes, "file": ""}) for shape, sizes in shapes.items()]
    digest = sha256(json.dumps(asked, sort_keys=True).encode())
    for name in (page.module.rpartition(".")[2], "page_data"):
        digest.update((Path(__file__).parent / f"{name}.py").read_bytes())
    for sizes in shapes.values():
        if "file" in sizes:
            digest.update(Path(sizes["file"]).read_bytes())
    folder = make_cache() / "pages" / f"{page.driver.name}-{digest.hexdigest()[:12]}"
    if (folder / "keys.json").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    keys = {}
    for shape, sizes in shapes.items():
        place = page.folder_of(folder, shape)
        place.mkdir(parents=True, exist_ok=True)
        keys[shape] = run_in_process(
            f"{page.module}:write",
            python=python,
            environment=page.driver.environment,
            folder=str(place),
            shape=shape,
            **sizes,
        )
    (folder / "keys.json").write_text(json.dumps(keys))
    return folder


@contextmanager
def served(page: PeerPage, python: Path, folder: Path) -> Iterator[tuple[int, float]]:
    """Serve a folder until the block ends; gives the port, and the seconds to its first answer.

    Raises MeasurementFailedError if it doesn't answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    process = subprocess.Popen(
        page.command(python.parent, folder, port),
        env={**child_environment(), **page.driver.environment, **page.environment(folder, port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # with its workers it is ended as one
    )
    try:
        while not _answers(port):
            if process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise MeasurementFailedError(f"{page.driver.title}: its server didn't answer")
            time.sleep(0.05)
        yield port, time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_loaded(page: PeerPage, port: int, key: Any) -> None:
    """Wait until a server has read a shape. Raises MeasurementFailedError."""
    end = time.monotonic() + LOAD_SECONDS
    while not page.is_loaded(port, key):
        if time.monotonic() > end:
            raise MeasurementFailedError(f"not read by its server within {LOAD_SECONDS:.0f} s")
        time.sleep(0.2)


def answer_of(port: int, path: str) -> bytes | None:
    """Ask a server; None where it answers that it can't, or nothing at all."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return content if answer.status < 400 else None


def _answers(port: int) -> bool:
    return answer_of(port, "/") is not None
