"""Make the stores that are read: by logging where that is quick, else by the journal alone.

Called in a process of its own (`benchmarks.processes.measure`), with folders as text.
"""

from __future__ import annotations

import os
import shutil
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.places import ROOT, make_cache
from benchmarks.proc import wait_until_nobody_uses
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import FIRST_TIME_MICROSECONDS, curve_times, curve_values, many_series

if TYPE_CHECKING:
    from runlore.journal.writer import Writer

HERE = __name__
SERIES = 1_500
POINTS = 20
SMALL_RUN = {"params": 20, "series": 10, "points": 20}
BATCH = 1_000_000
_SHAPES = ("shapes.py", "many_runs.py", "configurations.py")


def cached_store(name: str, function: str, *, module: str = HERE, **arguments: Any) -> Path:
    """Return a store from the cache, made by a function of a module if it isn't there.

    It is made anew when the code that writes stores has changed. Never change it: take a
    `copy_of` it.
    """
    folder = make_cache() / "stores" / name
    complete = folder.with_suffix(".complete")
    writers = _digest_of_writers()
    if not complete.exists() or complete.read_text() != writers:
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        run_in_process(
            f"{module}:{function}", timeout_seconds=1_800, folder=str(folder), **arguments
        )
        wait_until_nobody_uses(folder)
        complete.write_text(writers)
    return folder


def _digest_of_writers() -> str:
    """Return a hash of the source that decides what is in a store."""
    digest = sha256()
    for path in (*map((ROOT / "benchmarks").joinpath, _SHAPES), Path(__file__)):
        digest.update(path.read_bytes())
    for layer in ("records", "journal", "client", "helper", "segments", "index"):
        for path in sorted((ROOT / "src" / "runlore" / layer).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def copy_of(store: Path, folder: Path, name: str = "store") -> Path:
    """Return a copy whose files are hard links: nobody ever writes to a complete file again.

    What a reader does change, the index and the store's own small files, is copied.
    """

    def link_or_copy(source: str, target: str) -> None:
        if Path(source).suffix in (".journal", ".segment"):
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    return Path(shutil.copytree(store, folder / name, copy_function=link_or_copy))


def settle_copy(folder: str, store: str) -> None:
    """Make a store at rest of one whose journals nobody has read."""
    from benchmarks.inside import settle

    settle(str(copy_of(Path(store), Path(folder).parent, name=Path(folder).name)))


def log_curve(folder: str, count: int) -> None:
    """Log the falling curve, one point a call, with times of its own."""
    import runlore

    with runlore.start_run("bench", store=folder) as run:
        times = curve_times(count) / 1e6
        for step, (value, time) in enumerate(
            zip(curve_values(count).tolist(), times.tolist(), strict=True)
        ):
            run.log({"loss": value}, step=step, time=time)


def log_many_series(folder: str, runs: int, *, is_one_a_call: bool = False) -> None:
    """Log runs of 1,500 series of 20 points, a call for each step, or one for each point."""
    import runlore

    names = [f"layer_{i // 10:03}/weight_{i % 10}" for i in range(SERIES)]
    for number in range(runs):
        with runlore.start_run(f"run-{number:04}", store=folder) as run:
            for step, row in enumerate(many_series(number, SERIES, POINTS).tolist()):
                if is_one_a_call:
                    for name, value in zip(names, row, strict=True):
                        run.log({name: value}, step=step)
                else:
                    run.log(dict(zip(names, row, strict=True)), step=step)


def log_small_runs(folder: str, runs: int, params: int, series: int, points: int) -> None:
    """Log runs with a few params and series, a call for each step, all in one process."""
    for number in range(runs):
        _log_small_run(folder, number, params, series, points)


def log_processes(folder: str, runs: int, params: int, series: int, points: int) -> None:
    """Log such runs, each in a process of its own, without the helper that adds the context."""
    os.environ["RUNLORE_HELPER"] = "off"
    for number in range(runs):
        child = os.fork()
        if not child:
            _log_small_run(folder, number, params, series, points)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            raise OSError(f"the process of run {number} failed")


def _log_small_run(folder: str, number: int, params: int, series: int, points: int) -> None:
    import runlore

    values = {f"group_{i // 5}.param_{i % 5}": number * 0.001 + i for i in range(params)}
    with runlore.start_run(f"run-{number:05}", store=folder, params=values) as run:
        for step, row in enumerate(many_series(number, series, points).tolist()):
            run.log({f"metric_{i}": value for i, value in enumerate(row)}, step=step)


def write_unread_journals(folder: str, count: int) -> None:
    """Write one run's curve through the journal's writer alone, so that nobody seals or reads it.

    The frames are composed by NumPy as docs/formats/journal.md lays them out, and
    appended by the writer, which checksums them and begins new files.
    """
    import numpy as np

    from runlore.journal.frames import HAS_STEP, POINTS, frame_front
    from runlore.records.events import Clock, edit

    writer, slot = _open_journal(folder)
    layout = [("time", "<i8"), ("step", "<i8"), ("value", "<f8")]
    frame = np.dtype([("front", "V8"), *layout, ("reference", "<u4")])
    front = np.void(frame_front(POINTS, HAS_STEP, 24))
    reference = writer.declare_keys(slot, "", ("loss",))
    times, values = curve_times(count), curve_values(count)
    for start in range(0, count, BATCH):
        end = min(start + BATCH, count)
        frames = np.empty(end - start, frame)
        frames["front"], frames["reference"] = front, reference
        frames["time"], frames["value"] = times[start:end], values[start:end]
        frames["step"] = np.arange(start, end)
        content, size, append = frames.tobytes(), frame.itemsize, writer.append
        for at in range(0, len(content), size):
            append(content[at : at + size])
    finished = {"status": "finished", "error": None, "reason": None, "rank": 0}
    writer.event(slot, edit("status.set", writer.actor, Clock(), **finished))
    writer.close()


def _open_journal(folder: str) -> tuple[Writer, int]:
    """Open a journal in a new store; return it and the slot of a run named `bench` in it."""
    from runlore.journal.folder import create_store
    from runlore.journal.host import current_host
    from runlore.journal.writer import Writer
    from runlore.records.events import event
    from runlore.records.ids import new_id

    host = current_host()
    facts: dict[str, object] = {
        "kind": "process",
        "host": "benchmark",
        "host_id": host.host_id,
        "boot_id": host.boot_id,
        "pid": os.getpid(),
        "started": FIRST_TIME_MICROSECONDS,
        "user": "benchmark",
        "version": "0",
        "serves": None,
    }
    writer = Writer(create_store(folder), facts, host, on_trouble=_give_up)
    slot = writer.declare_run(new_id(), new_id(), 0)
    origin = {"experiment": None, "project": None, "goal": None, "parent": None}
    begun = {"resumed": False, "from_step": None, "parent_attempt": None}
    writer.event(slot, event("run.started", name="bench", **origin))
    writer.event(slot, event("attempt.started", **begun, rank=0, world_size=1))
    return writer, slot


def _give_up(message: str) -> None:
    raise OSError(message)
