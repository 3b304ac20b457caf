"""Edit runs so that it can be undone: tags, names, notes, colours.

Each edit is told which runs, refuses what it can't write before it writes anything, and answers
with the edit that takes it back, which holds exactly what was changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.actions.changing import write_edits
from runlore.actions.undoable import Edited, Undo, counted, meant, row_meant, rows_meant, shown
from runlore.editing import presentation
from runlore.errors import InvalidValue
from runlore.reading.changing import find_note
from runlore.reading.facts import Note, moment
from runlore.records import limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.editing.editor import Editor, Target
    from runlore.reading.store import StoreReader

    TagChange = tuple[dict[str, str | None], list[str]]  # tags to add with values, to remove


def edit_tags(
    reader: StoreReader, runs: Sequence[str], added: Sequence[str], removed: Sequence[str]
) -> Edited:
    """Add tags to runs, and remove others; a tag that a run has keeps its value.

    Raises:
        UsageError: if a tag can't be one, or is to be added and removed.
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    new = [limits.name(tag, "a tag") for tag in added]
    old = [limits.name(tag, "a tag") for tag in removed]
    if both := set(new) & set(old):
        raise InvalidValue(f"the tag {min(both)!r} is to be added and removed")
    ids = [row.run for row in rows_meant(reader, runs)]
    known = reader.ask(lambda index: index.tag_values(ids))
    changes: dict[str, TagChange] = {}
    for run in ids:
        has = known.get(run, {})
        adding = {tag: None for tag in new if tag not in has}
        removing = [tag for tag in dict.fromkeys(old) if tag in has]
        if adding or removing:
            changes[run] = (dict(adding), removing)
    done = set_tags(reader, changes)
    what = "Tagged" if new and not old else "Untagged" if old and not new else "Changed tags of"
    return Edited(f"{what} {counted(len(changes))}", done.runs, done.undo)


def set_tags(reader: StoreReader, changes: Mapping[str, TagChange]) -> Edited:
    """Add tags with their values to runs, and remove others, differently of each run.

    Raises:
        UsageError: if a tag can't be one.
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    checked: dict[str, TagChange] = {}
    for run, (added, removed) in changes.items():
        new = {limits.name(tag, "a tag"): _value(value) for tag, value in added.items()}
        checked[run] = (new, [limits.name(tag, "a tag") for tag in removed])
    rows = meant(reader, list(checked))
    known = reader.ask(lambda index: index.tag_values([row.run for row in rows.values()]))
    due: dict[str, TagChange] = {}
    undo: list[dict[str, Any]] = []
    for given, row in rows.items():
        has = known.get(row.run, {})
        new, old = checked[given]
        adding = {tag: value for tag, value in new.items() if has.get(tag, _ABSENT) != value}
        removing = [tag for tag in old if tag in has and tag not in adding]
        if not adding and not removing:
            continue
        due[row.run] = (adding, removing)
        back = {tag: has[tag] for tag in (*adding, *removing) if tag in has}
        undo.append({"run": row.run, "added": back,
                     "removed": [tag for tag in adding if tag not in has]})  # fmt: skip

    def write(editor: Editor, target: Target) -> None:
        adding, removing = due[target.run]
        for tag, value in adding.items():
            editor.add_tag(target, tag, value)
        for tag in removing:
            editor.remove_tag(target, tag)

    if not due:
        return Edited("No tags were changed")
    write_edits(reader, list(due), write)
    message = f"Changed tags of {counted(len(due))}"
    return Edited(message, list(due), Undo("tags", {"changes": undo}))


_ABSENT = object()


def _value(value: str | None) -> str | None:
    return None if value is None else limits.text(value, "a tag's value")


def rename_run(reader: StoreReader, run: str, name: str | None) -> Edited:
    """Name a run, or take its name away.

    Raises:
        UsageError: if the name can't be one.
        RunNotFound, Ambiguous: if `run` is none, or several.
        StoreError: if the store can't be written.
    """
    checked = None if name is None else limits.name(name, "the run's name")
    row = row_meant(reader, run)
    if row.name == checked:
        return Edited("The run is called so already")
    write_edits(reader, [row.run], lambda editor, target: editor.rename(target, checked))
    said = "Took the name away" if checked is None else f"Renamed to {shown(checked)}"
    return Edited(said, [row.run], Undo("rename", {"run": row.run, "name": row.name}))


def note_run(reader: StoreReader, run: str, text: str, *, time: int | None = None) -> Edited:
    """Add a note to a run, as of a time in microseconds (None: now).

    Raises:
        UsageError: if it is empty or too long.
        RunNotFound, Ambiguous: if `run` is none, or several.
        StoreError: if the store can't be written.
    """
    checked = limits.text(text, "a note")
    if not checked.strip():
        raise InvalidValue("the note is empty", hint="write something")
    row = row_meant(reader, run)
    made: list[str] = []
    write_edits(
        reader,
        [row.run],
        lambda editor, target: made.append(editor.add_note(target, checked, time)),
    )
    undo = Undo("remove-note", {"run": row.run, "note": made[0]})
    return Edited("Added a note", [row.run], undo, made[0])


def unnote_run(reader: StoreReader, run: str, note: str) -> Edited:
    """Take a note of a run away; what undoes it adds the same text as of the same time.

    Raises:
        RunNotFound, Ambiguous: if `run` is none, or several.
        NotFound: if it has no such note.
        StoreError: if the store can't be written.
    """
    row = row_meant(reader, run)
    facts = reader.ask(lambda index: index.run_facts(row.run))
    rows = {one.edit: one for one in facts.notes} if facts else {}
    notes = [Note(one.text, moment(one.time), one.edit) for one in rows.values()]
    found = rows[find_note(notes, note, row.run).id]
    write_edits(reader, [row.run], lambda editor, target: editor.remove_note(target, found.edit))
    fields = {"run": row.run, "text": found.text, "time_us": found.time}
    return Edited("Removed a note", [row.run], Undo("note", fields))


def colour_runs(reader: StoreReader, colours: Mapping[str, str | None]) -> Edited:
    """Give each of some runs a colour, `#rrggbb`, or leave it to the page again (None).

    Raises:
        InvalidValue: if one is no such colour.
        RunNotFound, Ambiguous: if a run is none, or several.
        StoreError: if the store can't be written.
    """
    checked = {run: presentation.colour(colour) for run, colour in colours.items()}
    rows = meant(reader, list(checked))
    wanted = {row.run: checked[given] for given, row in rows.items()}
    before = {row.run: row.colour for row in rows.values() if row.colour != wanted[row.run]}
    if not before:
        return Edited("No colours were changed")
    write_edits(
        reader,
        list(before),
        lambda editor, target: editor.set_colour(target, wanted[target.run]),
    )
    said = "Changed the colour" if len(before) == 1 else "Changed the colours"
    message = f"{said} of {counted(len(before))}"
    return Edited(message, list(before), Undo("colours", {"colours": before}))
