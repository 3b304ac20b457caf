"""Show everything about one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.actions.increments import complete_open_increments
from runlore.actions.quiet import without_warnings
from runlore.errors import ArtifactNotFound
from runlore.reading.opening import get_run

if TYPE_CHECKING:
    from runlore.reading.run import StoredRun

_MOST_CURVES = 40


@dataclass(frozen=True)
class RunReport:
    """A run, and the course of its series in a few values each, by label."""

    run: StoredRun
    curves: dict[str, list[float]] = field(default_factory=dict)


@without_warnings
def show_run(selection: str, *, curve_points: int = 0, store: str | None = None) -> RunReport:
    """Find a run; with `curve_points`, its first series come with their course.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
    """
    complete_open_increments()
    run = get_run(selection, store=store)
    return RunReport(run, _curves(run, curve_points) if curve_points else {})


@without_warnings
def show_diff(selection: str, *, store: str | None = None) -> str:
    """Find a run and return its uncommitted changes as a patch, "" if there were none.

    Raises:
        RunNotFound, Ambiguous: if `selection` names no run, or several.
        ArtifactNotFound: if they aren't known or not in the store.
    """
    run = get_run(selection, store=store)
    if run.diff is None:
        notes = run.context.get("notes") or {}
        note = notes.get("diff") or notes.get("git")
        raise ArtifactNotFound(
            f"no diff was kept of the run {run.label!r}" + (f": {note}" if note else ""),
            hint="the helper keeps one of runs in a git repository, unless start_run says not to",
        )
    return run.diff


def _curves(run: StoredRun, points: int) -> dict[str, list[float]]:
    """Read the lowest rank's series that have a course to show."""
    curves: dict[str, list[float]] = {}
    for label, summary in run.summaries.items():
        if summary.points < 2:
            continue
        if len(curves) >= _MOST_CURVES:
            break
        context = summary.context or None
        series = run.series(summary.name, context, rank=summary.rank, points=4 * points)
        values = series.value.tolist()
        if len(values) > points:
            stride = (len(values) - 1) / (points - 1)
            values = [values[round(place * stride)] for place in range(points)]
        curves[label] = values
    return curves
