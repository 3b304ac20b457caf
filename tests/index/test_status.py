from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runlore.index.rows import RunRow, WriterFacts
from runlore.index.status import read_status

if TYPE_CHECKING:
    from collections.abc import Collection

NOW = 1_700_000_000_000_000
MINUTE = 60_000_000


def _run(status: str | None) -> RunRow:
    return RunRow._make(("r", *[None] * 5, status, *[None] * 6, 0, *[False] * 3, None, None))


def _writer(actor: str, sign: int | None, kind: str = "process") -> WriterFacts:
    return WriterFacts._make(("r", actor, "a", 0, kind, *[None] * 6, sign))


@pytest.mark.parametrize(
    ("stored", "lives", "age", "reading"),
    [
        ("finished", {"a": "alive"}, 0, "finished"),
        ("failed", {"a": "dead"}, 0, "failed"),
        (None, {"a": "alive"}, 60 * MINUTE, "running"),
        ("running", {"a": "dead", "b": "alive"}, 60 * MINUTE, "running"),
        (None, {"a": "dead"}, 0, "crashed"),
        ("running", {"a": "dead", "b": "dead"}, 60 * MINUTE, "crashed"),
        (None, {"a": "unknown"}, MINUTE, "running"),
        (None, {"a": "unknown"}, 3 * MINUTE, "unknown"),
        (None, {"a": "dead", "b": "unknown"}, 3 * MINUTE, "unknown"),
        (None, {}, 3 * MINUTE, "unknown"),
    ],
)
def test_a_status_is_read_from_what_is_stored_and_who_lives(
    stored: str | None, lives: dict[str, str], age: int, reading: str
) -> None:
    writers = [_writer(actor, NOW - age) for actor in lives]
    found = read_status(_run(stored), writers, holder=lives.__getitem__, now=NOW)
    assert found.status == reading
    assert found.last_sign_of_life == (NOW - age if lives else None)


def test_a_helper_that_lives_does_not_keep_a_run_alive() -> None:
    writers = [_writer("a", NOW - 5), _writer("h", NOW, "helper")]
    lives = {"a": "dead", "h": "alive"}
    found = read_status(_run(None), writers, holder=lives.__getitem__, now=NOW)
    assert found == ("crashed", NOW - 5)


def test_a_dead_process_may_have_said_how_it_ended_where_nobody_has_read_yet() -> None:
    writers = [_writer("a", NOW), _writer("b", NOW)]
    lives = {"a": "dead", "b": "dead"}
    for is_unread, status in ((True, "running"), (False, "crashed")):

        def has_unread(actors: Collection[str], answer: bool = is_unread) -> bool:
            assert actors == {"a", "b"}
            return answer

        found = read_status(
            _run(None), writers, holder=lives.__getitem__, has_unread=has_unread, now=NOW
        )
        assert found == (status, NOW)


def test_nobody_asks_whether_a_shell_command_lives() -> None:
    lives: dict[str, str] = {}
    run = _run(None)._replace(last_time=NOW - MINUTE)
    writers = [_writer("s", NOW, "shell")]  # of which other runs' commands are a part
    found = read_status(run, writers, holder=lives.__getitem__, now=NOW)
    assert found == ("running", NOW - MINUTE)


def test_a_shell_command_about_a_dead_run_is_no_sign_of_its_life() -> None:
    run = _run(None)._replace(last_time=NOW)
    writers = [_writer("a", NOW - 60 * MINUTE), _writer("s", NOW, "shell")]
    found = read_status(run, writers, holder={"a": "dead"}.__getitem__, now=NOW)
    assert found == ("crashed", NOW - 60 * MINUTE)
