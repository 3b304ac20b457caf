"""MLflow and W&B as they are installed, each test with a state and a database of its own."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from runlore.integrations import mlflow_setup, mlflow_stores, wandb_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database of MLflow's once for all workers: its many migrations take seconds."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    place = shared / "mlflow.db"
    with (shared / "mlflow.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            store = SqlAlchemyStore(f"sqlite:///{place}.new", str(shared / "unused"))
            store.engine.dispose()
            os.replace(f"{place}.new", place)
    return place


def put_database(template: Path, folder: Path) -> str:
    """Give an increment's folder of MLflow's a database, and return its tracking URI."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "mlflow.db"
    shutil.copy(template, place)
    connection = sqlite3.connect(place)
    with connection:
        root = str(folder / "artifacts")
        connection.execute("UPDATE experiments SET artifact_location = ? || '/0'", (root,))
    connection.close()
    return f"sqlite:///{place}"


@pytest.fixture
def mlflow(increment: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """MLflow as a program finds it that has just been started, in an increment."""
    monkeypatch.setenv("DO_NOT_TRACK", "true")  # MLflow reports on its use
    import mlflow

    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID"):
        monkeypatch.delenv(name, raising=False)
    put_database(empty_database, increment.parent / "mlflow")
    yield mlflow
    while mlflow.active_run() is not None:
        mlflow.end_run()
    mlflow.set_tracking_uri(None)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    mlflow_setup._mirror.__init__()  # type: ignore[misc]
    mlflow_setup._given.clear()
    mlflow_stores.temporary_store.cache_clear()
    from mlflow.tracking._tracking_service import utils

    utils._tracking_store_registry._get_store_with_resolved_uri.cache_clear()
    mlflow.tracking.fluent._active_experiment_id = None
    logging.getLogger("alembic").setLevel(logging.WARNING)


@pytest.fixture
def wandb(increment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """W&B offline, as a program finds it that has just been started, in an increment."""
    assert increment.name == "experiments"
    import wandb

    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    monkeypatch.setenv("WANDB_ERROR_REPORTING", "false")
    monkeypatch.setenv("WANDB_CONSOLE", "off")
    for name in ("WANDB_PROJECT", "WANDB_RUN_ID", "WANDB_NAME", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    original = wandb.init
    yield wandb
    wandb.finish()
    wandb.init = original
    wandb.teardown()
    wandb_mirror.quiet._said.clear()
