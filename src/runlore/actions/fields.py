"""List what columns of tables can show: params, metrics, attributes, tags and facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from runlore.actions.columns import described
from runlore.actions.tables import NO_EXPERIMENT
from runlore.index.columns_chosen import ChosenColumns
from runlore.query.fields import ATTRIBUTES, DEFAULT_STATISTIC, Field
from runlore.reading.facts import is_load
from runlore.reading.search_catalogue import catalogue_of, with_facts
from runlore.reading.search_columns import newest_first, shown_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from runlore.actions.columns import TableColumn
    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.reading.store import StoreReader

FieldGroup = Literal["params", "metrics", "attributes", "tags", "context"]
MOST_LOOKED_AT = 500  # runs of an experiment, the newest, whose names are listed
_GROUP_OF: dict[str, FieldGroup] = {
    "param": "params",
    "metric": "metrics",
    "attribute": "attributes",
    "tags": "tags",
    "tag": "tags",
    "context": "context",
}


@dataclass(frozen=True)
class FieldFacts:
    """A field as a column, and how many runs have it, where that was counted."""

    column: TableColumn
    group: FieldGroup
    runs: int | None


@dataclass(frozen=True)
class FieldList:
    """Some of the fields that were found."""

    fields: list[FieldFacts]
    total: int


def list_fields(
    reader: StoreReader,
    *,
    search: str = "",
    kind: str | None = None,
    group: FieldGroup | None = None,
    experiment: str | None = None,
    offset: int = 0,
    limit: int = 200,
) -> FieldList:
    """List fields whose names hold all words of `search`; metrics, then params, then the rest.

    Of an experiment, those that its newest 500 runs have. Machine load comes last.
    """

    def read(index: Index) -> FieldList:
        return index.ask_columns(lambda columns: _listed(index, columns))

    def _listed(index: Index, columns: RunColumns) -> FieldList:
        counts: dict[Field, int | None] = (
            dict.fromkeys(_all_fields(columns))
            if experiment is None
            else _fields_of(index, columns, runs_of(columns, experiment))
        )
        words = search.lower().split()
        found = [
            field
            for field in counts
            if (group is None or _GROUP_OF[field.kind] == group)
            and all(word in _searched(field) for word in words)
        ]
        if kind is not None:
            heads = described(index, columns, found, experiment)
            pairs = zip(found, heads, strict=True)
            found = [field for field, head in pairs if head.kind == kind]
        some = found[offset : offset + limit]
        heads = described(index, columns, some, experiment)
        return FieldList(
            [
                FieldFacts(head, _GROUP_OF[field.kind], counts[field])
                for field, head in zip(some, heads, strict=True)
            ],
            len(found),
        )

    return reader.ask(read)


def runs_of(columns: RunColumns, experiment: str) -> NDArray[np.int64]:
    """List the runs of an experiment by their numbers, the newest first; "-": of none."""
    newest = newest_first(columns)
    newest = newest[shown_runs(columns)[newest]]
    texts = columns.texts("attribute", "experiment")
    if experiment == NO_EXPERIMENT:
        return newest[texts.codes[newest] < 0]
    if experiment not in texts.entries.items:
        return newest[:0]
    is_of = texts.codes[newest] == texts.entries.items.index(experiment)
    return newest[np.flatnonzero(is_of)]


def _all_fields(columns: RunColumns) -> list[Field]:
    known = with_facts(catalogue_of(columns), columns)
    tags = [Field("tags", ""), *(Field("tag", name) for name in known.tags)]
    return [
        *_metrics(known.metrics),
        *(Field("param", name) for name in known.params),
        *_attributes(),
        *tags,
        *(Field("context", name) for name in known.context),
    ]


def _metrics(labels: Iterable[str]) -> list[Field]:
    """Order metrics by name, those of machine load last."""
    ordered = sorted(labels, key=lambda label: (is_load(label), label))
    return [Field("metric", label, DEFAULT_STATISTIC) for label in ordered]


def _attributes() -> list[Field]:
    return [Field("attribute", name) for name in ATTRIBUTES]


def _fields_of(
    index: Index, columns: RunColumns, runs: NDArray[np.int64]
) -> dict[Field, int | None]:
    """List what some runs have, with how many of them; None where not all were looked at."""
    some = runs[:MOST_LOOKED_AT]
    is_all = len(some) == len(runs)
    chosen = ChosenColumns(columns, some)
    ids = chosen.ids.ids.astype("U32").tolist()
    params: dict[str, int] = {}
    for texts in index.param_texts(ids).values():
        for key in texts:
            params[key] = params.get(key, 0) + 1
    tags = chosen.members("tags")
    names = sorted({tags.entries.items[code] for code in tags.codes.tolist()})
    labels = columns.count_labels(some.tolist())
    known = with_facts(catalogue_of(columns), columns)
    counted = {
        **{field: labels[field.name] for field in _metrics(labels)},
        **{Field("param", key): params[key] for key in sorted(params)},
    }
    others = [
        *_attributes(),
        Field("tags", ""),
        *(Field("tag", name) for name in names),
        *(Field("context", name) for name in known.context),
    ]
    return {
        **{field: count if is_all else None for field, count in counted.items()},
        **dict.fromkeys(others),
    }


def _searched(field: Field) -> str:
    """Write a field's name as it is searched in."""
    statistic = f".{field.statistic}" if field.statistic not in ("", DEFAULT_STATISTIC) else ""
    return f"{_GROUP_OF[field.kind]}.{field.name}{statistic}".lower()
