"""Say what a command has changed, or would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runlore.actions.changing import Change


def tell_change(change: Change, done: str, *, is_dry: bool, as_json: bool) -> None:
    """Report a change; `done` is its verb in the past: "archived"."""
    from runlore.cli.confirming import changed_report, show_runs

    if as_json:
        from runlore.cli.jsonable import print_json

        print_json(changed_report(change.runs, change.unchanged, is_done=change.is_done))
        return
    from runlore.cli.output import talk
    from runlore.cli.wording import count

    if is_dry and change.runs:
        show_runs(change.runs, most=len(change.runs), is_data=True)
        talk(f"would be {done}: {count(len(change.runs), 'run')}; nothing was changed")
    elif not change.runs:
        talk(f"nothing to do: no run is to be {done}")
    else:
        same = f", {len(change.unchanged):,} were so already" if change.unchanged else ""
        talk(f"{done} {count(len(change.runs), 'run')}{same}")
