"""Stores with runs that keep files, sealed, for actions that remove or copy them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import runlore
from runlore.actions.checks.files import kept_files
from runlore.actions.repairs import adopt_waiting
from runlore.editing.editor import Editor
from runlore.reading.store import open_reader
from tests.cli.stores import run_python
from tests.reading.recording import seal

if TYPE_CHECKING:
    from pathlib import Path

_PROGRAM = """
import math, sys
from pathlib import Path
import runlore
store, *names = sys.argv[1:]
folder = Path(store).parent
for place, name in enumerate(names):
    with runlore.start_run(name, experiment="files", params={"n": place}, store=store) as run:
        for step in range(5):
            run.log({"loss": 1 / (step + 1), "odd": math.nan}, step=step)
        run.log({"loss": 0.5}, context="val")
        for file, content in (("own.bin", name.encode() * 100), ("shared.bin", b"shared" * 50)):
            (folder / file).write_bytes(content)
            run.log_artifact(folder / file)
        run.log_note(f"about {name}")
        run.log_image("picture", [[0, 255], [255, 0]], step=1)
"""


def record(store: Path, *names: str) -> None:
    """Record runs in a process, each with a file of its own and one that all share."""
    run_python(_PROGRAM, str(store), *names)
    take_in(store)


def take_in(store: Path) -> None:
    """Make blobs of the files that were given, and seal everything."""
    with open_reader(store, budget_seconds=None) as reader:
        adopt_waiting(reader.folder, reader.index, kept_files(reader.index), reader.host)
    with Editor(str(store)) as editor:
        editor.complete()
    seal(store, grace_seconds=0)


def told(store: Path, name: str) -> str:
    """Say all that can be read of a run."""
    run = runlore.get_run(name, store=store)
    files = {file.name: file.open().read() for file in run.artifacts}
    files |= {f"{item.name} {item.step}": item.open().read() for item in run.media}
    series = {
        label: [column.tolist() for column in (one.step, one.time, one.value) if column is not None]
        for label in run.series_names()
        for one in (run.series(label),)
    }
    facts = (run.id, run.name, run.colour, run.status, run.created, run.ended, run.param_texts,
             run.tag_values, [tuple(note) for note in run.notes], run.attempts,
             run.summaries.keys())  # fmt: skip
    return repr((facts, run.context, files, series, run.metric_definitions))
