"""`runlore purge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from runlore.cli.completion import complete_deleted_runs
from runlore.cli.confirming import confirmation
from runlore.cli.options import chosen_store, store_and_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.purging import Purge
    from runlore.reading.run import StoredRun


@click.command("purge")
@click.argument(
    "selections", nargs=-1, metavar="[SELECTION]...", shell_complete=complete_deleted_runs
)
@click.option("--older-than", metavar="30d", help="Only runs deleted so long ago.")
@click.option("--now", is_flag=True, help="However short a time ago they were deleted.")
@confirmation
@store_and_json
def command(
    *,
    selections: tuple[str, ...],
    older_than: str | None,
    now: bool,
    is_sure: bool,
    is_dry: bool,
    as_json: bool,
) -> None:
    """Remove runs in the trash for good.

    Those named by SELECTION, or all. Runs that were deleted less than 30 days ago stay (setting
    trash.keep), unless --older-than or --now says otherwise. What their artifacts take is freed by
    runlore gc. A purge can't be undone: whatever still arrives of a purged run is dropped.
    """
    from runlore.actions.purging import purge
    from runlore.cli.confirming import Confirmation
    from runlore.settings.durations import seconds_of

    if now and older_than is not None:
        raise click.UsageError("--now and --older-than exclude each other")
    seconds = 0.0 if now else None
    if older_than is not None:
        seconds = seconds_of(older_than, "--older-than")
    confirm = Confirmation("remove for good", is_sure=is_sure, is_dry=is_dry, least=1)
    found = purge(
        selections,
        older_than_seconds=seconds,
        confirm=confirm,
        warn=_warn,
        store=chosen_store(),
    )
    if as_json:
        from runlore.cli.confirming import changed_report, named_run
        from runlore.cli.jsonable import print_json

        report = changed_report(found.runs, found.young, is_done=found.is_done)
        running = [named_run(run) for run in found.running]
        users = [named_run(run) for run in found.users]
        more = {"running": running, "used_by": users, "freed_bytes": found.freed_bytes}
        print_json(report | more)
        return
    _tell(found)


def _warn(users: Sequence[StoredRun]) -> None:
    from runlore.cli.confirming import show_runs
    from runlore.cli.output import talk
    from runlore.cli.wording import count

    talk(f"warning: {count(len(users), 'other run')} used files that go with these:")
    show_runs(users)


def _tell(found: Purge) -> None:
    from runlore.cli.confirming import show_runs
    from runlore.cli.output import talk
    from runlore.cli.wording import count, duration, size

    runs, freed = count(len(found.runs), "run"), size(found.freed_bytes)
    if found.runs and found.is_done:
        talk(f"purged {runs}, {freed}; runlore gc frees what their files take")
    elif found.runs:
        show_runs(found.runs, most=len(found.runs), is_data=True)
        talk(f"would be removed for good: {runs}, {freed}")
    else:
        talk("nothing to purge")
    if found.young:
        kept = count(len(found.young), "run")
        talk(f"{kept} deleted less than {duration(found.keep_seconds)} ago stay in the trash; "
             "at once: --now")  # fmt: skip
    if found.running:
        talk(f"{count(len(found.running), 'run')} still being written stay in the trash")
