"""Bring an index up to date with an entry of the manifest, some segments at a time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from runlore.errors import DamageError, FormatTooNew
from runlore.index.apply import Applier, Event, Journal, Portion, Sealed, Trouble
from runlore.index.journals import (
    add_gaps,
    add_problem,
    follows,
    journal_row,
    note_life,
    note_process,
    write_row,
)
from runlore.journal.frames import HEADER_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.index.apply import Memory, Reread
    from runlore.index.interface import Transaction
    from runlore.journal.folder import StoreFolder
    from runlore.segments.manifest import Entry

STEP_SECONDS = 0.05
STEP_SEGMENTS = 200
PARTIAL = "partial"  # the state of a journal file of which only some runs were brought here


def applied_entries(transaction: Transaction) -> int:
    """Read the number of the last manifest entry that is applied."""
    rows = transaction.select("meta", "value", key="manifest")
    return int(rows[0][0]) if rows else 0


def apply_entries(
    transaction: Transaction,
    store: StoreFolder,
    entries: Sequence[tuple[int, Entry]],
    memory: Memory,
    reread: Reread,
) -> int:
    """Apply numbered entries of the manifest for a moment; how many of them are done with.

    There may be many small ones, as of processes that did one run each, so one transaction
    takes several; a large one takes several transactions.
    """
    begun, applied, done = time.monotonic(), applied_entries(transaction), 0
    applier = Applier(transaction, memory, reread)
    for number, entry in entries:
        if number > applied and not _apply_entry(transaction, store, entry, applier):
            break
        done += 1
        if time.monotonic() - begun > STEP_SECONDS:
            break
    applier.write()
    if done and entries[done - 1][0] > applied:
        transaction.upsert("meta", [("manifest", str(entries[done - 1][0]))])
    return done


def _apply_entry(
    transaction: Transaction, store: StoreFolder, entry: Entry, applier: Applier
) -> bool:
    """Apply some segments of an entry; whether none of it remains."""
    row = journal_row(transaction, entry.actor, entry.number)
    applier.know(row["id"], entry.actor, entry.number)
    if entry.partial:
        _apply_partial(transaction, store, row, entry, applier)
        return True
    if _is_refused(transaction, row, entry) or (
        row["crc"] is not None and row["position"] > entry.end
    ):
        return True
    portion, done, process = _gather(store, row, entry, _first_of(row, applier))
    note_process(row, process)
    portion = portion._replace(journal=Journal(row["id"], entry.actor, row["serves"]))
    row["points"] += applier.apply(portion)
    note_life(row, applier.last_time)
    row["segments_done"] = done
    row["state"] = "sealing"
    is_done = done >= len(entry.segments)
    if is_done:
        _seal_row(transaction, row, entry)
    write_row(transaction, row)
    return is_done


def _apply_partial(
    transaction: Transaction,
    store: StoreFolder,
    row: dict[str, Any],
    entry: Entry,
    applier: Applier,
) -> None:
    """Apply segments of single runs that were brought from another store."""
    applier.write()  # so that parts and problems can be asked for
    if row["crc"] is not None and _is_refused(transaction, row, entry):
        return
    if row["crc"] is None and row["state"] == "open":
        row["state"] = PARTIAL
        write_row(transaction, row)
    first: dict[str, int] = {}
    for sealed in entry.segments:
        state = applier.state(sealed.run)
        part = state.row("parts", row["id"])
        missing = {"kind": "segment-missing", "journal": row["id"], "run": state.number}
        is_missing = bool(transaction.select("problems", "start", **missing))
        if is_missing:
            transaction.delete("problems", **missing)
        first[sealed.run] = 0 if part is None or is_missing else int(part[3])
    wanted = [one for one in entry.segments if first[one.run] < entry.end]
    remaining = {**row, "segments_done": 0}
    while remaining["segments_done"] < len(wanted):
        some = replace(entry, segments=tuple(wanted))
        gathered = _gather(store, remaining, some, lambda run: first[run] >> 3)
        portion, remaining["segments_done"], process = gathered
        note_process(row, process)
        portion = portion._replace(journal=Journal(row["id"], entry.actor, row["serves"]))
        row["points"] += applier.apply(portion)
        note_life(row, applier.last_time)
    if entry.heartbeat is not None:
        note_life(row, entry.heartbeat[0])
    write_row(transaction, row)


def _first_of(row: dict[str, Any], applier: Applier) -> Callable[[str], int]:
    """Say from which sequence number on the records of a run aren't applied yet."""
    first = row["position"] >> 3 if row["crc"] is not None else 0
    first = 0 if first <= HEADER_SIZE >> 3 else first
    if row["state"] != PARTIAL:
        return lambda _: first

    def of_run(run: str) -> int:
        part = applier.state(run).row("parts", row["id"])
        return first if part is None else int(part[3]) >> 3

    return of_run


def _is_refused(transaction: Transaction, row: dict[str, Any], entry: Entry) -> bool:
    """Refuse what was sealed from another continuation than the one applied."""
    is_fork = row["crc"] is not None and (row["position"] == entry.end and row["crc"] != entry.crc)
    if row["crc"] is None and row["state"] != "sealing":
        is_fork = not follows(transaction, entry.actor, entry.number, entry.previous_crc)
    if is_fork and row["state"] != "forked":
        row["state"] = "forked"
        write_row(transaction, row)
        message = f"segments of {entry.actor}-{entry.number:08} continue another journal"
        add_problem(transaction, "fork", row["id"], row["position"], entry.end, message)
    return bool(row["state"] == "forked")


def _gather(
    store: StoreFolder, row: dict[str, Any], entry: Entry, first_of: Callable[[str], int]
) -> tuple[Portion, int, dict[str, Any] | None]:
    """Read segments for one step; returns what they say and how many are done then."""
    from runlore.index.tracks import chunk_blob, sources_of
    from runlore.segments.layout import STORE_RUN
    from runlore.segments.opening import open_segment, segment_name

    end = entry.end >> 3
    portion = Portion(Journal(0, "", None), entry.end, [], [], [], [], [])
    begun, done = time.monotonic(), row["segments_done"]
    process = None
    stop = done + STEP_SEGMENTS
    for sealed in entry.segments[done:stop]:
        place = (store, sealed.run, entry.actor, entry.number)
        # Several partial entries may stand for one journal file, and their problems side by side.
        at = crc32(sealed.run.encode()) if entry.partial else done
        first, statistics = first_of(sealed.run), None
        try:
            segment = open_segment(*place, end=entry.end)
            process = process or segment.process
            points = list(sources_of(segment, first, end))
            events = [event for event in segment.events() if first <= event.sequence < end]
            statistics = chunk_blob(segment)
        except FileNotFoundError:
            message = f"the segment {segment_name(*place)} is missing"
            portion.troubles.append(Trouble("segment-missing", sealed.run, at, message))
        except (DamageError, FormatTooNew) as error:
            portion.troubles.append(Trouble("segment-damaged", sealed.run, at, error.message))
        else:
            portion.points.extend(points)
            portion.events.extend(
                Event(event.sequence, event.kind, event.run, event.attempt, event.rank, event.body)
                for event in events
            )
            portion.writers.extend((sealed.run, *writer) for writer in segment.writers)
        if sealed.run != STORE_RUN:
            portion.sealed.append(Sealed(sealed.run, sealed.size_bytes, statistics))
        done += 1
        if time.monotonic() - begun > STEP_SECONDS:
            break
    return portion, done, process


def _seal_row(transaction: Transaction, row: dict[str, Any], entry: Entry) -> None:
    if row["crc"] is not None:  # some of it was applied as a journal
        transaction.delete("tables", journal=row["id"])
    row["position"], row["crc"] = entry.end, entry.crc
    row["state"], row["segments_done"] = "sealed", 0
    row["ends_in_gap"] = int(any(stop >= entry.end for _, stop in entry.gaps))
    if entry.heartbeat is not None:
        note_life(row, entry.heartbeat[0])
    add_gaps(transaction, row["id"], entry.gaps)
