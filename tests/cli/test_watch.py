"""`runlore watch`: one look in a pipe, and live on a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.watching import Watcher
from runlore.cli.text import cells
from runlore.cli.watch_screen import State, screen
from tests.cli.stores import HOSTILE_SHOWN, environment

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.actions.watching import Look
    from tests.cli.conftest import Command

PROGRAM = "from runlore.cli.main import main; main()"


def lines_of(look: Look, state: State, watcher: Watcher, width: int = 100) -> list[str]:
    shown = screen(look, state, watcher.curve, title="here", width=width, height=30)
    return ["".join(cell.text for cell in line).rstrip() for line in shown]


def test_in_a_pipe_it_is_shown_once(cli: Command, store: Path) -> None:
    del store
    answer = cli("watch", "--metric", "loss", "name = 'first'")
    assert answer.code == 0
    head, titles, row, *chart = answer.out.splitlines()
    assert "1 run" in head
    assert titles.split()[:3] == ["run", "status", "took"]
    assert row.split()[1:3] == ["first", "finished"]
    assert chart[0].startswith("loss  last 0.022371")
    assert "┤" in chart[1]


def test_a_filter_that_cannot_be_read_is_an_error(cli: Command, store: Path) -> None:
    del store
    answer = cli("watch", "loss >")
    assert answer.code == 2
    assert answer.err.startswith("error: ")


def test_it_answers_in_json(cli: Command, store: Path) -> None:
    del store
    found = json.loads(cli("watch", "--experiment", "seeds", "--json").out)
    assert found["total"] == 2
    assert found["metrics"] == ["accuracy"]


def test_keys_choose_runs_metrics_and_the_axis(store: Path) -> None:
    watcher = Watcher(store=str(store))
    look = watcher.look(50)
    state = State()
    state.follow(look)
    assert state.run == look.runs[0].id
    state.press("k", look)
    assert state.run == look.runs[0].id
    state.press("j", look)
    assert state.run == look.runs[1].id
    state.press("x", look)
    state.press("j", look)
    assert state.drawn == [look.runs[1].id]
    state.press("x", look)
    state.press("x", look)
    assert state.drawn == [look.runs[1].id]
    first = state.metric
    state.press("m", look)
    assert state.metric != first
    state.press("M", look)
    assert state.metric == first
    state.press("l", look)
    state.press("p", look)
    assert state.is_log
    assert "paused" in lines_of(look, state, watcher)[-1]
    state.press("?", look)
    watcher.close()


@pytest.mark.parametrize("width", [40, 60, 80, 140])
def test_every_line_fits_and_hostile_names_are_visible(store: Path, width: int) -> None:
    watcher = Watcher(store=str(store))
    look = watcher.look(50)
    for run in look.runs:
        state = State(run=run.id)
        state.follow(look)
        shown = lines_of(look, state, watcher, width)
        assert len(shown) <= 30
        assert max(map(cells, shown)) <= width
        assert not any("\x1b" in line for line in shown)
    if width == 140:
        assert any(HOSTILE_SHOWN[:12] in line for line in lines_of(look, State(), watcher, width))
    watcher.close()


def test_curves_are_read_again_only_where_there_is_more(store_of_its_own: Path) -> None:
    with runlore.start_run("live") as run:
        run.log({"loss": 2.0}, step=0)
        watcher = Watcher(store=str(store_of_its_own))
        (found,) = watcher.look(5).runs
        before = watcher.curve(found, "loss", 20)
        assert watcher.curve(found, "loss", 20) is before
        run.log({"loss": 1.0}, step=1)
        (found,) = watcher.look(5).runs
        after = watcher.curve(found, "loss", 20)
        assert after is not None
        assert after.value == [2.0, 1.0]
        assert watcher.curve(found, "acc", 20) is None
    watcher.close()


def test_runs_that_go_are_forgotten(store: Path) -> None:
    watcher = Watcher(store=str(store))
    look = watcher.look(50)
    state = State(run="gone", metric="gone", drawn=["gone", look.runs[1].id])
    state.follow(look)
    assert state == State(run=look.runs[0].id, metric=look.metrics[0], drawn=[look.runs[1].id])
    watcher.close()


def test_on_a_terminal_it_goes_on_until_q_and_leaves_it_as_it_was(store: Path) -> None:
    ours, theirs = pty.openpty()
    import termios

    before = termios.tcgetattr(theirs)
    more = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", "RUNLORE_STORE": str(store)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "watch", "--interval", "0.2"],
        env={key: text for key, text in environment(**more).items() if text},
        stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    shown = read_until(ours, "quit")
    assert "first" in shown
    os.write(ours, b"\x1b[Bjl")
    read_until(ours, "log")
    os.write(ours, b"q")
    read_until(ours, "\x1b[?1049l")  # back from the other screen
    assert process.wait(timeout=60) == 0
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def read_until(descriptor: int, wanted: str) -> str:
    shown, deadline = "", time.monotonic() + 60
    while wanted not in re.sub(r"\x1b\[[0-9;]*m", "", shown):
        assert time.monotonic() < deadline, shown
        shown += os.read(descriptor, 65536).decode(errors="replace")
    return shown
