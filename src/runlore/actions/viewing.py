"""Gather what a page about one run shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.actions.run_lines import lines_of
from runlore.reading.details import Details
from runlore.reading.facts import is_load
from runlore.reading.run import StoredRun
from runlore.reading.search_columns import newest_first, shown_runs
from runlore.reading.selection import find_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.actions.run_lines import RunLine
    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.index.rows import RunFacts
    from runlore.reading.store import StoreReader

_MOST_CHILDREN = 200
_MOST_LINEAGE = 200
# What the helper says about these makes a run harder to get again.
_NEEDED_TO_REPRODUCE = ("git", "diff", "untracked", "packages", "python", "command")


@dataclass(frozen=True)
class WrittenNote:
    """A note, when it was written and by whom."""

    id: str
    text: str
    at_ms: int
    author: str


@dataclass(frozen=True)
class ParamHistory:
    """A param as it was given, its value, and what it was before with times in milliseconds."""

    key: str
    text: str
    value: Any
    history: list[tuple[str, int]]


@dataclass(frozen=True)
class LineageItem:
    """A version of an artifact, and the run at its other end."""

    artifact: str
    version: int | None
    type: str | None
    run: str | None
    label: str | None


@dataclass(frozen=True)
class Counts:
    """How much there is to see of a run."""

    metrics: int
    load: int
    media: int
    artifacts: int
    console_lines: int
    has_diff: bool


@dataclass(frozen=True)
class RunDetails:
    """A run with what belongs to it and stands around it."""

    run: StoredRun
    line: RunLine
    notes: list[WrittenNote]
    params: list[ParamHistory]
    children: list[RunLine]
    siblings: int
    inputs: list[LineageItem]
    outputs: list[LineageItem]
    counts: Counts
    warnings: list[str] = field(default_factory=list)


def view_run(reader: StoreReader, selection: str) -> RunDetails:
    """Gather everything about one run but its series, files and lines.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
    """
    row = find_row(reader, selection)
    loaded = Details(reader, [row])
    run, facts = StoredRun(row, loaded), loaded.facts(row.run)
    children, siblings = _relatives(reader, run)
    return RunDetails(
        run=run,
        line=lines_of(reader, [run.id])[0],
        notes=_notes(reader, facts),
        params=_params(facts),
        children=lines_of(reader, children),
        siblings=siblings,
        inputs=_inputs(reader, run),
        outputs=[
            LineageItem(version.name, version.number, version.type, None, None)
            for version in run.outputs[:_MOST_LINEAGE]
        ],
        counts=_counts(reader, run, facts),
        warnings=_warnings(facts.context),
    )


def _notes(reader: StoreReader, facts: RunFacts) -> list[WrittenNote]:
    actors = [note.actor for note in facts.notes]
    users = reader.ask(lambda index: index.users(actors)) if actors else {}
    return [
        WrittenNote(note.edit, note.text, note.time // 1000, users.get(note.actor) or "")
        for note in facts.notes
    ]


def _params(facts: RunFacts) -> list[ParamHistory]:
    changes: dict[str, list[tuple[str, int]]] = {}
    for change in sorted(facts.param_changes, key=lambda change: change.time):
        changes.setdefault(change.key, []).append((change.text, change.time // 1000))
    return [
        ParamHistory(
            param.key,
            param.text,
            param.value,
            [one for one in changes.get(param.key, []) if one != (param.text, param.time // 1000)],
        )
        for param in facts.params
    ]


def _relatives(reader: StoreReader, run: StoredRun) -> tuple[list[str], int]:
    """Name the runs that are a part of this one, newest first, and count its siblings."""

    def read(columns: RunColumns) -> tuple[list[str], int]:
        newest = newest_first(columns)
        newest = newest[shown_runs(columns)[newest]]
        parents = columns.texts("attribute", "parent")
        children = newest[:0]
        if run.id in parents.entries.items:
            code = parents.entries.items.index(run.id)
            children = newest[np.flatnonzero(parents.codes[newest] == code)]
        experiments = columns.texts("attribute", "experiment")
        siblings = 0
        if run.experiment in experiments.entries.items:
            code = experiments.entries.items.index(run.experiment)
            siblings = int((experiments.codes[newest] == code).sum()) - 1
        ids = columns.ids.ids[children[:_MOST_CHILDREN]].astype("U32").tolist()
        return ids, max(0, siblings)

    return reader.ask(lambda index: index.ask_columns(read))


def _inputs(reader: StoreReader, run: StoredRun) -> list[LineageItem]:
    """List what a run took in, with the runs that made it."""
    inputs = run.inputs[:_MOST_LINEAGE]
    makers = list(dict.fromkeys(one.run_id for one in inputs if one.run_id is not None))
    labels = {line.id: line.label for line in lines_of(reader, makers)}
    return [
        LineageItem(
            one.reference or one.name,
            int(one.version[1:]) if one.version else None,
            one.type,
            one.run_id if one.run_id in labels else None,
            labels.get(one.run_id or ""),
        )
        for one in inputs
    ]


def _counts(reader: StoreReader, run: StoredRun, facts: RunFacts) -> Counts:
    labels = run.series_names()
    load = sum(map(is_load, labels))

    def count_lines(index: Index) -> int:
        ends: dict[tuple[str, int, str, str], int] = {}
        for place in index.console(run.id):
            key = (place.attempt, place.rank, place.served, place.stream)
            ends[key] = max(ends.get(key, 0), place.line + place.lines)
        return sum(ends.values())

    diff = facts.context.get("diff")
    return Counts(
        metrics=len(labels) - load,
        load=load,
        media=len(facts.media),
        artifacts=sum(one.is_current and one.direction != "input" for one in facts.artifacts),
        console_lines=reader.ask(count_lines),
        has_diff=isinstance(diff, dict) and bool(diff.get("digest")),
    )


def _warnings(context: Mapping[str, Any]) -> list[str]:
    """Say in sentences what was not kept of the code and the surroundings."""
    notes = context.get("notes")
    notes = notes if isinstance(notes, dict) else {}
    found = []
    git = context.get("git")
    if isinstance(git, dict) and git.get("is_dirty") and not isinstance(context.get("diff"), dict):
        found.append("There were uncommitted changes, and they were not kept.")
    found += [f"{name}: {notes[name]}" for name in _NEEDED_TO_REPRODUCE if notes.get(name)]
    for name, what in (("diff", "of the uncommitted changes"), ("untracked", "untracked")):
        fact = context.get(name)
        left_out = fact.get("left_out") if isinstance(fact, dict) else None
        if left_out:
            found.append(f"{len(left_out)} files {what} were left out.")
    return found
