"""Read everything about one run that stands in rows of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from runlore.index.media import DIGEST, FILES, PLACE, SIZE, read_media
from runlore.index.rows import Artifact, Attempt, MetricDefinition, Note, Param, Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    ReadRows = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]


def read_run_facts(read: ReadRows, run: str) -> dict[str, Any]:
    """Read what `RunFacts` holds and belongs to this run alone."""
    return {
        "params": _params(read, run, "params"),
        "param_changes": _params(read, run, "param_changes"),
        "tags": _tags(read, run),
        "notes": _notes(read, run),
        "metrics": _metrics(read, run),
        "artifacts": _artifacts(read, run),
        "media": read_media(read, run),
        "context": _context(read, run),
        "attempts": _attempts(read, run),
    }


def _select(read: ReadRows, run: str, table: str, columns: str, suffix: str) -> list[Any]:
    statement = f"SELECT {columns} FROM {table} AS t JOIN runs ON runs.id = t.run "
    return read(f"{statement} {suffix}", [run])


def _params(read: ReadRows, run: str, table: str) -> list[Param]:
    columns = "t.key, t.json, t.text, t.number, t.time"
    suffix = (
        "JOIN journals ON journals.id = t.journal WHERE runs.run = ? "
        "ORDER BY t.key, t.time, journals.actor, journals.number, t.sequence"
    )
    rows = _select(read, run, table, columns, suffix)
    return [Param(row[0], json.loads(row[1]), *row[2:]) for row in rows]


def _tags(read: ReadRows, run: str) -> list[Tag]:
    edits: dict[str, list[str]] = {}
    standing = "WHERE runs.run = ? AND t.is_removed = 0 ORDER BY t.stamp"
    for tag, edit in _select(read, run, "tag_edits", "t.tag, t.edit", standing):
        edits.setdefault(tag, []).append(edit)
    suffix = "WHERE runs.run = ? AND t.is_present = 1 ORDER BY t.tag"
    rows = _select(read, run, "tags", "t.tag, t.value, t.time", suffix)
    return [Tag(tag, value, time, edits.get(tag, [])) for tag, value, time in rows]


def _notes(read: ReadRows, run: str) -> list[Note]:
    suffix = "WHERE runs.run = ? AND t.is_removed = 0 ORDER BY t.time, t.stamp"
    rows = _select(read, run, "notes", "t.text, t.time, t.edit, t.actor", suffix)
    return [Note(*row) for row in rows]


def _metrics(read: ReadRows, run: str) -> list[MetricDefinition]:
    said: dict[str, dict[str, str]] = {}
    suffix = "WHERE runs.run = ? ORDER BY t.name"
    for name, field, value in _select(
        read, run, "metric_fields", "t.name, t.field, t.value", suffix
    ):
        said.setdefault(name, {})[field] = value
    return [
        MetricDefinition(name, fields.get("unit"), fields.get("direction"), fields.get("x"))
        for name, fields in said.items()
    ]


def _artifacts(read: ReadRows, run: str) -> list[Artifact]:
    """Read all versions, each name's in order, its last one the current."""
    columns = (
        f"t.id, t.name, t.direction, t.type, t.media_type, {SIZE}, t.staged, {DIGEST}, "
        f"t.details, t.artifact, t.folder, t.folder_files, registers.value, {PLACE}"
    )
    description = (
        "LEFT JOIN registers ON registers.run = t.run "
        "AND registers.what = 'description of ' || COALESCE(t.folder, t.id) "
    )
    suffix = (
        description
        + FILES
        + "ORDER BY t.name, t.direction, t.time, journals.actor, journals.number, t.sequence"
    )
    rows = _select(read, run, "artifacts", columns, suffix)
    places = [row[1:3] for row in rows[1:]] + [None]
    return [
        _artifact(row, is_current=row[1:3] != following)
        for row, following in zip(rows, places, strict=False)
    ]


def _artifact(row: tuple[Any, ...], *, is_current: bool) -> Artifact:
    details, description = json.loads(row[8]), None if row[12] is None else json.loads(row[12])
    return Artifact._make(
        (*row[:2], is_current, *row[2:8], details, *row[9:12], description, *row[13:])
    )


def _context(read: ReadRows, run: str) -> dict[str, Any]:
    """Read the facts of the run's processes, then those of the run itself over them."""
    of_processes = read(
        "SELECT DISTINCT facts.key, facts.value, facts.time, facts.actor FROM runs "
        "JOIN writers ON writers.run = runs.id "
        "JOIN facts ON facts.run = 0 AND facts.actor = writers.actor WHERE runs.run = ? "
        "ORDER BY facts.time, facts.actor",
        [run],
    )
    of_run = _select(read, run, "facts", "t.key, t.value", "WHERE runs.run = ? ORDER BY t.key")
    return {row[0]: json.loads(row[1]) for row in (*of_processes, *of_run)}


def _attempts(read: ReadRows, run: str) -> list[Attempt]:
    columns = "t.attempt, t.parent, t.is_resumed, t.from_step, t.started, t.world_size"
    suffix = "WHERE runs.run = ? ORDER BY COALESCE(t.started, 0), t.attempt"
    rows = _select(read, run, "attempts", columns, suffix)
    return [Attempt(row[0], row[1], bool(row[2]), *row[3:]) for row in rows]
