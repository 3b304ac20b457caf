"""However records are cut, sealed and re-read, an index answers as a plain evaluation does."""

from __future__ import annotations

import math
import os
import tempfile
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runlore.index import journals as applying
from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.segments.sealing import seal_file
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

T = 1_700_000_000_000_000
ACTORS = [f"0192f0c1a2b3012345678900000000{number:02x}" for number in range(3)]
RUNS = [f"0192f0c1a2b4a1a2a3a4a5000000{number:04x}" for number in range(2)]
ATTEMPTS = [f"0192f0c1a2b4b1b2b3b4b5000000{number:04x}" for number in range(3)]

times = st.integers(T, T + 6)
steps = st.none() | st.integers(0, 6)
values = st.sampled_from([-2.0, 0.5, 1.0, 3.0, math.nan, math.inf, -math.inf])
names = st.lists(st.sampled_from(["a", "b", "c/\n'"]), min_size=1, max_size=2, unique=True)
attempts = st.sampled_from(ATTEMPTS)
runs = st.sampled_from(RUNS)


class Points(NamedTuple):
    run: str
    attempt: str
    rank: int
    context: str
    names: list[str]
    step: int | None
    time: int
    value: float


class Record(NamedTuple):
    run: str
    attempt: str
    rank: int
    kind: str
    time: int
    fields: dict[str, Any]


class Act(NamedTuple):
    """`catch-up` (plain or scanning), `seal`, `seal-and-remove`, `roll`, `reset`, `heartbeat`."""

    what: str


points = st.builds(
    Points,
    runs,
    attempts,
    st.integers(0, 1),
    st.sampled_from(["", "val"]),
    names,
    steps,
    times,
    values,
)


def records(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Record]:
    return st.builds(
        Record,
        runs,
        attempts,
        st.integers(0, 1),
        st.just(kind),
        times,
        st.fixed_dictionaries(fields),
    )


texts = st.sampled_from(["x", "y", "z\n🙂"])
anything = st.one_of(
    points,
    points,
    records("run.started", name=st.none() | texts, experiment=st.none() | texts),
    records(
        "attempt.started",
        from_step=st.none() | st.integers(0, 6),
        parent_attempt=st.none() | attempts,
    ),
    records("params", values=st.dictionaries(texts, texts.map(lambda text: [text, text, None]))),
    records("tag.added", tag=texts, value=texts),
    records("tag.removed", tag=texts, saw=st.just([])),
    records("note.added", text=texts),
    records("name.set", name=texts),
    records("status.set", status=st.sampled_from(["running", "finished", "failed", "stopped"])),
    records("context.captured", facts=st.dictionaries(texts, texts)),
    records("run.deleted"),
    records("run.restored"),
    st.builds(
        Act,
        st.sampled_from(
            ["catch-up", "scan", "roll", "roll", "seal", "seal-and-remove", "reset", "heartbeat"]
        ),
    ),
)
rare_purge = records("run.purged")
streams = st.tuples(
    st.lists(st.tuples(st.sampled_from(ACTORS), anything), max_size=40),
    st.lists(st.tuples(st.sampled_from(ACTORS), rare_purge), max_size=1),
    st.integers(0, 40),
)


class Written(NamedTuple):
    """A record or point with the place it was written at, which orders it."""

    what: Any
    actor: str
    number: int
    sequence: int
    edit: str

    @property
    def order(self) -> tuple[int, str, int, int]:
        return (self.what.time, self.actor, self.number, self.sequence)

    @property
    def stamp(self) -> tuple[int, str, str]:
        return (self.what.time, self.actor, self.edit)


class World:
    """A store, the journals of its actors, and everything that was written."""

    def __init__(self, folder: str, open_index: Callable[[StoreFolder], Index]) -> None:
        self.store = create_store(os.path.join(folder, "store"))
        self.journals = {actor: JournalComposer(self.store, actor) for actor in ACTORS}
        self.written: list[Written] = []
        self.index = open_index(self.store)
        self._edits = 0

    def do(self, actor: str, what: Points | Record | Act) -> None:
        journal = self.journals[actor]
        if isinstance(what, Act):
            self._act(journal, what.what)
            return
        self._edits += 1
        edit = f"{self._edits:032x}"
        slot = journal.slot(what.run, what.attempt, what.rank)
        if isinstance(what, Points):
            given = {name: what.value + place for place, name in enumerate(what.names)}
            sequence = journal.points(
                slot, given, time=what.time, step=what.step, context=what.context
            )
        else:
            fields = dict(what.fields)
            if what.kind.startswith("run.") and what.kind != "run.started":
                slot, fields["run"] = 0, what.run
            if what.kind in ("attempt.started", "status.set"):
                fields["rank"] = what.rank
            sequence = journal.edit(slot, what.kind, time=what.time, id=edit, **fields)
        self.written.append(Written(what, actor, journal.number, sequence, edit))

    def _act(self, journal: JournalComposer, what: str) -> None:
        if what == "heartbeat":
            journal.heartbeat(T)
        elif what == "roll":
            journal.close_file()
            journal.begin_file()
        elif what.startswith("seal"):
            for number in range(1, journal.number):
                path = self.store.journal(journal.actor, number)
                if os.path.exists(path):
                    seal_file(path, self.store)
                    if what == "seal-and-remove":
                        os.unlink(path)
        elif what == "reset":
            self.index.reset()
        else:
            # So that the smallest steps, and both ways of reading, are taken.
            applying.STEP_BYTES = 128
            applying._SCAN_BYTES_ONCE_IMPORTED = 0 if what == "scan" else 1 << 40
            assert catch_up(self.index, self.store, budget_seconds=None).is_current


def latest(written: list[Written]) -> Written | None:
    return max(written, key=lambda one: one.stamp, default=None)


def expected(world: World, run: str) -> dict[str, Any]:
    """Evaluate the records of a run, plainly and slowly."""
    mine = [one for one in world.written if one.what.run == run]
    by_kind: dict[str, list[Written]] = defaultdict(list)
    for one in mine:
        kind = one.what.kind if isinstance(one.what, Record) else "points"
        by_kind[kind].append(one)
    if by_kind["run.purged"]:
        return {"is_purged": True, "params": {}, "tags": {}, "notes": [], "series": {}}
    starts = sorted(by_kind["run.started"], key=lambda one: one.order)
    name = next((one.what.fields["name"] for one in starts if one.what.fields["name"]), None)
    named = latest(by_kind["name.set"])
    trash = latest(by_kind["run.deleted"] + by_kind["run.restored"])
    params: dict[str, str] = {}
    facts: dict[str, str] = {}
    for one in sorted(by_kind["params"], key=lambda one: one.order):
        params |= {key: value[0] for key, value in one.what.fields["values"].items()}
    for one in sorted(by_kind["context.captured"], key=lambda one: one.order):
        facts |= one.what.fields["facts"]
    tags = {}
    for one in sorted(by_kind["tag.added"], key=lambda one: one.stamp):
        tag = one.what.fields["tag"]
        removals = [other for other in by_kind["tag.removed"] if other.what.fields["tag"] == tag]
        if all(other.what.time <= one.what.time for other in removals):
            tags[tag] = one.what.fields["value"]
    return {
        "is_purged": False,
        "is_deleted": trash is not None and trash.what.kind == "run.deleted",
        "name": named.what.fields["name"] if named else name,
        "status": _status(by_kind),
        "params": params,
        "context": facts,
        "tags": tags,
        "notes": sorted(one.what.fields["text"] for one in by_kind["note.added"]),
        "series": _series(by_kind["points"], _limits(by_kind["attempt.started"])),
        "points": sum(len(one.what.names) for one in by_kind["points"]),
    }


def _beginnings(starts: list[Written]) -> dict[str, Written]:
    """Choose the record of each attempt that holds: that of its lowest rank."""
    found: dict[str, Written] = {}

    def key(one: Written) -> tuple[Any, ...]:
        fields = one.what.fields
        step = fields["from_step"]
        return (
            one.what.rank,
            one.what.time,
            step is None,
            step or 0,
            fields["parent_attempt"] or "",
        )

    for one in sorted(starts, key=key):
        found.setdefault(one.what.attempt, one)
    return found


def _limits(starts: list[Written]) -> dict[str, tuple[int, int]]:
    begun = _beginnings(starts)
    limits: dict[str, tuple[int, int]] = {}
    for attempt, one in begun.items():
        step = one.what.fields["from_step"]
        if step is None:
            continue
        before: set[str] = set()
        here: str | None = attempt
        while here is not None and here in begun:
            parent = begun[here].what.fields["parent_attempt"]
            if parent is None and begun[here].what.fields["from_step"] is not None:
                mine = (begun[here].what.time, here)
                before |= {other for other in begun if (begun[other].what.time, other) < mine}
            here = None if parent in before or parent == attempt else parent
            before |= {here} if here else set()
        for other in before - {attempt}:
            known = limits.get(other, (step, one.what.time))
            limits[other] = (min(known[0], step), min(known[1], one.what.time))
    return limits


def _status(by_kind: dict[str, list[Written]]) -> str | None:
    beginnings = _beginnings(by_kind["attempt.started"])
    begun = {attempt: one.what.time for attempt, one in beginnings.items()}
    said = {one.what.attempt for one in by_kind["status.set"]}
    order = {
        attempt: (attempt in begun, begun.get(attempt, 0), attempt) for attempt in said | set(begun)
    }
    if not order:
        return None
    newest = max(order, key=lambda attempt: order[attempt])
    by_rank: dict[int, list[Written]] = defaultdict(list)
    for one in by_kind["status.set"]:
        if one.what.attempt == newest:
            by_rank[one.what.rank].append(one)
    by_word: dict[str, list[int]] = defaultdict(list)
    for rank, ones in by_rank.items():
        last = latest(ones)
        if last is not None:
            by_word[last.what.fields["status"]].append(rank)
    current = set(by_word)
    lowest = beginnings[newest].what.rank if newest in beginnings else math.inf
    if min(by_word["finished"], default=lowest) > lowest:
        current.remove("finished")
    return next(
        (status for status in ("failed", "stopped", "running", "finished") if status in current),
        None,
    )


def _series(written: list[Written], limits: dict[str, tuple[int, int]]) -> dict[Any, Any]:
    found: dict[Any, list[tuple[Written, float]]] = defaultdict(list)
    for one in written:
        step_limit, time_limit = limits.get(one.what.attempt, (math.inf, math.inf))
        is_current = (
            one.what.time < time_limit if one.what.step is None else one.what.step < step_limit
        )
        if is_current:
            for place, name in enumerate(one.what.names):
                key = (name, one.what.context, one.what.rank)
                found[key].append((one, one.what.value + place))
    return {key: _summary(rows) for key, rows in found.items()}


def _summary(rows: list[tuple[Written, float]]) -> tuple[Any, ...]:
    stepped = [row for row in rows if row[0].what.step is not None]
    unstepped = [row for row in rows if row[0].what.step is None]
    lasts = []
    if stepped:
        lasts.append(max(stepped, key=lambda row: (row[0].what.step, row[0].order)))
    if unstepped:
        lasts.append(max(unstepped, key=lambda row: (row[0].actor, row[0].number, row[0].sequence)))
    last = max(lasts, key=lambda row: row[0].what.time)
    finite = [value for _, value in rows if math.isfinite(value)]
    least = min(finite, default=math.nan)
    at_least = [row[0].what.step for row in stepped if row[1] == least]
    at_least_bare = any(row[1] == least for row in unstepped)
    return (
        len(rows),
        repr(last[1]),
        last[0].what.step,
        last[0].what.time,
        repr(least),
        repr(max(finite, default=math.nan)),
        min(at_least, default=None) if at_least or at_least_bare else None,
        sum(finite),
        sum(math.isnan(value) for _, value in rows),
        min((row[0].what.step for row in stepped), default=None),
        min(row[0].what.time for row in rows),
    )


def answered(index: Index, run: str) -> dict[str, Any] | None:
    """Ask an index the same."""
    facts = index.run_facts(run)
    if facts is None:
        return None
    series = {
        (one.name, one.context, one.rank): (
            one.points,
            repr(one.last),
            one.last_step,
            one.last_time,
            repr(one.minimum),
            repr(one.maximum),
            one.min_step,
            one.total,
            one.nan,
            one.first_step,
            one.first_time,
        )
        for one in index.summaries([run]).get(run, [])
    }
    common = {
        "params": {param.key: param.value for param in facts.params},
        "tags": {tag.tag: tag.value for tag in facts.tags},
        "notes": sorted(note.text for note in facts.notes),
        "series": series,
    }
    if facts.run.is_purged:
        return {"is_purged": True, **common}
    return {
        "is_purged": False,
        "is_deleted": facts.run.is_deleted,
        "name": facts.run.name,
        "status": facts.run.status,
        "context": facts.context,
        "points": facts.run.points,
        **common,
    }


def everything(index: Index) -> list[Any]:
    """Give all that two indexes of the same store must agree on."""
    return [
        [index.run_facts(run) for run in RUNS],
        [answered(index, run) for run in RUNS],
        index.totals(),
        index.tombstones(),
        [(row.actor, row.number, row.position, row.last_sign_of_life) for row in index.journals()],
    ]


def rebuilt(store: StoreFolder, path: str) -> list[Any]:
    index = SqliteIndex(path)
    try:
        assert catch_up(index, store, budget_seconds=None).is_current
        return everything(index)
    finally:
        index.close()


def check(stream: Any, open_index: Callable[[StoreFolder], Index]) -> None:
    """Do what a stream says, and compare with a plain evaluation and with a rebuilt index."""
    acts, purges, place = stream
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, open_index)
        step_bytes, scan_bytes = applying.STEP_BYTES, applying._SCAN_BYTES_ONCE_IMPORTED
        try:
            for actor, what in [*acts[:place], *purges, *acts[place:]]:
                world.do(actor, what)
            world.do(ACTORS[0], Act("catch-up"))
            for run in RUNS:
                found = answered(world.index, run)
                if found is None:
                    assert not any(one.what.run == run for one in world.written)
                else:
                    assert found == expected(world, run)
            again = rebuilt(world.store, os.path.join(folder, "again.db"))
            assert repr(everything(world.index)) == repr(again)
        finally:
            applying.STEP_BYTES, applying._SCAN_BYTES_ONCE_IMPORTED = step_bytes, scan_bytes
            world.index.close()


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(streams)
def test_answers_depend_on_nothing_but_the_records(stream: Any) -> None:
    check(stream, lambda store: SqliteIndex(store.index))


attempts_in_one_file = st.lists(
    st.builds(
        Points,
        st.just(RUNS[0]),
        attempts,
        st.just(0),
        st.just(""),
        st.sampled_from([["a"], ["a", "b"]]),
        st.none() | st.integers(0, 2),
        st.integers(T, T + 1),
        values,
    )
    | st.builds(
        Record,
        st.just(RUNS[0]),
        attempts,
        st.just(0),
        st.just("attempt.started"),
        times,
        st.fixed_dictionaries(
            {"from_step": st.none() | st.integers(0, 3), "parent_attempt": st.none()}
        ),
    ),
    min_size=2,
    max_size=12,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(attempts_in_one_file)
def test_attempts_that_one_process_wrote_are_told_apart_from_its_segments(written: Any) -> None:
    sealed = [Act("roll"), Act("seal"), Act("reset")]
    check(
        ([(ACTORS[0], one) for one in [*written, *sealed]], [], 0),
        lambda store: SqliteIndex(store.index),
    )
