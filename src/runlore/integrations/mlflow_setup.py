"""Have everything that MLflow is told land in Runlore as well."""

from __future__ import annotations

import os
from threading import Lock
from typing import TYPE_CHECKING, Any

from runlore.client.increments import increment_of
from runlore.errors import StoreReadOnly
from runlore.integrations.mlflow_mirror import Mirror
from runlore.integrations.mlflow_stores import watched_builder, watched_repository
from runlore.media.libraries import require

if TYPE_CHECKING:
    from runlore.client.increments import Increment

FOLDER = "mlflow"
_mirror = Mirror()
_lock = Lock()


def configure_mlflow(
    increment: str | int | None = None,
    *,
    experiment: str | None = None,
    project: str | None = None,
    store: str | os.PathLike[str] | None = None,
) -> str:
    """Record in Runlore, from now on, whatever this process tells MLflow; return its address.

    Code written for MLflow stays as it is. With an increment, its runs are kept as those of
    `track_experiment` are; and where no tracking URI was chosen, MLflow keeps its own side in
    the folder `mlflow` of that increment, in SQLite.

    Args:
        increment: its number or name; by default the open one of where you are, False: none.
        experiment, project, store: as in `track_experiment`. Without an increment, the
            experiment is by default that of MLflow.

    Raises:
        MissingExtra: if MLflow isn't installed.
        NotFound, Ambiguous: if no increment has that number, or two have.
    """
    mlflow: Any = require("mlflow", package="mlflow", extra="mlflow", purpose="tracking with it")
    chosen = increment_of(increment)
    with _lock:
        _mirror.increment = False if chosen is None else chosen.name
        _mirror.experiment, _mirror.project, _mirror.store = experiment, project, store
        watch_mlflow()
        is_chosen = mlflow.is_tracking_uri_set() and mlflow.get_tracking_uri() not in _given
        if chosen is not None and not is_chosen:
            address = database_of(chosen)
            _given.add(address)
            mlflow.set_tracking_uri(address)
    return str(mlflow.get_tracking_uri())


_given: set[str] = set()  # tracking URIs that were chosen here, not by the user


def is_configured() -> bool:
    """Tell whether `configure_mlflow` was called in this process."""
    return _mirror.increment is not None


def recording() -> Mirror:
    """Return what records the runs of MLflow in this process."""
    return _mirror


def database_of(increment: Increment) -> str:
    """Make the folder in which MLflow keeps its side of an increment; return its tracking URI.

    Raises:
        StoreReadOnly: if it can't be made.
    """
    from mlflow.utils.file_utils import path_to_local_sqlite_uri

    folder = os.path.join(increment.path, FOLDER)
    try:
        os.makedirs(folder, exist_ok=True)
        ignored = os.path.join(folder, ".gitignore")
        if not os.path.exists(ignored):
            with open(ignored, "w", encoding="utf-8") as file:
                file.write("*\n")
    except OSError as error:
        raise StoreReadOnly(
            f"the folder {folder} can't be made for MLflow: {error.strerror}",
            hint="make it writable, or name another place with mlflow.set_tracking_uri",
        ) from error
    address: str = path_to_local_sqlite_uri(os.path.join(folder, "mlflow.db"))
    _mirror.artifact_roots[address] = os.path.join(folder, "artifacts")
    return address


def watch_mlflow() -> None:
    """Watch all stores that are built from now on, and forget those built before."""
    from mlflow.tracking._tracking_service import utils

    registry: Any = utils._tracking_store_registry  # noqa: SLF001 - MLflow gives no other way
    for scheme, builder in list(registry._registry.items()):  # noqa: SLF001
        registry.register(scheme, watched_builder(builder, _mirror))
    registry._get_store_with_resolved_uri.cache_clear()  # noqa: SLF001
    watch_repositories()


def watch_repositories() -> None:
    """Watch all repositories of artifacts that are built from now on, as `watch_mlflow` does."""
    from mlflow.store.artifact.artifact_repository_registry import (
        get_registered_artifact_repositories,
    )
    from mlflow.tracking._tracking_service import utils

    repositories: dict[str, Any] = get_registered_artifact_repositories()
    for scheme, builder in list(repositories.items()):
        repositories[scheme] = watched_repository(builder, _mirror)
    utils._artifact_repos_cache.clear()  # noqa: SLF001
