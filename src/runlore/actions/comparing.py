"""Put runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.increments import complete_open_increments
from runlore.actions.listing import likely_experiments
from runlore.actions.quiet import without_warnings
from runlore.compare.runs import compare_stored
from runlore.errors import RunNotFound
from runlore.reading.behind import no_runs, so_far
from runlore.reading.opening import find_runs, find_some_runs, select_runs
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.comparison import Comparison
    from runlore.reading.runs import Runs
    from runlore.reading.store import StoreReader


@without_warnings
def compare(
    selections: Sequence[str],
    *,
    experiment: str | None = None,
    metrics: Sequence[str] = (),
    only_differing: bool = True,
    store: str | None = None,
) -> Comparison:
    """Compare runs, those of an experiment, or, if nothing is named, those of the newest one.

    Raises:
        RunNotFound, Ambiguous: if a selection names no run, or several, or there are none.
    """
    complete_open_increments()
    reader = open_reader(store)
    if selections:
        runs = select_runs(reader, selections)
    elif experiment is not None:
        runs = find_some_runs(reader, experiment)
        if not runs:
            raise RunNotFound(
                f"no runs in the experiment {experiment!r}{so_far(reader)}",
                hint=likely_experiments(experiment, store=store),
            )
    else:
        runs = _newest_experiment(reader)
    return compare_stored(runs, metrics=list(metrics) or None, only_differing=only_differing)


def _newest_experiment(reader: StoreReader) -> Runs:
    """List the runs of the experiment that the newest run belongs to; all if it has none."""
    newest = find_some_runs(reader, limit=1)
    if newest:
        return find_runs(reader, newest[0].experiment)
    raise no_runs(reader, "to compare")
