from __future__ import annotations

import os
from errno import EACCES, ENOSPC

from runlore.journal.backlog import MOST_BYTES, Backlog

FULL = OSError(ENOSPC, os.strerror(ENOSPC))
REFUSED = OSError(EACCES, os.strerror(EACCES))


def test_frames_wait_in_order_and_leave_as_they_are_written() -> None:
    backlog = Backlog(print)
    assert not backlog
    for frame in (b"a", b"b", b"c"):
        backlog.keep(frame, None)
    assert backlog.frames() == [b"a", b"b", b"c"]
    backlog.written(2)
    assert backlog.frames() == [b"c"]
    assert backlog


def test_the_trouble_is_said_once_in_words() -> None:
    said: list[str] = []
    backlog = Backlog(said.append)
    backlog.keep(b"a", None)
    assert said == []
    backlog.keep(b"a", REFUSED)
    backlog.keep(b"a", FULL)
    assert said == [
        (
            "can't write to the store: Permission denied. Training goes on; "
            "records are kept in memory (8 MiB) and written when there is room again"
        )
    ]


def test_more_than_eight_mebibytes_are_counted_instead_of_kept() -> None:
    backlog = Backlog(lambda _: None)
    for _ in range(10):
        backlog.keep(bytes(MOST_BYTES // 4), FULL)
    assert (len(backlog.frames()), backlog.lost_records) == (4, 6)
    backlog.keep(b"", FULL)
    assert len(backlog.frames()) == 5
    backlog.written(5)
    backlog.keep(bytes(MOST_BYTES), FULL)
    assert backlog.lost_records == 6


def test_a_count_stands_until_the_record_that_tells_it_is_written() -> None:
    backlog = Backlog(lambda _: None)
    backlog.keep(bytes(MOST_BYTES + 1), FULL)
    backlog.keep(b"a", FULL)
    backlog.written(1)
    assert backlog
    first, again = backlog.report(), backlog.report()
    assert first == again
    assert {key: first[key] for key in ("what", "lost_records", "delayed_records")} == {
        "what": "disk-full",
        "lost_records": 1,
        "delayed_records": 1,
    }
    backlog.begin_report()
    assert not backlog
    assert backlog.lost_records == 1


def test_the_next_try_waits_a_moment_unless_it_is_the_last() -> None:
    backlog = Backlog(lambda _: None)
    assert backlog.is_due()
    backlog.keep(b"a", FULL)
    assert not backlog.is_due()
    backlog.make_due()
    assert backlog.is_due()


def test_a_forked_child_forgets_what_is_its_parents_to_write() -> None:
    backlog = Backlog(lambda _: None)
    backlog.keep(b"a", FULL)
    backlog.keep(bytes(MOST_BYTES), FULL)
    backlog.forget()
    assert not backlog
    assert (backlog.frames(), backlog.lost_records) == ([], 0)


def test_giving_up_says_how_many_are_lost_if_any_are() -> None:
    said: list[str] = []
    backlog = Backlog(said.append)
    backlog.give_up()
    assert said == []
    for _ in range(1500):
        backlog.keep(b"a", None)
    backlog.give_up()
    assert said == ["1,500 records could not be written and are lost"]
    assert backlog.frames() == []
