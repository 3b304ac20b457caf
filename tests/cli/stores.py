"""Stores made by the real client in processes of their own, and sealed for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete

SOURCE = Path(__file__).parents[2] / "src"
HOSTILE = "evil\x1b[31m\nname\u202e/../x'; DROP TABLE runs;-- 日本語🎉"
HOSTILE_SHOWN = "evil\\x1b[31m\\nname\\u202e/../x'; DROP TABLE runs;-- 日本語🎉"

RUNS = f"""
import math, os, signal, sys
from pathlib import Path
import runlore
store, folder = sys.argv[1:]
model = Path(folder) / "model.bin"
model.write_bytes(b"weights" * 1000)
with runlore.start_run(
    "first",
    experiment="digits",
    project="demo",
    params={{"lr": 1e-3, "opt": {{"name": "adam"}}}},
    tags={{"baseline": None, "owner": "ada"}},
    goal="Is it any good?",
    store=store,
) as run:
    run.define_metric("loss", direction="min", unit="nats")
    for step in range(20):
        odd = math.nan if step % 5 == 0 else math.inf
        run.log({{"loss": math.exp(-step / 5), "odd": odd}}, step=step)
        run.log({{"loss": math.exp(-step / 6)}}, step=step, context="val")
    run.log({{"accuracy": 0.9}})
    run.log_artifact(model)
    run.log_note("looks good\\nin two lines")
for seed in (0, 1):
    params = {{"lr": 0.1, "seed": seed}}
    with runlore.start_run(experiment="seeds", project="demo", params=params, store=store) as run:
        run.log({{"accuracy": 0.8 + seed / 10}})
        run.log_artifact(model)
try:
    with runlore.start_run("broken", experiment="digits", store=store) as run:
        run.log({{"loss": math.inf}}, step=3)
        raise ValueError("the loss diverged\\x1b[2J\\nat step 3")
except ValueError:
    pass
evil = {HOSTILE!r}
with runlore.start_run(
    evil, experiment=evil, params={{evil: evil}}, tags=[evil], store=store
) as run:
    run.log({{evil: 1.5}}, step=0, context=evil)
    run.log_note(evil)
"""

KILLED = """
import os, signal, sys
import runlore
run = runlore.start_run("killed", experiment="digits", store=sys.argv[1])
for step in range(5):
    run.log({"loss": 1.0 / (step + 1)}, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


def make_store(folder: Path) -> Path:
    """Make a store with six runs, three of them with a file that nobody has taken in yet."""
    store = folder / "store"
    run_python(RUNS, str(store), str(folder))
    run_python(KILLED, str(store), is_to_die=True)
    return store


def seal(store: Path) -> None:
    """Seal all that is complete and clear it away."""
    folder = open_store(str(store))
    for _ in (1, 2):
        report = seal_complete(folder, host=current_host(), deadline_seconds=60, grace_seconds=0)
        assert report.problems == []


def run_python(program: str, *arguments: str, is_to_die: bool = False) -> str:
    """Run a program in a process of its own, without a helper; returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert is_to_die or done.returncode == 0, done.stderr
    return done.stdout


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a process that records without a helper."""
    return {**os.environ, "PYTHONPATH": str(SOURCE), "RUNLORE_HELPER": "off", **more}
