from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.helper import own_journal
from runlore.helper.own_journal import OwnJournal
from runlore.journal.folder import create_store
from runlore.journal.frames import HEARTBEAT
from runlore.records.events import event
from runlore.records.ids import new_id
from tests.helper.training import frames_of, helpers_of, is_closed, records

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

SERVED = "0192f0c1a2b30123456789abcdef0011"


@pytest.fixture
def store(store_of_its_own: Path) -> StoreFolder:
    return create_store(str(store_of_its_own))


def test_nothing_is_made_before_there_is_something_to_say(store: StoreFolder) -> None:
    own = OwnJournal(store, SERVED)
    own.know((new_id(), new_id(), 0, frozenset()))
    own.beat()
    own.sync()
    own.close()
    assert list(Path(store.journals).iterdir()) == []


def test_runs_of_a_long_sweep_keep_their_names(store: StoreFolder) -> None:
    own = OwnJournal(store, SERVED)
    runs = [new_id() for _ in range(150)]
    for rank, run in enumerate(runs):
        own.know((run, new_id(), rank, frozenset()))
    for run in [*runs, *runs]:
        own.writer().event(own.slot_of(run), event("x", of=run))
    own.close()
    found = records(store, own.writer().actor, "x")
    assert len(found) == 300
    assert all(record["run"] == record["of"] for record in found)
    assert own.slot_of(new_id()) == 0


def test_a_trouble_is_recorded_once_and_with_the_run(store: StoreFolder) -> None:
    own = OwnJournal(store, SERVED)
    run = new_id()
    own.know((run, new_id(), 0, frozenset()))
    own.tell("something")
    own.tell("something")
    own.tell("something else")
    (helper,) = helpers_of(store, SERVED)
    found = records(store, helper, "trouble")
    assert [record["message"] for record in found] == ["something", "something else"]
    assert {(record["run"], record["what"]) for record in found} == {(run, "helper")}


def test_a_trouble_that_can_not_be_recorded_is_not_raised(store: StoreFolder) -> None:
    Path(store.journals).rmdir()
    Path(store.journals).touch()
    OwnJournal(store, SERVED).tell("something")
    assert Path(store.journals).read_bytes() == b""


def test_signs_of_life_come_when_it_is_time(
    store: StoreFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = OwnJournal(store, SERVED)
    actor = own.writer().actor

    def beats() -> int:
        return sum(frame.kind == HEARTBEAT for frame in frames_of(store, actor))

    assert beats() == 1, "one at the start"
    own.beat()
    assert beats() == 1
    monkeypatch.setattr(own_journal, "monotonic", lambda: 1e12)
    own.beat()
    assert beats() == 2
    own.close()
    assert is_closed(store, actor)
