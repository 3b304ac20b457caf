"""The one reader that all requests share, caught up now and then."""

from __future__ import annotations

from threading import Lock
from time import monotonic
from typing import Annotated

from fastapi import Depends, Request

from runlore.actions.changes import write_cursor
from runlore.errors import StoreRefused
from runlore.journal.folder import StoreFolder, open_store
from runlore.reading.store import StoreReader
from runlore.server.models.base import Freshness

PAUSE_SECONDS = 0.1
BUDGET_SECONDS = 0.2


class SharedReader:
    """Catches up for many requests at once: one at a time, and not without a pause."""

    def __init__(self, folder: StoreFolder) -> None:
        self.stored = StoreReader(folder)
        self._lock = Lock()
        self._caught_up_at = float("-inf")

    def current(self, *, after: float | None = None) -> StoreReader:
        """Return the reader, with what was recorded a moment ago.

        `after` is a time of `monotonic`: with it, what was recorded until then is read for sure,
        unless the time for it runs out.

        Raises:
            StoreNotFound: if the store isn't there any more.
            StoreRefused: if another one is in its place.
        """
        oldest = monotonic() - PAUSE_SECONDS if after is None else after
        if self._caught_up_at < oldest:
            with self._lock:
                if self._caught_up_at < oldest:  # nobody else did it meanwhile
                    begun_at = monotonic()
                    self._check_that_it_is_there()
                    self.stored.catch_up(budget_seconds=BUDGET_SECONDS)
                    self._caught_up_at = begun_at
        return self.stored

    def _check_that_it_is_there(self) -> None:
        """Look at the store itself: an index that is open would answer on without it."""
        known = self.stored.folder
        if open_store(known.path).store_id != known.store_id:
            raise StoreRefused(
                f"another store lies at {known.path} now",
                hint="end `runlore ui` and begin it again",
            )

    def freshness(self) -> Freshness:
        """Say how far behind answers are."""
        known = self.stored.freshness
        return Freshness(
            is_current=known.is_current,
            behind_points=known.behind_points_estimate,
            cursor=self.cursor(),
            problems=len(known.problems),
        )

    def cursor(self) -> str:
        """Write down the moment of the index: its generation and its revision."""
        return write_cursor(self.stored.ask(lambda index: index.mark()))

    def close(self) -> None:
        """Give back the connections."""
        self.stored.close()


def _reader_of(request: Request) -> SharedReader:
    shared: SharedReader = request.app.state.reader
    return shared


Shared = Annotated[SharedReader, Depends(_reader_of)]
