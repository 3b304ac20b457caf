"""Get ready for what somebody who looks at a table will ask next: to sort it and to filter it."""

from __future__ import annotations

import logging
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from runlore.actions.tables import prepare_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.reading.store import StoreReader

log = logging.getLogger("runlore.server")

_AGAIN_SECONDS = 60.0
_LEAST_PAUSE_SECONDS = 0.05


class Preparing:
    """Packs the columns of the table that was shown last, in one thread, a part at a time."""

    def __init__(self, stored: StoreReader) -> None:
        self._stored = stored
        self._lock = Lock()
        self._names: tuple[str, ...] = ()
        self._done: dict[tuple[str, ...], float] = {}
        self._thread: Thread | None = None
        self._wake = Event()
        self._stop = Event()

    def want(self, names: Sequence[str]) -> None:
        """Say which columns are shown; what was wanted before is left where it is."""
        wanted = tuple(names)
        with self._lock:
            if wanted == self._names or self._is_done(wanted) or self._stop.is_set():
                return
            self._names = wanted
            if self._thread is None:
                self._thread = Thread(target=self._work, name="runlore-prepare", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Leave it at that."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _is_done(self, names: tuple[str, ...]) -> bool:
        return monotonic() - self._done.get(names, float("-inf")) < _AGAIN_SECONDS

    def _work(self) -> None:
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            while (names := self._names) and not self._stop.is_set():
                begun = monotonic()
                if not self._is_more(names):
                    self._finish(names)
                    continue
                worked = monotonic() - begun
                # As long as it worked: whoever asks meanwhile comes first.
                self._stop.wait(max(_LEAST_PAUSE_SECONDS, worked))

    def _is_more(self, names: tuple[str, ...]) -> bool:
        try:
            return prepare_table(self._stored, names)
        except Exception:
            log.debug("preparing columns failed", exc_info=True)  # whoever asks for them is told
            return False

    def _finish(self, names: tuple[str, ...]) -> None:
        with self._lock:
            if len(self._done) > 100:
                self._done.clear()
            self._done[names] = monotonic()
            if self._names == names:
                self._names = ()
