"""Bytes a point at rest: sealed, with manifest and index, after the last reader has gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.findings import Bar, Finding, Results, amount
from benchmarks.places import scratch, size_bytes
from benchmarks.processes import measure as run_in_process
from benchmarks.shapes import CURVE, curve_times, curve_values, many_series
from benchmarks.stores import POINTS, SERIES, cached_store, copy_of

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.plan import Plan

HERE = __name__
COUNTED = "all files of the store by their length, the index included, after sealing"


def measure(plan: Plan) -> Results:
    """Bring the shapes to rest and weigh them; many series in both styles of calling."""
    points, runs = plan.sized(1_000_000, 200_000), plan.sized(100, 10)
    curve = _at_rest(cached_store(f"curve-{points}", "log_curve", count=points))
    wide = _at_rest(cached_store(f"many-series-{runs}", "log_many_series", runs=runs))
    narrow_store = cached_store(
        f"many-series-{runs}-one-a-call", "log_many_series", runs=runs, is_one_a_call=True
    )
    narrow = _at_rest(narrow_store)
    curve_floor = run_in_process(f"{HERE}:weigh_curve", count=points)
    wide_floor = run_in_process(f"{HERE}:weigh_series", runs=runs)
    return Results(
        [
            _finding(
                "disk at rest, one long series",
                curve / points,
                curve_floor / points,
                limit=8.0,
                shape=f"{points:,} points, {CURVE}, given by `time=`; {COUNTED}. Beside it values "
                "and times as two columns of pcodec, level 8, and nothing else",
            ),
            *(
                _finding(
                    f"disk at rest, many short series, {style}",
                    weight / (runs * SERIES * POINTS),
                    wide_floor / (runs * SERIES * POINTS),
                    limit=12.0,
                    shape=f"{runs} runs of {SERIES:,} series of {POINTS} points, {style}, each "
                    "series falling from a height of its own with 2 % noise, "
                    f"`numpy.random.default_rng(run)`; {COUNTED}. Beside it the values of each "
                    "run as one column of pcodec, level 8",
                )
                for style, weight in (
                    ("all of a step in one call", wide),
                    ("one point a call", narrow),
                )
            ),
        ]
    )


def _at_rest(store: Path) -> int:
    with scratch() as folder:
        place = copy_of(store, folder)
        run_in_process("benchmarks.inside:settle", folder=str(place))
        return size_bytes(place)


def _finding(what: str, found: float, floor: float, *, limit: float, shape: str) -> Finding:
    return Finding(
        what=what,
        figure=amount(found, "bytes a point"),
        beside=f"pcodec alone: {amount(floor, 'bytes a point')}",
        ratio=found / floor,
        shape=shape,
        judged=found,
        bar=Bar(limit, "bytes a point"),
    )


def weigh_curve(count: int) -> int:
    """Return the bytes that the curve's values and times take as two bare columns."""
    from pcodec import ChunkConfig, standalone

    columns = (curve_values(count), curve_times(count))
    config = ChunkConfig(compression_level=8)
    return sum(len(standalone.simple_compress(column, config)) for column in columns)


def weigh_series(runs: int) -> int:
    """Return the bytes that the values of the runs take, one bare column a run."""
    from pcodec import ChunkConfig, standalone

    config = ChunkConfig(compression_level=8)
    columns = (many_series(run, SERIES, POINTS).T.reshape(-1) for run in range(runs))
    return sum(len(standalone.simple_compress(column.copy(), config)) for column in columns)
