"""Clients of different releases at one database: the newer migrates, the older keeps off."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory

from runlore.errors import FormatTooNew
from runlore.index import migrations
from runlore.index.catchup import catch_up
from runlore.index.migrations.running import is_known
from runlore.index.postgres import PostgresIndex
from runlore.index.schema import fingerprint
from runlore.journal.folder import create_store
from runlore.testing.index_contract import ACTOR, ATTEMPT, RUN, T
from runlore.testing.journals import JournalComposer
from tests.survival.forks import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from tests.services.postgres import PostgresServer

# What a later release would bring: a table, a column, and a version that begins anew.
LATER_RELEASE = """
import sys
import runlore
runlore.__version__ = "9.9.0"
from runlore.index import migrations, schema
old = schema.BY_NAME["stored"]
new = schema.Table("stored", (*old.columns, "moon int"), old.key_size)
schema.TABLES = (*(new if table is old else table for table in schema.TABLES),
                 schema.Table("dreams", ("run int", "of text")))
schema.BY_NAME = {table.name: table for table in schema.TABLES}
migrations.HEAD = "0003"
migrations.FOLDERS.append(sys.argv[3])
from runlore.index.catchup import catch_up
from runlore.index.postgres import PostgresIndex
from runlore.journal.folder import open_store
store = open_store(sys.argv[2])
index = PostgresIndex(sys.argv[1], store.store_id)
print(catch_up(index, store, budget_seconds=None).is_current, index.totals().points, flush=True)
for line in sys.stdin:
    print(catch_up(index, store, budget_seconds=None).is_current, index.totals().points, flush=True)
index.close()
"""
LATER_VERSION = """
from alembic import op
from runlore.index.postgres_layout import begin_anew
revision = "0003"
down_revision = "0002"
def upgrade():
    begin_anew(op.get_bind().exec_driver_sql)
"""


class LaterClient:
    """A process of a later release, which catches up at the start and whenever it is asked to."""

    def __init__(self, server: PostgresServer, store: StoreFolder, folder: Path) -> None:
        versions = folder / "versions, 100% new"
        versions.mkdir(exist_ok=True)
        (versions / "dreams.py").write_text(LATER_VERSION)
        command = [sys.executable, "-c", LATER_RELEASE, server.url(), store.path, str(versions)]
        self._process = subprocess.Popen(
            command,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def catch_up(self) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write("go on\n")
        self._process.stdin.flush()
        return self.answer()

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    store = create_store(str(tmp_path / "store"))
    record(store, ACTOR)
    return store


def record(store: StoreFolder, actor: str) -> None:
    journal = JournalComposer(store, actor)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)


@pytest.fixture
def later(
    postgres_server: PostgresServer, store: StoreFolder, tmp_path: Path
) -> Iterator[LaterClient]:
    client = LaterClient(postgres_server, store, tmp_path)
    assert client.answer() == "True 1\n"
    yield client
    client.close()


def version(store: StoreFolder, server: PostgresServer) -> tuple[str, str]:
    schema = f"runlore_{store.store_id}"
    rows = server.execute(
        f"SELECT version_num, generation FROM {schema}.alembic_version, {schema}.index_identity"
    )
    return rows[0][0], rows[0][1]


def waiting_for_a_lock(server: PostgresServer) -> int:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return int(server.execute(waiting)[0][0])


def test_the_newest_version_is_the_one_that_this_release_makes() -> None:
    folder = os.path.dirname(migrations.__file__)
    script = ScriptDirectory(folder, version_locations=migrations.FOLDERS)
    assert script.get_heads() == [migrations.HEAD]
    assert is_known(migrations.HEAD)
    assert not is_known("from the future")


def test_tables_change_with_a_version_of_their_own() -> None:
    assert fingerprint() == migrations.FINGERPRINT, (
        "the tables were changed: write the new fingerprint into index/migrations/__init__.py, "
        "and, if a release has made indexes of the version at the head, add another version"
    )


def test_an_index_of_a_later_release_is_left_alone(
    store: StoreFolder, later: LaterClient, postgres_server: PostgresServer
) -> None:
    made = version(store, postgres_server)
    assert made[0] == "0003"
    for _ in range(2):
        with pytest.raises(FormatTooNew, match=r"Runlore 9\.9\.0, which is later") as refused:
            PostgresIndex(postgres_server.url(), store.store_id)
        assert "upgrade" in str(refused.value)
        assert "RUNLORE_INDEX=sqlite" in str(refused.value)
    assert version(store, postgres_server) == made
    record(store, ACTOR[:-1] + "7")
    assert later.catch_up() == "True 2\n"
    assert version(store, postgres_server) == made


def test_a_later_release_migrates_under_an_open_client_which_then_keeps_off(
    store: StoreFolder, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    index = PostgresIndex(postgres_server.url(), store.store_id)
    assert catch_up(index, store).is_current
    assert version(store, postgres_server)[0] == migrations.HEAD
    later = LaterClient(postgres_server, store, tmp_path)
    assert later.answer() == "True 1\n"
    made = version(store, postgres_server)
    assert made[0] == "0003"
    record(store, ACTOR[:-1] + "7")
    for _ in range(2):
        with pytest.raises(FormatTooNew):
            index.totals()
        with pytest.raises(FormatTooNew):
            catch_up(index, store)
        with pytest.raises(FormatTooNew):
            index.reset()
    assert later.catch_up() == "True 2\n"
    assert version(store, postgres_server) == made
    later.close()
    index.close()


def test_a_later_release_waits_for_a_transaction_of_an_older_one(
    store: StoreFolder, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    index = PostgresIndex(postgres_server.url(), store.store_id)
    with index.transaction(timeout_seconds=1) as transaction:
        transaction.upsert("meta", [("a", "1")])
        later = LaterClient(postgres_server, store, tmp_path)
        until(lambda: waiting_for_a_lock(postgres_server) == 1)
        transaction.upsert("meta", [("b", "1")])
        assert len(transaction.select("meta", "value")) == 2
        assert version(store, postgres_server)[0] == migrations.HEAD
    assert later.answer() == "True 1\n"
    with pytest.raises(FormatTooNew):
        catch_up(index, store)
    later.close()
    index.close()


def test_another_build_of_the_same_release_is_refused(
    store: StoreFolder, postgres_server: PostgresServer
) -> None:
    PostgresIndex(postgres_server.url(), store.store_id).close()
    schema = f"runlore_{store.store_id}"
    postgres_server.execute(f"UPDATE {schema}.index_identity SET fingerprint = 7")
    with pytest.raises(FormatTooNew, match="another build") as refused:
        PostgresIndex(postgres_server.url(), store.store_id)
    assert f'DROP SCHEMA "{schema}" CASCADE' in str(refused.value)
    postgres_server.execute(f"DROP SCHEMA {schema} CASCADE")
    index = PostgresIndex(postgres_server.url(), store.store_id)
    assert catch_up(index, store).is_current
    index.close()
