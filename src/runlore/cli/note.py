"""`runlore note`."""

from __future__ import annotations

import sys

import click

from runlore.cli.completion import complete_runs
from runlore.cli.options import chosen_store, store_and_json


@click.group("note")
def command() -> None:
    """Write, list and remove notes.

    In all of them SELECTION is the run's id, the first or last digits of it, or its name.
    """


@command.command("add")
@click.argument("selection", shell_complete=complete_runs)
@click.argument("text")
@store_and_json
def add_command(*, selection: str, text: str, as_json: bool) -> None:
    """Add a note to a run; TEXT of - is read from standard input."""
    from runlore.actions.changing import add_note
    from runlore.cli.changes import tell_change

    if text == "-":
        text = sys.stdin.read().strip("\n")
    change = add_note(selection, text, store=chosen_store())
    tell_change(change, "noted", is_dry=False, as_json=as_json)


@command.command("list")
@click.argument("selection", shell_complete=complete_runs)
@store_and_json
def list_command(*, selection: str, as_json: bool) -> None:
    """List the notes of a run with their ids, the oldest first."""
    from runlore.actions.showing import show_run

    report = show_run(selection, store=chosen_store())
    notes = report.run.notes
    if as_json:
        from runlore.cli.jsonable import print_json

        listed = [{"id": note.id, "time": note.time, "text": note.text} for note in notes]
        print_json({"run": report.run.id, "notes": listed})
        return
    from runlore.cli.freshness import tell_freshness
    from runlore.cli.output import Output
    from runlore.cli.table import Column, Table
    from runlore.cli.wording import moment
    from runlore.records.ids import short

    table = Table(
        [
            Column("id", style="id"),
            Column("written", style="dim", rank=1),
            Column("note", least=20, is_wrapped=True),
        ]
    )
    for note in notes:
        table.add(short(note.id), moment(note.time), note.text)
    if notes:
        Output().table(table)
    tell_freshness(report.run.freshness)


@command.command("rm")
@click.argument("selection", shell_complete=complete_runs)
@click.argument("note")
@store_and_json
def remove_command(*, selection: str, note: str, as_json: bool) -> None:
    """Take a note away, by its id as `runlore note list` shows it."""
    from runlore.actions.changing import remove_note

    run, removed = remove_note(selection, note, store=chosen_store())
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json({"run": run.id, "note": removed.id, "text": removed.text})
        return
    from runlore.cli.output import talk

    talk(f"took a note of {run.label} away: {removed.text}")
