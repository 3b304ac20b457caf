"""Find a series of a run and read it, whole or down-sampled."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.client.values import context_of, step_of
from runlore.errors import InvalidType, InvalidValue, SeriesNotFound, a_kind
from runlore.reading.downsampling import POINTS_A_BUCKET, chosen_places
from runlore.reading.facts import series_label
from runlore.reading.overview import read_overview
from runlore.reading.points import Wanted, gather
from runlore.reading.series import NotFinite, Series
from runlore.reading.suggestions import nearest
from runlore.records import limits
from runlore.records.ids import short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from runlore.index.rows import RunRow
    from runlore.index.summaries import SeriesSummary
    from runlore.reading.points import Columns, Gathered
    from runlore.reading.store import StoreReader

_STACK = 3  # from `warn` up to the caller of `run.series`


class IncompleteWarning(UserWarning):
    """A series lacks points that were recorded, since what holds them can't be read."""


@dataclass(frozen=True, slots=True)
class SeriesRequest:
    """The arguments of `StoredRun.series`."""

    name: str
    context: str | Mapping[str, object] | None = None
    rank: int | None = None
    points: int | None = None
    since_step: int | None = None
    superseded: bool = False


def read_series(reader: StoreReader, run: RunRow, request: SeriesRequest) -> Series:
    """Read a series of a run, as `StoredRun.series` says."""
    _check(request)
    if not reader.freshness.is_current:
        reader.catch_up(budget_seconds=None)
    summary = _find(reader, run, request)
    if summary is None:
        return _read_superseded(reader, run, request)
    wanted = Wanted(
        run.run,
        summary.name,
        summary.context,
        summary.rank,
        request.since_step,
        request.superseded,
    )
    series = None
    if request.points is not None and request.since_step is None and not request.superseded:
        series = read_overview(reader, wanted, summary.points, request.points)
    if series is None:
        series = _series(wanted, gather(reader, wanted), request.points)
    if series.problems:
        more = f", and {len(series.problems) - 1} more" if len(series.problems) > 1 else ""
        message = f"{series.label!r} is incomplete: {series.problems[0]}{more}"
        warnings.warn(message, IncompleteWarning, stacklevel=_STACK)
    return series


def _check(request: SeriesRequest) -> None:
    """Refuse what names no series, no step and no number of points."""
    limits.name(request.name, "a metric's name")
    step_of(request.since_step)
    points = request.points
    if points is None:
        return
    if not hasattr(points, "__index__"):
        raise InvalidType(f"points is {a_kind(points)}: {points!r}", hint="give a whole number")
    if points < POINTS_A_BUCKET:
        raise InvalidValue(
            f"a series can't be shown in {points} points",
            hint=f"give {POINTS_A_BUCKET} or more: the first, last, least and greatest of a bucket",
        )


def _find(reader: StoreReader, run: RunRow, request: SeriesRequest) -> SeriesSummary | None:
    """Find the series that a request names; None for one that may be superseded as a whole."""
    places = _places(request)
    names = sorted({name for name, _ in places})
    found = reader.ask(lambda index: index.summaries([run.run], names)).get(run.run, [])
    for place in places:
        ranks = {one.rank: one for one in found if (one.name, one.context) == place}
        if not ranks:
            continue
        rank = min(ranks) if request.rank is None else request.rank
        if rank in ranks:
            return ranks[rank]
        if not request.superseded:
            raise SeriesNotFound(
                f"the series {series_label(*place)!r} of run {_shown(run)} has no rank {rank}",
                hint="it has " + ", ".join(str(known) for known in sorted(ranks)),
            )
    if request.superseded:
        return None
    raise _not_found(reader, run, request)


def _read_superseded(reader: StoreReader, run: RunRow, request: SeriesRequest) -> Series:
    """Read a series of which no point is current."""
    writers = reader.ask(lambda index: index.writers([run.run])).get(run.run, [])
    ranks = sorted({writer.rank for writer in writers if request.rank in (None, writer.rank)})
    for name, context in _places(request):
        for rank in ranks:
            wanted = Wanted(run.run, name, context, rank, request.since_step, superseded=True)
            found = gather(reader, wanted)
            if found.count:
                return _series(wanted, found, request.points)
    raise _not_found(reader, run, request)


def _places(request: SeriesRequest) -> list[tuple[str, str]]:
    """List the (name, context) that a request may mean, the likeliest first."""
    if request.context is not None:
        return [(request.name, context_of(request.context))]
    return places_named(request.name)


def places_named(label: str) -> list[tuple[str, str]]:
    """List the (name, context) that a label may mean, `loss` or `loss[val]`, likeliest first."""
    places = [(label, "")]
    if label.endswith("]"):
        bracket = label.rfind("[")
        while bracket > 0:
            places.append((label[:bracket], label[bracket + 1 : -1]))
            bracket = label.rfind("[", 0, bracket)
    return places


def _not_found(reader: StoreReader, run: RunRow, request: SeriesRequest) -> SeriesNotFound:
    found = reader.ask(lambda index: index.summaries([run.run])).get(run.run, [])
    known = sorted({series_label(one.name, one.context) for one in found})
    context = "" if request.context is None else context_of(request.context)
    wanted = series_label(request.name, context)
    return SeriesNotFound(
        f"run {_shown(run)} has no series {wanted!r}",
        hint=nearest(wanted, known, nothing="it has logged no metrics"),
    )


def _shown(run: RunRow) -> str:
    return short(run.run) if run.name is None else f"{run.name!r} ({short(run.run)})"


def _series(wanted: Wanted, found: Gathered, most: int | None) -> Series:
    """Make a series of the points found, down-sampled if there are more than `most`."""
    columns = [part for part in (found.stepped, found.stepless) if part is not None]
    time = _together([part.time for part in columns], np.int64)
    value = _together([part.value for part in columns], np.float64)
    step = _steps(columns)
    marks = None
    if wanted.superseded:
        known = [part.is_superseded for part in columns if part.is_superseded is not None]
        marks = _together(known, np.bool_)
    series = Series(
        wanted.name,
        wanted.context,
        wanted.rank,
        step,
        time,
        value,
        len(value),
        is_superseded=marks,
        problems=found.problems,
    )
    return series if most is None or len(value) <= most else _downsampled(series, most)


def _downsampled(series: Series, most: int) -> Series:
    places = chosen_places(series.value, most)
    odd = np.flatnonzero(~np.isfinite(series.value))
    step, marks = series.step, series.is_superseded
    not_finite = NotFinite(
        None if step is None else step[odd], series.time[odd], series.value[odd], len(odd)
    )
    return Series(
        series.name,
        series.context,
        series.rank,
        None if step is None else step[places],
        series.time[places],
        series.value[places],
        series.count,
        is_downsampled=True,
        not_finite=not_finite,
        is_superseded=None if marks is None else marks[places],
        problems=series.problems,
    )


def _steps(columns: list[Columns]) -> NDArray[np.int64] | None:
    """Join the steps; those of points that have none are masked."""
    steps = [part.step for part in columns]
    if all(step is None for step in steps):
        return None
    known = [np.zeros(len(part), np.int64) if part.step is None else part.step for part in columns]
    joined: NDArray[np.int64] = _together(known, np.int64)
    if any(step is None for step in steps):
        mask = np.concatenate([np.full(len(part), part.step is None) for part in columns])
        joined = np.ma.MaskedArray(joined, mask)
    return joined


def _together(arrays: list[NDArray[Any]], dtype: type[np.generic]) -> NDArray[Any]:
    if len(arrays) == 1:
        return np.ascontiguousarray(arrays[0])
    return np.concatenate(arrays) if arrays else np.empty(0, dtype)
