"""The tables of an experiment's first screen: its groups and its runs, by what decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlore.actions.groups import GroupWindow, read_groups
from runlore.actions.tables import NO_EXPERIMENT, WantedTable, read_window
from runlore.compare.seed_groups import NAME
from runlore.query.fields import Field
from runlore.query.printing import format_field
from runlore.reading.grouping import ALL_BUT_SEED
from runlore.reading.search import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.experiments import ExperimentView, WantedView
    from runlore.actions.tables import Orderings, Window
    from runlore.reading.store import StoreReader


class ExperimentTables(NamedTuple):
    """Groups, and runs with the best, its step and the current value of the metric."""

    groups: GroupWindow
    runs: Window


def read_tables(
    reader: StoreReader,
    found: ExperimentView,
    wanted: WantedView,
    *,
    limit: int,
    orderings: Orderings,
) -> ExperimentTables:
    """Read the tables that go with a view of an experiment, `limit` lines of each at most.

    Groups are those of the view; the newest runs come first.
    """
    within = Wanted(experiment=wanted.name or NO_EXPERIMENT, is_archived=wanted.is_archived)
    by = wanted.by or _by(found) or [ALL_BUT_SEED]
    label, direction = found.card.metric, found.card.direction
    metrics = [] if label is None else [label]
    if _is_by_name(found, by):
        groups = GroupWindow(
            list(by), metrics, [], 0, ()
        )  # no params to group by: all is in the verdict
    else:
        groups = read_groups(reader, within, by, metrics=metrics, limit=limit)
    table = WantedTable(within, columns=[] if label is None else columns_of(label, direction))
    runs = read_window(reader, table, offset=0, limit=limit, orderings=orderings)
    return ExperimentTables(groups, runs)


def columns_of(label: str, direction: str | None) -> list[str]:
    """Name the columns of a metric: its best value where one is better, its step, the current."""
    step = "min_step" if direction == "min" else "max_step"
    statistics = ("best" if direction else "", step, "")
    return [format_field(Field("metric", label, statistic)) for statistic in statistics]


def _is_by_name(found: ExperimentView, by: Sequence[str]) -> bool:
    """Whether names of runs tell groups apart, and no param that is called so."""
    is_own = found.verdict is not None and list(by) == list(found.verdict.by)
    return is_own and NAME in by and all(one.key != NAME for one in found.varied)


def _by(found: ExperimentView) -> list[str]:
    if found.verdict is not None:
        return list(found.verdict.by)
    return [] if found.plan is None else list(found.plan.row_keys)
