# ruff: noqa: T201 - printing is what is tested
from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.doctoring import examine
from runlore.errors import InvalidValue
from runlore.reading.store import open_reader
from tests.helper.training import Training, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not hasattr(os, "posix_spawn"), reason="the helper is started with posix_spawn"
)
ERRORS = "print({!r}, file=sys.stderr)"  # standard output is what the training answers on


@pytest.fixture
def training(store_of_its_own: Path, tmp_path: Path) -> Iterator[Training]:
    with Training(store_of_its_own, tmp_path) as training:
        yield training


def lines_of(training: Training) -> list[str]:
    run = runlore.get_run(training.run, store=training.store.path)
    return [line.text for line in run.console(stream="stderr")]


def test_what_was_just_printed_is_there_at_once_and_masked(training: Training) -> None:
    training.do(ERRORS.format("token=hf_abcdefghijklmnopqrstuvwxyz01234567"))
    (line,) = lines_of(training)
    assert line.startswith("token=[masked sha256:")


def test_it_is_the_same_when_recorded_and_sealed(training: Training) -> None:
    for number in range(5):
        training.do(ERRORS.format(f"line {number}"))
    training.do("sys.stderr.write('\\r10%'); sys.stderr.write('\\r20%\\n')")
    before = lines_of(training)
    assert before == [*(f"line {number}" for number in range(5)), "20%"]
    training.end()
    training.waits_for_helper_to_end()
    assert not list_spools(training)
    assert lines_of(training) == before
    examine(training.store.path, is_to_repair=True)
    assert lines_of(training) == before


def list_spools(training: Training) -> list[str]:
    folder = training.store.actor(training.actor)
    return [name for name in os.listdir(folder) if name.startswith("console-")]


def test_of_a_process_killed_with_its_helper_it_is_read_and_then_recorded(
    training: Training,
) -> None:
    training.do(ERRORS.format("early"))
    place = training.store.path

    def is_recorded() -> bool:
        with open_reader(place) as reader:
            return bool(reader.index.console(training.run))

    until(is_recorded)
    training.do(ERRORS.format("late"))
    os.kill(training.helper_pid, signal.SIGKILL)
    training.do(ERRORS.format("last words"))
    training.kill()
    assert lines_of(training) == ["early", "late", "last words"]
    kinds = {finding.kind for finding in examine(place).findings}
    assert "console-waiting" in kinds
    examine(place, is_to_repair=True)
    assert lines_of(training) == ["early", "late", "last words"]
    assert not list_spools(training)


def test_the_lines_of_both_streams_come_in_the_order_in_which_they_were_printed(
    tmp_path: Path, store_of_its_own: Path
) -> None:
    with Training(store_of_its_own, tmp_path) as training:
        training.do("print('a', file=sys.stderr)")  # each `do` prints "done" as well
        training.do("print('b', file=sys.stderr)")
        run = runlore.get_run(training.run, store=training.store.path)
        assert [(line.stream, line.text) for line in run.console()][-4:] == [
            ("stderr", "a"), ("stdout", "done"), ("stderr", "b"), ("stdout", "done"),
        ]  # fmt: skip


def test_a_run_may_have_nothing_kept() -> None:
    with runlore.start_run("quiet", capture={"console": False}) as run:
        print("not kept")
    assert len(runlore.get_run(run.id).console()) == 0


def test_an_unknown_stream_is_refused() -> None:
    with runlore.start_run("a") as run:
        pass
    with pytest.raises(InvalidValue, match="stdin"):
        runlore.get_run(run.id).console(stream="stdin")
