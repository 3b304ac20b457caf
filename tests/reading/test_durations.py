"""How long runs of several attempts took."""

from __future__ import annotations

from runlore.index.rows import Attempt, WriterFacts
from runlore.reading.durations import seconds_of_attempts

SECOND = 1_000_000
FIRST = Attempt("first", None, False, None, 100 * SECOND, None)
SECOND_ONE = Attempt("second", "first", True, 5, 200 * SECOND, None)


def writer(attempt: str, last: int | None, *, rank: int = 0, kind: str = "process") -> WriterFacts:
    sign = None if last is None else last * SECOND
    return WriterFacts(
        "run", f"actor-{attempt}", attempt, rank, kind, None, None, None, None, None, None, sign
    )


def took(*writers: WriterFacts, end: int = 260) -> float | None:
    return seconds_of_attempts([FIRST, SECOND_ONE], writers, end * SECOND)


def test_an_attempt_lasts_to_the_last_sign_of_life_of_its_ranks() -> None:
    assert took(writer("first", 110), writer("first", 130, rank=1), writer("second", 250)) == 90.0


def test_what_others_recorded_later_does_not_make_an_attempt_longer() -> None:
    assert took(writer("first", 110), writer("first", 190, kind="shell")) == 70.0


def test_attempts_that_overlap_are_counted_once() -> None:
    assert took(writer("first", 240), writer("second", 250)) == 160.0


def test_an_attempt_of_which_nothing_is_known_lasts_to_the_next() -> None:
    assert took(writer("second", 250)) == 160.0
    assert took(writer("first", None)) == 160.0


def test_a_clock_that_was_set_back_takes_nothing_away() -> None:
    assert took(writer("first", 90)) == 60.0


def test_without_a_start_there_is_no_duration() -> None:
    assert seconds_of_attempts([FIRST._replace(started=None)], [], SECOND) is None
