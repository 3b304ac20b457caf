"""Runs in groups: what they have in common, and what their metrics came to."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from runlore.errors import InvalidValue
from runlore.reading.frames import Rows
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from runlore.query.columns import Doubles, Integers
    from runlore.reading.group_columns import GroupedMetric
    from runlore.reading.runs import Runs

Entry = tuple[str, str]  # of a param: JSON and text
_QUOTED = re.compile(r"""(metrics\.|params\.)(["'`])(.*)\2(\.\w+)?""")
STATISTICS = ("mean", "std", "min", "max", "median", "n", "not_finite")


class MetricOfGroup(NamedTuple):
    """What a metric came to in a group; None where it can't be said.

    Over the finite values, of which there are `n`; `not_finite` runs had NaN or an infinity.
    `std` is that of a sample, so None below two values.
    """

    n: int
    not_finite: int
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    median: float | None


class Content(NamedTuple):
    """What the groups of one answer are made of.

    `params` are those of each group; `groups` says of each
    run which group it is in.
    """

    by: tuple[str, ...]
    left_out: tuple[str, ...]
    params: list[list[Entry | None]]
    groups: Integers
    sizes: Integers
    metrics: dict[str, GroupedMetric]
    runs: Runs


class Group:
    """Runs that have the same values of some params."""

    def __init__(self, content: Content, number: int) -> None:
        self._content = content
        self._number = number

    def __repr__(self) -> str:
        key = ", ".join(f"{name}={text}" for name, text in self.texts.items())
        return f"<Group of {self.n}: {key}>" if key else f"<Group of {self.n}>"

    @property
    def n(self) -> int:
        """How many runs it has."""
        return int(self._content.sizes[self._number])

    @property
    def key(self) -> dict[str, Any]:
        """The params that its runs have in common, as JSON values; absent ones are left out."""
        return {name: json.loads(value) for name, (value, _) in self._pairs()}

    @property
    def texts(self) -> dict[str, str]:
        """The same as they were given."""
        return {name: text for name, (_, text) in self._pairs()}

    @property
    def runs(self) -> Runs:
        """Its members, in the order in which they were grouped."""
        places = np.flatnonzero(self._content.groups == self._number)
        return self._content.runs.at(places)

    @property
    def metrics(self) -> dict[str, MetricOfGroup]:
        """What its metrics came to, those of which it has a value."""
        found = {label: self._metric(metric) for label, metric in self._content.metrics.items()}
        return {label: one for label, one in found.items() if one.n or one.not_finite}

    def _metric(self, metric: GroupedMetric) -> MetricOfGroup:
        at = self._number
        numbers = (float(getattr(metric, name)[at]) for name in STATISTICS[:5])
        known = [None if math.isnan(number) else number for number in numbers]
        return MetricOfGroup(int(metric.n[at]), int(metric.not_finite[at]), *known)

    def _pairs(self) -> list[tuple[str, Entry]]:
        own = self._content.params[self._number]
        pairs = zip(self._content.by, own, strict=True)
        return [(name, value) for name, value in pairs if value is not None]


class Groups(Rows, Sequence[Group]):
    """Groups of runs, in the order of their newest members unless ordered otherwise.

    `by` are the params they are grouped by, `left_out` those that "all-but-seed" took for seeds;
    `metrics` the labels summed up; `total` counts the groups, more than these if some were cut.
    """

    def __init__(self, content: Content, order: Integers, total: int) -> None:
        """Show groups by number; use `Runs.group_by`."""
        self.by = list(content.by)
        self.left_out = list(content.left_out)
        self.metrics = list(content.metrics)
        self.total = total
        self._content = content
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> Group: ...
    @overload
    def __getitem__(self, place: slice) -> Groups: ...
    def __getitem__(self, place: int | slice) -> Group | Groups:
        if isinstance(place, slice):
            return Groups(self._content, self._order[place], self.total)
        return Group(self._content, int(self._order[place]))

    def __repr__(self) -> str:
        shown = f" found, {len(self)} shown" if self.total > len(self) else ""
        return f"<Groups: {self.total}{shown}, of {len(self._content.runs)} runs>"

    @property
    def notes(self) -> tuple[str, ...]:
        """What may not be as it was meant, as of the runs."""
        return self._content.runs.notes

    def order_by(self, key: str) -> Groups:
        """Sort by `n`, a param, or a metric's statistic: `metrics.val_acc.mean desc`.

        A metric alone stands for its mean. What has no value comes last; ties stay as they are.

        Raises:
            InvalidValue: if nothing is called so.
        """
        if not len(self):
            return self
        name, is_descending = order_key(key)
        ranks = self._ranks(name)[self._order]
        is_known = ~np.isnan(ranks)
        keys = np.where(is_known, -ranks if is_descending else ranks, 0.0)
        return Groups(self._content, self._order[np.lexsort((keys, ~is_known))], self.total)

    def _ranks(self, name: str) -> Doubles:
        """Give a number for each group by which to sort them, NaN for none."""
        content = self._content
        if name == "n":
            return content.sizes.astype(np.float64)
        param = name.removeprefix("params.")
        if param in content.by:
            return _param_ranks([row[content.by.index(param)] for row in content.params])
        label = name.removeprefix("metrics.")
        stem, _, statistic = label.rpartition(".")
        if label not in content.metrics and stem in content.metrics and statistic in STATISTICS:
            return np.asarray(getattr(content.metrics[stem], statistic), np.float64)
        if label in content.metrics:
            return content.metrics[label].mean
        known = ["n", *(f"params.{one}" for one in content.by)]
        known += [f"metrics.{one}.mean" for one in content.metrics]
        raise InvalidValue(
            f"groups can't be ordered by {name!r}", hint=nearest(name, known, nothing="")
        )

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per group: `n`, `params.<key>`, `metrics.<label>.mean` and so on."""
        columns = self._by_name()
        names = list(columns)
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _by_name(self) -> dict[str, list[Any]]:
        order, content = self._order, self._content
        columns: dict[str, list[Any]] = {"n": content.sizes[order].tolist()}
        for place, name in enumerate(content.by):
            values = [content.params[number][place] for number in order.tolist()]
            columns[f"params.{name}"] = [
                None if value is None else json.loads(value[0]) for value in values
            ]
        for label, metric in content.metrics.items():
            for name in STATISTICS:
                numbers = getattr(metric, name)[order].tolist()
                if name not in ("n", "not_finite"):
                    numbers = [None if math.isnan(number) else number for number in numbers]
                columns[f"metrics.{label}.{name}"] = numbers
        return columns


def order_key(key: str) -> tuple[str, bool]:
    """Divide `metrics."val/loss".std desc` into the name without quotes, and whether it falls."""
    name, _, direction = key.strip().rpartition(" ")
    is_descending = direction.lower() == "desc"
    name = name.strip() if direction.lower() in ("asc", "desc") else key.strip()
    quoted = _QUOTED.fullmatch(name)
    return name if quoted is None else quoted[1] + quoted[3] + (quoted[4] or ""), is_descending


def _param_ranks(values: list[Entry | None]) -> Doubles:
    """Rank params: numbers by size, then texts."""

    def key(value: Entry) -> tuple[bool, float, str]:
        try:
            number = float(value[1])
        except ValueError:
            return True, 0.0, value[1]
        return False, number, ""

    known = sorted({value for value in values if value is not None}, key=key)
    places = {value: place for place, value in enumerate(known)}
    return np.array([np.nan if value is None else places[value] for value in values])
