"""Complete the plain files of runs from the store, where their process couldn't.

It was killed, or there was too much for it to remember.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from runlore.client.increments import number_in_tag
from runlore.errors import RunloreError
from runlore.journal.liveness import ALIVE
from runlore.reading.opening import find_run
from runlore.reading.store import open_reader
from runlore.tracking import folders, numbering
from runlore.tracking.leftovers import life_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader
    from runlore.tracking.kept import Point

_BUDGET_SECONDS = 30.0
UNDER_WAY = ("running", "unknown")


def complete_folder(folder: str, run: str, store: str) -> StoredRun:
    """Write all files of a run as the store has them, and return the run.

    Raises:
        RunNotFound, StoreError: if it isn't there.
        OSError: if the folder can't be written.
    """
    found = find_run(open_reader(store, budget_seconds=_BUDGET_SECONDS), run)
    _write(folder, found)
    return found


def complete_folders(experiments: str) -> list[str]:
    """Complete the folders of an increment's runs that their processes couldn't.

    Runs that go on are left alone, and so are those of a store that can't be read here. Returns
    the folders that were completed.
    """
    completed = []
    readers: dict[str, StoreReader] = {}
    for mark in numbering.marks(experiments):
        fields = numbering.fields_of(mark)
        if fields is None or life_of(fields) == ALIVE:
            continue
        folder = numbering.folder_in(experiments, fields["folder"])
        store = fields["store"]
        try:
            if store not in readers:
                readers[store] = open_reader(store, budget_seconds=_BUDGET_SECONDS)
            found = find_run(readers[store], fields["run"])
            if folder is None or found.status in UNDER_WAY:
                continue
            _write(folder, found)
            os.unlink(mark)
        except (OSError, RunloreError):
            continue  # it lies on another machine, or this user may not write here
        completed.append(folder)
    return completed


def _write(folder: str, found: StoredRun) -> None:
    folders.write_params(folder, found.params)
    folders.write_metrics(folder, _points(found))
    names = []
    for file in found.artifacts:
        names.append(file.name)
        with tempfile.NamedTemporaryFile() as passing, file.open() as content:
            shutil.copyfileobj(content, passing)
            passing.flush()
            folders.write_artifact(folder, file.name, passing.name)
    folders.write_metadata(folder, _metadata(found, sorted(names)))


def _points(run: StoredRun) -> Iterator[Point]:
    for label in run.summaries:
        series = run.series(label)
        count = len(series.value)
        steps: list[int | None] = [None] * count if series.step is None else series.step.tolist()
        for step, time, value in zip(
            steps, series.time.tolist(), series.value.tolist(), strict=True
        ):
            yield series.name, series.context, step, time, value


def _metadata(run: StoredRun, artifacts: list[str]) -> dict[str, object]:
    context = run.context
    stated = context.get("stated") or {}
    numbers = [number_in_tag(tag) for tag in run.tags]
    ended = run.ended or (None if run.status == "running" else run.last_sign_of_life)
    return folders.metadata_of(
        run=run.id,
        number=next((number for number in numbers if number is not None), None),
        name=run.name,
        description=run.goal,
        status=run.status,
        reason=run.reason,
        error=run.error,
        started=None if run.created is None else round(run.created.timestamp() * 1e6),
        ended=None if ended is None else round(ended.timestamp() * 1e6),
        author=stated.get("author"),
        data_version=stated.get("data_version"),
        tags=run.tag_values,
        notes=[
            (round(note.time.timestamp() * 1e6) if note.time else 0, note.text)
            for note in run.notes
        ],
        artifacts=artifacts,
        git=_git(context.get("git") or {}, stated),
        environment=_environment(context),
        command=_command(context),
        experiment=run.experiment,
        project=run.project,
        parent=run.parent,
    )


def _git(captured: dict[str, Any], stated: dict[str, Any]) -> dict[str, object] | None:
    known = {"commit": captured.get("commit"), "branch": captured.get("branch")}
    known = known if captured else {}
    found = {"stated_commit": stated["git_commit"]} if "git_commit" in stated else {}
    return {**found, **known} or None


def _environment(context: dict[str, Any]) -> dict[str, object] | None:
    """Say of the captured context what a process says of itself, in the same words."""
    python, system = context.get("python") or {}, context.get("os") or {}
    processor = context.get("cpu") or {}
    implementation = python.get("implementation")
    found = {
        "python": python.get("version"),
        "implementation": implementation and str(implementation).lower(),
        "platform": " ".join(filter(None, (system.get("system"), system.get("release")))) or None,
        "machine": processor.get("architecture"),
        "host": context.get("host"),
        "processors": processor.get("logical"),
    }
    return {key: value for key, value in found.items() if value is not None} or None


def _command(context: dict[str, Any]) -> list[str]:
    """Give the program and its arguments, without the interpreter."""
    arguments = [str(one) for one in context.get("argv") or ()]
    script = context.get("script")
    return arguments[arguments.index(script) :] if script in arguments else arguments
