"""Change runs that are stored: names, tags, notes, archive; each change is a record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.increments import complete_open_increments
from runlore.actions.parts import parts_within
from runlore.actions.quiet import without_warnings
from runlore.client.increments import mark_changed
from runlore.editing.editor import Editor, Target
from runlore.reading.changing import find_note
from runlore.reading.run import stored_runs
from runlore.reading.runs import Runs
from runlore.reading.selection import EVERYTHING_SHOWN, find_row, select_rows
from runlore.reading.store import open_reader
from runlore.records import limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.reading.facts import Note
    from runlore.reading.run import StoredRun
    from runlore.reading.selection import Scope
    from runlore.reading.store import StoreReader

    Confirm = Callable[[Sequence[StoredRun]], bool]


@dataclass(frozen=True)
class Change:
    """What a command has changed: `runs` were due, `unchanged` were as wanted before.

    Without `is_done` nothing was written: it was only asked what would be changed, or the
    answer was no.
    """

    runs: list[StoredRun]
    unchanged: list[StoredRun]
    is_done: bool


@without_warnings
def archive(
    selections: Sequence[str],
    *,
    is_undone: bool = False,
    older_than_seconds: float | None = None,
    confirm: Confirm,
    store: str | None = None,
) -> Change:
    """Hide runs from lists with all their parts, or show them again (`is_undone`).

    `older_than_seconds` picks those that ended (else: gave their last sign of life) so long ago,
    of `selections` or of all runs; running ones never.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store, budget_seconds=None)
    if selections:
        rows = select_rows(reader, selections, EVERYTHING_SHOWN)
        parts = [row for row in parts_within(reader, rows) if not row.is_deleted]
        runs = stored_runs(reader, [*rows, *parts])
    else:
        page = reader.ask(lambda index: index.list_runs(is_archived=is_undone))
        runs = list(Runs(reader, page.runs, page.total))
    if older_than_seconds is not None:
        limit = reader.caught_up_at - older_than_seconds * 1e6
        runs = [run for run in runs if _is_over_since(run, limit)]
    due = [run for run in runs if run.is_archived == is_undone]
    edit = Editor.unarchive if is_undone else Editor.archive
    return _changed(reader, due, [run for run in runs if run not in due], edit, confirm)


@without_warnings
def rename(selection: str, name: str, *, store: str | None = None) -> Change:
    """Name a run.

    Raises:
        UsageError: if the name can't be one.
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        StoreError: if the store can't be written.
    """
    checked = limits.name(name, "the run's name")
    reader = open_reader(store)
    row = find_row(reader, selection)
    (run,) = Runs(reader, [row], 1)
    if run.name == checked:
        return Change([], [run], is_done=True)
    return _changed(reader, [run], [], lambda editor, target: editor.rename(target, checked))


@without_warnings
def tag(
    selections: Sequence[str],
    *,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
    value: str | None = None,
    confirm: Confirm,
    store: str | None = None,
) -> Change:
    """Add tags to runs, with `value` if it is given, and remove others.

    Raises:
        UsageError: if a tag can't be one.
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        StoreError: if the store can't be written.
    """
    new = [limits.name(one, "a tag") for one in added]
    old = [limits.name(one, "a tag") for one in removed]
    value = None if value is None else limits.text(value, "a tag's value")
    reader = open_reader(store)
    runs = list(chosen(reader, selections))

    def is_due(run: StoredRun) -> bool:
        known = run.tag_values if value is not None else dict.fromkeys(run.tags)
        return any(known.get(one, _ABSENT) != value for one in new) or any(
            one in known for one in old
        )

    def write(editor: Editor, target: Target) -> None:
        for one in new:
            editor.add_tag(target, one, value)
        for one in old:
            editor.remove_tag(target, one)

    due = [run for run in runs if is_due(run)]
    return _changed(reader, due, [run for run in runs if run not in due], write, confirm)


@without_warnings
def add_note(selection: str, text: str, *, store: str | None = None) -> Change:
    """Add a note to a run.

    Raises:
        UsageError: if it is empty or too long.
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        StoreError: if the store can't be written.
    """
    checked = limits.text(text, "a note")
    reader = open_reader(store)
    runs = list(Runs(reader, [find_row(reader, selection)], 1))
    return _changed(reader, runs, [], lambda editor, target: editor.add_note(target, checked))


@without_warnings
def remove_note(selection: str, note: str, *, store: str | None = None) -> tuple[StoredRun, Note]:
    """Take a note of a run away: the one of that id, or of its beginning or end.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        NotFound: if it has no such note.
        StoreError: if the store can't be written.
    """
    reader = open_reader(store)
    (run,) = Runs(reader, [find_row(reader, selection)], 1)
    found = find_note(run.notes, note, run.label)
    _changed(reader, [run], [], lambda editor, target: editor.remove_note(target, found.id))
    return run, found


def chosen(reader: StoreReader, selections: Sequence[str], scope: Scope = EVERYTHING_SHOWN) -> Runs:
    """Return the runs that selections name, in the grammar that holds everywhere."""
    rows = select_rows(reader, selections, scope)
    return Runs(reader, rows, len(rows))


_ABSENT = object()


def _is_over_since(run: StoredRun, limit: float) -> bool:
    if run.status == "running":
        return False
    end = run.ended or run.last_sign_of_life or run.created
    return end is not None and end.timestamp() * 1e6 < limit


def _changed(
    reader: StoreReader,
    due: list[StoredRun],
    unchanged: list[StoredRun],
    write: Callable[[Editor, Target], object],
    confirm: Confirm = lambda _: True,
) -> Change:
    """Write the same change to all runs that are due, if that is confirmed."""
    if not due:
        return Change([], unchanged, is_done=True)
    if not confirm(due):
        return Change(due, unchanged, is_done=False)
    write_edits(reader, [run.id for run in due], write)
    return Change(due, unchanged, is_done=True)


def write_edits(
    reader: StoreReader, runs: Sequence[str], write: Callable[[Editor, Target], object]
) -> None:
    """Write edits of each of some runs, and see to the plain files that show them.

    Raises:
        StoreError: if the store can't be written.
    """
    attempts = reader.ask(lambda index: index.newest_attempts(runs))
    with Editor(reader.folder.path) as editor:
        for run in runs:
            write(editor, Target(run, attempts.get(run)))
    contexts = reader.ask(lambda index: index.context(runs, ["increment"]))
    for run in runs:
        mark_changed(contexts.get(run, {}).get("increment"), run, reader.folder.path)
    complete_open_increments()
