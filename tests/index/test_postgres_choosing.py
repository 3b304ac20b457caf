"""Which database, whose, and what is said when it can't be had."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from runlore.errors import (
    DatabaseUnreachable,
    InvalidValue,
    RunloreError,
    StoreError,
    StoreReadOnly,
    StoreRefused,
)
from runlore.index.catchup import catch_up
from runlore.index.open import open_index
from runlore.index.postgres import PostgresIndex
from runlore.index.postgres_address import Address
from runlore.index.postgres_values import numbered
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import create_store
from runlore.settings.file import write_settings
from runlore.settings.settings import store_file
from runlore.testing.index_contract import ACTOR, ATTEMPT, RUN, T
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runlore.journal.folder import StoreFolder
    from tests.services.postgres import PostgresServer

STORE_ID = "0192f0c1a2b3c4d5e6f708192a3b4c5d"
SECRET = "hunter2"


@pytest.fixture
def store(tmp_path: Path) -> StoreFolder:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, ACTOR)
    journal.points(journal.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=1)
    return store


@pytest.fixture
def reader(store: StoreFolder, postgres_server: PostgresServer) -> Iterator[str]:
    """Give the address of a role that may connect, and nothing else yet."""
    name = f"reader_{store.store_id}"
    postgres_server.execute(f"CREATE ROLE {name} LOGIN")
    yield postgres_server.url(user=name)
    postgres_server.execute(f"DROP OWNED BY {name}")
    postgres_server.execute(f"DROP ROLE {name}")


def test_the_environment_chooses_over_the_settings_of_the_store(
    store: StoreFolder, postgres_server: PostgresServer
) -> None:
    url = postgres_server.url()
    file = store_file(store.path)
    for given, environment, kind in (
        ({}, {}, SqliteIndex),
        ({"index": url}, {}, PostgresIndex),
        ({}, {"RUNLORE_INDEX": url.replace("postgresql", "postgres")}, PostgresIndex),
        ({"index": url}, {"RUNLORE_INDEX": "sqlite"}, SqliteIndex),
        ({"index": url}, {"RUNLORE_INDEX": ""}, PostgresIndex),
        ({"index": "sqlite"}, {}, SqliteIndex),
    ):
        write_settings(file, given, is_private=True)
        index = open_index(store, environment=environment)
        assert isinstance(index, kind)
        index.close()
    index = open_index(store, url=url, environment={"RUNLORE_INDEX": "sqlite"})
    assert isinstance(index, PostgresIndex)
    index.close()


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://ada:{SECRET}@host/lab",
        f"ada:{SECRET}@host",
        f"postgresql://ada:{SECRET}@host:port:5/lab",
        f"postgresql://ada:{SECRET}@host/lab?nonsense",
        f"postgresql://ada:{SECRET}@host/lab?what={SECRET}",
        f"postgresql://ada:{SECRET}@host/lab?schema=",
        f"postgresql://ada:{SECRET}@host/lab?schema=pg_catalog",
        f"postgresql://ada:{SECRET}@host/lab?schema={'x' * 64}",
        f"postgresql://ada:{SECRET}@127.0.0.1:1/lab?connect_timeout=1",
        f"postgresql://ada:{SECRET}@/lab?host=/nowhere",
        f"postgresql://ada@/lab?host=/nowhere&password={SECRET}",
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(
    store: StoreFolder, url: str
) -> None:
    with pytest.raises((InvalidValue, DatabaseUnreachable)) as refused:
        open_index(store, environment={"RUNLORE_INDEX": url})
    error: BaseException | None = refused.value
    assert isinstance(error, RunloreError)
    assert error.hint
    while error is not None:
        assert SECRET not in f"{error}{error!r}"
        error = error.__cause__


def test_an_address_shows_all_but_its_secrets() -> None:
    address = Address(
        f"postgresql://ada:{SECRET}@db.lab:5433/runs?schema=my%20lab&sslmode=prefer", STORE_ID
    )
    assert address.place == "postgresql://ada@db.lab:5433/runs"
    assert SECRET not in repr(address)
    assert SECRET in address.conninfo
    assert "schema" not in address.conninfo
    assert address.quoted_schema == '"my lab"'
    assert Address("postgres://host/x", STORE_ID).schema == f"runlore_{STORE_ID}"
    assert address.without_secrets(f"no {SECRET}\nmore") == "no …"


@pytest.mark.parametrize("schema", ['a"b', "it's", "%s ü", "$1", "sELECT"])
def test_a_schema_may_be_called_anything(
    store: StoreFolder, postgres_server: PostgresServer, schema: str
) -> None:
    from urllib.parse import quote

    url = f"{postgres_server.url()}&schema={quote(schema)}"
    for _ in (1, 2):
        index = PostgresIndex(url, store.store_id)
        assert catch_up(index, store).is_current
        assert index.totals().points == 1
        index.reset()
        assert catch_up(index, store).is_current
        index.close()
    quoted = schema.replace('"', '""')
    postgres_server.execute(f'DROP SCHEMA "{quoted}" CASCADE')


def test_a_database_that_is_not_there_is_named(
    store: StoreFolder, postgres_server: PostgresServer
) -> None:
    with pytest.raises(DatabaseUnreachable, match=r"nowhere.* does not exist") as refused:
        PostgresIndex(postgres_server.url("nowhere"), store.store_id)
    assert "RUNLORE_INDEX=sqlite" in str(refused.value)


def test_a_database_that_cannot_hold_all_text_is_refused(
    store: StoreFolder, postgres_server: PostgresServer
) -> None:
    postgres_server.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(StoreError, match="LATIN1"):
        PostgresIndex(postgres_server.url("latin"), store.store_id)
    postgres_server.execute("DROP DATABASE latin")


def test_a_schema_with_other_tables_is_left_alone(
    store: StoreFolder, postgres_server: PostgresServer
) -> None:
    postgres_server.execute("CREATE SCHEMA busy; CREATE TABLE busy.payroll (name text)")
    with pytest.raises(StoreRefused, match="payroll"):
        PostgresIndex(postgres_server.url() + "&schema=busy", store.store_id)
    rows = postgres_server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'busy'")
    assert rows == [("payroll",)]
    postgres_server.execute("DROP SCHEMA busy CASCADE")


def test_a_role_that_may_not_make_an_index_is_told_what_it_lacks(
    store: StoreFolder, reader: str
) -> None:
    with pytest.raises(StoreReadOnly, match="may not create a schema") as refused:
        PostgresIndex(reader, store.store_id)
    assert refused.value.hint is not None
    assert 'GRANT CREATE ON DATABASE "postgres"' in refused.value.hint


def test_a_role_that_may_only_read_answers_from_what_others_have_applied(
    store: StoreFolder, reader: str, postgres_server: PostgresServer
) -> None:
    owner = PostgresIndex(postgres_server.url(), store.store_id)
    assert catch_up(owner, store).is_current
    schema, name = f"runlore_{store.store_id}", f"reader_{store.store_id}"
    with pytest.raises(StoreReadOnly, match="may not use the schema"):
        PostgresIndex(reader, store.store_id)
    postgres_server.execute(
        f"GRANT USAGE ON SCHEMA {schema} TO {name}; "
        f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {name}"
    )
    index = PostgresIndex(reader, store.store_id)
    assert catch_up(index, store).is_current
    assert index.totals().points == 1
    other = JournalComposer(store, ACTOR[:-1] + "7")
    other.points(other.slot(RUN, ATTEMPT), {"loss": 1.0}, time=T, step=2)
    assert not catch_up(index, store).is_current
    assert index.totals().points == 1
    with pytest.raises(StoreReadOnly):
        index.reset()
    assert catch_up(owner, store).is_current
    assert catch_up(index, store).is_current
    assert index.totals().points == 2
    index.close()
    owner.close()


@pytest.mark.parametrize("missing", ["psycopg", "alembic", "sqlalchemy"])
def test_a_missing_library_is_named_with_the_extra(
    store: StoreFolder, postgres_server: PostgresServer, missing: str
) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from runlore.index.open import open_index\n"
        "from runlore.journal.folder import open_store\n"
        "from runlore.errors import MissingExtra\n"
        "try:\n"
        "    open_index(open_store(sys.argv[1]), url=sys.argv[2])\n"
        "except MissingExtra as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, store.path, postgres_server.url()],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"package {missing!r}" in done.stdout
    assert "pip install 'runlore[postgres]'" in done.stdout


def test_marks_are_numbered_but_not_within_quotes() -> None:
    statement = """SELECT "a?" FROM t WHERE b = ? AND c IN ('?', 'it''s ?', ?) AND d = ?"""
    assert numbered(statement) == (
        """SELECT "a?" FROM t WHERE b = $1 AND c IN ('?', 'it''s ?', $2) AND d = $3"""
    )
