"""Put runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.actions.listing import likely_experiments
from runlore.actions.quiet import without_warnings
from runlore.compare.runs import compare_runs
from runlore.errors import RunNotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.compare.comparison import Comparison


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
        RunNotFound, Ambiguous: if a selection names no run, or several, or an experiment none.
    """
    is_named = experiment is not None
    if not selections and experiment is None:
        experiment = _newest_experiment(store)
    comparison = compare_runs(
        *selections,
        experiment=experiment,
        metrics=list(metrics) or None,
        only_differing=only_differing,
        store=store,
    )
    if experiment is not None and is_named and not comparison.runs:
        raise RunNotFound(
            f"no runs in the experiment {experiment!r}",
            hint=likely_experiments(experiment, store=store),
        )
    return comparison


def _newest_experiment(store: str | None) -> str | None:
    from runlore.reading.opening import list_runs

    runs = list_runs(store=store, limit=1)
    if not len(runs):
        raise RunNotFound("there are no runs to compare", hint="to see some: runlore demo")
    return runs[0].experiment
