"""What `runlore watch` shows: runs, one chart, and the keys, as lines of cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlore.cli.drawing import Line, draw
from runlore.cli.table import Cell, Column, Table
from runlore.cli.text import cells, shortened, visible
from runlore.cli.wording import ago, count, duration, number, numbers, spark_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.actions.watching import Curve, Look
    from runlore.reading.run import StoredRun

    Course = Callable[[StoredRun, str, int], Curve | None]

_COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
_KEYS = (
    ("j/k", "run"),
    ("m/M", "metric"),
    ("x", "draw too"),
    ("l", "log"),
    ("p", "pause"),
    ("q", "quit"),
)
_SPARK_WIDTH = 16
_MOST_METRICS = 3
_LEAST_CHART = 6


@dataclass
class State:
    """What was chosen with the keys; `run` is the id of the one the cursor is on."""

    run: str | None = None
    metric: str | None = None
    drawn: list[str] = field(default_factory=list)
    is_log: bool = False
    is_paused: bool = False

    def follow(self, look: Look) -> None:
        """Keep what was chosen, as far as it is still there."""
        ids = [run.id for run in look.runs]
        if self.run not in ids:
            self.run = ids[0] if ids else None
        if self.metric not in look.metrics:
            self.metric = look.metrics[0] if look.metrics else None
        self.drawn = [run for run in self.drawn if run in ids]

    def press(self, key: str, look: Look) -> None:
        """Do what a key says."""
        ids = [run.id for run in look.runs]
        if key in ("j", "k") and self.run in ids:
            step = 1 if key == "j" else -1
            self.run = ids[min(max(ids.index(self.run) + step, 0), len(ids) - 1)]
        elif key in ("m", "M") and self.metric in look.metrics:
            step = 1 if key == "m" else -1
            place = (look.metrics.index(self.metric) + step) % len(look.metrics)
            self.metric = look.metrics[place]
        elif key == "x" and self.run is not None:
            if self.run in self.drawn:
                self.drawn.remove(self.run)
            else:
                self.drawn.append(self.run)
        elif key == "l":
            self.is_log = not self.is_log
        elif key == "p":
            self.is_paused = not self.is_paused


def screen(
    look: Look, state: State, course: Course,
    *, title: str, width: int, height: int,
) -> list[list[Cell]]:  # fmt: skip
    """Compose a screen of `height` lines: the runs above, a chart below, the keys last."""
    room = max(1, height - 3)
    most = max(1, min(len(look.runs), room - max(_LEAST_CHART, room // 2)))
    shown = _around(look.runs, state.run, most)
    lines = [_head(look, title, width), *_table(look, shown, state, course, width)]
    lines += _chart(look, state, course, width, max(_LEAST_CHART, height - len(lines) - 1))
    lines = lines[: height - 1]
    lines += [[] for _ in range(height - 1 - len(lines))] + [_foot(look, state)]
    return [_cut(line, width) for line in lines]


def _around(runs: Sequence[StoredRun], run: str | None, most: int) -> Sequence[StoredRun]:
    """Choose the runs that fit, the one under the cursor among them."""
    place = next((at for at, one in enumerate(runs) if one.id == run), 0)
    first = min(max(0, place - most + 2), max(0, len(runs) - most))
    return runs[first : first + most]


def _head(look: Look, title: str, width: int) -> list[Cell]:
    statuses = [run.status for run in look.runs]
    running = statuses.count("running")
    said = count(look.total, "run") + (f", {running} running" if running else "")
    now = datetime.now(UTC).astimezone().strftime("%H:%M:%S")
    right = f"{said}  {now}"
    left = shortened(visible(title), max(8, width - cells(right) - 2))
    gap = " " * max(1, width - cells(left) - cells(right))
    return [Cell(left, "heading"), Cell(gap), Cell(right, "dim")]


def _table(
    look: Look, runs: Sequence[StoredRun], state: State,
    course: Course, width: int,
) -> list[list[Cell]]:  # fmt: skip
    others = [label for label in look.metrics if label != state.metric]
    shown = ([state.metric] if state.metric else []) + others[: _MOST_METRICS - 1]
    columns = [
        Column(""),
        Column("run", least=16),
        Column("status"),
        Column("took", is_right=True, rank=3),
        Column("seen", is_right=True, rank=4, style="dim"),
        *(Column(label, is_right=True, rank=rank) for rank, label in enumerate(shown, 1)),
        Column("", rank=5),
    ]
    table = Table(columns)
    now = datetime.now(UTC)
    metrics = [run.metrics for run in runs]
    values = [numbers([found.get(label) for found in metrics], 4) for label in shown]
    for at, run in enumerate(runs):
        style = "" if run.id != state.run else "bold"
        curve = course(run, state.metric, 4 * _SPARK_WIDTH) if state.metric else None
        table.add(
            Cell(_mark(run, state), _style_of(run, state)),
            Cell(run.label, style),
            Cell(run.status, run.status),
            duration(run.duration_seconds),
            ago(run.last_sign_of_life, now) if run.status == "running" else "",
            *(column[at] for column in values),
            Cell(spark_line(_thin(curve.value)) if curve else "", _style_of(run, state)),
        )
    return table.lines(width)


def _mark(run: StoredRun, state: State) -> str:
    cursor = "›" if run.id == state.run else " "
    return cursor + ("■" if run.id in state.drawn else " ")


def _style_of(run: StoredRun, state: State) -> str:
    drawn = _drawn(state)
    return _COLOURS[drawn.index(run.id) % len(_COLOURS)] if run.id in drawn else "dim"


def _drawn(state: State) -> list[str]:
    """Name the runs in the chart: those that were ticked, and the one under the cursor."""
    return [*state.drawn, *([state.run] if state.run and state.run not in state.drawn else [])]


def _thin(values: Sequence[float]) -> list[float]:
    if len(values) <= _SPARK_WIDTH:
        return list(values)
    stride = (len(values) - 1) / (_SPARK_WIDTH - 1)
    return [values[round(place * stride)] for place in range(_SPARK_WIDTH)]


def _chart(
    look: Look, state: State, course: Course,
    width: int, height: int,
) -> list[list[Cell]]:  # fmt: skip
    if state.metric is None:
        return [[Cell("")], [Cell("no metrics yet", "dim")]]
    known = {run.id: run for run in look.runs}
    lines, notes = [], []
    for run in _drawn(state):
        curve = course(known[run], state.metric, 4 * width) if run in known else None
        if curve is None:
            continue
        lines.append(Line(curve.x, curve.value, _style_of(known[run], state)))
        finite = [value for value in curve.value if value - value == 0]
        if len(finite) < len(curve.value):
            notes.append(f"{known[run].label}: not finite at times")
    scale = "  log" if state.is_log else ""
    title: list[Cell] = [Cell(visible(state.metric), "heading"), Cell(scale, "dim")]
    if lines:
        last = lines[-1].value[-1] if lines[-1].value else float("nan")
        title.append(Cell(f"  last {number(last, 5)}", "dim"))
    if notes:
        title.append(Cell(f"  {visible('; '.join(notes))}", "problem"))
    if not lines:
        return [title, [Cell("the run under the cursor has no such metric", "dim")]]
    drawn = draw(lines, width=width, height=height - 1, is_log=state.is_log)
    return [title, *drawn]


def _foot(look: Look, state: State) -> list[Cell]:
    made: list[Cell] = []
    for key, what in _KEYS:
        made += [Cell(key, "command"), Cell(f" {what}  ", "dim")]
    if state.is_paused:
        made.append(Cell("paused  ", "problem"))
    if not look.freshness.is_current:
        made.append(Cell("still reading", "problem"))
    return made


def _cut(line: Sequence[Cell], width: int) -> list[Cell]:
    """Leave out what goes beyond the edge."""
    made, room = [], width
    for cell in line:
        if room <= 0:
            break
        text = cell.text if cells(cell.text) <= room else shortened(cell.text, room)
        made.append(Cell(text, cell.style))
        room -= cells(text)
    return made
