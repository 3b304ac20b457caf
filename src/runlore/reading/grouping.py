"""Group the runs of an answer by their params."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from runlore.errors import InvalidType, InvalidValue, NotFound, SeriesNotFound, a_kind
from runlore.helper.seeds import seed_like_params
from runlore.index.columns_keys import Key
from runlore.query.fields import ATTRIBUTES, DEFAULT_STATISTIC, STATISTICS, Field
from runlore.reading.facts import is_load
from runlore.reading.group_columns import GroupedMetric, partition
from runlore.reading.groups import Content, Groups
from runlore.reading.search_catalogue import catalogue_of
from runlore.reading.search_columns import SearchColumns
from runlore.reading.search_numbers import numbers_of
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Integers
    from runlore.reading.group_columns import Partition
    from runlore.reading.groups import Entry
    from runlore.reading.runs import Runs

ALL_BUT_SEED = "all-but-seed"
_MOST_METRICS = 50


def group_runs(
    runs: Runs,
    by: str | Sequence[str],
    *,
    metrics: str | Sequence[str] | None = None,
    except_: str | Sequence[str] | None = None,
    is_strict: bool = True,
) -> Groups:
    """Group runs as `Runs.group_by` does; unless strict, leave out metrics that none has.

    Raises:
        NotFound: if none of them has one of the params, or, if strict, one of the metrics.
        InvalidType, InvalidValue: if the arguments are of the wrong kind.
    """
    keys = _names(by, "the params to group by are", "'params.model' or ['lr', 'model']")
    others = None if except_ is None else _names(except_, "except_ is", "['seed', 'fold']")
    labels = None if metrics is None else _names(metrics, "the metrics are", "['val_acc']")
    if others is not None and keys != [ALL_BUT_SEED]:
        raise InvalidValue(
            "except_ names params to leave out of all of them",
            hint=f"group_by({ALL_BUT_SEED!r}, except_={others!r})",
        )
    reader = runs.details.reader

    def content(columns: RunColumns) -> Content:
        grouping = _Grouping(columns, numbers_of(columns, runs.details.rows))
        chosen, left_out = grouping.params(keys, others)
        parts = partition(columns, chosen, grouping.rows)
        search = SearchColumns(reader, columns, np.zeros(columns.count, np.bool_))
        return Content(
            tuple(chosen),
            tuple(left_out),
            grouping.values(chosen, parts),
            parts.groups,
            np.bincount(parts.groups, minlength=parts.size),
            grouping.metrics(search, labels, parts, is_strict=is_strict),
            runs,
        )

    made = reader.ask(lambda index: index.ask_columns(content))
    return Groups(made, np.arange(len(made.sizes)), len(made.sizes))


class _Grouping:
    """The runs to group, by their numbers in columns."""

    def __init__(self, columns: RunColumns, rows: Integers) -> None:
        self.columns = columns
        self.rows = rows
        self._catalogue = catalogue_of(columns)

    def params(
        self, keys: Sequence[str], others: Sequence[str] | None
    ) -> tuple[list[str], list[str]]:
        """Say which params to group by, and which of all were left out."""
        if keys == [ALL_BUT_SEED]:
            present = self._present(self._catalogue.params)
            if others is None:
                left_out = list(seed_like_params(dict.fromkeys(present)))
            else:
                left_out = [self._known(key, present) for key in others]
            return [key for key in present if key not in left_out], left_out
        if not keys:
            raise InvalidValue("there is nothing to group by", hint="name a param")
        present = self._present([_key_of(key, self._catalogue.params) for key in keys])
        return list(dict.fromkeys(self._known(key, present) for key in keys)), []

    def values(self, keys: Sequence[str], parts: Partition) -> list[list[Entry | None]]:
        """Give the params of each group, as those of its first run."""
        firsts = self.rows[parts.firsts]
        found = []
        for key in keys:
            values = self.columns.texts("param", key)
            items = [*((json, text) for json, text, _ in values.entries.items), None]
            found.append([items[code] for code in values.codes[firsts].tolist()])
        return [list(row) for row in zip(*found, strict=True)] or [[]] * parts.size

    def metrics(
        self,
        search: SearchColumns,
        labels: Sequence[str] | None,
        parts: Partition,
        *,
        is_strict: bool,
    ) -> dict[str, GroupedMetric]:
        """Sum up metrics, by default all that the runs have."""
        fields = self._fields(labels)
        self.columns.load(*(key for field in fields.values() for key in _keys_of(field)))
        found = {}
        for label, field in fields.items():
            column = search.column(field)
            here = column.is_number[self.rows]
            if here.any():
                found[label] = GroupedMetric(column.numbers[self.rows], here, parts)
            elif is_strict and labels is not None and len(self.rows):
                raise SeriesNotFound(
                    f"none of the {len(self.rows)} runs has a metric {label!r}",
                    hint=nearest(label, self._catalogue.metrics, nothing="they have no metrics"),
                )
        return found

    def _fields(self, labels: Sequence[str] | None) -> dict[str, Field]:
        known = self._catalogue.metrics
        if labels is None:
            known = [label for label in known if not is_load(label)]
            if len(known) > _MOST_METRICS:
                raise InvalidValue(
                    f"there are {len(known):,} metrics, too many to sum up all of them",
                    hint=f"name those that matter: metrics=[{known[0]!r}], or --metrics {known[0]}",
                )
            return {label: Field("metric", label, DEFAULT_STATISTIC) for label in known}
        return {_label(label): _metric_field(_label(label), known) for label in labels}

    def _present(self, keys: Sequence[str]) -> list[str]:
        """Name those params that at least one of the runs has."""
        self.columns.load(*(Key("param", key) for key in keys))
        return [
            key for key in keys if (self.columns.texts("param", key).codes[self.rows] >= 0).any()
        ]

    def _known(self, key: str, present: Sequence[str]) -> str:
        found = _key_of(key, present)
        if found not in present and len(self.rows):  # of no runs there are no groups, of whatever
            everything = self._present(self._catalogue.params)
            hint = nearest(found, everything, nothing="they have no params")
            if found in ATTRIBUTES:
                hint = f"runs are grouped by params; a filter takes those of one {found}"
            elif ALL_BUT_SEED in found:
                hint = f"{ALL_BUT_SEED!r} stands alone"
            raise NotFound(f"none of the {len(self.rows)} runs has a param {found!r}", hint=hint)
        return found


def _key_of(name: str, known: Sequence[str]) -> str:
    """Take `params.` off a name, unless a param is called just so."""
    return name if name in known else name.removeprefix("params.")


def _label(name: str) -> str:
    return name.removeprefix("metrics.")


def _metric_field(label: str, known: Sequence[str]) -> Field:
    """Read `loss` or `loss.min`; a metric of exactly that name goes first."""
    stem, _, statistic = label.rpartition(".")
    if label not in known and stem in known and statistic in STATISTICS:
        return Field("metric", stem, statistic)
    return Field("metric", label, DEFAULT_STATISTIC)


def _keys_of(field: Field) -> list[Key]:
    statistics = ("min", "max") if field.statistic == "best" else (field.statistic,)
    return [Key("metric", field.name, statistic) for statistic in statistics]


def _names(given: object, what: str, example: str) -> list[str]:
    """Return names given as one text or several."""
    if isinstance(given, str):
        return [given]
    if not hasattr(given, "__iter__"):
        raise InvalidType(f"{what} {a_kind(given)}", hint=f"give names: {example}")
    names = list(given)
    for name in names:
        if not isinstance(name, str):
            raise InvalidType(f"{what} not text: {name!r}", hint=f"give names: {example}")
    return names
