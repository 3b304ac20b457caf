"""Say how a store is shown so that it can be undone: metrics, baselines, saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.undoable import Edited, Undo, row_meant, shown
from runlore.editing import presentation
from runlore.editing.editor import Editor
from runlore.errors import InvalidValue, NotFound, RunNotFound
from runlore.records import limits
from runlore.records.ids import is_id, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.index.presentation_rows import View
    from runlore.reading.store import StoreReader


def describe_metric(
    reader: StoreReader, experiment: str | None, name: str, said: Mapping[str, str | None]
) -> Edited:
    """Say the `alias`, `unit` or `direction` of a metric, of an experiment or of all (None).

    Raises:
        UsageError: if one of them can't be that, or nothing is said.
        RunNotFound: if no run is of that experiment.
        StoreError: if the store can't be written.
    """
    metric = limits.name(name, "a metric's name")
    checked = presentation.described(said)
    _check_experiment(reader, experiment)
    known = reader.ask(lambda index: index.metric_descriptions())
    here = next((one for one in known if one[:2] == (experiment or "", metric)), None)
    before = {key: None if here is None else getattr(here, key) for key in checked}
    if before == checked:
        return Edited("Nothing was changed")
    with Editor(reader.folder.path) as editor:
        editor.describe_metric(experiment, metric, checked)
    fields = {"experiment": experiment, "name": metric, **before}
    return Edited(f"Described {shown(metric)}", [], Undo("metric", fields))


def pin_baseline(reader: StoreReader, experiment: str | None, run: str | None) -> Edited:
    """Hold the others of an experiment (None: runs without one) against a run; None: no more.

    Raises:
        RunNotFound, Ambiguous: if the run is none, or several; if no run is of the experiment.
        InvalidValue: if the run isn't of the experiment.
        StoreError: if the store can't be written.
    """
    place = experiment or None
    _check_experiment(reader, place)
    pinned = None
    if run is not None:
        row = row_meant(reader, run)
        pinned = row.run
        if (row.experiment or None) != place:
            raise InvalidValue(
                f"the run {pinned[-8:]} is not of this experiment", hint="pin one of its own runs"
            )
        if row.is_deleted:
            raise InvalidValue(f"the run {pinned[-8:]} is in the trash", hint="restore it first")
    before = reader.ask(lambda index: index.baselines()).get(place or "")
    if before == pinned:
        return Edited("Nothing was changed")
    with Editor(reader.folder.path) as editor:
        editor.pin_baseline(place, pinned)
    said = "Took the baseline away" if pinned is None else "Pinned the baseline"
    runs = [one for one in (pinned,) if one is not None]
    return Edited(said, runs, Undo("baseline", {"experiment": place, "run": before}))


def save_view(
    reader: StoreReader,
    view: str | None,
    name: str,
    page: str,
    experiment: str | None,
    query: str,
    *,
    time: int | None = None,
) -> Edited:
    """Save a view, or change the one of that id, as of a time in microseconds (None: now).

    Raises:
        UsageError: if one of these can't be that.
        StoreError: if the store can't be written.
    """
    if view is not None and not is_id(view):
        raise InvalidValue(f"{view[:60]!r} is no view's id", hint="leave it out for a new one")
    called = limits.name(name, "a view's name")
    place = None if experiment is None else limits.name(experiment, "an experiment")
    text, of = limits.text(query, "a view's query"), presentation.page(page)
    before = None if view is None else _known_views(reader).get(view)
    made = view or new_id()
    with Editor(reader.folder.path) as editor:
        editor.save_view(made, called, of, place, text, time=time)
    undo = Undo("remove-view", {"id": made}) if before is None else _saving(before)
    return Edited(f"Saved the view {shown(called)}", [], undo, made)


def remove_view(reader: StoreReader, view: str) -> Edited:
    """Take a saved view away.

    Raises:
        NotFound: if there is none of that id.
        StoreError: if the store can't be written.
    """
    found = _known_views(reader).get(view)
    if found is None:
        raise NotFound(f"there is no saved view {view[:60]!r}", hint="list them anew")
    with Editor(reader.folder.path) as editor:
        editor.remove_view(view)
    return Edited(f"Removed the view {shown(found.name)}", [], _saving(found))


def list_views(
    reader: StoreReader, *, page: str | None = None, experiment: str | None = None
) -> list[View]:
    """List saved views, oldest first: of a page, and of an experiment or of none."""
    return [
        view
        for view in _known_views(reader).values()
        if page in (None, view.page)
        and (experiment is None or view.experiment in (None, experiment))
    ]


def _known_views(reader: StoreReader) -> dict[str, View]:
    return {view.id: view for view in reader.ask(lambda index: index.views())}


def _saving(view: View) -> Undo:
    fields = view._asdict()
    del fields["actor"]
    return Undo("view", {"time_us": fields.pop("time"), **fields})


def _check_experiment(reader: StoreReader, experiment: str | None) -> None:
    if not experiment:
        return
    name = limits.name(experiment, "an experiment")
    page = reader.ask(lambda index: index.list_runs(experiment=name, is_deleted=None, limit=1))
    if not page.runs:
        raise RunNotFound(f"no runs in the experiment {shown(name)!r}", hint="list them anew")
