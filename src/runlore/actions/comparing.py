"""Put runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.increments import complete_open_increments
from runlore.actions.listing import likely_experiments
from runlore.actions.quiet import without_warnings
from runlore.client.increments import list_increments, number_in
from runlore.compare.experiments import compare_candidates
from runlore.compare.runs import compare_stored
from runlore.errors import RunNotFound
from runlore.reading.behind import no_runs, so_far
from runlore.reading.opening import find_runs, find_some_runs, select_runs
from runlore.reading.selection import BARE_NUMBER, is_of_increment
from runlore.reading.store import open_reader
from runlore.tracking.comparing import COMPARISON_FILE, keep, keep_baselines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.comparison import Comparison
    from runlore.compare.experiments import ExperimentComparison
    from runlore.reading.runs import Runs
    from runlore.reading.store import StoreReader

_PREFIX = "increment:"


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


def judge_increment(
    found: Comparison, selections: Sequence[str], *, metrics: Sequence[str] = ()
) -> ExperimentComparison | None:
    """Say which experiment of an increment is best and why; None if no increment was selected.

    Where its folder is one of where you are, `comparison.md` there is written anew.

    Raises:
        MissingExtra: if there is something to test and SciPy isn't installed.
        InvalidValue, StoreReadOnly: if `comparison.md` can't be written.
    """
    name = _increment_selected(found, selections)
    if name is None:
        return None
    judged = compare_candidates(
        found.runs, title=f"Comparison of {name}", metrics=list(metrics) or None
    )
    for increment in list_increments():
        if increment.name == name and not metrics:
            keep_baselines(found.runs, increment)
            return keep(judged, increment, COMPARISON_FILE)
    return judged


def _increment_selected(found: Comparison, selections: Sequence[str]) -> str | None:
    """Return the experiment that is the increment of the only selection."""
    experiments = {run.experiment for run in found.runs}
    if len(selections) != 1 or len(experiments) != 1:
        return None
    (experiment,) = experiments
    wanted = selections[0].removeprefix(_PREFIX)
    is_named = wanted != selections[0] or BARE_NUMBER.fullmatch(wanted) or wanted == experiment
    if experiment is None or not is_named or number_in(experiment) is None:
        return None
    is_a_run = wanted == selections[0] and any(run.name == wanted for run in found.runs)
    return experiment if is_of_increment(experiment, wanted) and not is_a_run else None


def _newest_experiment(reader: StoreReader) -> Runs:
    """List the runs of the experiment that the newest run belongs to; all if it has none."""
    newest = find_some_runs(reader, limit=1)
    if newest:
        return find_runs(reader, newest[0].experiment)
    raise no_runs(reader, "to compare")
