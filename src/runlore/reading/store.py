"""A store opened for reading: its index, brought up to date within a time budget."""

from __future__ import annotations

import os
from _thread import get_ident
from time import time_ns
from typing import TYPE_CHECKING, TypeVar

from runlore.index.catchup import catch_up
from runlore.index.interface import Freshness, IndexUnusable
from runlore.index.open import open_index
from runlore.index.status import read_status
from runlore.index.unread import has_unread
from runlore.journal.filesystem import is_local
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.journal.liveness import DEAD, holder
from runlore.journal.location import locate_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

    from runlore.index.interface import Index
    from runlore.index.rows import RunRow, WriterFacts
    from runlore.index.status import StatusReading
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

BUDGET_SECONDS = 0.2
Answer = TypeVar("Answer")


class BehindWarning(UserWarning):
    """An answer was given from an index that doesn't hold all that was recorded."""


def open_reader(
    store: str | os.PathLike[str] | None = None,
    *,
    host: HostIdentity | None = None,
    budget_seconds: float | None = BUDGET_SECONDS,
) -> StoreReader:
    """Open a store for reading and catch up for about `budget_seconds` (None: to the end).

    `store` is a folder; by default the one of where you are, as `runlore.start_run` finds it.

    Raises:
        StoreNotFound: if there is none.
        StoreRefused, FormatTooNew, StoreReadOnly: if it can't be read.
    """
    reader = StoreReader(open_store(locate_store(store)), host=host)
    reader.catch_up(budget_seconds=budget_seconds)
    return reader


class StoreReader:
    """Answers from the index of a store as of its last `catch_up`.

    `folder` names the places in the store, `freshness` says how far behind the last catch-up
    left the index. May be used from several threads, each of which gets a connection.
    """

    def __init__(self, folder: StoreFolder, *, host: HostIdentity | None = None) -> None:
        self._indexes: dict[tuple[int, int], Index] = {}  # by process and thread
        self.folder = folder
        self.host = host or current_host()
        self.freshness = Freshness(is_current=False, behind_bytes=0, behind_points_estimate=0,
                                   problems=[])  # fmt: skip
        self.caught_up_at = time_ns() // 1000
        self._lives: dict[str, str] = {}
        self._is_local: bool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    @property
    def index(self) -> Index:
        """The index, on a connection of this thread and process."""
        key = (os.getpid(), get_ident())
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = open_index(self.folder)
        return index

    def catch_up(self, *, budget_seconds: float | None = BUDGET_SECONDS) -> Freshness:
        """Apply what was recorded since, for about `budget_seconds` (None: to the end)."""
        self._lives.clear()
        self.caught_up_at = time_ns() // 1000
        self.freshness = catch_up(
            self.index, self.folder, budget_seconds=budget_seconds, host=self.host
        )
        return self.freshness

    def ask(self, question: Callable[[Index], Answer]) -> Answer:
        """Put a question to the index; one that turns out damaged is rebuilt first."""
        try:
            return question(self.index)
        except IndexUnusable:
            self.catch_up(budget_seconds=None)
            return question(self.index)

    def status_of(self, run: RunRow, writers: Sequence[WriterFacts]) -> StatusReading:
        """Say how a run stood at the last catch-up, and when it last gave a sign of life."""
        return read_status(
            run,
            writers,
            holder=self._life_of,
            has_unread=lambda actors: has_unread(self.index, self.folder, actors),
            now=self.caught_up_at,
        )

    def close(self) -> None:
        """Give back the connections of this process."""
        while self._indexes:
            (process, _), index = self._indexes.popitem()
            if process == os.getpid():
                index.close()

    def _life_of(self, actor: str) -> str:
        """Say whether an actor is alive, dead or unknown; asked once between two catch-ups."""
        life = self._lives.get(actor)
        if life is None:
            if self._is_local is None:
                self._is_local = is_local(self.folder.path)
            life = holder(self.folder.lock(actor), host=self.host, is_on_local_disk=self._is_local)
            if life != DEAD and not os.path.exists(self.folder.actor(actor)):
                life = DEAD  # folders are cleared away of dead actors only
            self._lives[actor] = life
        return life
