"""What is said about metrics: how they are called, their unit, and which way is better."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from runlore.reading.directions import direction_of
from runlore.reading.search_columns import newest_first, shown_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.index.presentation_rows import MetricDescription

    Direction = Literal["min", "max"]

_SAMPLE = 200
_FIELDS = ("alias", "unit", "direction")


class MetricWords(NamedTuple):
    """What stands about a metric, None where nothing does; `x` is its preferred axis.

    `is_said`: somebody said which way is better, it isn't told by the name alone.
    """

    alias: str | None = None
    unit: str | None = None
    direction: Direction | None = None
    x: str | None = None
    is_said: bool = False


def words_about(
    index: Index,
    columns: RunColumns,
    names: Iterable[str],
    experiment: str | None = None,
    *,
    runs: Sequence[int] | None = None,
) -> dict[str, MetricWords]:
    """Say what stands about metrics, by name (not label).

    First comes what somebody said for the experiment, then for the whole store, then what most
    of `runs` define, given by their numbers (by default the newest 200), then for the direction
    what the name tells.
    """
    said = {(one.experiment, one.name): one for one in index.metric_descriptions()}
    defined = _defined(columns) if runs is None else _definitions(columns, runs)
    found = {}
    for name in dict.fromkeys(names):
        of_runs = defined.get(name, {})
        own = [said.get((experiment, name))] if experiment else []
        fields = _first_said([*own, said.get(("", name))], of_runs)
        direction = fields["direction"]
        found[name] = MetricWords(
            fields["alias"],
            fields["unit"],
            _direction(direction) if direction else direction_of(name, ()),
            of_runs.get("x"),
            direction is not None,
        )
    return found


def _first_said(
    descriptions: Iterable[MetricDescription | None], of_runs: Mapping[str, str]
) -> dict[str, str | None]:
    fields: dict[str, str | None] = {}
    for field in _FIELDS:
        values = [getattr(one, field) for one in descriptions if one is not None]
        fields[field] = next((value for value in values if value is not None), of_runs.get(field))
    return fields


def _direction(word: str) -> Direction | None:
    return "min" if word == "min" else "max" if word == "max" else None


def _defined(columns: RunColumns) -> dict[str, dict[str, str]]:
    """Collect by name and field what most of the newest runs have defined."""

    def collect() -> dict[str, dict[str, str]]:
        newest = newest_first(columns)
        numbers = newest[shown_runs(columns)[newest]][:_SAMPLE]
        return _definitions(columns, numbers.tolist())

    return columns.derived("defined metrics", collect)


def _definitions(columns: RunColumns, numbers: Sequence[int]) -> dict[str, dict[str, str]]:
    """Collect the same from some runs."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for name, field, value in columns.metric_fields(numbers) if numbers else ():
        counts.setdefault((name, field), Counter())[value] += 1
    found: dict[str, dict[str, str]] = {}
    for (name, field), values in counts.items():
        found.setdefault(name, {})[field] = values.most_common(1)[0][0]
    return found
