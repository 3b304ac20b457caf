# ruff: noqa: T201 - printing is what is tested
from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING

from runlore.client import console
from runlore.client.console import BEGUN, ENDED, STDERR, STDOUT, Spool
from runlore.helper.spool import numbers_in, read_spools

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = f"{'a' * 32} {'b' * 32} 0"


def kept(folder: Path) -> list[tuple[int, str]]:
    return [(kind, body.decode()) for kind, _, body in read_spools(str(folder))]


@contextmanager
def streams() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    class Stream(io.StringIO):
        """A stream that can be watched, as those of a process can."""

    with redirect_stdout(Stream()) as out, redirect_stderr(Stream()) as err:
        yield out, err


def test_what_is_printed_while_a_run_is_open_is_kept(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    with streams() as (out, _):
        print("before")
        console.run_began(spool, RUN)
        print("during", 1)
        sys.stderr.write("err\n")
        console.run_ended(spool, RUN)
        print("after")
    assert kept(tmp_path) == [
        (BEGUN, RUN), (STDOUT, "during"), (STDOUT, " "), (STDOUT, "1"), (STDOUT, "\n"),
        (STDERR, "err\n"), (ENDED, RUN),
    ]  # fmt: skip
    assert out.getvalue() == "before\nduring 1\nafter\n"


def test_a_run_that_keeps_nothing_hides_the_one_around_it(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    with streams():
        console.run_began(spool, RUN)
        console.run_began(None, "other")
        sys.stdout.write("secret")
        console.run_ended(None, "other")
        sys.stdout.write("seen")
        console.run_ended(spool, RUN)
    assert kept(tmp_path) == [(BEGUN, RUN), (STDOUT, "seen"), (ENDED, RUN)]


def test_a_stream_is_watched_once_however_many_runs_there_are(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    with streams():
        for _ in range(3):
            console.run_began(spool, RUN)
        sys.stdout.write("once")
        for _ in range(3):
            console.run_ended(spool, RUN)
    assert [text for kind, text in kept(tmp_path) if kind == STDOUT] == ["once"]


def test_nobody_else_may_read_what_is_not_masked_yet(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    spool.begin(RUN)
    assert os.stat(tmp_path / "console-1").st_mode & 0o777 == 0o600


def test_each_file_begins_with_the_runs_that_are_open(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    spool.begin(RUN)
    for _ in range(10):
        spool.keep(STDOUT, "x" * (1 << 20))
    assert numbers_in(str(tmp_path)) == [1, 2]
    os.unlink(tmp_path / "console-1")
    assert kept(tmp_path)[0] == (BEGUN, RUN)


def test_nothing_more_is_kept_when_nobody_takes_it(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path))
    spool.begin(RUN)
    for _ in range(30):
        spool.keep(STDOUT, "x" * (9 << 20))
    assert len(numbers_in(str(tmp_path))) == 16


def test_printing_goes_on_when_nothing_can_be_kept(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "gone"))
    with streams() as (out, _):
        console.run_began(spool, RUN)
        print("printed all the same")
        console.run_ended(spool, RUN)
    assert out.getvalue() == "printed all the same\n"
