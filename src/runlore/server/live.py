"""Watch the store as long as somebody listens, and tell all who do."""

from __future__ import annotations

import asyncio
import json
import logging
from threading import Event as Signal
from threading import Lock, Thread
from time import thread_time
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from runlore.actions.changes import (
    MOST_RUNS,
    Changed,
    ChangeFeed,
    Gap,
    StoreState,
    is_gap,
    read_cursor,
    write_cursor,
)
from runlore.errors import RunloreError
from runlore.index.change_rows import Mark

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from runlore.actions.changes import Event
    from runlore.server.reader import SharedReader

log = logging.getLogger("runlore.server")

PACE_SECONDS = 0.2
MOST_PAUSE_SECONDS = 0.6
LOOKING_SHARE = 0.2  # of a core: with thousands of processes that log, a look takes long
SIGN_SECONDS = 15.0
LINGER_SECONDS = 2.0  # after the last listener went: a page that is loaded anew comes back
MOST_LISTENERS = 200


class Listener:
    """What one listener has yet to be told; what is waiting is put together, so it stays small."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._waiting: list[Event] = []
        self._lock = Lock()
        self.is_ended = False

    def tell(self, event: Event) -> None:
        """Hand over an event, from any thread."""
        with self._lock:
            last = self._waiting[-1] if self._waiting else None
            if isinstance(event, Gap):
                self._waiting = [one for one in self._waiting if isinstance(one, StoreState)]
                self._waiting.append(event)
            elif isinstance(event, Changed) and isinstance(last, Changed):
                self._waiting[-1] = _together(last, event)
            else:
                self._waiting.append(event)
        self._wake()

    def end(self) -> None:
        """Let the listener go, from any thread."""
        self.is_ended = True
        self._wake()

    async def next(self, timeout_seconds: float) -> list[Event]:
        """Wait for events; none if there are none in time, or no more are to come."""
        try:
            await asyncio.wait_for(self._news.wait(), timeout_seconds)
        except TimeoutError:
            return []
        with self._lock:
            self._news.clear()
            waiting, self._waiting = self._waiting, []
        return waiting

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)


class Live:
    """Tells listeners what happens; one thread looks for all of them, while there are any."""

    def __init__(self, shared: SharedReader) -> None:
        self._shared = shared
        self._feed = ChangeFeed(shared.stored, shared.current)
        self._listeners: set[Listener] = set()
        self._lock = Lock()
        self._looking = Lock()  # of whoever asks the feed
        self._thread: Thread | None = None
        self._stop = Signal()
        self._wake = Signal()

    @property
    def is_full(self) -> bool:
        """Whether there are as many listeners as are let in."""
        return len(self._listeners) >= MOST_LISTENERS

    async def stream(self, cursor: str | None) -> AsyncIterator[str]:
        """Give the messages of an event stream, from a cursor on; first of all `hello`."""
        listener = Listener()
        try:
            try:
                begin, missed = await run_in_threadpool(self._begin, listener, cursor)
            except RunloreError as error:
                gone = StoreState("gone", error.message)
                yield message("store", Mark(None, 0), gone._asdict())
                return
            yield message("hello", begin, {"is_gap": isinstance(missed, Gap)})
            trouble = self._feed.trouble
            events: list[Event] = [] if trouble is None else [trouble]
            if isinstance(missed, Changed):
                events.append(missed)
            while not (listener.is_ended or self._stop.is_set()):
                for event in events:
                    text, begin = _said(event, begin)
                    if text:
                        yield text
                events = await listener.next(SIGN_SECONDS)
                # What is said anyhow of the store when one begins may have been waiting, too.
                events = [event for event in events if event is not trouble]
                if not events:
                    yield ": still here\n\n"
        finally:
            self._leave(listener)

    def close(self) -> None:
        """Let all listeners go, and stop looking."""
        self._stop.set()
        self._wake.set()
        for listener in list(self._listeners):
            listener.end()
        thread = self._thread
        if thread is not None:
            thread.join()

    def _begin(self, listener: Listener, cursor: str | None) -> tuple[Mark, Changed | Gap | None]:
        """Count a listener in; where it begins, and what it has missed before."""
        with self._lock:
            self._listeners.add(listener)
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._watch, name="runlore-live", daemon=True)
                self._thread.start()
        self._wake.set()
        with self._looking:
            if cursor is None:
                return self._feed.now(), None
            given = read_cursor(cursor)
            missed = Gap(self._feed.now()) if given is None else self._feed.since(given)
        # Whoever is cut off before it is told comes back with the cursor it came with.
        if given is None or isinstance(missed, Gap):
            return (missed.mark if missed else self._feed.now()), missed
        return given, missed

    def _leave(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)
        self._wake.set()

    def _watch(self) -> None:
        """Look for changes until there have been no listeners for a while."""
        while not self._stop.is_set():
            computed = thread_time()
            try:
                with self._looking:
                    events = list(self._feed.look())
            except Exception:
                log.exception("looking for changes failed")
                events = []
            for event in events:
                for listener in list(self._listeners):
                    listener.tell(event)
            if self._listeners:
                self._stop.wait(pause_after(thread_time() - computed))
                continue
            self._wake.clear()
            if not self._wake.wait(LINGER_SECONDS):
                with self._lock:
                    if not self._listeners:
                        self._thread = None
                        return


def pause_after(seconds: float) -> float:
    """Say how long to wait after a look that computed for so long."""
    return min(MOST_PAUSE_SECONDS, max(PACE_SECONDS, seconds / LOOKING_SHARE))


def message(name: str, mark: Mark, data: dict[str, Any]) -> str:
    """Write one message of an event stream."""
    cursor = write_cursor(mark)
    text = json.dumps({"cursor": cursor, **data}, separators=(",", ":"))
    return f"id: {cursor}\nevent: {name}\ndata: {text}\n\n"


def _said(event: Event, begin: Mark) -> tuple[str, Mark]:
    """Write an event for a listener that knows all up to `begin`; empty if it is told nothing."""
    if isinstance(event, StoreState):
        return message("store", begin, event._asdict()), begin
    if isinstance(event, Gap):
        return message("hello", event.mark, {"is_gap": True}), event.mark
    if event.mark.revision <= begin.revision and not is_gap(begin, event.mark):
        return "", begin
    return _changed(event), event.mark


def _changed(event: Changed) -> str:
    data = {"runs": event.runs, "has_more": event.has_more, "is_edit": event.is_edit}
    return message("changed", event.mark, data)


def _together(one: Changed, other: Changed) -> Changed:
    """Put two changes into one."""
    runs = list(dict.fromkeys([*other.runs, *one.runs]))
    has_more = one.has_more or other.has_more or len(runs) > MOST_RUNS
    return Changed(other.mark, runs[:MOST_RUNS], has_more, one.is_edit or other.is_edit)
