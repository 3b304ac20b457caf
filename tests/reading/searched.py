"""Stores changed at random, and their runs read one by one as a filter sees them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from runlore.query.fields import Field
from runlore.query.printing import format_query
from runlore.query.tree import Comparison, IsNan, IsNull, Membership, Not, OrderKey, both, either
from runlore.query.values import Boolean, Number, Text
from runlore.reading.details import Details
from runlore.reading.directions import direction_of
from runlore.reading.run import StoredRun
from runlore.reading.search import Wanted, search
from runlore.records.params import flatten
from tests.query.stores import Cell, meets, sorted_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from runlore.query.tree import Node, Query
    from runlore.reading.store import StoreReader
    from runlore.testing.journals import JournalComposer
    from tests.query.stores import Run

T = 1_700_000_000_000_000
RUNS = [f"0192f0c1a2b4a1a2a3a4a5000000{number:04x}" for number in range(7)]
ATTEMPTS = [f"0192f0c1a2b4b1b2b3b4b5000000{number:04x}" for number in range(7)]

GIVEN = [Field("param", "lr"), Field("param", "model"), Field("tag", "owner")]
MEASURED = [
    Field("metric", label, statistic)
    for label in ("loss", "loss[val]")
    for statistic in ("last", "min", "max", "mean", "best", "points", "nan", "inf", "last_step",
                      "min_step", "first_step")
] + [Field("attribute", name) for name in ("points", "duration")]  # fmt: skip
TIMES = [Field("attribute", "started"), Field("attribute", "ended")]
NAMED = [Field("attribute", name) for name in ("name", "experiment", "reason", "error")]
STATUS = Field("attribute", "status")
FLAGS = [Field("attribute", "archived"), Field("attribute", "deleted")]
SETS = [Field("tags", ""), Field("notes", "")]

_WORDS = ["a", "ab", "5", "5.0", "finished", "running", "one", "None", "nan"]
_NUMBERS = [0, 1, 5, 5.0, 0.5, -2.0, 1e-06, 2**53 + 1]

places = st.integers(0, len(RUNS) - 1)
values = st.sampled_from([1e-3, 5, 5.0, "5", "a", "ab", None, True, 2**53 + 1, 2**53, math.nan])
points = st.sampled_from([-2.0, 0.5, 1.0, 5.0, math.nan, math.inf])
edits = st.one_of(
    st.tuples(st.just("param"), places, st.sampled_from(["lr", "model"]), values),
    st.tuples(st.just("points"), places, st.sampled_from(["", "val"]),
              st.none() | st.integers(0, 4), points, st.integers(0, 1)),
    st.tuples(st.just("tag"), places, st.sampled_from(["owner", "a"]), st.none() | st.just("ab")),
    st.tuples(st.just("untag"), places, st.sampled_from(["owner", "a"])),
    st.tuples(st.just("note"), places, st.sampled_from(_WORDS)),
    st.tuples(st.just("status"), places, st.sampled_from(["finished", "failed", "stopped"])),
    st.tuples(st.just("name"), places, st.none() | st.sampled_from(_WORDS)),
    st.tuples(st.just("direction"), places, st.sampled_from(["min", "max", None])),
    st.tuples(st.sampled_from(["run.deleted", "run.restored", "run.archived", "run.unarchived"]),
              places),
    st.tuples(st.just("run.purged"), st.just(6)),
)  # fmt: skip


class Writer:
    """Records edits of runs, each later than the one before."""

    def __init__(self, journal: JournalComposer) -> None:
        self._journal = journal
        self._time = T
        self._begun: set[int] = set()
        self._tags: dict[tuple[int, str], list[str]] = {}

    def write(self, edit: tuple[Any, ...]) -> None:
        """Record one edit; a run begins with its first."""
        kind, place, *rest = edit
        slot = self._journal.slot(RUNS[place], ATTEMPTS[place])
        self._time += 1
        if place not in self._begun:
            self._begin(slot, place)
        writers: dict[str, Callable[..., None]] = {
            "param": lambda key, value: self._event(slot, "params", values=flatten({key: value})),
            "points": lambda *found: self._points(place, *found),
            "tag": lambda tag, value: self._tag(slot, place, tag, value),
            "untag": lambda tag: self._untag(slot, place, tag),
            "note": lambda text: self._edit(slot, "note.added", text=text),
            "status": lambda status: self._status(slot, status),
            "name": lambda name: self._edit(slot, "name.set", name=name),
            "direction": lambda direction: self._edit(
                slot, "metric.defined", name="loss", direction=direction, unit=None, x=None
            ),
        }
        if kind in writers:
            writers[kind](*rest)
        else:
            self._edit(slot, kind, run=RUNS[place])

    def _begin(self, slot: int, place: int) -> None:
        self._begun.add(place)
        origin: dict[str, Any] = {"project": "p", "goal": None, "parent": None, "name": None}
        self._event(slot, "run.started", experiment=f"e{place % 2}", **origin)
        begun: dict[str, Any] = {"resumed": False, "from_step": None, "parent_attempt": None}
        self._event(slot, "attempt.started", **begun, rank=0, world_size=1)

    def _points(self, place: int, context: str, step: int | None, value: float, rank: int) -> None:
        slot = self._journal.slot(RUNS[place], ATTEMPTS[place], rank)
        self._journal.points(slot, {"loss": value}, time=self._time, step=step, context=context)

    def _tag(self, slot: int, place: int, tag: str, value: str | None) -> None:
        identifier = f"{self._time:032x}"
        self._tags.setdefault((place, tag), []).append(identifier)
        self._edit(slot, "tag.added", tag=tag, value=value, id=identifier)

    def _untag(self, slot: int, place: int, tag: str) -> None:
        self._edit(slot, "tag.removed", tag=tag, saw=self._tags.pop((place, tag), []))

    def _status(self, slot: int, status: str) -> None:
        error = {"type": "E", "message": "m", "traceback": ""} if status == "failed" else None
        reason = "one" if status == "stopped" else None
        self._edit(slot, "status.set", status=status, error=error, reason=reason, rank=0)

    def _event(self, slot: int, kind: str, **fields: Any) -> None:
        self._journal.event(slot, kind, time=self._time, **fields)

    def _edit(self, slot: int, kind: str, **fields: Any) -> None:
        self._journal.edit(slot, kind, time=self._time, **fields)


def runs_of(reader: StoreReader) -> dict[str, Run]:
    """Read every run that isn't purged by itself, newest first."""
    page = reader.index.list_runs(is_deleted=None)
    return {row.run: _run(StoredRun(row, Details(reader, [row]))) for row in page.runs}


def _run(run: StoredRun) -> Run:
    found: dict[Field, Any] = {
        Field("attribute", "archived"): Cell(text=str(run.is_archived).lower()),
        Field("attribute", "deleted"): Cell(text=str(run.is_deleted).lower()),
        Field("attribute", "points"): Cell(number=run._row.points),
        Field("attribute", "status"): Cell(text=run.status),
        Field("tags", ""): run.tags,
        Field("notes", ""): [note.text for note in run.notes],
    }
    for name in ("name", "experiment", "reason"):
        text = getattr(run, name)
        if text is not None:
            found[Field("attribute", name)] = Cell(text=text)
    if run.error is not None:
        text = f"{run.error['type']}: {run.error['message']}"
        found[Field("attribute", "error")] = Cell(text=text)
    times = {"started": run._row.created, "ended": run._row.ended}
    found |= {Field("attribute", name): Cell(number=at) for name, at in times.items() if at}
    if run.duration_seconds is not None:
        found[Field("attribute", "duration")] = Cell(number=run.duration_seconds)
    for param in run._details.params.get(run.id, []):
        found[Field("param", param.key)] = _param(param.value, param.text, param.number)
    for tag, value in run.tag_values.items():
        found[Field("tag", tag)] = Cell(text=value or None)
    return found | _metrics(run)


def _param(value: object, text: str, number: float | None) -> Cell:
    if value is None and text == "None":
        return Cell(text=text, is_null=True)
    exact = value if isinstance(value, int) and not isinstance(value, bool) else number
    return Cell(number=math.nan if text == "nan" else exact, text=text)


def _metrics(run: StoredRun) -> dict[Field, Cell]:
    found = {}
    said = list(run.metric_definitions.values())
    for label, one in run.summaries.items():
        has_finite = one.finite_count > 0
        least = one.minimum if has_finite else None
        greatest = one.maximum if has_finite else None
        statistics: dict[str, float | None] = {
            "last": one.last,
            "min": least,
            "max": greatest,
            "mean": one.mean if has_finite else None,
            "best": greatest if direction_of("loss", said) == "max" else least,
            "points": one.points,
            "nan": one.nan,
            "inf": one.positive_infinities + one.negative_infinities,
            "first_step": one.first_step,
            "last_step": one.last_step,
            "min_step": one.min_step,
        }
        for name, value in statistics.items():
            if value is not None:
                found[Field("metric", label, name)] = Cell(number=value)
    return found


def conditions() -> SearchStrategy[Node]:
    """Make a condition on one field."""
    words = st.sampled_from(_WORDS).map(Text)
    statuses = st.sampled_from(["finished", "failed", "stopped", "crashed", "unknown"]).map(Text)
    numbers = st.sampled_from(_NUMBERS).map(Number)
    operators = st.sampled_from(["=", "!=", "<", ">="])
    equals = st.sampled_from(["=", "!="])
    likes = st.sampled_from(["like", "not ilike", "~"])
    measured, given = st.sampled_from(MEASURED), st.sampled_from(GIVEN)
    named, sets, times = (st.sampled_from(fields) for fields in (NAMED, SETS, TIMES))
    return st.one_of(
        st.builds(Comparison, measured | given, operators, numbers),
        st.builds(Comparison, given | named | sets, equals, words),
        st.builds(Comparison, given | named | sets, likes, st.sampled_from(["a", "5"]).map(Text)),
        st.builds(Comparison, st.just(STATUS), equals, statuses),
        st.builds(Membership, st.just(STATUS), st.tuples(statuses, statuses), st.booleans()),
        st.builds(Comparison, st.sampled_from(FLAGS), equals, st.booleans().map(Boolean)),
        st.builds(Membership, given | named, st.tuples(words, words), st.booleans()),
        st.builds(IsNull, measured | given | named | sets | times, st.booleans()),
        st.builds(IsNan, measured, st.booleans()),
    )


def filters() -> SearchStrategy[Node]:
    """Make filters of a few conditions."""
    few = st.lists(conditions(), min_size=2, max_size=3)
    return conditions() | conditions().map(Not) | few.map(both) | few.map(either)


def orders() -> SearchStrategy[tuple[OrderKey, ...]]:
    """Make an order by no, one or two fields."""
    key = st.builds(
        OrderKey, st.sampled_from([*MEASURED, *TIMES, *GIVEN, *NAMED, STATUS]), st.booleans()
    )
    return st.lists(key, max_size=2).map(tuple)


def check(reader: StoreReader, query: Query) -> None:
    """Search, and compare with what each run by itself says."""
    reader.catch_up(budget_seconds=None)
    text = format_query(query)
    found = search(reader, Wanted(text, is_deleted=None, is_archived=None))
    runs = runs_of(reader)
    ids, all_runs = list(runs), list(runs.values())
    rows = [
        row for row, run in enumerate(all_runs) if query.filter is None or meets(run, query.filter)
    ]
    ordered = sorted_rows(all_runs, query.order, rows)
    assert found.total == len(rows), text
    assert [run.id for run in found] == [ids[row] for row in ordered][: query.limit], text
