"""Runlore: an experiment tracker that costs the training loop nothing and loses nothing.

Public names are resolved when they are first used, so that `import runlore` loads nothing
else; what a training loop touches comes from the standard library alone.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.actions.archiving import archive_runs
    from runlore.client.recorder import current_run
    from runlore.client.run import Run
    from runlore.compare.runs import compare_runs
    from runlore.config.tracked import TrackedConfig
    from runlore.integrations import mlflow, wandb
    from runlore.integrations.keras import TensorBoardCallback
    from runlore.integrations.mlflow_setup import configure_mlflow
    from runlore.integrations.wandb_setup import configure_wandb
    from runlore.reading.artifact_lookup import get_artifact, list_artifacts
    from runlore.reading.opening import get_run, list_runs
    from runlore.reading.search import search_runs
    from runlore.tracking.artifacts import track_artifacts
    from runlore.tracking.auto import AutoTracker
    from runlore.tracking.comparing import compare_experiments
    from runlore.tracking.cross_validation import track_cross_validation
    from runlore.tracking.experiments import track_experiment
    from runlore.tracking.grid_search import track_grid_search
    from runlore.tracking.hooks import add_hook, remove_hook
    from runlore.tracking.metadata import ExperimentMetadata
    from runlore.tracking.model_comparison import compare_models
    from runlore.tracking.pipelines import ExperimentPipeline
    from runlore.tracking.series import series
    from runlore.tracking.start import start_run
    from runlore.tracking.sweeps import track_hyperparameters
    from runlore.tracking.tracked import TrackedRun

_HOMES = {
    "AutoTracker": "runlore.tracking.auto",
    "ExperimentMetadata": "runlore.tracking.metadata",
    "ExperimentPipeline": "runlore.tracking.pipelines",
    "Run": "runlore.client.run",
    "TensorBoardCallback": "runlore.integrations.keras",
    "TrackedConfig": "runlore.config",
    "TrackedRun": "runlore.tracking.tracked",
    "add_hook": "runlore.tracking.hooks",
    "archive_runs": "runlore.actions.archiving",
    "compare_experiments": "runlore.tracking.comparing",
    "compare_models": "runlore.tracking.model_comparison",
    "compare_runs": "runlore.compare.runs",
    "configure_mlflow": "runlore.integrations.mlflow_setup",
    "configure_wandb": "runlore.integrations.wandb_setup",
    "current_run": "runlore.client.recorder",
    "get_artifact": "runlore.reading.artifact_lookup",
    "get_run": "runlore.reading.opening",
    "list_artifacts": "runlore.reading.artifact_lookup",
    "list_runs": "runlore.reading.opening",
    "mlflow": "runlore.integrations",
    "remove_hook": "runlore.tracking.hooks",
    "search_runs": "runlore.reading.search",
    "series": "runlore.tracking.series",
    "start_run": "runlore.tracking.start",
    "track_artifacts": "runlore.tracking.artifacts",
    "track_cross_validation": "runlore.tracking.cross_validation",
    "track_experiment": "runlore.tracking.experiments",
    "track_grid_search": "runlore.tracking.grid_search",
    "track_hyperparameters": "runlore.tracking.sweeps",
    "wandb": "runlore.integrations",
}

_WITH_A_RUN = "run = runlore.start_run(…) begins a run; then "
_IN_OTHER_TRACKERS = {
    "config": _WITH_A_RUN + "run.log_params({…}), or start_run(params={…})",
    "end_run": _WITH_A_RUN + "run.finish(), or `with runlore.start_run(…) as run:`",
    "finish": _WITH_A_RUN + "run.finish(), or `with runlore.start_run(…) as run:`",
    "init": "run = runlore.start_run(…) begins a run",
    "log": _WITH_A_RUN + "run.log({'loss': 0.31}, step=7)",
    "log_artifact": _WITH_A_RUN + "run.log_artifact(path)",
    "log_metric": _WITH_A_RUN + "run.log_metric(name, value, step=7)",
    "log_metrics": _WITH_A_RUN + "run.log({'loss': 0.31}, step=7)",
    "log_param": _WITH_A_RUN + "run.log_param(name, value)",
    "log_params": _WITH_A_RUN + "run.log_params({…})",
    "run": "runlore.current_run() is the run of this process that was started last",
    "save": _WITH_A_RUN + "run.log_artifact(path)",
    "set_experiment": "runlore.start_run(experiment=…) names it",
    "summary": _WITH_A_RUN + "run.log({…}) without a step for values of the whole run",
}

__all__ = [
    "AutoTracker",
    "ExperimentMetadata",
    "ExperimentPipeline",
    "Run",
    "TensorBoardCallback",
    "TrackedConfig",
    "TrackedRun",
    "add_hook",
    "archive_runs",
    "compare_experiments",
    "compare_models",
    "compare_runs",
    "configure_mlflow",
    "configure_wandb",
    "current_run",
    "get_artifact",
    "get_run",
    "list_artifacts",
    "list_runs",
    "mlflow",
    "remove_hook",
    "search_runs",
    "series",
    "start_run",
    "track_artifacts",
    "track_cross_validation",
    "track_experiment",
    "track_grid_search",
    "track_hyperparameters",
    "wandb",
]


def __getattr__(name: str) -> object:
    """Import a public name's home when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module 'runlore' has no attribute {name!r}"
        hint = _IN_OTHER_TRACKERS.get(name)
        raise AttributeError(f"{message}\nhint: {hint}" if hint else message)
    value = getattr(__import__(home, fromlist=(name,)), name)  # importlib would cost more
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *__all__])
