"""Journal files composed in memory, and what a plain reader finds in them."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

from hypothesis import strategies as st

from runlore.journal import frames
from runlore.journal.reader import Gap, Reader

ACTOR = "0192f0c1a2b30123456789abcdef0011"
TIME = 1_700_000_000_000_000


def id_of(number: int) -> str:
    return f"{number:032x}"


class Journal:
    """A journal file in the making; the frames are real ones."""

    def __init__(self, number: int = 1, previous_crc: int = 0, actor: str = ACTOR) -> None:
        self.bytes = bytearray(frames.pack_header(bytes.fromhex(actor), number, TIME, previous_crc))
        self.crc = int.from_bytes(self.bytes[60:], "little")
        self.starts: list[int] = []

    def add(self, kind: int, flags: int, body: bytes, reference: int = 0) -> None:
        padding = b" " if kind in (frames.KEYS, frames.RUN, frames.ACTOR, frames.EVENT) else b"\0"
        self.starts.append(len(self.bytes))
        frame, self.crc = frames.pack_frame(kind, flags, body, reference, self.crc, padding)
        self.bytes += frame

    def actor(self, **content: Any) -> None:
        self.add(frames.ACTOR, 0, json.dumps({"kind": "process", "pid": 1, **content}).encode())

    def run(self, slot: int, run: str, attempt: str | None = None, rank: int = 0) -> None:
        content = {"run": run, "attempt": attempt or run, "rank": rank}
        self.add(frames.RUN, 0, json.dumps(content).encode(), slot)

    def keys(self, number: int, slot: int, names: list[str], context: str = "") -> None:
        content = {"run": slot, "context": context, "names": names}
        self.add(frames.KEYS, 0, json.dumps(content).encode(), number)

    def points(self, key_set: int, time: int, step: int | None, values: list[float]) -> None:
        body = struct.pack(f"<qq{len(values)}d", time, step or 0, *values)
        self.add(frames.POINTS, int(step is not None), body, key_set)

    def event(self, slot: int, kind: str = "note.added", time: int = TIME, **rest: Any) -> None:
        content = {"kind": kind, "time": time, **rest}
        self.add(frames.EVENT, 0, json.dumps(content).encode(), slot)

    def heartbeat(self, wall: int, monotonic: int) -> None:
        self.add(frames.HEARTBEAT, 0, frames.pack_clocks(wall, monotonic))

    def close(self) -> None:
        self.add(frames.CLOSE, 0, b"")


Point = tuple[int, int, int | None, tuple[bytes, ...]]  # sequence, time, step, values
Event = tuple[int, int, int, bytes]  # sequence, type, flags, body
Series = tuple[str, str, int, str, tuple[str, ...], bool]


class Plain:
    """What `Reader` finds, evaluated frame by frame: points by series, events by writer."""

    def __init__(self, data: bytes, *, is_complete: bool = True) -> None:
        reader = Reader(data, is_complete=is_complete)
        items = list(reader)
        self.end, self.crc = reader.position, reader.crc
        self.gaps = [(item.position, item.end) for item in items if isinstance(item, Gap)]
        found = [item for item in items if not isinstance(item, Gap)]
        runs: dict[int, dict[str, Any]] = {}
        keys: dict[int, dict[str, Any]] = {}
        for frame in found:
            if frame.kind == frames.RUN and not frame.flags:
                runs[frame.reference] = json.loads(frame.body)
            elif frame.kind == frames.KEYS and not frame.flags:
                keys[frame.reference] = json.loads(frame.body)
        self.points: dict[Series, list[Point]] = {}
        self.events: dict[tuple[str, str, int] | None, list[Event]] = {}
        self.heartbeat: tuple[int, int] | None = None
        unplaced = []
        for frame in found:
            span = (frame.position, frame.position + frame.size)
            is_known = not frame.flags & ~(frame.kind == frames.POINTS)
            if frame.kind == frames.POINTS and is_known:
                declared = keys.get(frame.reference)
                run = runs.get(declared["run"]) if declared else None
                if declared is None or run is None:
                    unplaced.append(span)
                    continue
                time, step = struct.unpack_from("<qq", frame.body)
                values = tuple(frame.body[at : at + 8] for at in range(16, len(frame.body), 8))
                has_step = bool(frame.flags & frames.HAS_STEP)
                series = (
                    run["run"],
                    run["attempt"],
                    run["rank"],
                    declared["context"],
                    tuple(declared["names"]),
                    has_step,
                )
                point = (frame.sequence, time, step if has_step else None, values)
                self.points.setdefault(series, []).append(point)
            elif frame.kind == frames.HEARTBEAT and is_known:
                self.heartbeat = frames.unpack_clocks(frame.body)
            elif frame.kind in {0, frames.EVENT} or frame.kind > frames.CLOSE or not is_known:
                run = runs.get(frame.reference)
                if run is None and frame.reference:
                    unplaced.append(span)
                    continue
                writer = (run["run"], run["attempt"], run["rank"]) if run else None
                event = (frame.sequence, frame.kind, frame.flags, frame.body)
                self.events.setdefault(writer, []).append(event)
        self.gaps = joined(self.gaps + unplaced)


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if result and result[-1][1] == begin:
            result[-1] = (result[-1][0], end)
        else:
            result.append((begin, end))
    return result


DOUBLES = st.floats(width=64) | st.integers(-3, 3).map(float) | st.just(math.nan)


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """Frames of several runs and key sets, long rows of equal ones among them, interleaved."""
    journal = Journal()
    journal.actor()
    slots = draw(st.integers(1, 3))
    widths = _declare(draw, journal, slots)
    time = TIME
    for _ in range(draw(st.integers(0, 12))):
        match draw(st.sampled_from(("points", "points", "row", "event", "heartbeat", "unknown"))):
            case "points" | "row" as kind:
                time = _add_points(draw, journal, widths, time, is_row=kind == "row")
            case "event":
                journal.event(draw(st.integers(0, slots + 1)), text=draw(st.text(max_size=9)))
            case "heartbeat":
                journal.heartbeat(time, draw(st.integers(0, 99)))
            case "unknown":
                reference = draw(st.integers(0, slots))
                body = draw(st.binary(max_size=20))
                type_ = draw(st.integers(0, 255))
                flags = draw(st.integers(2 * (type_ < 8), 255))
                journal.add(type_, flags, body, reference)
    if draw(st.booleans()):
        journal.close()
    return journal


def _declare(draw: st.DrawFn, journal: Journal, slots: int) -> dict[int, int]:
    """Declare runs and key sets, some of them twice; the last key set is missing."""
    for slot in range(1, slots + 1):
        run = id_of(draw(st.integers(1, 2)))
        for _ in range(draw(st.integers(1, 2))):
            journal.run(slot, run, rank=slot)
    key_sets = draw(st.integers(1, 4))
    widths = {key_sets + 1: 1}
    for key_set in range(1, key_sets + 1):
        widths[key_set] = draw(st.integers(0, 3))
        names = [f"m{number}" for number in range(widths[key_set])]
        context, slot = draw(st.sampled_from(("", "val"))), draw(st.integers(1, slots))
        for _ in range(draw(st.integers(1, 2))):
            journal.keys(key_set, slot, names, context)
    return widths


def _add_points(
    draw: st.DrawFn, journal: Journal, widths: dict[int, int], time: int, *, is_row: bool
) -> int:
    """Add one frame or a row of frames and return the time of the last."""
    key_set = draw(st.sampled_from(sorted(widths)))
    has_step = draw(st.booleans())
    value = draw(DOUBLES)
    for number in range(draw(st.integers(1, 60)) if is_row else 1):
        time += draw(st.integers(-5, 5)) if number == 0 else 1
        step = draw(st.integers(-3, 3)) if number < 2 else number
        value = draw(DOUBLES) if number < 2 else value + number
        journal.points(key_set, time, step if has_step else None, [value] * widths[key_set])
    return time
