"""Apply records about how a store is shown: colours, words about metrics, baselines, views."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runlore.index.record_fields import (
    integer_of,
    json_of,
    put_latest,
    stamp_of,
    text_of,
    text_or_none,
)
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from runlore.index.record_fields import Context, Origin
    from runlore.index.run_state import RunState

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DESCRIBED = ("alias", "unit", "direction")
_DIRECTIONS = (None, "min", "max")


def colour_set(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Give the run a colour, or take it back, last writer wins."""
    colour = text_or_none(record["colour"])
    if colour is not None and not _COLOUR.fullmatch(colour):
        raise ValueError(f"colour {colour!r}")
    put_latest(state, "registers", ("colour", json_of(colour)), stamp_of(record))


def metric_described(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Say what stands about a metric, field by field, last writer wins."""
    stamp, said = stamp_of(record), record["said"]
    experiment = text_or_none(record["experiment"]) or ""
    name = text_of(record["name"])
    rows = [
        (experiment, name, field, text_or_none(said[field]))
        for field in _DESCRIBED
        if field in said
    ]
    if said.get("direction") not in _DIRECTIONS:
        raise ValueError(f"direction {said['direction']!r}")
    for row in rows:
        if stamp > context.latest_stamp("metric_descriptions", row[:3]):
            context.add_row("metric_descriptions", (*row, stamp))


def baseline_pinned(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Pin a run that others of an experiment are held against, last writer wins."""
    stamp, time = stamp_of(record), integer_of(record["time"])
    experiment, run = text_or_none(record["experiment"]) or "", text_or_none(record["run"])
    if run is not None and not is_id(run):
        raise ValueError("not a run's id")
    if stamp > context.latest_stamp("baselines", (experiment,)):
        context.add_row("baselines", (experiment, run, time, stamp))


def view_saved(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Save a view, or change it, last writer wins."""
    stamp, time = stamp_of(record), integer_of(record["time"])
    view = (
        text_of(record["view"]),
        text_of(record["name"]),
        text_of(record["page"]),
        text_or_none(record["experiment"]),
        text_of(record["query"]),
    )
    row = (*view, time, text_of(record["actor"]), 0, stamp)
    if stamp > context.latest_stamp("views", view[:1]):
        context.add_row("views", row)


def view_removed(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Take a saved view away; saving it again later brings it back."""
    view, stamp, time = text_of(record["view"]), stamp_of(record), integer_of(record["time"])
    if stamp > context.latest_stamp("views", (view,)):
        nothing = (None, None, None, None)
        context.add_row("views", (view, *nothing, time, text_of(record["actor"]), 1, stamp))
