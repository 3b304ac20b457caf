"""What holds for the columns of every index: a part of `runlore.testing.index_contract`."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from runlore.index import columns_cache
from runlore.index.catchup import catch_up
from runlore.index.columns_keys import Key
from runlore.index.columns_sources import type_of
from runlore.index.columns_values import CodedValues, IdValues, ManyValues, NumberValues
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder

_RUNS = [f"0192f0c1a2b4a1a2a3a4a5000000{number:04x}" for number in range(200)]
_ATTEMPTS = [f"0192f0c1a2b4b1b2b3b4b5000000{number:04x}" for number in range(200)]
_T = 1_700_000_000_000_000
_FIELDS = (
    Key("attribute", "id"),
    *(Key("attribute", name) for name in ("name", "status", "created", "points", "state", "error")),
    Key("attribute", "user"),
    Key("param", "lr"),
    Key("param", "none"),
    Key("names", "params"),
    *(Key("metric", "loss", name) for name in ("last", "min", "mean", "nan", "last_step")),
    Key("metric", "loss[val]", "max"),
    Key("tags"),
    Key("tag", "owner"),
    Key("notes"),
    Key("context", "git.commit"),
    Key("direction", "loss"),
    Key("actors"),
    Key("attribute", "attempts"),
    Key("artifacts"),
    Key("dataset", "name"),
)


class ColumnContract:
    """Tests of the questions to columns; the fixtures are those of the whole contract."""

    def test_columns_hold_what_the_rows_do(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for number in range(12):
            _record(journal, number)
        assert catch_up(index, store, budget_seconds=None).is_current
        found = _all_columns(index)
        assert [len(column) for column in found["id"].values()] == [32] * 12
        (row,) = (row for row, run in found["id"].items() if run == _RUNS[3])
        assert found["param lr"][row] == ("0.3", "0.3", 0.3)
        assert found["metric loss last"][row] == 3.0
        assert found["metric loss mean"][row] == 2.0
        assert found["metric loss last_step"][row] == 1
        assert found["metric loss[val] max"][row] == 7.0
        assert found["tags"][row] == ["owner", "t1"]
        assert found["tag owner"][row] == "ada"
        assert found["notes"][row] == ["n3"]
        assert found["direction loss"][row] == "min"
        assert found["status"][row] == "failed"
        assert found["error"][row] == "ValueError: no"
        assert found["context git.commit"][row] == ('"c"', "c", None)
        assert found["user"][row] == "user"
        journal.event(0, "context.captured", time=_T + 1, facts={"user": "ada"})
        catch_up(index, store, budget_seconds=None)
        assert set(_all_columns(index)["user"].values()) == {"ada"}  # as what is shown
        assert row not in found["param none"]
        assert {text for texts in found["names params"].values() for text in texts} == {"lr"}

    def test_columns_follow_what_changes(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slots = [_record(journal, number) for number in range(5)]
        catch_up(index, store, budget_seconds=None)
        before = _all_columns(index)
        journal.event(slots[0], "params", time=_T + 9, values={"lr": [5, "5", 5.0]})
        journal.edit(slots[1], "run.archived", time=_T + 9)
        journal.edit(0, "run.purged", time=_T + 9, run=_RUNS[2])
        journal.points(slots[3], {"loss": math.nan}, time=_T + 9, step=9)
        _record(journal, 5)
        catch_up(index, store, budget_seconds=None)
        after = _all_columns(index)
        number = {run: row for row, run in after["id"].items()}
        assert after["param lr"][number[_RUNS[0]]] == ("5", "5", 5.0)
        assert after["state"][number[_RUNS[1]]] == 2
        assert after["state"][number[_RUNS[2]]] == 5
        assert number[_RUNS[2]] not in after["metric loss last"]
        assert math.isnan(after["metric loss last"][number[_RUNS[3]]])
        assert len(after["id"]) == 6
        assert before["param lr"][number[_RUNS[0]]] == ("0.0", "0.0", 0.0)

    def test_what_is_packed_is_what_was_read(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for number in range(150):
            _record(journal, number)
        catch_up(index, store, budget_seconds=None)
        read = _all_columns(index)
        with index.transaction(timeout_seconds=1) as transaction:
            packed = transaction.select("packed_columns", "kind, name, statistic")
        assert {Key(*row) for row in packed} >= {key for key in _FIELDS if key.kind != "names"}
        columns_cache.forget()
        assert _all_columns(index) == read

    def test_nobody_who_holds_the_index_delays_a_question_to_columns(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        _record(journal, 0)
        catch_up(index, store, budget_seconds=None)
        other = self.open_index(store)  # type: ignore[attr-defined]
        try:
            with other.transaction(timeout_seconds=1):
                assert len(_all_columns(index)["id"]) == 1
        finally:
            other.close()

    def test_what_is_prepared_is_packed_as_it_would_be_when_asked_about(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        for number in range(12):
            _record(journal, number)
        catch_up(index, store, budget_seconds=None)
        assert index.prepare_columns(_FIELDS)
        assert not index.prepare_columns(_FIELDS)  # there is but one block
        found = _all_columns(index)
        columns_cache.forget()
        assert _all_columns(index) == found
        assert found["param lr"][1] == ("0.0", "0.0", 0.0)
        _record(journal, 12)
        catch_up(index, store, budget_seconds=None)
        assert len(_all_columns(index)["metric loss last"]) == 13

    def test_a_reset_index_has_other_columns(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        _record(journal, 0)
        catch_up(index, store, budget_seconds=None)
        assert len(_all_columns(index)["id"]) == 1
        index.reset()
        assert _all_columns(index)["id"] == {}
        other = JournalComposer(store, "0192f0c1a2b30123456789abcdef0000")  # read before the first
        _record(other, 1)
        catch_up(index, store, budget_seconds=None)
        found = _all_columns(index)
        assert sorted(found["id"].values()) == _RUNS[:2]
        number = {run: row for row, run in found["id"].items()}
        assert found["param lr"][number[_RUNS[1]]] == ("0.1", "0.1", 0.1)

    def test_current_values_are_those_of_the_summaries(
        self, index: Index, store: StoreFolder, journal: JournalComposer
    ) -> None:
        slot = _record(journal, 0)
        other_rank = journal.slot(_RUNS[0], _ATTEMPTS[0], 1)
        journal.points(other_rank, {"loss": 5.0, "only": 6.0}, time=_T + 9, step=9)
        journal.points(slot, {"loss": 8.0}, time=_T + 10)
        _record(journal, 1)
        catch_up(index, store, budget_seconds=None)
        found = index.current_values(_RUNS[:3])
        assert found == {
            _RUNS[0]: {("loss", ""): 8.0, ("loss", "val"): 7.0, ("only", ""): 6.0},
            _RUNS[1]: {("loss", ""): 1.0, ("loss", "val"): 7.0},
        }
        for run, values in found.items():
            summaries = {
                (one.name, one.context): one for one in reversed(index.summaries([run])[run])
            }
            assert {key: one.last for key, one in summaries.items()} == values


def _record(journal: JournalComposer, number: int) -> int:
    slot = journal.slot(_RUNS[number], _ATTEMPTS[number])
    origin: dict[str, Any] = {"experiment": "e", "project": None, "goal": None, "parent": None}
    journal.event(slot, "run.started", time=_T + number, name=f"r{number}", **origin)
    lr = number / 10
    journal.event(slot, "params", time=_T, values={"lr": [lr, str(lr), lr]})
    journal.points(slot, {"loss": 1.0}, time=_T, step=0)
    journal.points(slot, {"loss": float(number)}, time=_T, step=1)
    journal.points(slot, {"loss": 7.0}, time=_T, step=1, context="val")
    identifier = f"{number:030x}"
    journal.edit(slot, "tag.added", time=_T, tag="owner", value="ada", id=identifier + "01")
    journal.edit(slot, "tag.added", time=_T, tag=f"t{number % 2}", value=None, id=identifier + "02")
    journal.edit(slot, "note.added", time=_T, text=f"n{number}")
    journal.edit(slot, "metric.defined", time=_T, name="loss", direction="min", unit=None, x=None)
    error = {"type": "ValueError", "message": "no", "traceback": ""}
    journal.edit(slot, "status.set", time=_T, status="failed", error=error, reason=None, rank=0)
    journal.event(slot, "context.captured", time=_T, facts={"git": {"commit": "c"}})
    return slot


def _all_columns(index: Index) -> dict[str, dict[int, Any]]:
    """Give every field of `_FIELDS` as dicts by the number of the run."""

    def read(columns: Any) -> dict[str, dict[int, Any]]:
        found = columns.load(*_FIELDS)
        return {_label(key): _as_dict(values) for key, values in zip(_FIELDS, found, strict=True)}

    found = index.ask_columns(read)
    for key in _FIELDS:
        json.dumps(found[_label(key)])  # nothing of NumPy
        assert type_of(key) is not None
    return found


def _label(key: Key) -> str:
    parts = key[1:] if key.kind == "attribute" else key
    return " ".join(part for part in parts if part)


def _as_dict(values: Any) -> dict[int, Any]:
    if isinstance(values, IdValues):
        return {row: run for row, run in enumerate(values.texts) if run.strip("0")}
    if isinstance(values, NumberValues):
        pairs = zip(values.numbers.tolist(), values.is_present.tolist(), strict=True)
        return {row: number for row, (number, is_present) in enumerate(pairs) if is_present}
    if isinstance(values, CodedValues):
        items = values.entries.items
        return {row: items[code] for row, code in enumerate(values.codes.tolist()) if code >= 0}
    assert isinstance(values, ManyValues)
    found: dict[int, list[str]] = {}
    for row, code in zip(values.rows.tolist(), values.codes.tolist(), strict=True):
        found.setdefault(row, []).append(values.entries.items[code])
    return {row: sorted(texts) for row, texts in sorted(found.items())}
