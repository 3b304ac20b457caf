"""Write journals frame by frame, as any process might have, for tests of what reads them."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any

from runlore.journal.frames import (
    ACTOR,
    CLOSE,
    EVENT,
    HAS_STEP,
    HEADER_SIZE,
    HEARTBEAT,
    KEYS,
    POINTS,
    RUN,
    pack_clocks,
    pack_frame,
    pack_header,
    unpack_u32,
)
from runlore.records.text import encode_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.journal.folder import StoreFolder

CREATED = 1_700_000_000_000_000


class JournalComposer:
    """The journal of one actor: appends to its latest file, each frame once it is asked for.

    Tables are written once, which the format allows. `number` is that of the latest file.
    """

    def __init__(self, store: StoreFolder, actor: str, **process: object) -> None:
        self.actor = actor
        self.number = 0
        self._store = store
        self._process = {"kind": "process", "host": "host", "pid": 1, "user": "user"} | process
        self._clock = 0
        self._crc = 0
        self.position = 0
        self._runs: dict[tuple[str, str, int], int] = {}
        self._keys: dict[tuple[int, str, tuple[str, ...]], int] = {}
        os.makedirs(store.actor(actor), exist_ok=True)
        self.begin_file()

    @property
    def path(self) -> str:
        """The file that is being written."""
        return self._store.journal(self.actor, self.number)

    def begin_file(self, *, is_linked: bool = True) -> None:
        """Begin the next file; the one before it is complete from then on."""
        self.number += 1
        previous_crc = self._crc if is_linked and self.number > 1 else 0
        header = pack_header(bytes.fromhex(self.actor), self.number, CREATED, previous_crc)
        (self._crc,) = unpack_u32(header, HEADER_SIZE - 4)
        self.position = 0
        self._append(header)
        self._runs.clear()
        self._keys.clear()
        self.frame(ACTOR, encode_json(self._process))

    def restore(self, backup: bytes) -> None:
        """Put an older copy of the file back, to go on from there with other records."""
        with open(self.path, "wb") as file:
            file.write(backup)
        (self._crc,) = unpack_u32(backup, len(backup) - 4)
        self.position = len(backup)

    def close_file(self) -> None:
        """Write the close frame."""
        self.frame(CLOSE, b"")

    def frame(
        self, kind: int, body: bytes, reference: int = 0, *, flags: int = 0, padding: bytes = b" "
    ) -> int:
        """Write any frame; returns its sequence number."""
        frame, self._crc = pack_frame(kind, flags, body, reference, self._crc, padding)
        sequence = self.position >> 3
        self._append(frame)
        return sequence

    def slot(self, run: str, attempt: str, rank: int = 0) -> int:
        """Give the slot of a writer, declaring it in this file if it isn't."""
        key = (run, attempt, rank)
        if key not in self._runs:
            self._runs[key] = len(self._runs) + 1
            body = encode_json({"run": run, "attempt": attempt, "rank": rank})
            self.frame(RUN, body, self._runs[key])
        return self._runs[key]

    def points(
        self,
        slot: int,
        values: Mapping[str, float],
        *,
        time: int,
        step: int | None = None,
        context: str = "",
    ) -> int:
        """Write one frame of points; returns its sequence number."""
        key = (slot, context, tuple(values))
        if key not in self._keys:
            self._keys[key] = len(self._keys) + 1
            body = encode_json({"run": slot, "context": context, "names": list(values)})
            self.frame(KEYS, body, self._keys[key])
        body = struct.pack(f"<qq{len(values)}d", time, step or 0, *values.values())
        flags = 0 if step is None else HAS_STEP
        return self.frame(POINTS, body, self._keys[key], flags=flags, padding=b"\0")

    def event(self, slot: int, kind: str, *, time: int, **fields: Any) -> int:
        """Write a record of a run, or of the store if `slot` is 0; returns its sequence number."""
        return self.frame(EVENT, encode_json({"kind": kind, "time": time, **fields}), slot)

    def edit(self, slot: int, kind: str, *, time: int, **fields: Any) -> int:
        """Write a record that competes with others by clock and actor."""
        self._clock += 1
        own = {"id": f"{self._clock:08x}" + self.actor[8:], "clock": [time, 0], "actor": self.actor}
        return self.event(slot, kind, time=time, **(own | fields))

    def heartbeat(self, time: int) -> int:
        """Write a heartbeat."""
        return self.frame(HEARTBEAT, pack_clocks(time, 0))

    def _append(self, data: bytes) -> None:
        with open(self.path, "ab") as file:
            file.write(data)
        self.position += len(data)
