"""Stores with journals in them, and what their segments say."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.journal import frames
from runlore.journal.folder import create_store
from runlore.segments.segment import Segment
from tests.segments.journal_bytes import ACTOR, Journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from tests.segments.journal_bytes import Event, Plain

Name = tuple[str, str, int, str, str, bool]  # run, attempt, rank, context, name, has step
Value = tuple[int, int, int | None, bytes]


def new_store(folder: Path) -> StoreFolder:
    return create_store(str(folder / "store"))


def add_journal(store: StoreFolder, data: bytes, number: int = 1, actor: str = ACTOR) -> str:
    os.makedirs(store.actor(actor), exist_ok=True)
    path = store.journal(actor, number)
    with open(path, "wb") as file:
        file.write(data)
    return path


def plain_values(plain: Plain) -> dict[Name, list[Value]]:
    """What a plain reader found, name by name."""
    values: dict[Name, list[Value]] = {}
    for (run, attempt, rank, context, names, has_step), points in plain.points.items():
        for sequence, time, step, row in points:
            for name, value in zip(names, row, strict=True):
                key = (run, attempt, rank, context, name, has_step)
                values.setdefault(key, []).append((sequence, time, step, value))
    return {name: sorted(points) for name, points in values.items()}


def sealed_values(paths: Iterable[str]) -> dict[Name, list[Value]]:
    """What segments hold, name by name."""
    values: dict[Name, list[Value]] = {}
    for path in paths:
        with Segment.open(path) as segment:
            for track in segment.tracks:
                keys = track.key_set
                matrix = segment.read_values(track)
                for index, name in enumerate(keys.names):
                    read = segment.read(track, index, ("time", "step", "sequence", "value"))
                    assert read.time is not None
                    assert read.sequence is not None
                    assert read.value is not None
                    assert matrix[:, index].tobytes() == read.value.tobytes()
                    assert len(read.value) == track.points
                    steps = [None] * track.points if read.step is None else read.step.tolist()
                    key = (keys.run, keys.attempt, keys.rank, keys.context, name, track.has_step)
                    values.setdefault(key, []).extend(
                        zip(
                            read.sequence.tolist(),
                            read.time.tolist(),
                            steps,
                            [value.tobytes() for value in read.value],
                            strict=True,
                        )
                    )
    return {name: sorted(points) for name, points in values.items()}


def sealed_events(paths: Iterable[str]) -> Mapping[tuple[str, str, int] | None, list[Event]]:
    """The events that segments hold, without the tables kept beside unknown ones."""
    events: dict[tuple[str, str, int] | None, list[Event]] = {}
    for path in paths:
        with Segment.open(path) as segment:
            for event in segment.events():
                if event.kind in {frames.RUN, frames.KEYS} and not event.flags:
                    continue
                writer = (event.run, event.attempt, event.rank)
                key = writer if event.run and event.attempt else None
                events.setdefault(key, []).append(  # type: ignore[arg-type]
                    (event.sequence, event.kind, event.flags, event.body)
                )
    return {writer: sorted(found) for writer, found in events.items()}


def long_journal(number: int = 1, previous_crc: int = 0, actor: str = ACTOR) -> Journal:
    """Two runs, several chunks, a wide key set, small ones, steps and none, an event."""
    journal = Journal(number, previous_crc, actor)
    journal.actor()
    for slot in (1, 2):
        journal.run(slot, f"{slot:032x}")
    journal.keys(1, 1, ["loss"])
    journal.keys(2, 2, [f"layer.{index}" for index in range(40)])
    for key_set in range(3, 9):
        journal.keys(key_set, 1, [f"small.{key_set}", "shared"])
    for step in range(5000):
        journal.points(1, 10**15 + step * 1000 + step % 7, step, [step**0.5])
        if step % 50 == 0:
            journal.points(2, 10**15 + step, step, [index / (step + 1) for index in range(40)])
            has_step = step % 100 == 0
            values = [float(step), -float(step)]
            journal.points(3 + step // 50 % 6, 10**15 + step, step if has_step else None, values)
    journal.event(2)
    journal.heartbeat(10**15 + 7, 8)
    journal.close()
    return journal
