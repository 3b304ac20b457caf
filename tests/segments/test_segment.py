from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.segments.seal import seal
from runlore.segments.segment import Segment
from runlore.segments.statistics import describe
from tests.segments.stores import add_journal, long_journal, new_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def segments(tmp_path: Path) -> Iterator[list[Segment]]:
    store = new_store(tmp_path)
    sealed = seal(add_journal(store, bytes(long_journal().bytes)), store)
    opened = [Segment.open(path) for path in sealed.paths]
    yield opened
    for segment in opened:
        segment.close()


def test_reading_goes_on_behind_a_sequence_number(segments: list[Segment]) -> None:
    for segment in segments:
        for track in segment.tracks:
            whole = segment.read(track, 0, ("time", "step", "sequence", "value"))
            assert whole.sequence is not None
            assert whole.value is not None
            numbers = whole.sequence.tolist()
            for at in {0, 1, track.points // 2, min(4095, track.points - 1), track.points - 1}:
                for after in (numbers[at] - 1, numbers[at]):
                    rest = segment.read(track, 0, ("sequence", "value"), after)
                    skipped = at + (after == numbers[at])
                    assert rest.sequence is not None
                    assert rest.value is not None
                    assert rest.sequence.tolist() == numbers[skipped:]
                    assert rest.value.tolist() == whole.value[skipped:].tolist()
            assert segment.read(track, 0, ("time",), numbers[-1] + 1).time is not None


def test_only_the_columns_asked_for_are_read(segments: list[Segment]) -> None:
    track = segments[0].tracks[0]
    read = segments[0].read(track, 0, ("value",))
    assert (read.time, read.step, read.sequence) == (None, None, None)
    assert read.value is not None
    default = segments[0].read(track, 0)
    assert default.time is not None
    assert default.step is not None


def test_statistics_are_those_of_the_points(segments: list[Segment]) -> None:
    for segment in segments:
        for track in segment.tracks:
            read = segment.read(track, 0)
            assert read.time is not None
            values = segment.read_values(track)
            expected = describe(values, read.time, read.step, track.chunks[0])
            found = segment.statistics(track)
            for name in ("count", "min", "max", "first", "last", "min_step", "time_to"):
                assert np.array_equal(getattr(found, name), getattr(expected, name)), name
            assert np.allclose(found.sum, expected.sum)


def test_a_wide_key_set_is_stored_in_groups(segments: list[Segment]) -> None:
    (wide,) = segments[1].tracks
    assert (wide.points, wide.group) == (100, 81)
    assert len(wide.values[0]) == 1
    last = segments[1].read(wide, 39, ("value",)).value
    assert last is not None
    assert last.tolist() == [39 / (step + 1) for step in range(0, 5000, 50)]


def test_columns_outlive_their_segment(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    (path, _) = seal(add_journal(store, bytes(long_journal().bytes)), store).paths
    with Segment.open(path) as segment:
        value = segment.read(segment.tracks[0], 0).value
    assert value is not None
    assert value[4] == 2.0


def test_there_is_no_segment_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Segment.open(str(tmp_path / "none.segment"))
