"""MLflow, with everything that it is told recorded in Runlore as well.

    from runlore import mlflow

It is MLflow itself, but for `start_run`, which also takes a name. What is used first sets it up
as `configure_mlflow` does, with the open increment, unless that was called.
"""

from __future__ import annotations

from typing import Any

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.integrations.mlflow_setup import configure_mlflow, is_configured
from runlore.media.libraries import require

_ID_DIGITS = 32


def start_run(
    run_id: str | None = None, *args: Any, run_name: str | None = None, **kwargs: Any
) -> Any:
    """Start a run as `mlflow.start_run` does; the first argument may also be its name.

    It is an id where it looks like one of MLflow's, 32 hexadecimal digits, and else a name.
    """
    if run_id is not None and not isinstance(run_id, str):
        raise InvalidType(
            f"the run is {a_kind(run_id)}: {run_id!r}", hint='start_run("a name") or run_id="…"'
        )
    if run_id is not None and not _is_id(run_id):
        if run_name is not None:
            raise InvalidValue(
                f"the run is named twice: {run_id!r} and run_name={run_name!r}",
                hint="give the name once; an id of MLflow's has 32 hexadecimal digits",
            )
        run_id, run_name = None, run_id
    return _mlflow().start_run(run_id, *args, run_name=run_name, **kwargs)


def __getattr__(name: str) -> Any:
    """Give what MLflow has under a name."""
    if name.startswith("__"):  # what Python asks of any module
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_mlflow(), name)


def __dir__() -> list[str]:
    """List what MLflow has."""
    return sorted({"start_run", *dir(_library())})


def _library() -> Any:
    return require("mlflow", package="mlflow", extra="mlflow", purpose="tracking with it")


def _mlflow() -> Any:
    if not is_configured():
        configure_mlflow()
    return _library()


def _is_id(text: str) -> bool:
    return len(text) == _ID_DIGITS and all(digit in "0123456789abcdef" for digit in text)
