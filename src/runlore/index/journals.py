"""Bring an index up to date with one journal file, a bounded step at a time."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import FormatTooNew, JournalForked
from runlore.index.apply import Applier, Journal, Portion
from runlore.index.schema import BY_NAME
from runlore.index.tail import NeedsScan, read_stretch
from runlore.journal.frames import HEADER_SIZE, RUN
from runlore.records.events import now
from runlore.records.ids import is_id
from runlore.segments.tables import Tables

if TYPE_CHECKING:
    from runlore.index.apply import Memory, Reread
    from runlore.index.interface import Transaction
    from runlore.index.tail import Stretch

STEP_BYTES = 1 << 20
_SCAN_BYTES = 1 << 20  # from here on NumPy is worth its import
_SCAN_BYTES_ONCE_IMPORTED = 64 << 10
CONFIRMING_MICROSECONDS = 60_000_000
REFUSED = ("forked", "truncated", "too-new")
_COLUMNS = BY_NAME["journals"].names
_SELECTED = BY_NAME["journals"].selected


class JournalFile(NamedTuple):
    """A journal file on disk; `is_complete` if its actor has begun the next one."""

    path: str
    actor: str
    number: int
    is_complete: bool


class Step(NamedTuple):
    """What came of a step: how far the journal is applied, and whether more may be had now.

    `is_waiting` says that what follows can't be told from damage yet.
    """

    position: int
    crc: int | None
    state: str
    points: int
    has_more: bool
    is_waiting: bool


def journal_row(transaction: Transaction, actor: str, number: int) -> dict[str, Any]:
    """Read or begin the row of a journal file."""
    rows = transaction.select("journals", _SELECTED, actor=actor, number=number)
    if rows:
        return dict(zip(_COLUMNS, rows[0], strict=True))
    row: dict[str, Any] = dict.fromkeys(_COLUMNS)
    row |= {
        "id": transaction.next_id("journals"),
        "actor": actor,
        "number": number,
        "position": HEADER_SIZE,
        "state": "open",
        "segments_done": 0,
        "ends_in_gap": 0,
        "points": 0,
    }
    return row


def write_row(transaction: Transaction, row: dict[str, Any]) -> None:
    """Write the row of a journal file."""
    transaction.upsert("journals", [tuple(row.values())])


def apply_step(
    transaction: Transaction, file: JournalFile, memory: Memory, reread: Reread, behind_bytes: int
) -> Step:
    """Apply about `STEP_BYTES` of a journal, from where the index stands now.

    `behind_bytes` says how much may have to be read in all, by which the way of reading is chosen.
    """
    row = journal_row(transaction, file.actor, file.number)
    write_row(transaction, row)
    if row["state"] in ("sealing", *REFUSED) or not os.path.exists(file.path):
        return _step(row, 0, has_more=False)
    tables = _stored_tables(transaction, row["id"])
    known = {(kind, reference) for kind, reference, _ in tables.frames()}
    try:
        stretch = _read(file, row, tables, behind_bytes)
        if row["crc"] is None:
            _refuse_foreign(transaction, file, stretch)
    except JournalForked as error:
        return _refuse(transaction, row, "forked", "fork", error.message)
    except FormatTooNew as error:
        return _refuse(transaction, row, "too-new", "too-new", error.message)
    except FileNotFoundError:
        return _step(row, 0, has_more=False)  # sealed meanwhile, and its time has passed
    if stretch.is_truncated:
        message = (
            f"the journal {file.path} ends before byte {row['position']}, where it once went on"
        )
        return _refuse(transaction, row, "truncated", "truncated", message)
    _note_suspect(row, stretch.suspect)
    if stretch.end == row["position"] and not stretch.gaps:
        write_row(transaction, row)
        return _step(row, 0, has_more=False)
    added = [frame for frame in tables.frames() if frame[:2] not in known]
    return _apply(transaction, file, row, stretch, added, tables, memory, reread)


def _apply(
    transaction: Transaction,
    file: JournalFile,
    row: dict[str, Any],
    stretch: Stretch,
    added: list[tuple[int, int, bytes]],
    tables: Tables,
    memory: Memory,
    reread: Reread,
) -> Step:
    note_process(row, stretch.process)
    writers = []
    for kind, reference, _ in added:
        writer = tables.writer(reference) if kind == RUN else None
        if writer is not None:
            writers.append((writer.run, writer.attempt, writer.rank))
    journal = Journal(row["id"], file.actor, row["serves"])
    portion = Portion(journal, stretch.end, stretch.events, stretch.points, writers, [], [])
    applier = Applier(transaction, memory, reread)
    points = applier.apply(portion)
    applier.write()
    transaction.upsert("tables", [(row["id"], *frame) for frame in added])
    add_gaps(transaction, row["id"], stretch.gaps)
    is_progress = stretch.end > row["position"]
    if stretch.header is not None and stretch.header.is_intact:
        row["created"] = stretch.header.created
    row["position"], row["crc"] = stretch.end, stretch.crc
    row["ends_in_gap"] = int(any(end >= stretch.end for _, end in stretch.gaps))
    row["points"] += points
    row["state"] = "closed" if stretch.is_closed else "open"
    note_life(row, stretch.heartbeat, applier.last_time)
    write_row(transaction, row)
    return _step(row, points, has_more=is_progress and not stretch.is_closed)


def _read(file: JournalFile, row: dict[str, Any], tables: Tables, behind_bytes: int) -> Stretch:
    enough = _SCAN_BYTES_ONCE_IMPORTED if "numpy" in sys.modules else _SCAN_BYTES
    position, crc = row["position"], row["crc"]
    if behind_bytes < enough:
        try:
            stretch = read_stretch(file.path, position, crc, tables, limit_bytes=STEP_BYTES)
        except NeedsScan:
            pass
        else:
            # What is left of a complete file is damage, which only the scan measures.
            if stretch.end > position or not file.is_complete:
                return stretch
    from runlore.index.arrays import scan_stretch

    return scan_stretch(
        file.path,
        position,
        crc,
        tables,
        is_complete=file.is_complete,
        confirmed=_confirmed(row),
    )


def _note_suspect(row: dict[str, Any], suspect: tuple[int, int] | None) -> None:
    """Remember since when something has looked like a gap: it may be a frame on its way."""
    if suspect is None:
        row["suspect_start"] = row["suspect_end"] = row["suspect_since"] = None
    elif suspect != (row["suspect_start"], row["suspect_end"]):
        row["suspect_start"], row["suspect_end"] = suspect
        row["suspect_since"] = now()


def _confirmed(row: dict[str, Any]) -> tuple[int, int] | None:
    """Give what has looked like a gap for long enough to be one."""
    if row["suspect_since"] is None or now() - row["suspect_since"] < CONFIRMING_MICROSECONDS:
        return None
    return row["suspect_start"], row["suspect_end"]


def _refuse_foreign(transaction: Transaction, file: JournalFile, stretch: Stretch) -> None:
    header = stretch.header
    if header is None or not header.is_intact:
        return
    if not follows(transaction, file.actor, file.number, header.previous_crc):
        raise JournalForked(
            f"the journal {file.path} doesn't follow the file before it, as if an older copy had "
            "been put back and continued"
        )


def follows(transaction: Transaction, actor: str, number: int, previous_crc: int) -> bool:
    """Whether a file's link fits the file before it, as far as both can be trusted."""
    if not previous_crc or number < 2:
        return True
    columns = "crc, ends_in_gap, state"
    before = transaction.select("journals", columns, actor=actor, number=number - 1)
    if not before:
        return True
    crc, ends_in_gap, state = before[0]
    return state != "forked" and (crc is None or bool(ends_in_gap) or crc == previous_crc)


def _refuse(
    transaction: Transaction, row: dict[str, Any], state: str, kind: str, message: str
) -> Step:
    row["state"] = state
    write_row(transaction, row)
    add_problem(transaction, kind, row["id"], row["position"], row["position"], message)
    return _step(row, 0, has_more=False)


def add_gaps(transaction: Transaction, journal: int, gaps: Any) -> None:
    """List gaps among the problems."""
    for start, stop in gaps:
        message = f"{stop - start} bytes at {start} could not be read"
        add_problem(transaction, "gap", journal, start, stop, message)


def add_problem(
    transaction: Transaction,
    kind: str,
    journal: int,
    start: int,
    stop: int,
    message: str,
    run: int = 0,
) -> None:
    """List a problem, once."""
    transaction.upsert("problems", [(kind, journal, start, stop, run, None, message, 0)])


def note_process(row: dict[str, Any], process: dict[str, Any] | None) -> None:
    """Note what process a journal belongs to, from its actor frame."""
    if not isinstance(process, dict):
        return
    for key in ("kind", "host", "host_id", "boot_id", "user", "version", "serves"):
        value = process.get(key)
        if isinstance(value, str) and value.isprintable() and (key != "serves" or is_id(value)):
            row[key] = value
    pid = process.get("pid")
    if isinstance(pid, int) and 0 <= pid < 1 << 63:
        row["pid"] = pid


def note_life(row: dict[str, Any], *times: int | None) -> None:
    """Note the last sign of life of a journal's process."""
    known = [time for time in (row["last_sign_of_life"], *times) if time is not None]
    row["last_sign_of_life"] = max(known, default=None)


def _stored_tables(transaction: Transaction, journal: int) -> Tables:
    tables = Tables()
    for kind, reference, body in transaction.select(
        "tables", "kind, reference, body", journal=journal
    ):
        tables.declare(kind, reference, body)
    return tables


def _step(row: dict[str, Any], points: int, *, has_more: bool) -> Step:
    is_waiting = row["suspect_since"] is not None
    return Step(row["position"], row["crc"], row["state"], points, has_more, is_waiting)
