"""Read the values of one field from the tables of rows, for some runs."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runlore.index.columns_keys import Key
from runlore.index.columns_metrics import read_metrics
from runlore.index.columns_values import (
    CodedValues,
    IdValues,
    ManyValues,
    NameValues,
    NumberValues,
)
from runlore.records.text import encode_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from runlore.index.columns_keys import Selection
    from runlore.index.columns_packing import AnyValues

    ReadRows = Callable[..., list[tuple[Any, ...]]]
    Read = dict[int, Any]

LONGEST_TEXT = 8192  # characters of a text that columns hold
DELETED, ARCHIVED, HIDDEN = 1, 2, 4  # bits of the attribute "state"
_TEXTS = {
    "name": "name", "experiment": "experiment", "project": "project", "goal": "goal",
    "parent": "parent", "status": "status", "reason": "reason",
}  # fmt: skip
_NUMBERS = {
    "created": "created",
    "begun": "COALESCE(created, first_time, 0)",
    "ended": "ended",
    "last_time": "last_time",
    "points": "points",
    "state": f"is_deleted * {DELETED} + is_archived * {ARCHIVED} + "
    f"CASE WHEN is_purged = 1 OR moved_to IS NOT NULL THEN {HIDDEN} ELSE 0 END",
}
_ATTEMPTS = "attempts"  # how many a run has had
_OF_WRITERS = {"user": 'journals."user"', "host": "journals.host"}
_PLACES = {
    "notes": "SELECT run, text FROM notes WHERE is_removed = 0 AND text IS NOT NULL AND",
    "artifacts": "SELECT run, artifact FROM artifacts WHERE direction <> 'input' AND",
    "tags": "SELECT run, tag FROM tags WHERE is_present = 1 AND",
    "actors": "SELECT run, actor FROM writers WHERE",
}


def type_of(key: Key) -> type[AnyValues]:
    """Return the type of the values that a key names."""
    if key.kind == "metric" or (key.kind == "attribute" and key.name in (*_NUMBERS, _ATTEMPTS)):
        return NumberValues
    if key == Key("attribute", "id"):
        return IdValues
    if key.kind in (*_PLACES, "dataset"):
        return ManyValues
    return NameValues if key.kind == "names" else CodedValues


def read_values(rows: ReadRows, keys: Sequence[Key], selection: Selection) -> dict[Key, Read]:
    """Read what some runs hold of some fields of one family, see `family_of`."""
    key = keys[0]
    if key.kind == "metric":
        return read_metrics(rows, keys, selection)
    if key.kind == "param":
        return _params(rows, keys, selection)
    readers: dict[str, Callable[[ReadRows, Key, Selection], Iterable[tuple[int, Any]]]] = {
        "attribute": _attribute,
        "tag": _tag_values,
        "context": _facts,
        "direction": _directions,
        "names": _param_names,
        "dataset": _inputs,
    }
    read = readers.get(key.kind, _members)
    return {key: dict(read(rows, key, selection))}


def family_of(key: Key) -> tuple[str, str]:
    """Say which fields are read together: all params; all metrics; else each alone."""
    if key.kind in ("param", "metric"):
        return (key.kind, "")
    return (key.kind, key.name)


def _params(rows: ReadRows, keys: Sequence[Key], selection: Selection) -> dict[Key, Read]:
    found: dict[str, Read] = {key.name: {} for key in keys}
    condition = selection.condition("run")
    statement = f"SELECT run, key, json, text, number FROM params WHERE {condition}"
    arguments: list[object] = []
    if len(found) <= _FEW_KEYS:
        statement += f" AND key IN ({', '.join('?' * len(found))})"
        arguments = list(found)
    for run, name, value, text, number in rows(statement, arguments):
        values = found.get(name)
        if values is not None:
            values[run] = _param(value, text, number)
    return {key: found[key.name] for key in keys}


_FEW_KEYS = 6  # up to so many, naming them is quicker than reading all params of the runs


def _param(value: str, text: str, number: float | None) -> tuple[str, str, float | None]:
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        value = encode_json(text).decode()
    return value, text, None if number is None or math.isnan(number) else number


def _attribute(rows: ReadRows, key: Key, selection: Selection) -> Iterator[tuple[int, Any]]:
    name = key.name
    condition = selection.condition("id")
    if name in _OF_WRITERS:
        # What the system calls them, where it was captured, else what the process was told.
        captured = {
            run: json.loads(fact) for run, fact in _facts_named(rows, name, selection).items()
        }
        named = dict(_of_writers(rows, _OF_WRITERS[name], selection))
        yield from (named | {run: text for run, text in captured.items() if text}).items()
    elif name == "id":
        yield from rows(f"SELECT id, run FROM runs WHERE {condition}")
    elif name == _ATTEMPTS:
        condition = selection.condition("run")
        yield from rows(f"SELECT run, COUNT(*) FROM attempts WHERE {condition} GROUP BY run")
    elif name == "error":
        for run, error in rows(
            f"SELECT id, error FROM runs WHERE error IS NOT NULL AND {condition}"
        ):
            yield run, _error_text(error)
    else:
        column = _TEXTS.get(name) or _NUMBERS[name]
        for run, value in rows(f"SELECT id, {column} FROM runs WHERE {condition}"):
            if value is not None:
                yield run, value[:LONGEST_TEXT] if isinstance(value, str) else value


def _error_text(encoded: str) -> str:
    error = json.loads(encoded)
    if not isinstance(error, dict):
        return str(error)[:LONGEST_TEXT]
    return f"{error.get('type') or 'Error'}: {error.get('message') or ''}"[:LONGEST_TEXT]


def _of_writers(rows: ReadRows, column: str, selection: Selection) -> Iterator[tuple[int, str]]:
    """Say what the processes of runs are: of several the lowest rank of the newest attempt."""
    statement = (
        f"SELECT writers.run, {column}, writers.attempt, writers.rank, writers.actor FROM writers "
        "JOIN journals ON journals.actor = writers.actor WHERE "
        "(journals.kind IS NULL OR journals.kind = 'process') AND "
        f"{column} <> '' AND {selection.condition('writers.run')}"
    )
    found: dict[int, tuple[int, int, str, str]] = {}
    for run, value, attempt, rank, actor in rows(statement):
        place = (-attempt, rank, actor, value)
        if run not in found or place < found[run]:
            found[run] = place
    for run, place in found.items():
        yield run, place[-1]


def _tag_values(rows: ReadRows, key: Key, selection: Selection) -> Iterable[tuple[int, Any]]:
    """Read the value of a tag; the empty text stands for one without a value."""
    condition = selection.condition("run")
    return rows(
        "SELECT run, COALESCE(value, '') FROM tags "
        f"WHERE is_present = 1 AND tag = ? AND {condition}",
        [key.name],
    )


def _directions(rows: ReadRows, key: Key, selection: Selection) -> Iterable[tuple[int, Any]]:
    condition = selection.condition("run")
    return rows(
        "SELECT run, value FROM metric_fields "
        f"WHERE field = 'direction' AND value IS NOT NULL AND name = ? AND {condition}",
        [key.name],
    )


def _members(rows: ReadRows, key: Key, selection: Selection) -> Iterable[tuple[int, Any]]:
    statement = f"{_PLACES[key.kind]} {selection.condition('run')}"
    return _grouped(rows(statement)).items()


def _inputs(rows: ReadRows, key: Key, selection: Selection) -> Iterable[tuple[int, Any]]:
    """Read names, digests or contexts of the files that runs have used."""
    column = {"name": "artifact", "digest": "digest", "context": "details"}[key.name]
    statement = (
        f"SELECT run, {column} FROM artifacts WHERE direction = 'input' AND {column} IS NOT NULL "
        f"AND {selection.condition('run')}"
    )
    found = rows(statement)
    if key.name == "context":
        contexts = [(run, json.loads(details).get("context")) for run, details in found]
        found = [(run, text) for run, text in contexts if isinstance(text, str)]
    return _grouped(found).items()


def _param_names(rows: ReadRows, _: Key, selection: Selection) -> Iterable[tuple[int, Any]]:
    """Read which params there are: of a stretch of runs each once, with the first of them."""
    condition = selection.condition("run")
    one = "run" if selection.runs else f"{selection.start}"
    return _grouped(rows(f"SELECT DISTINCT {one}, key FROM params WHERE {condition}")).items()


def _grouped(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, dict[str, None]] = {}
    for run, text in pairs:
        found.setdefault(run, {})[text[:LONGEST_TEXT]] = None
    return {run: list(texts) for run, texts in found.items()}


def _facts(rows: ReadRows, key: Key, selection: Selection) -> Iterator[tuple[int, Any]]:
    """Read a fact: of the run's processes, the latest, and of the run itself over it.

    A dotted name is that of a fact, or of what lies inside a fact.
    """
    parts = key.name.split(".")
    for depth in range(1, len(parts) + 1):
        name, inner = ".".join(parts[:depth]), tuple(parts[depth:])
        for run, encoded in _facts_named(rows, name, selection).items():
            entry = _inside(encoded, inner)
            if entry is not None:
                yield run, entry


def _facts_named(rows: ReadRows, name: str, selection: Selection) -> dict[int, str]:
    of_processes = rows(
        "SELECT writers.run, facts.value FROM writers JOIN facts ON facts.run = 0 "
        "AND facts.actor = writers.actor AND facts.key = ? "
        f"WHERE {selection.condition('writers.run')} ORDER BY facts.time, facts.actor",
        [name],
    )
    of_runs = rows(
        f"SELECT run, value FROM facts WHERE key = ? AND {selection.condition('run')}", [name]
    )
    return dict(of_processes) | dict(of_runs)


@lru_cache(maxsize=4096)
def _inside(encoded: str, parts: tuple[str, ...]) -> tuple[str, str, float | None] | None:
    """Take a part of a fact as a param would hold it."""
    value = json.loads(encoded)
    for part in parts:
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    if value is None:
        return None
    if isinstance(value, str):
        return _param(encode_json(value).decode(), value, None)
    text = json.dumps(value, ensure_ascii=False)
    number = (
        float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    )
    return _param(text, text, number)
