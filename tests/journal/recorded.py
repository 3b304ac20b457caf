"""What the journals of a store hold, read with the plain reader and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from struct import unpack
from typing import TYPE_CHECKING, Any

from runlore.journal import frames
from runlore.journal.folder import create_store
from runlore.journal.host import HostIdentity
from runlore.journal.reader import Frame, Reader
from runlore.journal.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = HostIdentity("test-host", "test-boot")
FACTS: dict[str, object] = {"kind": "process", "pid": 1}


@dataclass(frozen=True)
class Point:
    """One points frame with the names that its key set gives."""

    run: str
    rank: int
    context: str
    metrics: dict[str, float]
    step: int | None
    time: int
    place: tuple[str, int, int]  # actor, file number, sequence number


@dataclass
class Recorded:
    """Everything in the journals of a store, in the order of actors, files and frames."""

    points: list[Point] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)  # with "run", "attempt", "rank"
    facts: list[dict[str, Any]] = field(default_factory=list)
    gaps: list[tuple[str, str, int, int]] = field(default_factory=list)  # actor, file, from, to
    unnamed: list[Frame] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # files that end in a close frame

    def kinds(self) -> list[str]:
        return [event["kind"] for event in self.events]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]

    def statuses(self) -> list[str]:
        return [event["status"] for event in self.of_kind("status.set")]

    def series(self, name: str, *, context: str = "") -> list[tuple[int | None, float]]:
        return [
            (point.step, point.metrics[name])
            for point in self.points
            if name in point.metrics and point.context == context
        ]

    def params(self) -> dict[str, list[Any]]:
        return {
            key: param for event in self.of_kind("params") for key, param in event["values"].items()
        }


def new_writer(
    store: Path, *, on_trouble: Callable[[str], None] = print, is_mapped: bool | None = None
) -> Writer:
    """Open a journal in `store`."""
    folder = create_store(str(store))
    return Writer(folder, FACTS, HOST, on_trouble=on_trouble, is_mapped=is_mapped)


def files_of(store: Path) -> list[Path]:
    """List the journal files of a store by actor and number."""
    return sorted((store / "journals").glob("*/*.journal"))


def recorded(store: Path, *, is_complete: bool = True) -> Recorded:
    """Read every journal of a store."""
    found = Recorded()
    for path in files_of(store):
        _read_file(path, found, is_complete=is_complete)
    return found


def read_frames(path: Path, *, is_complete: bool = True) -> list[Frame]:
    """Return the whole frames of one file."""
    found = Reader(path.read_bytes(), is_complete=is_complete)
    return [item for item in found if isinstance(item, Frame)]


def _read_file(path: Path, found: Recorded, *, is_complete: bool) -> None:
    content = path.read_bytes()
    number = int(path.stem)
    slots: dict[int, dict[str, Any]] = {0: {"run": None, "attempt": None, "rank": 0}}
    keys: dict[int, dict[str, Any]] = {}
    whole: list[Frame] = []
    for item in Reader(content, is_complete=is_complete):
        if not isinstance(item, Frame):
            found.gaps.append((path.parent.name, path.name, item.position, item.end))
            continue
        whole.append(item)
        if item.kind in (frames.RUN, frames.KEYS):
            table = slots if item.kind == frames.RUN else keys
            declared = json.loads(item.body)
            assert table.setdefault(item.reference, declared) == declared
    for frame in whole:
        if frame.kind == frames.POINTS:
            if frame.reference in keys:
                place = (path.parent.name, number, frame.sequence)
                found.points.append(_point(frame, keys[frame.reference], slots, place))
            else:
                found.unnamed.append(frame)
        elif frame.kind == frames.EVENT:
            found.events.append(json.loads(frame.body) | slots[frame.reference])
        elif frame.kind == frames.ACTOR:
            found.facts.append(json.loads(frame.body))
    if whole and whole[-1].kind == frames.CLOSE:
        found.closed.append(path.name)


def _point(
    frame: Frame,
    keys: dict[str, Any],
    slots: dict[int, dict[str, Any]],
    place: tuple[str, int, int],
) -> Point:
    names = keys["names"]
    time, step, *values = unpack(f"<qq{len(names)}d", frame.body)
    slot = slots[keys["run"]]
    return Point(
        slot["run"],
        slot["rank"],
        keys["context"],
        dict(zip(names, values, strict=True)),
        step if frame.flags & frames.HAS_STEP else None,
        time,
        place,
    )
