"""`runlore ui`, as a process of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from runlore.journal.folder import create_store
from runlore.server.serving import listen
from tests.cli.stores import environment
from tests.cli.test_json_reference import differences, examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = "from runlore.cli.main import main; main()"
PATIENCE_SECONDS = 60


@contextmanager
def served(store: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Serve a store's page; give the process and what it said."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "ui", "--no-open", "--json", *options],
        env=environment(RUNLORE_STORE=str(store)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Press Ctrl-C; give the exit status and what was said on standard error."""
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, said


@pytest.fixture
def place(tmp_path: Path) -> Path:
    create_store(str(tmp_path / "store"))
    return tmp_path / "store"


def test_it_answers_where_it_says_and_ends_quietly(place: Path) -> None:
    with served(place) as (process, said):
        assert differences(examples()["runlore ui --json"], said) == []
        assert said["store"] == str(place)
        answer = httpx2.get(said["address"] + "/api/v1/store", timeout=PATIENCE_SECONDS)
        assert answer.json()["path"] == str(place)
        assert interrupted(process) == (0, "")


def test_it_answers_to_this_machine_alone(place: Path) -> None:
    with served(place) as (_, said):
        port = int(said["address"].rpartition(":")[2])
        with socket.socket() as other:  # every other address of this machine is still free
            other.bind(("127.0.0.2", port))


def test_two_at_once_take_two_ports(place: Path) -> None:
    with served(place) as (_, one), served(place) as (_, other):
        assert one["address"] != other["address"]
        for said in (one, other):
            answer = httpx2.get(said["address"] + "/api/v1/store", timeout=PATIENCE_SECONDS)
            assert answer.status_code == 200


def test_a_port_in_use_that_was_named_is_an_error(place: Path) -> None:
    with served(place) as (_, said):
        port = said["address"].rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, "ui", "--no-open", "--port", port],
            env=environment(RUNLORE_STORE=str(place)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"error: the port {port} can't be had: address already in use",
        "hint: name another one, or none to take any that is free",
    ]


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "ui", "--no-open"],
        env=environment(RUNLORE_STORE=str(tmp_path / "nowhere")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no store at ")


def test_small_answers_do_not_wait_for_acknowledgements() -> None:
    async def has_no_delay() -> bool:
        met: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def meet(_reader: object, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            met.set_result(bool(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        with listen() as listener:
            address = listener.getsockname()
            async with await asyncio.start_server(meet, sock=listener):
                _, writer = await asyncio.open_connection(*address)
                found = await met
                writer.close()
        return found

    assert asyncio.run(has_no_delay())


@pytest.mark.parametrize(
    "arguments", [["ls"], ["--help"], ["search", "name = x"], ["ui", "--help"]]
)
def test_no_other_command_loads_the_server(place: Path, arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from runlore.cli.main import main\n"
        f"try: main({arguments!r})\n"
        "except SystemExit: pass\n"
        "loaded = {'fastapi', 'starlette', 'pydantic', 'uvicorn', 'runlore.server'}\n"
        "print(sorted(loaded & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(RUNLORE_STORE=str(place)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"
