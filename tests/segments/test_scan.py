from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.journal import frames
from runlore.segments.scan import scan
from tests.segments.journal_bytes import (
    TIME,
    Journal,
    Plain,
    id_of,
    joined,
    journals,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlore.segments.scan import Scan
    from tests.segments.journal_bytes import (
        Event,
        Point,
        Series,
    )


def points_of(found: Scan) -> dict[Series, list[Point]]:
    points: dict[Series, list[Point]] = {}
    for block in found.points:
        keys = block.key_set
        series = (keys.run, keys.attempt, keys.rank, keys.context, keys.names, block.has_step)
        steps: Iterable[int | None] = [None] * len(block.time)
        if block.step is not None:
            steps = block.step.tolist()
        rows = [tuple(value.tobytes() for value in row) for row in block.values]
        points.setdefault(series, []).extend(
            zip(block.sequence.tolist(), block.time.tolist(), steps, rows, strict=True)
        )
    return {series: sorted(rows) for series, rows in points.items()}


def events_of(found: Scan) -> dict[tuple[str, str, int] | None, list[Event]]:
    events: dict[tuple[str, str, int] | None, list[Event]] = {}
    for event in found.events:
        writer = (event.run, event.attempt, event.rank) if event.run and event.attempt else None
        events.setdefault(writer, []).append((event.sequence, event.kind, event.flags, event.body))
    return events


def assert_same(found: Scan, plain: Plain) -> None:
    assert (found.end, found.crc) == (plain.end, plain.crc)
    assert joined(found.gaps) == plain.gaps
    assert points_of(found) == plain.points
    assert events_of(found) == plain.events
    assert found.heartbeat == plain.heartbeat


def long_journal() -> Journal:
    """Rows long enough to be verified in several blocks, with other frames between."""
    journal = Journal()
    journal.actor()
    journal.run(1, id_of(1))
    journal.run(2, id_of(2))
    journal.keys(1, 1, ["loss"])
    journal.keys(2, 2, ["loss", "accuracy"])
    for step in range(1000):
        journal.points(1, TIME + step, step, [step / 7])
    journal.event(1)
    for step in range(1001):
        journal.points(1 + step % 2, TIME + step, None, [float(step), 1.0][: 1 + step % 2])
    for step in range(300):
        journal.points(2, TIME + step, -step, [float(step), 1.0])
    journal.close()
    return journal


@given(journals(), st.booleans())
def test_scan_finds_what_a_plain_reader_finds(journal: Journal, is_complete: bool) -> None:
    data = bytes(journal.bytes)
    assert_same(scan(data, is_complete=is_complete), Plain(data, is_complete=is_complete))


@settings(max_examples=300)
@given(journals(), st.data())
def test_damage_costs_what_it_costs_a_plain_reader(journal: Journal, data: st.DataObject) -> None:
    damaged = bytearray(journal.bytes)
    for _ in range(data.draw(st.integers(1, 2))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(64, len(damaged)))
    damaged = damaged[:cut] + bytes(data.draw(st.sampled_from((0, 8, 13))))
    is_complete = data.draw(st.booleans())
    assert_same(
        scan(damaged, is_complete=is_complete), Plain(bytes(damaged), is_complete=is_complete)
    )


@pytest.mark.parametrize("seed", range(40))
def test_damage_in_long_rows_costs_what_it_costs_a_plain_reader(seed: int) -> None:
    random = np.random.default_rng(seed)
    damaged = bytearray(long_journal().bytes)
    for at in random.integers(64, len(damaged), size=1 + seed % 3):
        damaged[at] ^= int(random.integers(1, 256))
    assert_same(scan(damaged, is_complete=True), Plain(bytes(damaged)))


def test_a_flipped_checksum_in_a_long_row_is_reported() -> None:
    journal = long_journal()
    for frame in range(20, 90):
        damaged = bytearray(journal.bytes)
        end = journal.starts[frame + 1]
        damaged[end - 1] ^= 0x40
        assert scan(damaged, is_complete=True).gaps == [(journal.starts[frame], end)]


@given(journals(), st.data())
def test_a_scan_goes_on_where_the_last_one_ended(journal: Journal, data: st.DataObject) -> None:
    whole = bytes(journal.bytes)
    cut = data.draw(st.integers(0, len(whole)))
    first = scan(whole[:cut] + bytes(len(whole) - cut), is_complete=False)
    expected = scan(whole, is_complete=True)
    for tables in (None, first.tables):
        rest = scan(whole, first.end, is_complete=True, tables=tables)
        assert (rest.end, rest.crc) == (expected.end, expected.crc)
        both = points_of(first)
        for series, points in points_of(rest).items():
            both.setdefault(series, []).extend(points)
        assert both == points_of(expected)
        assert sorted(event.sequence for event in first.events + rest.events) == [
            event.sequence for event in expected.events
        ]


def test_a_limited_scan_stops_at_a_frame_and_goes_on() -> None:
    whole = bytes(long_journal().bytes)
    end, sequences, tables = 64, [], None
    while end < len(whole):
        part = scan(whole, end, is_complete=True, tables=tables, limit_bytes=4000)
        assert 4000 <= part.end - end < 4100 or part.end == len(whole)
        end, tables = part.end, part.tables
        for block in part.points:
            sequences += block.sequence.tolist()
    expected = [at for block in scan(whole, is_complete=True).points for at in block.sequence]
    assert sorted(sequences) == sorted(expected)


def test_nothing_written_yet_is_no_gap() -> None:
    for data in (b"", bytes(10), bytes(64), bytes(4096)):
        for is_complete in (False, True):
            found = scan(data, is_complete=is_complete)
            assert (found.end, found.gaps, found.points) == (0, [], [])


def test_a_table_that_contradicts_an_earlier_one_is_damage() -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.run(1, id_of(2))
    journal.keys(1, 1, ["loss"])
    journal.keys(1, 1, ["accuracy"])
    journal.points(1, TIME, 1, [1.0])
    found = scan(journal.bytes, is_complete=True)
    starts = journal.starts
    assert found.gaps == [(starts[1], starts[2]), (starts[3], starts[4])]
    (block,) = found.points
    assert (block.key_set.run, block.key_set.names) == (id_of(1), ("loss",))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (frames.RUN, b'{"run": "../../etc", "attempt": "x", "rank": 0}'),
        (frames.RUN, b"[]"),
        (frames.KEYS, b'{"run": 1, "context": "", "names": "loss"}'),
        (frames.KEYS, b'{"run": [], "context": "", "names": []}'),
        (frames.ACTOR, b"not json"),
    ],
)
def test_a_malformed_table_is_damage(kind: int, body: bytes) -> None:
    journal = Journal()
    journal.add(kind, 0, body, 1)
    journal.points(1, TIME, 1, [1.0])
    found = scan(journal.bytes, is_complete=True)
    assert found.gaps == [(64, len(journal.bytes))]
    assert found.points == []


def test_a_points_frame_of_another_width_than_its_key_set_is_damage() -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.keys(1, 1, ["loss"])
    journal.points(1, TIME, 1, [1.0])
    journal.points(1, TIME, 2, [1.0, 2.0])
    found = scan(journal.bytes, is_complete=True)
    assert found.gaps == [(journal.starts[3], len(journal.bytes))]
    assert found.points[0].values.tolist() == [[1.0]]
