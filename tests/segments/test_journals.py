from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import pytest

from runlore.errors import FormatTooNew, JournalForked
from runlore.segments.journals import read_journal, scan_file
from tests.segments.journal_bytes import TIME, Journal, id_of
from tests.segments.stores import long_journal

if TYPE_CHECKING:
    from pathlib import Path


def small_journal() -> Journal:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.keys(1, 1, ["loss"])
    for step in range(50):
        journal.points(1, TIME + step, step, [float(step)])
    return journal


def written(tmp_path: Path, data: bytes | bytearray, room: int = 65536) -> str:
    path = tmp_path / "00000001.journal"
    path.write_bytes(bytes(data) + bytes(max(0, room - len(data))))
    return str(path)


def test_a_file_being_written_is_read_piece_by_piece(tmp_path: Path) -> None:
    journal = long_journal()
    position, crc, tables, steps = 64, None, None, []
    for cut in [*range(10, len(journal.bytes), 20011), len(journal.bytes)]:
        path = written(tmp_path, journal.bytes[:cut], 1 << 19)
        found = scan_file(path, position, is_complete=False, crc=crc, tables=tables)
        if found.end:
            position, crc, tables = found.end, found.crc, found.tables
        steps += [
            step
            for block in found.points
            if block.key_set.names == ("loss",) and block.step is not None
            for step in block.step.tolist()
        ]
    assert position == len(journal.bytes)
    assert steps == list(range(5000))


def test_reading_a_file_being_written_stops_before_a_gap(tmp_path: Path) -> None:
    journal = small_journal()
    journal.bytes[journal.starts[20] + 20] ^= 1
    gap = (journal.starts[20], journal.starts[21])
    path = written(tmp_path, journal.bytes)
    first = scan_file(path, is_complete=False)
    assert (first.end, first.gaps, first.suspect) == (gap[0], [], gap)
    again = scan_file(path, first.end, is_complete=False, crc=first.crc, confirmed=gap)
    assert (again.end, again.gaps, again.suspect) == (len(journal.bytes), [gap], None)
    steps = [block.step.tolist() for block in first.points + again.points if block.step is not None]
    assert functools.reduce(operator.iadd, steps, []) == [step for step in range(50) if step != 18]
    complete = scan_file(path, is_complete=True)
    assert (complete.gaps, complete.suspect) == ([gap], None)


def test_reading_a_file_being_written_stops_before_a_frame_without_its_table(
    tmp_path: Path,
) -> None:
    journal = small_journal()
    journal.points(2, TIME, 1, [1.0])
    journal.points(1, TIME, 50, [1.0])
    path = written(tmp_path, journal.bytes)
    found = scan_file(path, is_complete=False)
    assert found.end == journal.starts[-2]
    journal.keys(2, 1, ["late"])
    path = written(tmp_path, journal.bytes)
    rest = scan_file(path, found.end, is_complete=False, crc=found.crc)
    assert rest.end == len(journal.bytes)
    assert [block.key_set.names for block in rest.points] == [("late",), ("loss",)]


def test_another_continuation_is_a_fork(tmp_path: Path) -> None:
    ours, theirs = small_journal(), small_journal()
    ours.points(1, TIME, 50, [1.0])
    theirs.points(1, TIME, 50, [2.0])
    found = scan_file(written(tmp_path, ours.bytes), is_complete=False)
    theirs.points(1, TIME, 51, [3.0])
    path = written(tmp_path, theirs.bytes)
    with pytest.raises(JournalForked, match="older copy"):
        scan_file(path, found.end, is_complete=False, crc=found.crc)


def test_a_longer_record_in_another_continuation_is_a_fork(tmp_path: Path) -> None:
    ours, theirs = small_journal(), small_journal()
    ours.points(1, TIME, 50, [1.0])
    theirs.event(1, text="x" * 100)
    found = scan_file(written(tmp_path, ours.bytes), is_complete=False)
    path = written(tmp_path, theirs.bytes)
    with pytest.raises(JournalForked, match=str(found.end)):
        scan_file(path, found.end, is_complete=False, crc=found.crc)


@pytest.mark.parametrize("room", [0, 65536])
def test_a_file_cut_by_a_power_failure_is_no_fork(tmp_path: Path, room: int) -> None:
    journal = small_journal()
    found = scan_file(written(tmp_path, journal.bytes), is_complete=False)
    path = written(tmp_path, journal.bytes[: journal.starts[40]], room)
    after = scan_file(path, found.end, is_complete=False, crc=found.crc)
    assert (after.is_truncated, after.end, after.points) == (True, found.end, [])


def test_a_bit_flipped_in_the_checksum_kept_is_no_fork(tmp_path: Path) -> None:
    journal = small_journal()
    found = scan_file(written(tmp_path, journal.bytes), is_complete=False)
    journal.points(1, TIME, 50, [1.0])
    journal.points(1, TIME, 51, [1.0])
    journal.bytes[found.end - 2] ^= 4
    path = written(tmp_path, journal.bytes)
    for tables in (None, found.tables):
        after = scan_file(path, found.end, is_complete=False, crc=found.crc, tables=tables)
        (block,) = after.points
        assert block.step is not None
        assert block.step.tolist() == [50, 51]
        assert not after.is_truncated


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    journal = small_journal()
    path = written(tmp_path, journal.bytes, 0)
    view = read_journal(path, journal.starts[30])
    assert bytes(view[:64]) == bytes(journal.bytes[:64])
    assert not any(view[64 : journal.starts[30] - 8])
    assert bytes(view[journal.starts[30] - 8 :]) == bytes(journal.bytes[journal.starts[30] - 8 :])


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    journal = small_journal()
    journal.bytes[8] = 2
    path = written(tmp_path, journal.bytes)
    assert scan_file(path, is_complete=True).gaps[0] == (0, 64)  # a flipped bit, not a version
    from zlib import crc32

    journal.bytes[60:64] = crc32(journal.bytes[:60]).to_bytes(4, "little")
    with pytest.raises(FormatTooNew, match=r"has format 2; this release reads 1"):
        scan_file(written(tmp_path, journal.bytes), is_complete=True)
