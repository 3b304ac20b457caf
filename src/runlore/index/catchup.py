"""Bring an index up to date with its store, within a time budget."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING
from zlib import crc32

from runlore.errors import ObjectsUnreachable
from runlore.index.apply import Memory
from runlore.index.interface import Freshness, IndexBusy, IndexUnusable
from runlore.index.journals import add_problem, apply_step
from runlore.index.reread import rereader
from runlore.index.rows import Position, Problem
from runlore.index.unread import list_behind, unread_bytes, written_size
from runlore.journal.frames import HEADER_SIZE
from runlore.journal.host import current_host
from runlore.segments.complete import is_over
from runlore.segments.manifest import read_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.errors import RunloreError
    from runlore.index.interface import Index, Transaction
    from runlore.index.journals import JournalFile, Step
    from runlore.index.unread import Behind
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity
    from runlore.segments.manifest import Entry

_BYTES_OF_A_POINT = 40  # a frame of one value
_LITTLE_BYTES = 256 << 10
_PATIENCE = 5  # times the budget, on a busy machine and where little is left to apply
_REBUILDS = 2
_FETCHED = 64  # segments at a time
_WITHOUT_DEADLINE_SECONDS = 3600.0


def catch_up(
    index: Index,
    store: StoreFolder,
    *,
    budget_seconds: float | None = 0.2,
    host: HostIdentity | None = None,
) -> Freshness:
    """Apply what the store holds and the index doesn't, for about `budget_seconds`.

    None is no limit. Progress is kept: the next call goes on where this one stopped. Several
    processes may do this at once; who finds another one applying waits within the budget, then
    answers how far behind the index is. A damaged index is thrown away and begun again. `host`
    is this one: on it, the locks of journals tell whether their writers live.

    Raises:
        StoreError: if the index can't be written at all.
    """
    began = time.monotonic()
    for _ in range(_REBUILDS):
        try:
            return _CatchUp(index, store, began, budget_seconds, host).run()
        except IndexUnusable:
            index.reset()
    return _CatchUp(index, store, began, budget_seconds, host).run()


class _CatchUp:
    """One catch-up: lists what is new, then applies it step by step until the deadline."""

    def __init__(
        self,
        index: Index,
        store: StoreFolder,
        began: float,
        budget_seconds: float | None,
        host: HostIdentity | None,
    ) -> None:
        self._host = host
        self._deadline = None if budget_seconds is None else began + budget_seconds
        self._late_deadline = None if budget_seconds is None else began + budget_seconds * _PATIENCE
        self._index = index
        self._store = store
        self._memory = Memory()
        self._reread = rereader(store)
        self._fetched: set[tuple[str, str, int]] = set()
        self._unreachable: ObjectsUnreachable | None = None

    def run(self) -> Freshness:
        """Apply what there is time for and say what remains."""
        entries = self._apply_entries()
        waiting = {(entry.actor, entry.number) for entry in entries}
        behind = [
            item
            for item in list_behind(self._index, self._store)
            if (item.file.actor, item.file.number) not in waiting
        ]
        total = sum(item.size_bytes - item.known.position for item in behind)
        if total <= _LITTLE_BYTES and not entries:
            self._deadline = self._late_deadline
        remaining: list[Behind] = []
        stopped: set[str] = set()
        for item in behind:
            left = item
            if item.file.actor not in stopped:
                left = self._apply(item, total)
            if left.size_bytes > left.known.position:
                remaining.append(left)
                stopped.add(item.file.actor)  # a file waits for the one before it
        return self._freshness(remaining, entries)

    def _apply(self, item: Behind, total: int) -> Behind:
        """Apply a journal file to its end or to the deadline; what remains of it."""
        file, known = item.file, item.known
        while not self._is_late():
            step = self._step(file, total)
            if step is None:
                break
            is_forward = step.position > known.position
            known = Position(step.position, step.crc, step.state, known.points + step.points)
            if not (step.has_more and is_forward):
                if self._is_left(file, known):
                    file = file._replace(is_complete=True)
                    continue
                if step.is_waiting:
                    break
                return item._replace(size_bytes=0)
        return item._replace(known=known, size_bytes=written_size(item.file.path, known.position))

    def _is_left(self, file: JournalFile, known: Position) -> bool:
        """Whether what stands behind a position is no frame on its way: its writer is gone."""
        if file.is_complete or known.state != "open":
            return False
        if not unread_bytes(file.path, known):
            return False
        return is_over(self._store, file.actor, file.path, host=self._host or current_host())

    def _step(self, file: JournalFile, total: int) -> Step | None:
        """Apply one step; None if another process is applying for too long."""
        try:
            with self._transaction() as transaction:
                return apply_step(transaction, file, self._memory, self._reread, total)
        except IndexBusy:
            return None
        except ObjectsUnreachable as error:
            self._unreachable = error
            return None

    def _apply_entries(self) -> list[Entry]:
        """Apply new entries of the manifest; returns those that remain."""
        damaged: list[RunloreError] = []
        applied = self._index.applied_entries()
        entries = read_from(self._store, applied + 1, damaged)
        if damaged:
            self._list_damaged(damaged)
        while entries:
            done = None if self._is_late() else self._entries_step(entries)
            if done is None:
                break
            entries = entries[done:]
        return [entry for _, entry in entries]

    def _entries_step(self, entries: list[tuple[int, Entry]]) -> int | None:
        """Apply for a moment; how many are done, None if another process applies for too long."""
        from runlore.index.sealed import apply_entries

        try:
            self._fetch_ahead(entries)  # so that nobody waits for a bucket within a transaction
            with self._transaction() as transaction:
                memory, reread = self._memory, self._reread
                return apply_entries(transaction, self._store, entries, memory, reread)
        except IndexBusy:
            return None
        except ObjectsUnreachable as error:
            self._unreachable = error
            return None

    def _fetch_ahead(self, entries: list[tuple[int, Entry]]) -> None:
        """Bring the next segments that lie in a bucket into the cache."""
        from runlore.segments.opening import fetch_ahead

        segments = (
            (segment.run, entry.actor, entry.number)
            for _, entry in entries
            for segment in entry.segments
        )
        wanted = list(islice((one for one in segments if one not in self._fetched), _FETCHED))
        fetch_ahead(self._store, wanted)
        self._fetched.update(wanted)

    def _list_damaged(self, damaged: list[RunloreError]) -> None:
        """List entries of the manifest that can't be read."""
        with suppress(IndexBusy), self._transaction() as transaction:
            for error in damaged:
                place = crc32(error.message.encode())
                add_problem(transaction, "manifest-damaged", 0, place, 0, error.message)

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        """Begin a transaction as long as there is time."""
        timeout_seconds = _WITHOUT_DEADLINE_SECONDS
        if self._deadline is not None:
            timeout_seconds = max(0.0, self._deadline - time.monotonic())
        try:
            with self._index.transaction(timeout_seconds=timeout_seconds) as transaction:
                yield transaction
        except BaseException:
            self._memory.clear()
            raise

    def _freshness(self, remaining: list[Behind], entries: list[Entry]) -> Freshness:
        behind_bytes = sum(entry.end for entry in entries)
        points = behind_bytes // _BYTES_OF_A_POINT
        for item in remaining:
            left = item.size_bytes - item.known.position
            behind_bytes += left
            done = item.known.position - HEADER_SIZE
            points += (
                left * item.known.points // done
                if done and item.known.points
                else left // _BYTES_OF_A_POINT
            )
        problems = self._index.problems()
        if self._unreachable is not None:
            problems = [*problems, _problem_of(self._unreachable)]
        return Freshness(not (remaining or entries), behind_bytes, points, problems)

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline


def _problem_of(error: ObjectsUnreachable) -> Problem:
    """Say that the place of the segments doesn't answer; true of this moment, so never stored."""
    return Problem("objects-unreachable", "", 0, 0, 0, None, None, error.message, 0)
