"""Apply records to the rows of their run, one function per kind (docs/formats/records.md).

Each function reads all it needs from the record before it changes anything; a record of
another form raises TypeError, ValueError or KeyError and leaves no trace.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.index.run_state import Row, RunState

_I64 = 1 << 63
_encode = json.JSONEncoder(ensure_ascii=False).encode
_STATUSES = ("running", "finished", "failed", "stopped")


class Origin(NamedTuple):
    """Where a record stands: the journal's own number in the index, sequence, writer."""

    journal: int
    sequence: int
    attempt: int
    rank: int
    actor: str  # for whom: the actor served, if the journal is a helper's


class Context(NamedTuple):
    """What the functions may use beyond the run's rows."""

    order_of: Callable[[int], tuple[str, int]]
    attempt_name: str
    add_row: Callable[[str, Row], None]


def run_started(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Note what a run is called; its row follows from all starts together."""
    fields = [_text(record.get(key)) for key in ("name", "experiment", "project", "goal", "parent")]
    state.put("starts", origin.journal, origin.sequence, _integer(record["time"]), *fields)


def attempt_started(state: RunState, record: dict[str, Any], _: Origin, context: Context) -> None:
    """Begin an attempt, or another rank of it; the widest of what its ranks said holds."""
    from_step = _integer_or_none(record.get("from_step"))
    time = _integer(record["time"])
    parent = _text(record.get("parent_attempt"))
    world_size = _integer_or_none(record.get("world_size"))
    is_resumed = bool(record.get("resumed"))
    _, attempt, number, *known = state.rows("attempts")[context.attempt_name,]
    state.put(
        "attempts",
        attempt,
        number,
        _least(known[0], parent),
        int(is_resumed or bool(known[1])),
        _least(known[2], from_step),
        known[3] if from_step is None else _least(known[3], time),
        _least(known[4], time),
        world_size if known[5] is None or (world_size or 0) > known[5] else known[5],
    )


def params(state: RunState, record: dict[str, Any], origin: Origin, context: Context) -> None:
    """Set params; the later value is current, the others are history."""
    time = _integer(record["time"])
    rows = []
    for key, (value, text, number) in record["values"].items():
        number = None if number is None else float(number)  # noqa: PLW2901
        rows.append(
            (_text(key), time, origin.journal, origin.sequence, _json(value), _text(text), number)
        )
    known = state.rows("params")
    for row in rows:
        current = known.get((row[0],))
        if current is None:
            state.put("params", *row)
        elif _order(row[1:4], context) > _order(current[2:5], context):
            state.put("params", *row)
            state.put("param_changes", *current[1:])
        else:
            state.put("param_changes", *row)


def tag_added(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Set a tag, last writer wins."""
    row = (_name(record["tag"]), _text(record.get("value")), 1, _name(record["id"]))
    _put_latest(state, "tags", (*row, _integer(record["time"])), stamp_of(record))


def tag_removed(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Take a tag off, last writer wins."""
    row = (_name(record["tag"]), None, 0, _name(record["id"]), _integer(record["time"]))
    _put_latest(state, "tags", row, stamp_of(record))


def note_added(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Keep a note."""
    stamp = stamp_of(record)
    text, time = _name(record["text"]), _integer(record["time"])
    state.put("notes", _name(record["id"]), text, time, _name(record["actor"]), stamp)


def name_set(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Name the run, last writer wins."""
    _put_latest(state, "registers", ("name", _json(_text(record["name"]))), stamp_of(record))


def metric_defined(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Describe a metric, field by field, last writer wins."""
    stamp, name = stamp_of(record), _name(record["name"])
    said = [(field, _text(record.get(field))) for field in ("unit", "direction", "x")]
    for field, value in said:
        if value is not None:
            _put_latest(state, "metric_fields", (name, field, value), stamp)


def artifact_logged(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Keep one version of an artifact."""
    state.put(
        "artifacts",
        *_place(record, origin),
        _name(record["name"]),
        _text(record.get("type")),
        _text(record.get("media_type")),
        _integer_or_none(record.get("size_bytes")),
        _text(record.get("staged")),
        _text(record.get("digest")),
        _json(record.get("details") or {}),
    )


def media_logged(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Keep something to look at."""
    data = record.get("data")
    state.put(
        "media",
        *_place(record, origin),
        _name(record["name"]),
        _integer_or_none(record.get("step")),
        _text(record.get("context")) or "",
        _name(record["type"]),
        _text(record.get("media_type")),
        _integer_or_none(record.get("size_bytes")),
        _text(record.get("staged")),
        _text(record.get("digest")),
        None if data is None else _json(data),
        _json(record.get("details") or {}),
    )


def staged_stored(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Note which blob a staged file became."""
    size = _integer_or_none(record.get("size_bytes"))
    context.add_row("stored", (_name(record["staged"]), _name(record["digest"]), size))


def context_captured(
    state: RunState, record: dict[str, Any], origin: Origin, context: Context
) -> None:
    """Set facts of the context; the later value of each holds."""
    time = _integer(record["time"])
    actor = "" if state.number else origin.actor
    rows = [
        (actor, _name(key), _json(value), time, origin.journal, origin.sequence)
        for key, value in record["facts"].items()
    ]
    known = state.rows("facts")
    for row in rows:
        current = known.get(row[:2])
        if current is None or _order(row[3:6], context) > _order(current[4:7], context):
            state.put("facts", *row)


def status_set(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Set the status of a rank, last writer wins."""
    status, stamp, time = record["status"], stamp_of(record), _integer(record["time"])
    if status not in _STATUSES:
        raise ValueError(f"status {status!r}")
    rank = _integer_or_none(record.get("rank"))
    rank = origin.rank if rank is None else rank
    error = record.get("error")
    row = (rank, status, None if error is None else _json(error), _text(record.get("reason")), time)
    opened = stamp if status == "running" else ""
    known = state.rows("statuses").get((rank,))
    if known is not None:
        opened = max(opened, known[7])
        if known[6] >= stamp:
            row, stamp = known[1:6], known[6]
    state.put("statuses", *row, stamp, opened)


def trouble(state: RunState, record: dict[str, Any], origin: Origin, context: Context) -> None:
    """List our own failures among the problems."""
    message = f"{_text(record.get('what')) or 'trouble'}: {_text(record.get('message')) or ''}"
    time, lost = _integer(record["time"]), _integer_or_none(record.get("lost_records")) or 0
    row = ("trouble", origin.journal, origin.sequence, 0, state.number, time, message, lost)
    context.add_row("problems", row)


def run_deleted(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Move the run to the trash, last writer wins."""
    _put_latest(state, "registers", ("deleted", "true"), stamp_of(record))


def run_restored(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Take the run out of the trash, last writer wins."""
    _put_latest(state, "registers", ("deleted", "false"), stamp_of(record))


def run_purged(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Leave a tombstone: nothing of the run remains, whatever arrives later."""
    stamp_of(record)
    state.is_purged = True


OF_RUNS: dict[str, Callable[[RunState, dict[str, Any], Origin, Context], None]] = {
    "run.started": run_started,
    "attempt.started": attempt_started,
    "params": params,
    "tag.added": tag_added,
    "tag.removed": tag_removed,
    "note.added": note_added,
    "name.set": name_set,
    "metric.defined": metric_defined,
    "artifact.logged": artifact_logged,
    "media.logged": media_logged,
    "status.set": status_set,
    "run.deleted": run_deleted,
    "run.restored": run_restored,
    "run.purged": run_purged,
}
OF_ANYTHING: dict[str, Callable[[RunState, dict[str, Any], Origin, Context], None]] = {
    "staged.stored": staged_stored,
    "context.captured": context_captured,
    "trouble": trouble,
}


def stamp_of(record: dict[str, Any]) -> str:
    """Write the clock, actor and id of an edit as text that sorts as they do."""
    wall, counter = record["clock"]
    return (
        f"{_integer(wall):016x}{_integer(counter):08x}{_name(record['actor'])}{_name(record['id'])}"
    )


def _put_latest(state: RunState, table: str, row: Row, stamp: str) -> None:
    key_size = {"metric_fields": 2}.get(table, 1)
    known = state.rows(table).get(row[:key_size])
    if known is None or stamp > known[-1]:
        state.put(table, *row, stamp)


def _place(record: dict[str, Any], origin: Origin) -> Row:
    time = _integer(record["time"])
    return (origin.journal, origin.sequence, origin.attempt, origin.rank, time)


def _order(place: Row, context: Context) -> Row:
    """Make (time, journal, sequence) comparable."""
    return (place[0], context.order_of(place[1]), place[2])


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} instead of text")
    value.encode()  # a lone surrogate, which no store can hold, raises here
    return value


def _name(value: object) -> str:
    text = _text(value)
    if text is None:
        raise TypeError("nothing instead of text")
    return text


def _integer(value: object) -> int:
    if not isinstance(value, int) or not -_I64 <= value < _I64:
        raise TypeError("not a whole number of 64 bits")
    return int(value)


def _integer_or_none(value: object) -> int | None:
    return None if value is None else _integer(value)


def _json(value: object) -> str:
    text = _encode(value)
    if not text.isascii():
        return text.encode("utf-8", "replace").decode()  # no store can hold a lone surrogate
    return text


def _least(one: Any, other: Any) -> Any:
    return other if one is None else one if other is None else min(one, other)
