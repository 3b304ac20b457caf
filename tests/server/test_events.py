"""Changes as they happen, told by a real server to real listeners."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import uvicorn

import runlore
from runlore.actions.changes import Changed
from runlore.index.change_rows import Mark
from runlore.journal.folder import create_store
from runlore.server.app import create_app
from runlore.server.live import MOST_PAUSE_SECONDS, PACE_SECONDS, Listener, pause_after
from runlore.server.serving import listen
from tests.server.conftest import log_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from runlore.actions.changes import Event

PATIENCE_SECONDS = 30
LOGGING = (
    "import sys, runlore\n"
    "run = runlore.start_run(name='other', store=sys.argv[1])\n"
    "print(run.id, flush=True)\n"
    "for line in sys.stdin:\n"
    "    run.log({'loss': float(line)})\n"
    "    print('logged', flush=True)\n"
)


class Message(NamedTuple):
    """A message of an event stream."""

    id: str
    name: str
    data: dict[str, Any]


class Stream:
    """An open event stream."""

    def __init__(self, port: int, path: str = "/api/v1/events", **headers: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        self._connection.request("GET", path, headers=headers)
        self.response = self._connection.getresponse()

    def next(self) -> Message:
        """Wait for the next message."""
        fields: dict[str, str] = {}
        while True:
            line = self.response.readline().decode().rstrip("\n")
            if not line and "data" in fields:
                return Message(fields["id"], fields["event"], json.loads(fields["data"]))
            name, _, value = line.partition(": ")
            fields[name] = value

    def until(self, name: str, run: str | None = None) -> Message:
        """Wait for a message of a name, about a run."""
        while True:
            message = self.next()
            if message.name == name and (run is None or run in message.data["runs"]):
                return message

    def close(self) -> None:
        """Hang up."""
        self.response.close()
        self._connection.close()


class Serving(NamedTuple):
    """A server that runs in a thread."""

    app: FastAPI
    port: int


@contextmanager
def serving(place: Path) -> Iterator[Serving]:
    """Serve a store on a port of its own."""
    app = create_app(place)
    with listen(0) as listener:
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, lifespan="on")
        )
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Serving(app, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def server(store: Path) -> Iterator[Serving]:
    create_store(str(store))
    with serving(store) as found:
        yield found


@contextmanager
def other_process(store: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that logs each number that it is given."""
    process = subprocess.Popen(
        [sys.executable, "-c", LOGGING, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"RUNLORE_HELPER": "off"},
    )
    try:
        yield process
    finally:
        process.communicate()


def log_in(process: subprocess.Popen[str], value: float) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{value}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "logged\n"


def test_points_of_another_process_are_told_as_they_come(server: Serving, store: Path) -> None:
    stream = Stream(server.port)
    assert stream.response.getheader("content-type", "").startswith("text/event-stream")
    assert stream.next().name == "hello"
    with other_process(store) as process:
        assert process.stdout is not None
        run = process.stdout.readline().strip()
        first = stream.until("changed", run)
        assert first.data["is_edit"]
        assert first.id == first.data["cursor"]
        for value in (1.0, 2.0):
            log_in(process, value)
            message = stream.until("changed", run)
        assert not message.data["has_more"]
        assert not message.data["is_edit"]
    stream.close()


def test_who_comes_back_is_told_what_it_missed(server: Serving, store: Path) -> None:
    log_run(store, "first")
    stream = Stream(server.port)
    cursor = stream.next().id
    stream.close()
    second = log_run(store, "second")
    for headers, path in (
        ({"Last-Event-ID": cursor}, "/api/v1/events?cursor=nonsense"),
        ({}, f"/api/v1/events?cursor={cursor}"),
    ):
        again = Stream(server.port, path, **headers)
        hello = again.next()
        assert (hello.name, hello.data["is_gap"], hello.id) == ("hello", False, cursor)
        assert second in again.until("changed", second).data["runs"]
        again.close()


@pytest.mark.parametrize("cursor", ["nonsense", "0123456789abcdef:7", ":99", "x" * 150])
def test_a_cursor_of_another_index_is_a_gap(server: Serving, store: Path, cursor: str) -> None:
    log_run(store, "run")
    server.app.state.reader.stored.catch_up(budget_seconds=None)
    stream = Stream(server.port, f"/api/v1/events?cursor={cursor}")
    hello = stream.next()
    assert (hello.name, hello.data["is_gap"]) == ("hello", True)
    stream.close()


def test_an_index_that_is_begun_anew_is_a_gap(server: Serving, store: Path) -> None:
    run = log_run(store, "run")
    stream = Stream(server.port, "/api/v1/events?cursor=:0")
    assert stream.next().data == {"cursor": ":0", "is_gap": False}
    told = stream.until("changed", run)
    server.app.state.reader.stored.ask(lambda index: index.reset())
    hello = stream.until("hello")
    assert hello.data["is_gap"]
    assert hello.id.partition(":")[0] not in ("", told.id.partition(":")[0])
    stream.close()


def test_a_store_that_goes_and_comes_back_is_said(server: Serving, store: Path) -> None:
    log_run(store, "run")
    stream = Stream(server.port)
    assert stream.next().name == "hello"
    aside = store.with_name("aside")
    os.rename(store, aside)
    gone = stream.until("store")
    assert gone.data["state"] == "gone"
    assert gone.data["message"]
    os.rename(aside, store)
    assert stream.until("store").data["state"] == "back"
    stream.close()


def test_a_full_disk_is_said_also_to_who_comes_later(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.actions.changes.has_room", lambda _: False)
    stream = Stream(server.port)
    assert stream.until("store").data["state"] == "disk_full"
    later = Stream(server.port)
    assert later.until("store").data["state"] == "disk_full"
    monkeypatch.setattr("runlore.actions.changes.has_room", lambda _: True)
    assert stream.until("store").data["state"] == "back"
    stream.close()
    later.close()


def test_all_listeners_are_told_by_one_thread_that_ends_behind_them(
    server: Serving, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.server.live.LINGER_SECONDS", 0.05)
    monkeypatch.setattr("runlore.server.live.SIGN_SECONDS", 0.1)
    streams = [Stream(server.port) for _ in range(20)]
    for stream in streams:
        assert stream.next().name == "hello"
    run = log_run(store, "run")
    for stream in streams:
        stream.until("changed", run)
        stream.close()
    live = server.app.state.live
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (live._listeners or live._thread is not None) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not live._listeners
    assert live._thread is None


def test_more_listeners_than_are_let_in_are_refused(
    server: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runlore.server.live.MOST_LISTENERS", 1)
    stream = Stream(server.port)
    stream.next()
    refused = Stream(server.port)
    assert refused.response.status == 429
    assert json.loads(refused.response.read())["error"]["code"] == "too-many-listeners"
    stream.close()
    refused.close()


def test_a_server_ends_while_somebody_listens(store: Path) -> None:
    create_store(str(store))
    with serving(store) as server:
        stream = Stream(server.port)
        stream.next()
    stream.close()


def test_an_edit_is_told_as_one(server: Serving, store: Path) -> None:
    run = log_run(store, "run")
    stream = Stream(server.port)
    stream.next()
    runlore.get_run(run, store=store).add_tag("good")
    while True:
        message = stream.until("changed", run)
        if message.data["is_edit"]:
            break
    stream.close()


def test_what_waits_for_a_slow_listener_is_put_together() -> None:
    async def told() -> list[Event]:
        listener = Listener()
        for number in range(600):
            mark = Mark("a", number)
            listener.tell(Changed(mark, [f"run-{number}"], has_more=False, is_edit=number == 3))
        return await listener.next(1.0)

    (event,) = asyncio.run(told())
    assert isinstance(event, Changed)
    assert (event.mark, event.has_more, event.is_edit) == (Mark("a", 599), True, True)
    assert len(event.runs) == 500
    assert event.runs[0] == "run-599"


def test_looks_that_take_long_come_less_often_but_never_seldom() -> None:
    assert pause_after(0.001) == PACE_SECONDS
    assert pause_after(0.08) == pytest.approx(0.4)
    assert pause_after(9.0) == MOST_PAUSE_SECONDS < 1.0
