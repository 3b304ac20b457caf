"""A real training process with a real helper, told line by line what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from runlore.journal.folder import open_store
from runlore.journal.frames import CLOSE, EVENT, RUN
from runlore.journal.reader import Frame, Reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from runlore.journal.folder import StoreFolder

SOURCE_FOLDER = Path(__file__).parents[2] / "src"
PATIENCE_SECONDS = 60.0
_SCRIPT = """
import os, sys
import runlore
from runlore.client.recorder import recorders
run = runlore.start_run("seen", store=sys.argv[1])
recorder = recorders()[0]
print(recorder.helper_pid, recorder.writer.actor, run.id, flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class Training:
    """A training process with one open run, `run` in the lines that it is told."""

    def __init__(self, store_path: Path, folder: Path, *, pass_fds: tuple[int, ...] = ()) -> None:
        script = folder / "train.py"
        script.write_text(_SCRIPT)
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(store_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(SOURCE_FOLDER)},
            pass_fds=pass_fds,
        )
        assert self.process.stdout is not None
        pid, self.actor, self.run = self.process.stdout.readline().split()
        self.helper_pid = int(pid)
        self.store = open_store(str(store_path))

    def do(self, line: str) -> None:
        """Have a line executed, and wait until it is."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def end(self) -> None:
        """Let it come to the end of its script."""
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def waits_for_helper_to_end(self) -> None:
        until(lambda: not runs(self.helper_pid))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()
        if runs(self.helper_pid):
            os.kill(self.helper_pid, signal.SIGKILL)


def runs(pid: int) -> bool:
    """Tell whether a process is there and not a mere zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to be so"
        time.sleep(0.02)


def frames_of(store: StoreFolder, actor: str) -> list[Frame]:
    """Read the frames of all journal files of an actor."""
    frames = []
    for path in sorted(Path(store.actor(actor)).glob("*.journal")):
        frames += [item for item in Reader(path.read_bytes()) if isinstance(item, Frame)]
    return frames


def helpers_of(store: StoreFolder, actor: str) -> list[str]:
    """Return the actors that serve another one."""
    found = []
    for other in Path(store.journals).iterdir():
        frames = frames_of(store, other.name)
        if frames and json.loads(frames[0].body)["serves"] == actor:
            found.append(other.name)
    return found


def records(store: StoreFolder, actor: str, kind: str) -> list[dict[str, Any]]:
    """Return the records of a kind that an actor has written, each with its run."""
    slots: dict[int, str] = {0: ""}
    found = []
    for frame in frames_of(store, actor):
        if frame.kind == RUN:
            slots[frame.reference] = json.loads(frame.body)["run"]
        elif frame.kind == EVENT:
            record = json.loads(frame.body)
            if record["kind"] == kind:
                found.append(record | {"run": slots[frame.reference]})
    return found


def records_by_helpers(store: StoreFolder, actor: str, kind: str) -> list[dict[str, Any]]:
    """Return the records of a kind that the helpers of an actor have written."""
    return [
        record for helper in helpers_of(store, actor) for record in records(store, helper, kind)
    ]


def is_closed(store: StoreFolder, actor: str) -> bool:
    """Tell whether an actor's journal ends in a close frame."""
    frames = frames_of(store, actor)
    return bool(frames) and frames[-1].kind == CLOSE


def waiting(store: StoreFolder, actor: str) -> list[str]:
    """List the files that an actor has given and that are not in the store yet."""
    folder = Path(store.incoming, actor)
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
