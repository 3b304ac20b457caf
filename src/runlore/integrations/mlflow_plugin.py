"""Stores of MLflow's for tracking URIs that name an increment of SpecWeave.

    mlflow.set_tracking_uri(".specweave/increments/0042-recommendation-model/experiments")

MLflow loads the entry points named `runlore` when it gathers its stores. Such a path has no
scheme, and an entry point can't have an empty name; so loading this module also puts itself
before what builds the stores of such paths, and hands every path but these on untouched.
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

from runlore.integrations.increment_paths import increment_in, names_increment

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.client.increments import Increment

_SCHEME = "runlore:"


def build_tracking_store(store_uri: str, artifact_uri: str | None = None) -> Any:
    """Build the tracking store of `runlore:0042`, or of the path of an increment."""
    return _tracking_store(_increment_in(store_uri), artifact_uri)


def build_registry_store(store_uri: str, **_: Any) -> Any:
    """Build the registry of models that lies in the database of an increment."""
    return _registry_store(_increment_in(store_uri))


def _increment_in(store_uri: str) -> Increment:
    """Find the increment that an address names, among those of where one is.

    Raises:
        NotFound, Ambiguous: if there is none, or several.
    """
    from runlore.client.increments import find_increment, open_increment
    from runlore.errors import NotFound

    if store_uri.startswith(_SCHEME):
        name = store_uri.removeprefix(_SCHEME).strip("/")
        found = find_increment(name) if name else open_increment()
        if found is None:
            raise NotFound(
                f"{store_uri!r} names no increment, and none is open here",
                hint="name one: mlflow.set_tracking_uri('runlore:0042')",
            )
        return found
    return increment_in(store_uri)


def _tracking_store(increment: Increment, artifact_uri: str | None) -> Any:
    from mlflow.tracking._tracking_service import utils

    from runlore.integrations.mlflow_setup import database_of, recording, watch_repositories
    from runlore.integrations.mlflow_stores import watched_builder

    _require_database()
    watch_repositories()
    build = watched_builder(utils._get_sqlalchemy_store, recording(), increment.name)  # noqa: SLF001
    return build(store_uri=database_of(increment), artifact_uri=artifact_uri)


def _registry_store(increment: Increment) -> Any:
    from mlflow.tracking._model_registry import utils

    from runlore.integrations.mlflow_setup import database_of

    _require_database()
    return utils._get_sqlalchemy_store(store_uri=database_of(increment))  # noqa: SLF001


def _require_database() -> None:
    from runlore.media.libraries import require

    purpose = "keeping MLflow's side of an increment in SQLite"
    require("sqlalchemy", package="mlflow", extra="mlflow", purpose=purpose)


def _before(builder: Callable[..., Any], build: Callable[..., Any]) -> Callable[..., Any]:
    """Return what builds the stores of increments with `build`, and all others with `builder`."""

    @functools.wraps(builder)
    def choose(store_uri: str | None = None, *args: Any, **kwargs: Any) -> Any:
        if names_increment(store_uri):
            return build(store_uri, *args, **kwargs)
        return builder(store_uri, *args, **kwargs)

    return choose


def put_before(module: str, registry_name: str, build: Callable[..., Any]) -> None:
    """Build the stores of increments with `build` in one of the registries of MLflow."""
    registry = getattr(sys.modules.get(module), registry_name, None)
    known = getattr(registry, "_registry", {})
    if "" in known:
        known[""] = _before(known[""], build)


put_before(
    "mlflow.tracking._tracking_service.utils", "_tracking_store_registry", build_tracking_store
)
