"""Watch the stores that MLflow writes to: what they are told is recorded in Runlore first.

A store keeps its class; the methods of one instance are wrapped. Its refusals (a param that
changes) reach the caller as ever. A store that fails is said once, and what was recorded here
goes on; one that fails before a run is there gives way to a temporary one of MLflow's own.
"""

from __future__ import annotations

import atexit
import functools
import inspect
import shutil
import tempfile
import threading
from typing import TYPE_CHECKING, Any

from runlore.integrations.mlflow_repeats import Repeats
from runlore.integrations.quiet import first_line
from runlore.media.libraries import comes_from

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.integrations.mlflow_mirror import Mirror

_WRITES = (
    "log_metric",
    "log_param",
    "log_batch",
    "set_tag",
    "delete_tag",
    "log_inputs",
    "update_run_info",
)
# What is asked before there is a run: where these fail, the store is taken to be away.
_OPENINGS = ("get_experiment", "get_experiment_by_name", "create_experiment", "create_run")
_OTHERS = (
    "delete_run",
    "restore_run",
    "get_run",
    "log_outputs",
    "record_logged_model",
    "create_logged_model",
    "get_logged_model",
    "finalize_logged_model",
    "log_logged_model_params",
    "set_logged_model_tags",
    "get_metric_history",
    "search_logged_models",
)
_REFUSALS = frozenset(
    {
        "ALREADY_EXISTS",
        "BAD_REQUEST",
        "FEATURE_DISABLED",
        "INVALID_PARAMETER_VALUE",
        "INVALID_STATE",
        "NOT_FOUND",
        "NOT_IMPLEMENTED",
        "RESOURCE_ALREADY_EXISTS",
        "RESOURCE_CONFLICT",
        "RESOURCE_DOES_NOT_EXIST",
    }
)
_WATCHED = "_is_watched_by_runlore"


class _Inside(threading.local):
    """Whether this thread is in a call of a store's already, which may call others of its own."""

    is_set = False


_inside = _Inside()


def is_failure(error: Exception) -> bool:
    """Tell whether MLflow's side is broken or away, rather than refusing what it is given."""
    if comes_from(error, "mlflow", "MlflowException"):
        return getattr(error, "error_code", "") not in _REFUSALS
    return isinstance(error, OSError) or comes_from(error, "sqlalchemy", "SQLAlchemyError")


def watched_builder(
    builder: Callable[..., Any], mirror: Mirror, increment: str | None = None
) -> Callable[..., Any]:
    """Return a builder of the same stores, watched; `increment` is that which their runs are of."""
    if getattr(builder, _WATCHED, False):
        return builder

    @functools.wraps(builder)  # MLflow looks at a builder's module
    def build(store_uri: str | None = None, artifact_uri: str | None = None) -> Any:
        root = artifact_uri or mirror.artifact_roots.get(store_uri or "")
        try:
            store = builder(store_uri=store_uri, artifact_uri=root)
        except Exception as error:
            if not is_failure(error):
                raise
            mirror.quiet.say(_gone(error))
            store = temporary_store()
        return watch_store(store, mirror, increment)

    setattr(build, _WATCHED, True)
    return build


def watch_store(store: Any, mirror: Mirror, increment: str | None = None) -> Any:
    """Wrap the methods of a store; returns the store itself."""
    if not getattr(store, _WATCHED, False):
        watch = _Watch(store, mirror, increment)
        for name in (*_WRITES, *_OPENINGS, *_OTHERS):
            if hasattr(store, name):
                watch.wrap(name)
        # Made with the store, and holding its method as it was: what writes in other threads.
        queue: Any = getattr(store, "_async_logging_queue", None)
        if queue is not None:
            queue._logging_func = store.log_batch  # noqa: SLF001
        setattr(store, _WATCHED, True)
    return store


@functools.cache
def temporary_store() -> Any:
    """Make a store of MLflow's that lasts as long as this process."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    folder = tempfile.mkdtemp(prefix="runlore-mlflow-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return SqlAlchemyStore(f"sqlite:///{folder}/mlflow.db", f"{folder}/artifacts")


class _Watch:
    """One store, and the one that stands in for it when it is away."""

    def __init__(self, store: Any, mirror: Mirror, increment: str | None) -> None:
        """Watch `store`; nothing is wrapped yet."""
        self._store = store
        self._mirror = mirror
        self._increment = increment
        self._originals: dict[str, Callable[..., Any]] = {}
        self._is_gone = False
        self._own: set[str] = set()  # runs and models that the store itself made
        self._repeats = Repeats(self._history)

    def wrap(self, name: str) -> None:
        """Put a watching method in place of one of the store's."""
        original = self._originals[name] = getattr(self._store, name)
        signature = inspect.signature(original)
        quiet = self._mirror.quiet

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            if _inside.is_set:
                return original(*args, **kwargs)
            given = signature.bind(*args, **kwargs).arguments
            _inside.is_set = True
            try:
                quiet.attempt(name, functools.partial(self._before, name, given))
                result = self._call(name, args, kwargs, given)
                quiet.attempt(name, functools.partial(self._after, name, given, result))
            finally:
                _inside.is_set = False
            return result

        setattr(self._store, name, call)

    def _before(self, name: str, given: dict[str, Any]) -> None:
        """Record what is written; a run that isn't recorded by this process is begun first."""
        if name not in _WRITES:
            return
        begins = name == "update_run_info" and given.get("run_status") == _running()
        run_id = given["run_id"]
        if begins or (not self._mirror.is_recorded(run_id) and _is_active(run_id)):
            self._continue(run_id)
        if name in ("log_metric", "log_batch"):
            name, given = "log_batch", self._without_repeats(given)
        getattr(self._mirror, name)(**given)

    def _history(self, run_id: str, key: str) -> Any:
        return self._originals["get_metric_history"](run_id, key)

    def _without_repeats(self, given: dict[str, Any]) -> dict[str, Any]:
        """Leave out the points that MLflow writes again for its models."""
        metrics = [given["metric"]] if "metric" in given else given.get("metrics")
        if not metrics:
            return given
        left = self._repeats.without(given["run_id"], metrics)
        others = {name: value for name, value in given.items() if name != "metric"}
        return {**others, "metrics": left}

    def _continue(self, run_id: str) -> None:
        """Go on with a run that is over, or that another process has begun."""
        try:
            entity = self._originals["get_run"](run_id)
            experiment = self._originals["get_experiment"](entity.info.experiment_id).name
        except Exception:  # noqa: BLE001 - the call itself comes next, and says what is wrong
            return
        self._mirror.continue_run(entity, experiment, self._increment)

    def _call(
        self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], given: dict[str, Any]
    ) -> Any:
        key = given.get("run_id") or given.get("source_run_id") or given.get("model_id")
        mine = key in self._own or (key is None and not self._is_gone)
        try:
            if self._is_gone and not mine:
                return getattr(temporary_store(), name)(*args, **kwargs)
            return self._originals[name](*args, **kwargs)
        except Exception as error:
            if not is_failure(error):
                raise
            entity = self._mirror.entity(given.get("run_id"))
            if entity is not None and (name in _WRITES or name in ("get_run", "log_outputs")):
                self._mirror.quiet.say(_lost(error))
                return {"get_run": entity, "update_run_info": entity.info}.get(name)
            if name in _OPENINGS and not self._is_gone:
                self._mirror.quiet.say(_gone(error))
                self._is_gone = True
                return self._begin_anew(name, args, kwargs)
            raise

    def _begin_anew(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Do in the temporary store what the real one couldn't."""
        store = temporary_store()
        if name == "create_run":  # of an experiment that only the other one knows
            known = {"experiment_id": store.get_experiment_by_name("Default").experiment_id}
            return store.create_run(*args[1:] if args else args, **{**kwargs, **known})
        return getattr(store, name)(*args, **kwargs)

    def _after(self, name: str, given: dict[str, Any], result: Any) -> None:
        if name == "create_run":
            if not self._is_gone:
                self._own.add(result.info.run_id)
            self._mirror.begin(result, self._experiment(result), self._increment)
        elif name == "create_logged_model":
            if not self._is_gone:
                self._own.add(result.model_id)
            self._mirror.place_model(given.get("source_run_id"), result)
        elif name in ("delete_run", "restore_run"):  # done there, so that both agree
            getattr(self._mirror, name)(given["run_id"])

    def _experiment(self, run: Any) -> str | None:
        try:
            get = temporary_store().get_experiment if self._is_gone else None
            found = (get or self._originals["get_experiment"])(run.info.experiment_id)
        except Exception:  # noqa: BLE001 - a run may do without a name for its experiment
            return None
        name: str = found.name
        return name


def watched_repository(builder: Callable[..., Any], mirror: Mirror) -> Callable[..., Any]:
    """Return a builder of the same repositories of artifacts, watched."""
    if getattr(builder, _WATCHED, False):
        return builder

    @functools.wraps(builder, updated=())
    def build(artifact_uri: str, *args: Any, **kwargs: Any) -> Any:
        repository = builder(artifact_uri, *args, **kwargs)
        for name in ("log_artifact", "log_artifacts"):
            _watch_files(repository, name, artifact_uri, mirror)
        return repository

    setattr(build, _WATCHED, True)
    return build


def _watch_files(repository: Any, name: str, artifact_uri: str, mirror: Mirror) -> None:
    original = getattr(repository, name)

    @functools.wraps(original)
    def call(path: Any, artifact_path: str | None = None, *args: Any, **kwargs: Any) -> None:
        run = mirror.run_of_files(artifact_uri)
        if run is None or _inside.is_set:
            original(path, artifact_path, *args, **kwargs)
            return
        _inside.is_set = True
        try:
            getattr(mirror, name)(artifact_uri, path, artifact_path)
            original(path, artifact_path, *args, **kwargs)
        except Exception as error:
            if not is_failure(error) or isinstance(error, FileNotFoundError):
                raise
            mirror.quiet.say(_lost(error))
        finally:
            _inside.is_set = False

    setattr(repository, name, call)


def _is_active(run_id: str) -> bool:
    """Tell whether a run was begun in this process, before it was set up."""
    import mlflow

    active = mlflow.active_run()
    return active is not None and active.info.run_id == run_id


def _running() -> int:
    from mlflow.entities import RunStatus

    status: int = RunStatus.RUNNING
    return status


def _gone(error: Exception) -> str:
    reason = first_line(error)
    return f"MLflow's store can't be used: {reason}. Runs go on, and are kept by Runlore alone"


def _lost(error: Exception) -> str:
    return f"MLflow's store failed: {first_line(error)}. What is logged is kept by Runlore"
