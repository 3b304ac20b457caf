from __future__ import annotations

import json
import math
import random
from typing import TYPE_CHECKING, Any

import pytest

from runlore.errors import DatabaseUnreachable, StoreError
from runlore.index.catchup import catch_up
from runlore.index.interface import IndexBusy, IndexUnusable
from runlore.index.postgres import PostgresIndex
from runlore.index.schema import BY_NAME
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.journal.frames import EVENT
from runlore.testing.index_contract import ACTOR, ATTEMPT, OTHER_RUN, RUN, IndexContract, T
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from tests.services.postgres import PostgresServer


class TestPostgresIndex(IndexContract):
    @pytest.fixture(autouse=True)
    def server(self, postgres_server: PostgresServer) -> None:
        self.url = postgres_server.url()

    def open_index(self, store: StoreFolder) -> Index:
        return PostgresIndex(self.url, store.store_id)


class TestPostgresIndexWithoutPostgresOnTheMachine(IndexContract):
    @pytest.fixture(autouse=True)
    def server(self, packaged_postgres_server: PostgresServer) -> None:
        assert packaged_postgres_server.version >= 18
        self.url = packaged_postgres_server.url()

    def open_index(self, store: StoreFolder) -> Index:
        return PostgresIndex(self.url, store.store_id)


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    return create_store(str(tmp_path / "store"))


@pytest.fixture
def journal(store: StoreFolder) -> JournalComposer:
    return JournalComposer(store, ACTOR)


@pytest.fixture
def index(store: StoreFolder, postgres_server: PostgresServer) -> Iterator[PostgresIndex]:
    index = PostgresIndex(postgres_server.url(), store.store_id)
    yield index
    index.close()


def tables_of(store: StoreFolder, server: PostgresServer) -> set[str]:
    rows = server.execute(
        f"SELECT tablename FROM pg_tables WHERE schemaname = 'runlore_{store.store_id}'"
    )
    return {name for (name,) in rows}


def write_whatever(journal: JournalComposer) -> None:
    """Record what the two engines would take, sort or compare differently if they were let."""
    slot = journal.slot(RUN, ATTEMPT)
    chosen = random.Random(0)
    # Of 1,024 characters, the most that a name has: incompressible, and alike at first.
    long = "".join(chr(chosen.randrange(0x4E00, 0x9FFF)) for _ in range(1023))
    names = ["Z", "a", "A", "_", "ä", "Ä", "z", "ß", "🙂", "\uffff", "é", "e\u0301", long + "1",
             long + "2", "%", "a?b", "'", '"', "\\", "{", "NULL", "", " "]  # fmt: skip
    numbers = [math.nan, math.inf, -math.inf, 1e308, 5e-324, -0.0, 2.5, None]
    for place, name in enumerate(names):
        number = numbers[place % len(numbers)]
        journal.event(slot, "params", time=T, values={name: [name, name, 0.0]})
        body = {"kind": "params", "time": T, "values": {f"n{place}": [None, "", number]}}
        journal.frame(EVENT, json.dumps(body).encode(), slot)  # NaN, as another writer might
        journal.edit(slot, "tag.added", time=T, tag=name or "-", value=name)
        journal.edit(slot, "metric.defined", time=T, name=name or "-", unit=name)
        journal.points(slot, {name or "-": 1.0}, time=T, step=place)
        step = None if place % 3 else -place
        journal.edit(
            slot, "media.logged", time=T + place, name="m", type="text", data=[name], step=step
        )
        journal.event(0, "context.captured", time=T, facts={name or "-": name})
    journal.event(slot, "run.started", time=T, name=long, experiment=long, project=long)
    journal.event(slot, "context.captured", time=T, facts={"what? 'now' ?": "?"})
    journal.event(
        journal.slot(OTHER_RUN, ATTEMPT), "run.started", time=T, name="A", goal="x" * 9999
    )
    journal.event(slot, "params", time=T, values={"bad": 3})


def everything(index: Index) -> list[Any]:
    names = [one.name for one in index.summaries([RUN])[RUN]]
    return [
        [index.run_facts(run) for run in (RUN, OTHER_RUN)],
        index.list_runs(),
        index.summaries([RUN, OTHER_RUN]),
        [index.summaries([RUN], [name]) for name in names],
        index.params([RUN], ["a", "Z", "a?b"]),
        index.tags([RUN]),
        index.context([RUN], ["what? 'now' ?", "a?b", "%", "'"]),
        index.metric_names(),
        index.metric_names(limit=3),
        index.find_runs(index.get_runs([RUN])[RUN].name or ""),
        index.find_runs("a"),
        index.find_runs("A"),
        index.list_runs(experiment=index.get_runs([RUN])[RUN].experiment),
        index.totals(),
        index.problems(),
        index.journals(),
    ]


def test_it_answers_as_sqlite_does_whatever_the_texts_and_numbers(
    store: StoreFolder, journal: JournalComposer, index: PostgresIndex
) -> None:
    write_whatever(journal)
    other = SqliteIndex(store.index)
    for one in (index, other):
        assert catch_up(one, store, budget_seconds=None).is_current
    assert repr(everything(index)) == repr(everything(other))
    assert len(index.params([RUN])[RUN]) == 2 * 23
    other.close()


def test_a_nul_which_no_text_holds_is_replaced(
    store: StoreFolder, journal: JournalComposer, index: PostgresIndex
) -> None:
    slot = journal.slot(RUN, ATTEMPT)
    body = b'{"kind": "run.started", "time": 1, "name": "a\\u0000b"}'
    journal.frame(EVENT, body, slot)
    assert catch_up(index, store).is_current
    assert [run.name for run in index.find_runs("a\0b")] == ["a␀b"]


def test_each_store_has_tables_of_its_own(
    store: StoreFolder, index: PostgresIndex, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    other_store = create_store(str(tmp_path / "other"))
    journal = JournalComposer(other_store, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    other = PostgresIndex(postgres_server.url(), other_store.store_id)
    assert catch_up(other, other_store).is_current
    assert catch_up(index, store).is_current
    assert (index.totals().points, other.totals().points) == (0, 1)
    assert tables_of(store, postgres_server) == {*BY_NAME, "alembic_version", "index_identity"}
    other.close()


@pytest.mark.parametrize("table", ["journals", "alembic_version", "index_identity", None])
def test_an_index_damaged_under_an_open_reader_is_rebuilt(
    store: StoreFolder,
    journal: JournalComposer,
    index: PostgresIndex,
    postgres_server: PostgresServer,
    table: str | None,
) -> None:
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    assert catch_up(index, store).is_current
    schema = f"runlore_{store.store_id}"
    what = f"SCHEMA {schema} CASCADE" if table is None else f"TABLE {schema}.{table}"
    postgres_server.execute(f"DROP {what}")
    with pytest.raises(IndexUnusable, match="thrown away"):
        index.journals()
    assert catch_up(index, store).is_current
    assert index.totals().points == 1
    again = PostgresIndex(postgres_server.url(), store.store_id)
    assert again.totals().points == 1
    again.close()


def test_who_reads_while_it_is_begun_anew_is_told_and_not_answered_from_nothing(
    store: StoreFolder,
    journal: JournalComposer,
    index: PostgresIndex,
    postgres_server: PostgresServer,
) -> None:
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    assert catch_up(index, store).is_current
    other = PostgresIndex(postgres_server.url(), store.store_id)
    other.reset()
    with pytest.raises(IndexUnusable, match="anew"):
        index.totals()
    assert index.totals().points == 0  # it has looked again, and kept what the other one made
    assert catch_up(other, store).is_current
    assert index.totals().points == 1
    other.close()


def test_readers_wait_for_no_applier(
    store: StoreFolder,
    journal: JournalComposer,
    index: PostgresIndex,
    postgres_server: PostgresServer,
) -> None:
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    assert catch_up(index, store).is_current
    other = PostgresIndex(postgres_server.url(), store.store_id)
    with other.transaction(timeout_seconds=1) as transaction:
        transaction.delete("runs")
        transaction.delete("journals")
        assert transaction.select("runs", "id") == []
        assert index.totals().points == 1
        assert index.run_facts(RUN) is not None
        with pytest.raises(IndexBusy), index.transaction(timeout_seconds=0):
            pass
    assert index.run_facts(RUN) is None
    other.close()


def test_rows_written_twice_in_a_transaction_are_those_of_the_last_time(
    index: PostgresIndex,
) -> None:
    with index.transaction(timeout_seconds=1) as transaction:
        transaction.upsert("meta", [("a", "1"), ("b", "1"), ("a", "2")])
        assert transaction.select("meta", "value", key="a") == [("2",)]
        transaction.upsert("meta", [("a", "3")])
        transaction.upsert("meta", iter([]))
        transaction.delete("meta", key="b")
        first = transaction.next_id("series")
        transaction.upsert("series", [(first, "x", ""), (first + 7, "y", "")])
        assert transaction.next_id("series") == first + 8
    with index.transaction(timeout_seconds=1) as transaction:
        assert sorted(transaction.select("meta", "key, value")) == [("a", "3")]
        assert transaction.next_id("series") == first + 8


def test_a_connection_that_was_ended_is_opened_again(
    store: StoreFolder,
    journal: JournalComposer,
    index: PostgresIndex,
    postgres_server: PostgresServer,
) -> None:
    def end_connections() -> None:
        postgres_server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'runlore'"
        )

    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    end_connections()
    assert catch_up(index, store).is_current
    end_connections()
    with index.transaction(timeout_seconds=1) as transaction:
        transaction.upsert("meta", [("a", "1")])
    end_connections()
    assert index.totals().points == 1

    def lose_it_half_way() -> None:
        with index.transaction(timeout_seconds=1) as transaction:
            transaction.upsert("meta", [("b", "1")])
            assert transaction.select("meta", "value", key="b") == [("1",)]
            end_connections()
            transaction.upsert("meta", [("c", "1")])

    with pytest.raises(DatabaseUnreachable, match="can't be reached"):
        lose_it_half_way()
    assert index.totals().points == 1
    with index.transaction(timeout_seconds=1) as transaction:
        assert transaction.select("meta", "value", key="b") == []


def test_what_was_lost_with_the_connection_is_found_and_mended(
    store: StoreFolder, index: PostgresIndex, postgres_server: PostgresServer
) -> None:
    postgres_server.execute(f"DROP SCHEMA runlore_{store.store_id} CASCADE")
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'runlore'"
    )
    with pytest.raises(IndexUnusable, match="thrown away"):
        index.totals()
    assert index.totals().runs == 0


def test_nothing_can_be_asked_of_a_closed_one(index: PostgresIndex) -> None:
    index.close()
    index.close()
    with pytest.raises(StoreError, match="is closed"):
        index.totals()


def test_columns_are_asked_as_of_one_moment(
    store: StoreFolder,
    journal: JournalComposer,
    index: PostgresIndex,
    postgres_server: PostgresServer,
) -> None:
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    other = PostgresIndex(postgres_server.url(), store.store_id)
    with index._snapshot():
        assert index.totals().points == 0
        assert catch_up(other, store).is_current
        assert index.totals().points == 0
    assert index.totals().points == 1
    other.close()


def test_damage_found_within_a_question_of_several_parts_is_mended(
    store: StoreFolder, index: PostgresIndex, postgres_server: PostgresServer
) -> None:
    def ask_in_parts() -> None:
        with index._snapshot(), index._snapshot():
            postgres_server.execute(f"DROP TABLE runlore_{store.store_id}.journals")
            index.totals()

    with pytest.raises(IndexUnusable, match="thrown away"):
        ask_in_parts()
    assert catch_up(index, store).is_current
    assert index.totals().journals == 0


def test_statistics_are_gathered_after_a_rebuild(
    store: StoreFolder, index: PostgresIndex, postgres_server: PostgresServer
) -> None:
    with index.transaction(timeout_seconds=1) as transaction:
        transaction.upsert("meta", [(f"{number:05}", "") for number in range(6_000)])
    rows = postgres_server.execute(
        "SELECT reltuples FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        f"WHERE relname = 'meta' AND nspname = 'runlore_{store.store_id}'"
    )
    assert rows == [(6_000,)]
