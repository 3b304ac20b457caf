"""Apply records to the rows of their run, one function per kind (docs/formats/records.md).

Each function reads all it needs from the record before it changes anything; a record of
another form raises TypeError, ValueError or KeyError and leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.index.presentation_records import (
    baseline_pinned,
    colour_set,
    metric_described,
    view_removed,
    view_saved,
)
from runlore.index.record_fields import (
    integer_of,
    integer_or_none,
    json_of,
    put_latest,
    stamp_of,
    text_of,
    text_or_none,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.index.record_fields import Context, Origin
    from runlore.index.run_state import Row, RunState

_CLOCK_DIGITS = 24  # of a stamp
_STATUSES = ("running", "finished", "failed", "stopped")


def run_started(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Note what a run is called; its row follows from all starts together."""
    fields = [
        text_or_none(record.get(key)) for key in ("name", "experiment", "project", "goal", "parent")
    ]
    state.put("starts", origin.journal, origin.sequence, integer_of(record["time"]), *fields)


def attempt_started(
    state: RunState, record: dict[str, Any], origin: Origin, context: Context
) -> None:
    """Begin an attempt, or another rank of it: what its lowest rank says holds."""
    time = integer_of(record["time"])
    world_size = integer_or_none(record.get("world_size"))
    said = (
        text_or_none(record.get("parent_attempt")),
        int(bool(record.get("resumed"))),
        integer_or_none(record.get("from_step")),
        time,
        origin.rank,
    )
    known = state.rows("attempts")[context.attempt_name,]
    if known[6] is not None:
        said = min(said, known[3:8], key=_by_rank)
        world_size = max(world_size or 0, known[8] or 0) or None
    state.put("attempts", *known[1:3], *said, world_size)


def _by_rank(said: Row) -> Row:
    parent, is_resumed, from_step, time, rank = said
    return (rank, time, from_step is None, from_step or 0, parent or "", is_resumed)


def params(state: RunState, record: dict[str, Any], origin: Origin, context: Context) -> None:
    """Set params; the later value is current, the others are history."""
    time, journal, sequence = integer_of(record["time"]), origin.journal, origin.sequence
    rows = [
        (
            *(text_or_none(key), time, journal, sequence, json_of(value), text_or_none(text)),
            None if number is None else float(number),
        )
        for key, (value, text, number) in record["values"].items()
    ]
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
    """Add a tag, unless this very addition was removed already."""
    tag, edit, stamp = text_of(record["tag"]), text_of(record["id"]), stamp_of(record)
    value, time = text_or_none(record.get("value")), integer_of(record["time"])
    known = state.rows("tag_edits").get((edit,))
    state.put("tag_edits", edit, tag, value, time, stamp, known[6] if known else 0)
    _settle_tag(state, tag, "")


def tag_removed(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Remove the additions of a tag that were seen; all older ones if none is named."""
    tag, stamp = text_of(record["tag"]), stamp_of(record)
    saw = [text_of(edit) for edit in record.get("saw") or ()]
    for edit in saw:
        known = state.rows("tag_edits").get((edit,))
        row = known[2:6] if known else (tag, None, None, "")
        state.put("tag_edits", edit, *row, 1)
    _settle_tag(state, tag, "" if saw else stamp)


def _settle_tag(state: RunState, tag: str, cleared: str) -> None:
    """Compute whether a tag stands, and its value: that of its latest standing addition."""
    known = state.rows("tags").get((tag,))
    cleared = max(cleared, known[5]) if known else cleared
    standing = [
        row
        for row in state.rows("tag_edits").values()
        if row[2] == tag
        and not row[6]
        and row[5]
        and row[5][:_CLOCK_DIGITS] >= cleared[:_CLOCK_DIGITS]
    ]
    latest = max(standing, key=lambda row: row[5], default=None)
    found = (None, 0, None) if latest is None else (latest[3], 1, latest[4])
    state.put("tags", tag, *found, cleared)


def note_added(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Keep a note."""
    edit, stamp = text_of(record["id"]), stamp_of(record)
    text, time = text_of(record["text"]), integer_of(record["time"])
    known = state.rows("notes").get((edit,))
    is_removed = known[6] if known else 0
    state.put("notes", edit, text, time, text_of(record["actor"]), stamp, is_removed)


def note_removed(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Take a note away, whether it was read already or not."""
    edit = text_of(record["note"])
    stamp_of(record)
    known = state.rows("notes").get((edit,))
    state.put("notes", edit, *(known[2:6] if known else (None, None, None, "")), 1)


def name_set(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Name the run, last writer wins."""
    put_latest(
        state, "registers", ("name", json_of(text_or_none(record["name"]))), stamp_of(record)
    )


def metric_defined(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Describe a metric, field by field, last writer wins."""
    stamp, name = stamp_of(record), text_of(record["name"])
    said = [(field, text_or_none(record.get(field))) for field in ("unit", "direction", "x")]
    for field, value in said:
        if value is not None:
            put_latest(state, "metric_fields", (name, field, value), stamp)


def artifact_logged(
    state: RunState, record: dict[str, Any], origin: Origin, context: Context
) -> None:
    """Keep one version of an artifact."""
    row = (
        *_place(record, origin),
        text_of(record["name"]),
        text_or_none(record.get("direction")) or "output",
        text_or_none(record.get("type")),
        text_or_none(record.get("media_type")),
        integer_or_none(record.get("size_bytes")),
        text_or_none(record.get("staged")),
        text_or_none(record.get("digest")),
        json_of(record.get("details") or {}),
        *_folder_of(record),
    )
    _put_first(state, "artifacts", row, context)


def _folder_of(record: dict[str, Any]) -> Row:
    """Name the artifact as a whole, and the folder that it is, if it is one."""
    folder = record.get("folder")
    if folder is None:
        return (text_of(record["name"]), None, None)
    return (text_of(folder["name"]), text_of(folder["id"]), integer_of(folder["files"]))


def artifact_described(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Describe a file, or a folder as a whole, last writer wins."""
    what = f"description of {text_of(record['artifact'])}"
    description = json_of(text_or_none(record.get("description")))
    put_latest(state, "registers", (what, description), stamp_of(record))


def artifact_aliased(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Let an alias of a name stand for a version of it, last writer wins."""
    key = (
        text_or_none(record.get("project")) or "",
        text_of(record["name"]),
        text_of(record["alias"]),
    )
    value = (
        text_or_none(record.get("run")),
        text_or_none(record.get("artifact")),
        integer_of(record["time"]),
    )
    stamp = stamp_of(record)
    if stamp > context.latest_stamp("aliases", key):
        context.add_row("aliases", (*key, *value, stamp))


def media_logged(state: RunState, record: dict[str, Any], origin: Origin, context: Context) -> None:
    """Keep something to look at."""
    data = record.get("data")
    row = (
        *_place(record, origin),
        text_of(record["name"]),
        integer_or_none(record.get("step")),
        text_or_none(record.get("context")) or "",
        text_of(record["type"]),
        text_or_none(record.get("media_type")),
        integer_or_none(record.get("size_bytes")),
        text_or_none(record.get("staged")),
        text_or_none(record.get("digest")),
        None if data is None else json_of(data),
        json_of(record.get("details") or {}),
    )
    _put_first(state, "media", row, context)


def _put_first(state: RunState, table: str, row: Row, context: Context) -> None:
    """Write a row with an id of its own; of records that say the same twice, the first stays."""
    known = state.rows(table).get(row[:1])
    if known is None or _order(row[1:4], context) < _order(known[2:5], context):
        state.put(table, *row)


def staged_stored(_: RunState, record: dict[str, Any], __: Origin, context: Context) -> None:
    """Note which blob a staged file became."""
    size = integer_or_none(record.get("size_bytes"))
    context.add_row("stored", (text_of(record["staged"]), text_of(record["digest"]), size))


def context_captured(
    state: RunState, record: dict[str, Any], origin: Origin, context: Context
) -> None:
    """Set facts of the context; the later value of each holds."""
    time = integer_of(record["time"])
    actor = "" if state.number else origin.actor
    rows = [
        (actor, text_of(key), json_of(value), time, origin.journal, origin.sequence)
        for key, value in record["facts"].items()
    ]
    known = state.rows("facts")
    if actor:
        context.touch(actor)
    for row in rows:
        current = known.get(row[:2])
        if current is None or _order(row[3:6], context) > _order(current[4:7], context):
            state.put("facts", *row)


def status_set(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Set the status of a rank of an attempt, last writer wins."""
    status, stamp = record["status"], stamp_of(record)
    time = integer_of(record.get("ended", record["time"]))
    if status not in _STATUSES:
        raise ValueError(f"status {status!r}")
    rank = integer_or_none(record.get("rank"))
    rank = origin.rank if rank is None else rank
    error = record.get("error")
    error_text = None if error is None else json_of(error)
    row = (origin.attempt, rank, status, error_text, text_or_none(record.get("reason")), time)
    put_latest(state, "statuses", row, stamp)


def trouble(state: RunState, record: dict[str, Any], origin: Origin, context: Context) -> None:
    """List our own failures among the problems."""
    what, said = (text_or_none(record.get(key)) or "" for key in ("what", "message"))
    message = f"{what or 'trouble'}: {said}"
    time, lost = integer_of(record["time"]), integer_or_none(record.get("lost_records")) or 0
    row = ("trouble", origin.journal, origin.sequence, 0, state.number, time, message, lost)
    context.add_row("problems", row)


def run_deleted(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Move the run to the trash, last writer wins."""
    put_latest(state, "registers", ("deleted", "true"), stamp_of(record))


def run_restored(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Take the run out of the trash, last writer wins."""
    put_latest(state, "registers", ("deleted", "false"), stamp_of(record))


def run_purged(state: RunState, record: dict[str, Any], _: Origin, context: Context) -> None:
    """Leave a tombstone: nothing of the run remains, whatever arrives later."""
    stamp_of(record)
    _keep_versions(state, record, context)
    state.is_purged = True


def _keep_versions(state: RunState, record: dict[str, Any], context: Context) -> None:
    """Note what stays known of the artifacts of a run that goes."""
    versions = [
        (
            text_of(identifier),
            state.run,
            text_or_none(project),
            text_of(name),
            integer_of(time),
            text_or_none(digest),
        )
        for identifier, project, name, time, digest in record.get("artifacts") or ()
    ]
    for version in versions:
        context.add_row("purged_versions", version)


def run_moved(state: RunState, record: dict[str, Any], _: Origin, context: Context) -> None:
    """Note that the run lives in another store, or is back, last writer wins."""
    stamp, place = stamp_of(record), json_of(text_or_none(record["to"]))
    _keep_versions(state, record, context)
    put_latest(state, "registers", ("moved", place), stamp)


def run_archived(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Hide the run from lists, last writer wins."""
    put_latest(state, "registers", ("archived", "true"), stamp_of(record))


def run_unarchived(state: RunState, record: dict[str, Any], _: Origin, __: Context) -> None:
    """Show the run in lists again, last writer wins."""
    put_latest(state, "registers", ("archived", "false"), stamp_of(record))


def console_logged(state: RunState, record: dict[str, Any], origin: Origin, _: Context) -> None:
    """Note where a stretch of a console is."""
    text = text_of(record["text"])
    state.put(
        "console",
        origin.journal,
        origin.sequence,
        origin.attempt,
        origin.rank,
        text_of(record["stream"]),
        integer_of(record["time"]),
        integer_of(record["line"]),
        integer_of(record["lines"]),
        integer_or_none(record.get("skipped_lines")) or 0,
        len(text.encode()),
        integer_or_none(record.get("spool")),
    )


OF_RUNS: dict[str, Callable[[RunState, dict[str, Any], Origin, Context], None]] = {
    "run.started": run_started,
    "attempt.started": attempt_started,
    "params": params,
    "tag.added": tag_added,
    "tag.removed": tag_removed,
    "note.added": note_added,
    "note.removed": note_removed,
    "name.set": name_set,
    "colour.set": colour_set,
    "metric.defined": metric_defined,
    "artifact.logged": artifact_logged,
    "artifact.described": artifact_described,
    "media.logged": media_logged,
    "status.set": status_set,
    "console.logged": console_logged,
    "run.archived": run_archived,
    "run.unarchived": run_unarchived,
    "run.moved": run_moved,
    "run.deleted": run_deleted,
    "run.restored": run_restored,
    "run.purged": run_purged,
}
OF_ANYTHING: dict[str, Callable[[RunState, dict[str, Any], Origin, Context], None]] = {
    "staged.stored": staged_stored,
    "artifact.aliased": artifact_aliased,
    "metric.described": metric_described,
    "baseline.pinned": baseline_pinned,
    "view.saved": view_saved,
    "view.removed": view_removed,
    "context.captured": context_captured,
    "trouble": trouble,
}


# What is recorded of the store as a whole, so that it outlives the run's segments.
ABOUT_RUNS = frozenset(("run.deleted", "run.restored", "run.purged", "run.moved"))


def _place(record: dict[str, Any], origin: Origin) -> Row:
    identifier, time = text_of(record["id"]), integer_of(record["time"])
    return (identifier, time, origin.journal, origin.sequence, origin.attempt, origin.rank)


def _order(place: Row, context: Context) -> Row:
    """Make (time, journal, sequence) comparable."""
    return (place[0], context.order_of(place[1]), place[2])
