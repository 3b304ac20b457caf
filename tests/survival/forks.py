"""Processes forked from one that has everything imported: cheap enough to kill hundreds of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

SOURCE = Path(__file__).parents[2] / "src"
PATIENCE_SECONDS = 60.0

# It never opens a run itself, so that every child begins as a fresh process does. It leaves its
# children's exits to be asked for one by one.
_SERVER = """
import json, os, sys
import runlore, runlore.cli.main, runlore.compare.runs, runlore.reading.opening
import runlore.reading.series_reader, runlore.segments.sealing, runlore.tracking.start
for line in sys.stdin:
    request = json.loads(line)
    if "wait" in request:
        print(os.waitpid(request["wait"], 0)[1], flush=True)
        continue
    pid = os.fork()
    if pid:
        print(pid, flush=True)
        continue
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1)
    for name, value in request["environment"].items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    sys.argv = ["train.py", *request["arguments"]]
    exec(request["program"], {"__name__": "__main__"})
    break
"""


class Forked:
    """A process; `output` is what it has written to its standard output and error."""

    def __init__(self, forks: Forks, pid: int, output: Path) -> None:
        self.pid = pid
        self._forks = forks
        self._output = output
        self.is_reaped = False

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it by SIGKILL, at whatever it is doing; nothing happens if it is over."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Wait for its end; returns its exit code, negative if a signal ended it."""
        self.is_reaped = True
        return os.waitstatus_to_exitcode(int(self._forks.ask({"wait": self.pid})))

    def succeed(self) -> str:
        """Wait for its end, which is to be a good one; returns its output."""
        assert self.wait() == 0, self.output
        return self.output

    def says(self, text: str) -> str:
        """Wait until it has written `text`; returns all that it has written."""
        until(lambda: text in self.output, self)
        return self.output


class Forks:
    """A process that forks others on request; ends all that still run with itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._forked: list[Forked] = []
        self._server = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            env=os.environ | {"PYTHONPATH": str(SOURCE), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end_all()
        self._server.communicate(timeout=PATIENCE_SECONDS)

    def start(self, program: str, *arguments: object, **environment: str | None) -> Forked:
        """Run a program; without a helper, unless `RUNLORE_HELPER` is given as None."""
        output = self._folder / f"output-{len(self._forked)}.txt"
        output.touch()
        output.chmod(0o666)
        names = ("RUNLORE_STORE", "RUNLORE_INDEX", "XDG_CACHE_HOME")
        inherited = {name: os.environ[name] for name in names if name in os.environ}
        request = {
            "program": program,
            "arguments": [str(argument) for argument in arguments],
            "environment": {"RUNLORE_HELPER": "off"} | inherited | environment,
            "output": str(output),
        }
        forked = Forked(self, int(self.ask(request)), output)
        self._forked.append(forked)
        return forked

    def run(self, program: str, *arguments: object, **environment: str | None) -> str:
        """Run a program to its good end; returns its output."""
        return self.start(program, *arguments, **environment).succeed()

    def end_all(self) -> None:
        """Kill what still runs."""
        for forked in self._forked:
            if not forked.is_reaped:
                forked.kill()

    def ask(self, request: object) -> str:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(request) + "\n")
        self._server.stdin.flush()
        return self._server.stdout.readline()


def until(condition: object, about: Forked | None = None) -> None:
    """Wait until `condition()` is true."""
    assert callable(condition)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, about.output if about else "it never came to be so"
        time.sleep(0.005)
