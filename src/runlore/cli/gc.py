"""`runlore gc`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from runlore.actions.collecting import Collection, Tally


@click.command("gc")
@click.option("--grace", metavar="1d", help="Instead of the setting gc.grace; an hour or more.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done, and do nothing.")
@store_and_json
def command(*, grace: str | None, is_dry: bool, as_json: bool) -> None:
    """Remove files that no run uses.

    Also what killed processes have left. Files go in two steps: those that nobody uses, and nobody
    has used for a day (setting gc.grace), go to a trash of their own; those that lie there for as
    long are removed. Runs may be recording meanwhile. Runs in the trash use their files until they
    are purged.
    """
    from runlore.actions.collecting import collect_garbage
    from runlore.cli.progress import steps
    from runlore.settings.durations import seconds_of
    from runlore.settings.keys import KEYS

    seconds = None
    if grace is not None:
        KEYS["gc.grace"].check(grace)
        seconds = seconds_of(grace, "--grace")
    with steps() as on_step:
        found = collect_garbage(
            grace_seconds=seconds, is_dry=is_dry, store=chosen_store(), on_step=on_step
        )
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(_report(found))
        return
    _show(found)


def _show(found: Collection) -> None:
    from runlore.cli.output import Output, talk
    from runlore.cli.table import Column, Table
    from runlore.cli.wording import count, duration, size

    would = "" if found.is_done else "would be "
    rows = (
        (found.removed, "files", f"{would}removed: in the trash of files long enough"),
        (found.segments, "segments", f"{would}removed: of runs that are gone"),
        (found.incoming, "given files", f"{would}removed: kept already, or never recorded"),
        (found.leftovers, "leftovers", f"{would}removed: of processes that were killed"),
        (found.discarded, "files", f"{would}moved to the trash of files: nobody uses them"),
        (found.restored, "files", f"{would}taken out of it again: they are used"),
    )
    table = Table([Column("files", is_right=True), Column("size", is_right=True), Column("what")])
    for tally, noun, what in rows:
        if tally.files:
            table.add(f"{tally.files:,}", size(tally.size_bytes), f"{noun} {what}")
    if table.rows:
        Output().table(table)
    freed = size(found.freed_bytes)
    talk(f"would free {freed}" if not found.is_done else f"freed {freed}")
    if found.discarded.files:
        files = count(found.discarded.files, "file")
        talk(f"{files} more can go in {duration(found.grace_seconds)}: runlore gc")


def _report(found: Collection) -> dict[str, Any]:
    def counted(tally: Tally) -> dict[str, int]:
        return {"files": tally.files, "size_bytes": tally.size_bytes}

    return {
        "is_done": found.is_done,
        "freed_bytes": found.freed_bytes,
        "grace_seconds": found.grace_seconds,
        "removed": counted(found.removed),
        "discarded": counted(found.discarded),
        "restored": counted(found.restored),
        "segments": counted(found.segments),
        "incoming": counted(found.incoming),
        "leftovers": counted(found.leftovers),
    }
