"""What every test shares: no store but its own, and a framework named for the wide tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from runlore.reading.store import StoreReader, open_reader
from tests.services.postgres import (  # noqa: F401 - fixtures
    index_kind,
    packaged_postgres_server,
    postgres_server,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.postgres import PostgresServer

# Variables of the machine that runs the tests and that would leak into what they record.
AMBIENT = (
    "RUNLORE_STORE",
    "RUNLORE_INDEX",
    "RUNLORE_RUN_ID",
    "RUNLORE_PROJECT",
    "RUNLORE_EXPERIMENT",
    "RUNLORE_CAPTURE",
    "RUNLORE_GC_GRACE",
    "RUNLORE_TRASH_KEEP",
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
    "TORCHELASTIC_RUN_ID",
    "RANK",
    "LOCAL_RANK",
    "WORLD_SIZE",
)
PATIENCE_SECONDS = 60.0

# No property may hang on how fast the machine is, or how busy.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--framework", help="run the wide tests of this framework alone")
    parser.addoption(
        "--index",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="where tests that don't choose keep their indexes (those about the file itself fail)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    framework = config.getoption("--framework")
    if framework is None:
        return
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        marker = item.get_closest_marker("wide")
        is_wanted = marker is not None and framework in marker.args
        (kept if is_wanted else dropped).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=dropped)


@pytest.fixture(autouse=True)
def store_of_its_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Point every test at a store and a cache nobody else uses, and return the store's path."""
    for name in AMBIENT:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("ambient")
    store = folder / "store"
    monkeypatch.setenv("RUNLORE_STORE", str(store))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    return store


@pytest.fixture(autouse=True)
def patient_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read all that was recorded, on a slow machine too; tests of the budget give their own."""
    for opening in (open_reader, StoreReader.catch_up):
        defaults = opening.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "budget_seconds", PATIENCE_SECONDS)


@pytest.fixture(autouse=True)
def index_of_option(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let any test run with its index in PostgreSQL."""
    if request.config.getoption("--index") == "sqlite":
        yield
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    monkeypatch.setenv("RUNLORE_INDEX", server.url())
    yield
    server.drop_indexes()
