"""Print a run as a page: what it is, how it went, what it recorded."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from runlore.cli.load import load_texts
from runlore.cli.run_context import context_pairs, detail_pairs
from runlore.cli.run_files import show_files, show_inputs
from runlore.cli.run_stages import stages_of
from runlore.cli.table import Cell, Column, Table
from runlore.cli.text import shortened, visible, visible_lines
from runlore.cli.wording import ago, duration, moment, number, numbers, spark_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.actions.showing import RunReport
    from runlore.cli.output import Output
    from runlore.index.summaries import SeriesSummary

_SHORT_COMMIT = 12


class RunPage:
    """The sections of a run, each printed on request."""

    def __init__(self, report: RunReport, output: Output) -> None:
        self._run = report.run
        self._curves = report.curves
        self._output = output
        self._now = datetime.now(UTC)

    def show_head(self, *, has_traceback: bool = False) -> None:
        """Say which run it is, what it is for and how it went."""
        run, line = self._run, self._output.line
        label = visible(run.label)
        if self._output.width is not None:
            label = shortened(label, self._output.width - len(run.short_id + run.status) - 4)
        line(
            Cell(label, "heading"),
            "  ",
            Cell(run.short_id, "id"),
            "  ",
            Cell(run.status, run.status),
        )
        self._output.pairs([pair for pair in self._head_facts() if pair[1]], style="dim")
        if run.error is not None:
            message = visible_lines(str(run.error.get("message") or ""))
            line()
            kind = Cell(visible(str(run.error.get("type") or "error")), "failed")
            self._output.paragraph([kind, ": "], message)
            if run.error.get("traceback") and not has_traceback:
                hint = f"its traceback: runlore show {run.short_id} --traceback"
                line(Cell(hint, "dim"))

    def _head_facts(self) -> list[tuple[str, str]]:
        run = self._run
        started = moment(run.created)
        if run.created is not None:
            started += f" ({ago(run.created, self._now)})"
        took = duration(run.duration_seconds)
        if run.status == "running":
            took = f"{took} so far"
        last = ""
        if run.status in ("crashed", "unknown"):
            last = f"{moment(run.last_sign_of_life)} ({ago(run.last_sign_of_life, self._now)})"
        return [
            ("goal", run.goal or ""),
            ("experiment", run.experiment or ""),
            ("project", run.project or ""),
            ("id", run.id),
            ("part of", run.parent or ""),
            ("started", started),
            ("ended", moment(run.ended)),
            ("took", took),
            ("last sign of life", last),
            ("reason", run.reason or ""),
            ("tags", ", ".join(_tag(tag, value) for tag, value in run.tag_values.items())),
        ]

    def show_traceback(self) -> None:
        """Print the traceback of the error that ended it."""
        self._output.heading("Traceback")
        text = (self._run.error or {}).get("traceback")
        if not text:
            self._output.line(Cell("  there is none", "dim"))
            return
        for line in visible_lines(str(text)):
            self._output.line("  ", line)

    def show_section(self, name: str, *, is_alone: bool) -> None:
        """Print a section; an empty one only where it was asked for by name."""
        sections: dict[str, tuple[str, Callable[[], bool]]] = {
            "params": ("Params", self._params),
            "stages": ("Stages", self._stages),
            "metrics": ("Metrics", self._metrics),
            "artifacts": ("Files", self._artifacts),
            "notes": ("Notes", self._notes),
            "load": ("Load", self._load),
            "context": ("Context", lambda: self._context(is_whole=is_alone)),
        }
        title, show = sections[name]
        if not show() and is_alone:
            self._output.heading(title)
            self._output.line(Cell("  there are none", "dim"))

    def show_rest(self) -> None:
        """Print the attempts, if there were several, and what went wrong with the recording."""
        run = self._run
        if len(run.attempts) > 1:
            self._output.heading("Attempts")
            table = Table([Column("started"), Column("from step", is_right=True), Column("id")])
            for attempt in run.attempts:
                step = "" if attempt.from_step is None else str(attempt.from_step)
                table.add(moment(attempt.started), step, Cell(attempt.attempt, "dim"))
            self._output.table(table, indent=2)
        if run.problems:
            self._output.heading("Problems")
            for problem in run.problems:
                kind = Cell(visible(problem.kind), "problem")
                self._output.paragraph(["  ", kind, "  "], [visible(problem.message)], indent=4)

    def _params(self) -> bool:
        texts = self._run.param_texts
        if texts:
            self._output.heading("Params")
            self._output.pairs(list(texts.items()), indent=2)
        return bool(texts)

    def _metrics(self) -> bool:
        summaries = self._run.summaries
        if not summaries:
            return False
        self._output.heading("Metrics")
        columns = [
            Column("metric", least=16),
            Column("last", is_right=True),
            Column("step", is_right=True, rank=3, style="dim"),
            Column("min", is_right=True, rank=1),
            Column("at", is_right=True, rank=2, style="dim"),
            Column("max", is_right=True, rank=1),
            Column("at", is_right=True, rank=2, style="dim"),
            Column("points", is_right=True, rank=4, style="dim"),
        ]
        has_odd = any(summary.finite_count < summary.points for summary in summaries.values())
        if has_odd:
            columns.append(Column("not finite", rank=1, style="problem"))
        if self._curves:
            columns.append(Column("course", rank=1, style="id"))
        table = Table(columns)
        for label, summary in summaries.items():
            row = self._metric_row(label, summary)
            if has_odd:
                row.append(_odd(summary))
            if self._curves:
                row.append(spark_line(self._curves.get(label, [])))
            table.add(*row)
        self._output.table(table, indent=2)
        return True

    def _stages(self) -> bool:
        table = stages_of(self._run.context)
        if table is None:
            return False
        self._output.heading("Stages")
        self._output.table(table, indent=2)
        return True

    def _load(self) -> bool:
        load = self._run.load
        if not load:
            return False
        self._output.heading("Load")
        table = Table(
            [
                Column("", least=16),
                Column("mean", is_right=True),
                Column("max", is_right=True),
                Column("last", is_right=True),
            ]
        )
        for name, summary in load.items():
            label, told = load_texts(name, [summary.mean, summary.maximum, summary.last])
            table.add(label, *told)
        self._output.table(table, indent=2)
        return True

    def _metric_row(self, label: str, summary: SeriesSummary) -> list[Cell | str]:
        definition = self._run.metric_definitions.get(summary.name)
        direction = definition.direction if definition is not None else None
        unit = f" ({definition.unit})" if definition is not None and definition.unit else ""
        least, greatest = summary.minimum, summary.maximum
        told = numbers(
            [summary.last, *(value for value in (least, greatest) if not math.isnan(value))],
            4 if self._output.is_terminal else 6,
        )
        shown = told[1:] if summary.points > 1 and told[1:] else ["", ""]
        return [
            label + unit,
            told[0],
            _step(summary.last_step),
            Cell(shown[0], "best" if direction == "min" else ""),
            _step(summary.min_step) if shown[0] else "",
            Cell(shown[-1], "best" if direction == "max" else ""),
            _step(summary.max_step) if shown[0] else "",
            f"{summary.points:,}",
        ]

    def _artifacts(self) -> bool:
        has_inputs = show_inputs(self._run, self._output)
        return show_files(self._run, self._output) or has_inputs

    def _notes(self) -> bool:
        notes = self._run.notes
        if notes:
            self._output.heading("Notes")
        for note in notes:
            when = ago(note.time, self._now) if self._output.is_terminal else moment(note.time)
            head: list[Cell | str] = ["  ", Cell(when, "dim"), "  "]
            self._output.paragraph(head, visible_lines(note.text), indent=4)
        return bool(notes)

    def _context(self, *, is_whole: bool) -> bool:
        facts = context_pairs(self._run.context, self._run.seeds)
        if facts:
            self._output.heading("Context")
            self._output.pairs(facts, indent=2, style="dim")
        for title, pairs in detail_pairs(self._run.context).items() if is_whole else ():
            self._output.heading(title)
            self._output.pairs(pairs, indent=2, style="dim")
        return bool(facts)


def _tag(tag: str, value: str | None) -> str:
    return tag if value is None else f"{tag}={value}"


def _step(step: int | None) -> str:
    return "" if step is None else str(step)


def _odd(summary: SeriesSummary) -> str:
    counts = (
        (summary.nan, math.nan),
        (summary.positive_infinities, math.inf),
        (summary.negative_infinities, -math.inf),
    )
    return ", ".join(f"{amount:,} {number(kind)}" for amount, kind in counts if amount)
