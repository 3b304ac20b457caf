"""Columns of tables of runs: by the names that filters use, and what each cell holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runlore.index.columns_chosen import ChosenColumns
from runlore.index.columns_keys import Key
from runlore.query.binding import type_of
from runlore.query.fields import DEFAULT_STATISTIC
from runlore.query.parser import parse
from runlore.query.printing import format_field
from runlore.query.tree import fields_of
from runlore.reading.metric_words import MetricWords, words_about
from runlore.reading.search_columns import SearchColumns, newest_first, shown_runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlore.index.columns import RunColumns
    from runlore.index.interface import Index
    from runlore.query.columns import Column
    from runlore.query.fields import Catalogue, Field
    from runlore.reading.store import StoreReader

    Kind = Literal["number", "text", "time", "duration", "tags", "boolean"]

MOST_CHARACTERS = 1000  # of a cell
_COUNTS = frozenset(("points", "nan", "inf", "first_step", "last_step", "min_step", "max_step"))
_IN_UNITS = frozenset((DEFAULT_STATISTIC, "min", "max", "mean", "best"))
_SAMPLE = 200
_MOST_EXACT = 1 << 53


@dataclass(frozen=True)
class TableColumn:
    """A column by its name in filters, with what is said about it."""

    name: str
    kind: Kind
    unit: str | None = None
    direction: Literal["min", "max"] | None = None
    alias: str | None = None


def fields_named(names: Sequence[str], catalogue: Catalogue) -> list[Field]:
    """Read names of columns as filters do.

    Raises:
        QueryError: if one can't be read.
    """
    return [fields_of(parse(f"{name} is not null", catalogue))[0] for name in names]


def keys_of(fields: Sequence[Field]) -> list[Key]:
    """Name the params and metrics among fields, whose values are read together."""
    keys = []
    for field in fields:
        if field.kind == "param":
            keys.append(Key("param", field.name))
        elif field.kind == "metric":
            statistics = ("min", "max") if field.statistic == "best" else (field.statistic,)
            keys += [Key("metric", field.name, statistic) for statistic in statistics]
    return keys


def described(
    index: Index, columns: RunColumns, fields: Sequence[Field], experiment: str | None = None
) -> list[TableColumn]:
    """Say what kind of values fields have, and what stands about metrics among them."""
    metrics = [name_of(field.name) for field in fields if field.kind == "metric"]
    words = words_about(index, columns, metrics, experiment) if metrics else {}
    kinds = param_kinds(columns, [field.name for field in fields if field.kind == "param"])
    return [_described(field, words, kinds) for field in fields]


def name_of(label: str) -> str:
    """Take the context off a metric's label."""
    return label.partition("[")[0] if label.endswith("]") else label


def _described(field: Field, words: dict[str, MetricWords], kinds: dict[str, Kind]) -> TableColumn:
    name = format_field(field)
    if field.kind == "metric":
        said = words.get(name_of(field.name), MetricWords())
        is_in_units = field.statistic in _IN_UNITS
        return TableColumn(
            name,
            "number",
            said.unit if is_in_units else None,
            said.direction if is_in_units else None,
            said.alias,
        )
    if field.kind == "param":
        return TableColumn(name, kinds.get(field.name, "text"))
    if field.kind == "tags":
        return TableColumn(name, "tags")
    if field.kind == "attribute":
        kind = type_of(field)
        known = {"number", "text", "time", "duration", "boolean"}
        return TableColumn(name, kind if kind in known else "text")  # type: ignore[arg-type]
    return TableColumn(name, "text")


def param_kinds(columns: RunColumns, keys: Sequence[str]) -> dict[str, Kind]:
    """Say what values params have, as far as the newest 200 runs tell: number, boolean or text."""
    if not keys:
        return {}
    known: dict[str, Kind] = columns.derived("kinds of params", dict)
    missing = [key for key in keys if key not in known]
    if missing:
        newest = newest_first(columns)
        some = ChosenColumns(columns, newest[shown_runs(columns)[newest]][:_SAMPLE])
        some.load(*(Key("param", key) for key in missing))
        for key in missing:
            entries = some.texts("param", key).entries.items
            known[key] = _kind_of(entries)
    return {key: known[key] for key in keys}


def _kind_of(entries: Sequence[tuple[str, str, float | None]]) -> Kind:
    said = [(json, text, number) for json, text, number in entries if json != "null"]
    if said and all(json in ("true", "false") for json, _, _ in said):
        return "boolean"
    if said and all(number is not None or _is_not_finite(text) for _, text, number in said):
        return "number"
    return "text"


def cells_of(reader: StoreReader, chosen: ChosenColumns, field: Field) -> list[Any]:
    """Give what chosen runs have of a field: numbers, texts, booleans, or None.

    Times are milliseconds, durations seconds; of several values all, joined by commas.
    """
    if field.kind in ("param", "context"):
        values = chosen.texts(field.kind, field.name)
        items = [*(_given(entry) for entry in values.entries.items), None]
        return [items[code] for code in values.codes.tolist()]
    if field.has_many:
        return _joined(chosen, field)
    is_shown = chosen.numbers("state").is_present
    column = SearchColumns(reader, chosen, is_shown).column(field)
    if field.kind == "tag":
        return [
            None if is_null else text if text is not None else True
            for is_null, text in zip(_absent(chosen, field), _texts(column), strict=True)
        ]
    kind = "number" if field.kind == "metric" else type_of(field)
    if kind == "time":
        return [None if at is None else int(at) // 1000 for at in _numbers(column)]
    if kind == "boolean":
        return [None if text is None else text == "true" for text in _texts(column)]
    if kind in ("number", "duration"):
        is_count = kind == "number" and (field.kind != "metric" or field.statistic in _COUNTS)
        return [
            int(number) if is_count and number is not None and math.isfinite(number) else number
            for number in _numbers(column)
        ]
    return list(_texts(column))


def _given(entry: tuple[str, str, float | None]) -> Any:
    """Turn a param into the number, truth or text that it was given as."""
    json, text, number = entry
    if number is not None:
        is_large = abs(number) > _MOST_EXACT
        return (
            text[:MOST_CHARACTERS]
            if is_large
            else int(number)
            if json.lstrip("-").isdigit()
            else number
        )
    if json in ("null", "true", "false"):
        return {"null": None, "true": True, "false": False}[json]
    return float(text) if _is_not_finite(text) else text[:MOST_CHARACTERS]


def _is_not_finite(text: str) -> bool:
    return text.lower().lstrip("+-") in ("nan", "inf", "infinity")


def _joined(chosen: ChosenColumns, field: Field) -> list[str | None]:
    members = chosen.members(field.kind, field.name)
    texts: list[list[str]] = [[] for _ in range(chosen.count)]
    for place, code in zip(members.rows.tolist(), members.codes.tolist(), strict=True):
        texts[place].append(members.entries.items[code])
    return [", ".join(sorted(own))[:MOST_CHARACTERS] or None for own in texts]


def _absent(chosen: ChosenColumns, field: Field) -> list[bool]:
    absent: list[bool] = (chosen.texts("tag", field.name).codes < 0).tolist()
    return absent


def _numbers(column: Column) -> Iterator[float | None]:
    pairs = zip(column.numbers.tolist(), column.is_number.tolist(), strict=True)
    return (number if is_number else None for number, is_number in pairs)


def _texts(column: Column) -> Iterator[str | None]:
    texts = column.texts
    return (texts[code][:MOST_CHARACTERS] if code >= 0 else None for code in column.codes.tolist())
