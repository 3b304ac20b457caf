"""Tell what has changed in a store since a moment, and whether the store is still there."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple

from runlore.errors import RunloreError, StoreFull
from runlore.index.change_rows import Mark
from runlore.index.sqlite import has_room
from runlore.journal.folder import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.index.change_rows import ChangedRun, Changes
    from runlore.reading.store import StoreReader

MOST_RUNS = 500
_MOST_KNOWN = 5_000

State = Literal["gone", "back", "disk_full"]


class Changed(NamedTuple):
    """Runs that have changed up to a mark, the newest of them if there are more.

    `is_edit` if more may have changed than points that came. No runs: something of the store.
    """

    mark: Mark
    runs: list[str]
    has_more: bool
    is_edit: bool


class Gap(NamedTuple):
    """The index was begun anew: what changed before can't be told."""

    mark: Mark


class StoreState(NamedTuple):
    """The store went away, came back (or has room again), or its disk is full."""

    state: State
    message: str


Event = Changed | Gap | StoreState


def write_cursor(mark: Mark) -> str:
    """Write down a moment of the index."""
    return f"{mark.generation or ''}:{mark.revision}"


def read_cursor(text: str) -> Mark | None:
    """Return the moment that `write_cursor` wrote down; None if it is none."""
    generation, colon, revision = text.partition(":")
    is_written = colon and revision.isascii() and revision.isdigit() and len(revision) < 20
    return Mark(generation or None, int(revision)) if is_written else None


class ChangeFeed:
    """Looks for changes again and again; of one thread.

    `catch_up` brings the index up to date and returns the reader to ask.
    """

    def __init__(self, reader: StoreReader, catch_up: Callable[[], StoreReader]) -> None:
        self._reader = reader
        self._catch_up = catch_up
        self._mark: Mark | None = None
        self._trouble: StoreState | None = None
        self._points: OrderedDict[str, int] = OrderedDict()
        self._was_reset = False

    @property
    def trouble(self) -> StoreState | None:
        """What is wrong with the store, as it was said last; None if nothing is."""
        return self._trouble

    def now(self) -> Mark:
        """Say which moment the index is at."""
        return self._reader.ask(lambda index: index.mark())

    def look(self) -> Iterator[Event]:
        """Catch up and yield what has happened since the last time."""
        folder = self._reader.folder
        try:
            open_store(folder.path)
            before = self._mark or self.now()
            reader = self._catch_up()
        except StoreFull as error:
            yield from self._say("disk_full", error.message)
            return
        except RunloreError as error:
            yield from self._say("gone", error.message)
            return
        except OSError as error:
            yield from self._say("gone", f"the store {folder.path} can't be read: {error}")
            return
        if not has_room(folder.path):
            yield from self._say("disk_full", f"the disk of the store {folder.path} is full")
        elif self._trouble is not None:
            self._trouble = None
            yield StoreState("back", f"the store {folder.path} can be read and written again")
        yield from self._changes(reader, before)

    def since(self, mark: Mark) -> Changed | Gap | None:
        """Say what has happened since a moment; None if nothing."""
        found = self._reader.ask(lambda index: index.changes(mark.revision, limit=MOST_RUNS))
        if is_gap(mark, found.mark):
            return Gap(found.mark)
        if mark.revision == found.mark.revision:
            return None
        return self._changed(found, is_told=False)

    def _changes(self, reader: StoreReader, before: Mark) -> Iterator[Event]:
        found = reader.ask(lambda index: index.changes(before.revision, limit=MOST_RUNS))
        if is_gap(before, found.mark):
            self._was_reset = True
            self._points.clear()
        if self._was_reset:
            if found.mark.generation is not None:
                self._was_reset = False
                yield Gap(found.mark)
        elif found.mark.revision > before.revision:
            yield self._changed(found, is_told=True)
        self._mark = found.mark

    def _changed(self, found: Changes, *, is_told: bool) -> Changed:
        is_edit = not found.runs or any(not self._has_grown(run) for run in found.runs)
        if is_told:
            for run in found.runs:
                self._points[run.run] = run.points
                self._points.move_to_end(run.run)
            while len(self._points) > _MOST_KNOWN:
                self._points.popitem(last=False)
        return Changed(found.mark, [run.run for run in found.runs], found.has_more, is_edit)

    def _has_grown(self, run: ChangedRun) -> bool:
        """Whether points have come to a run, as far as that is known, and it goes on."""
        known = self._points.get(run.run)
        return known is not None and run.points > known and not run.is_over

    def _say(self, state: State, message: str) -> Iterator[Event]:
        if self._trouble is None or self._trouble.state != state:
            self._trouble = StoreState(state, message)
            yield self._trouble


def is_gap(before: Mark, now: Mark) -> bool:
    """Whether what happened between two moments can't be told."""
    is_same = before.generation == now.generation or (
        before.generation is None and before.revision == 0
    )
    return not is_same or before.revision > now.revision
