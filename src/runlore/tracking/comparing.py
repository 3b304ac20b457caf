"""Compare all runs of an increment or an experiment, and keep the result beside them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from runlore.client.increments import find_increment, is_baseline, open_increment
from runlore.compare.candidates import COMPARISON_TAG
from runlore.compare.experiments import compare_candidates
from runlore.errors import InvalidValue, RunNotFound
from runlore.reading.behind import no_runs, warn_if_behind
from runlore.reading.opening import find_runs, find_some_runs
from runlore.reading.store import open_reader
from runlore.tracking.hooks import call_hooks
from runlore.tracking.numbering import marks
from runlore.tracking.report_file import write_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runlore.client.increments import Increment
    from runlore.compare.experiments import ExperimentComparison
    from runlore.reading.runs import Runs
    from runlore.reading.store import StoreReader

COMPARISON_FILE = "comparison.md"
BASELINES_FILE = "baselines.md"
_MOST_SECONDS = 2.0  # that the end of a baseline may take


def compare_experiments(
    *,
    increment: str | int | None = None,
    experiment: str | None = None,
    metrics: Iterable[str] | None = None,
    by: str | None = None,
    directions: Mapping[str, str] | None = None,
    confidence: float = 0.95,
    write: bool = True,
    store: str | os.PathLike[str] | None = None,
) -> ExperimentComparison:
    """Compare the experiments of an increment: which is best by each metric, which over all, why.

    Runs that differ in nothing but their seed count as one, with a mean and a spread. With an
    increment the result is also kept as `comparison.md` in the folder of its experiments, and
    that of its baselines alone as `baselines.md`; what people write there outside of the marks
    stays.

    Args:
        increment: its number or name; without it the open one of where you are, else the
            experiment of the newest run.
        experiment: without an increment, the runs of this experiment.
        metrics: labels to compare; by default up to eight that are known or common.
        by: the metric that chooses; by default the one that most of them have.
        directions: whether "min" or "max" is better, for metrics whose names don't say it.
        confidence: of intervals and tests.
        write: False leaves the files as they are.
        store: a folder; by default the one of where you are.

    Raises:
        NotFound, Ambiguous: if there is no such increment, or two.
        RunNotFound: if there are no runs to compare.
        SeriesNotFound: if none of them has a metric that is asked for.
        InvalidValue: if the marks in `comparison.md` are damaged, or for a wrong argument.
        MissingExtra: if there is something to test and SciPy isn't installed.
    """
    chosen = _increment_of(increment, experiment)
    reader = open_reader(store)
    runs, name = _runs(reader, chosen.name if chosen else experiment)
    warn_if_behind(reader)
    found = compare_candidates(
        runs, title=f"Comparison of {name}", metrics=metrics, by=by, directions=directions,
        confidence=confidence,
    )  # fmt: skip
    if chosen is not None and write:
        found = keep(found, chosen, COMPARISON_FILE)
        keep_baselines(runs, chosen, directions=directions)
    call_hooks("on_comparison", found)
    return found


def report_increment(increment: Increment, *, store: str) -> None:
    """Write the reports of an increment anew, as its runs stand in the store."""
    runs = find_some_runs(open_reader(store, budget_seconds=None), increment.name)
    keep(
        compare_candidates(runs, title=f"Comparison of {increment.name}"), increment,
        COMPARISON_FILE,
    )  # fmt: skip
    keep_baselines(runs, increment)


def keep(found: ExperimentComparison, increment: Increment, name: str) -> ExperimentComparison:
    """Write a comparison into a file of an increment's experiments, and say where it is.

    Raises:
        InvalidValue, StoreReadOnly: as `write_report`.
    """
    path = os.path.join(increment.experiments, name)
    write_report(path, name.removesuffix(".md"), found.to_markdown())
    return replace(found, path=path)


def keep_baselines(
    runs: Runs, increment: Increment, *, directions: Mapping[str, str] | None = None
) -> str | None:
    """Write what the baselines of an increment came to; returns the file, None without any."""
    baselines = [
        run for run in runs
        if is_baseline(run.name, run.tags) and COMPARISON_TAG not in run.tags
    ]  # fmt: skip
    if not baselines:
        return None
    known = {label for run in baselines for label in run.metrics}
    found = compare_candidates(
        baselines,
        title=f"Baselines of {increment.name}",
        directions={label: one for label, one in (directions or {}).items() if label in known},
    )
    return keep(found, increment, BASELINES_FILE).path


def report_baselines(increment: Increment, *, store: str) -> str | None:
    """Write the report of an increment's baselines, as they stand in the store."""
    reader = open_reader(store, budget_seconds=_MOST_SECONDS)
    return keep_baselines(find_runs(reader, increment.name), increment)


def _runs(reader: StoreReader, experiment: str | None) -> tuple[Runs, str]:
    """List the runs of an experiment, without one those of the newest run's."""
    if experiment is not None:
        runs = find_some_runs(reader, experiment)
        if not runs:
            raise RunNotFound(
                f"no runs in the experiment {experiment!r}",
                hint="track_experiment(…) in its repository makes some; "
                "runlore list shows what there is",
            )
        return runs, experiment
    newest = find_some_runs(reader, limit=1)
    if not newest:
        raise no_runs(reader, "to compare")
    experiment = newest[0].experiment
    return find_runs(reader, experiment), experiment or "all runs"


def _increment_of(increment: str | int | None, experiment: str | None) -> Increment | None:
    """Find the increment that is meant, and complete the plain files of runs killed in it."""
    if increment is not None and experiment is not None:
        raise InvalidValue(
            "an increment and an experiment are given", hint="give one of them: an increment is one"
        )
    if experiment is not None:
        return None
    chosen = open_increment() if increment is None else find_increment(increment)
    if chosen is not None and marks(chosen.experiments):
        from runlore.tracking.completing import complete_folders

        complete_folders(chosen.experiments)
    return chosen
