"""Hide old runs from lists, from Python."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from runlore.actions.changing import archive
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.settings.durations import seconds_of

if TYPE_CHECKING:
    import os

    from runlore.reading.run import StoredRun

_DAY_SECONDS = 86_400


def archive_runs(
    *selections: str,
    older_than: str | timedelta | float | None = None,
    undo: bool = False,
    store: str | os.PathLike[str] | None = None,
) -> list[StoredRun]:
    """Hide runs from lists, and return those that were shown until now.

    They stay as they are, are found by their names, and `undo=True` shows them again. The parts
    of a run (combinations of a search, folds, stages) go with it. Without
    selections (`increment:0042`, a name, a filter), all runs are meant that are old enough:
    `older_than` is a number of days, a timedelta, or a text like "180d" or "26w", counted from
    when they ended. Runs under way are never old.

    Raises:
        InvalidValue: if neither is given.
        RunNotFound, Ambiguous: if a selection names no run, or a name several.
        StoreError: if the store can't be written.
    """
    if not selections and older_than is None:
        raise InvalidValue(
            "no runs are named to be archived",
            hint="archive_runs('increment:0042'), or archive_runs(older_than='180d')",
        )
    change = archive(
        selections,
        is_undone=undo,
        older_than_seconds=_seconds(older_than),
        confirm=lambda _: True,
        store=None if store is None else str(store),
    )
    return change.runs


def _seconds(older_than: str | timedelta | float | None) -> float | None:
    if older_than is None:
        return None
    if isinstance(older_than, str):
        return seconds_of(older_than, "older_than")
    if isinstance(older_than, timedelta):
        seconds = older_than.total_seconds()
    elif isinstance(older_than, bool) or not hasattr(older_than, "__float__"):
        raise InvalidType(
            f"older_than is {a_kind(older_than)}", hint="give days, a timedelta, or '180d'"
        )
    else:
        seconds = older_than * _DAY_SECONDS
    if not seconds >= 0:
        raise InvalidValue(f"older_than is {older_than!r}", hint="give 0 or more days")
    return seconds
