"""Remember, in the process that records a run, what its plain files will say.

Points are remembered as the frames that went into the journal: a few bytes each, taken apart
when the run is over. Beyond a limit they are let go; then the store is read instead.
"""

from __future__ import annotations

import os
from struct import unpack_from

from runlore.errors import RunloreError
from runlore.journal.frames import HAS_STEP
from runlore.records.events import now

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

MOST_FRAME_BYTES = 4 << 20
_MOST_DESCRIPTORS = 128

if TYPE_CHECKING:
    # name, context, step, time in microseconds, value
    Point = tuple[str, str, int | None, int, float]


class KeptFacts:
    """What was recorded of a run by this process.

    `is_whole` says that it is all there is: no other process wrote the run, and it did not
    become too much to remember.
    """

    __slots__ = (
        "_frames", "_keys", "_written_bytes", "append", "artifacts", "ended", "error", "goal",
        "inputs", "is_whole", "notes", "params", "parent", "reason", "started", "status", "tags",
    )  # fmt: skip

    def __init__(self, append: Callable[[bytes], None], *, is_whole: bool) -> None:
        """Remember nothing yet; `append` is what writes a frame of points."""
        self.params: dict[str, object] = {}
        self.tags: dict[str, str | None] = {}
        self.notes: list[tuple[int, str]] = []
        self.artifacts: dict[str, str | int] = {}  # name -> path of a copy, or a descriptor
        self.inputs: list[str] = []
        self.status = "running"
        self.error: dict[str, Any] | None = None
        self.reason: str | None = None
        self.goal: str | None = None
        self.parent: str | None = None
        self.started = now()
        self.ended: int | None = None
        self.is_whole = is_whole
        self._frames = bytearray()
        self._written_bytes = -1
        self.append = self._appending(append)
        self._keys: dict[int, tuple[str, tuple[str, ...]]] = {}
        _open.append(self)

    # -- points ----------------------------------------------------------------------------

    @property
    def has_new_points(self) -> bool:
        """Whether there are points that `mark_points_written` wasn't told of."""
        return self._written_bytes != len(self._frames)

    def mark_points_written(self) -> None:
        """Note that all points so far are in the files."""
        self._written_bytes = len(self._frames)

    def _appending(self, append: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Make what writes a frame of points and remembers it; in the training loop."""
        frames = self._frames
        extend = frames.extend

        def append_and_keep(frame: bytes) -> None:
            append(frame)
            extend(frame)
            if len(frames) > MOST_FRAME_BYTES:
                self.is_whole = False
                frames.clear()

        return append_and_keep

    def name_keys(self, reference: int, context: str, names: tuple[str, ...]) -> None:
        """Note which metrics the frames of a key set are of."""
        self._keys[reference] = (context, names)

    def points(self) -> Iterator[Point]:
        """Take the frames apart, in the order they were written."""
        frames, at = bytes(self._frames), 0
        while at < len(frames):
            size, _, flags, _, time, step = unpack_from("<IBBHqq", frames, at)
            count = (size - 32) // 8
            values = unpack_from(f"<{count}d", frames, at + 24)
            (reference,) = unpack_from("<I", frames, at + size - 8)
            context, names = self._keys[reference]
            for name, value in zip(names, values, strict=True):
                yield name, context, step if flags & HAS_STEP else None, time, value
            at += size - 4  # frames are given without their checksums

    # -- records ---------------------------------------------------------------------------

    def take(self, kind: str, fields: dict[str, Any]) -> None:
        """Remember what a record says."""
        if kind == "run.started":
            self.goal, self.parent = fields["goal"], fields["parent"]
        elif kind == "params":
            self.params |= {key: param[0] for key, param in fields["values"].items()}
        elif kind == "artifact.logged" and fields["direction"] == "input":
            self.inputs.append(fields["name"])
        elif kind == "tag.added":
            self.tags[fields["tag"]] = fields["value"]
        elif kind == "tag.removed":
            self.tags.pop(fields["tag"], None)
        elif kind == "note.added":
            self.notes.append((now(), fields["text"]))
        elif kind == "status.set":
            self.status, self.reason = fields["status"], fields["reason"]
            self.error = fields["error"] or (self.error if self.status == "failed" else None)
            self.ended = None if self.status == "running" else self.ended or now()

    def take_file(self, name: str, path: str) -> None:
        """Hold on to a staged file, which the helper may put elsewhere at any moment."""
        before = self.artifacts.pop(name, None)
        if isinstance(before, int):
            os.close(before)
        held = sum(isinstance(place, int) for place in self.artifacts.values())
        if held < _MOST_DESCRIPTORS:
            try:
                self.artifacts[name] = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
                return
            except OSError:
                pass
        self.is_whole = False  # more than a process should hold open: the store has them

    def take_files(self, keep: Callable[[str, str], None]) -> None:
        """Give each file that is held, (name, path), to `keep`, and let go of it."""
        held, self.artifacts = self.artifacts, {}
        for name, place in held.items():
            if isinstance(place, int):
                try:
                    keep(name, f"/dev/fd/{place}")
                except (OSError, RunloreError):
                    self.artifacts[name] = name
                    raise
                finally:
                    os.close(place)
            self.artifacts[name] = name

    def close(self) -> None:
        """Let go of all files, and expect no forked child to write into the run any more."""
        for name, place in self.artifacts.items():
            if isinstance(place, int):
                os.close(place)
                self.artifacts[name] = name
        if self in _open:
            _open.remove(self)


_open: list[KeptFacts] = []


def _note_fork() -> None:
    """Note in the parent that a child may write into the runs that are open."""
    for kept in _open:
        kept.is_whole = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_parent=_note_fork)
