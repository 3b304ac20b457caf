"""Record in Runlore what MLflow is told: a run of MLflow's is a run here, of the same id.

What comes here are the arguments of MLflow's tracking stores, whose names these methods bear.
"""

from __future__ import annotations

import os
import sys
from threading import RLock
from typing import TYPE_CHECKING

from runlore.client.ending import described
from runlore.errors import RunloreError
from runlore.integrations.quiet import Quiet
from runlore.integrations.renaming import rename
from runlore.integrations.texts import typed
from runlore.tracking.experiments import track_experiment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from runlore.client.run import Run
    from runlore.reading.run import StoredRun
    from runlore.tracking.tracked import TrackedRun

_NAME, _NOTE, _PARENT = "mlflow.runName", "mlflow.note.content", "mlflow.parentRunId"
_OWN = "mlflow."
_DEFAULT = "Default"
_REASONS = {"KILLED": "killed, as MLflow says"}
_ENDINGS = {"FINISHED": "finished", "FAILED": "failed", "KILLED": "stopped"}


class Mirror:
    """The runs of MLflow that are recorded here, and where new ones go.

    `increment`, `experiment`, `project` and `store` are as in `track_experiment`. No method
    raises: what can't be recorded is said, and MLflow goes on.
    """

    def __init__(self) -> None:
        """Record nothing yet."""
        self.increment: str | int | None = None
        self.experiment: str | None = None
        self.project: str | None = None
        self.store: str | os.PathLike[str] | None = None
        self.artifact_roots: dict[str, str] = {}  # of stores that are told by their address
        self._runs: dict[str, TrackedRun] = {}
        self._known: dict[str, Any] = {}  # the entities that MLflow gave, for when it is away
        self._places: dict[str, tuple[str, str | None]] = {}  # artifact URI -> run, model
        self._lock = RLock()
        self.quiet = Quiet("MLflow")

    # -- runs ------------------------------------------------------------------------------

    def begin(self, entity: Any, experiment: str | None, increment: str | None = None) -> None:
        """Start the run that a store has made; `increment` is that of the store, if it has one."""
        info, tags = entity.info, dict(entity.data.tags)
        with self._lock:
            self._known[info.run_id] = entity
            self._places[info.artifact_uri] = (info.run_id, None)
            if info.run_id not in self._runs:
                self._start(info, tags, experiment, increment)

    def continue_run(self, entity: Any, experiment: str | None, increment: str | None) -> None:
        """Go on with a run that was made elsewhere, or is over."""
        info = entity.info
        with self._lock:
            self._known[info.run_id] = entity
            self._places[info.artifact_uri] = (info.run_id, None)
            run = self._runs.get(info.run_id)
            if run is None or run.is_finished:
                self._start(info, dict(entity.data.tags), experiment, increment, continues=True)

    def entity(self, run_id: str | None) -> Any:
        """Return what MLflow last said of a run that is recorded here, else None."""
        return self._known.get(run_id or "")

    def is_recorded(self, run_id: str | None) -> bool:
        """Tell whether a run goes on here whatever becomes of MLflow."""
        return run_id in self._runs

    def _start(
        self,
        info: Any,
        tags: dict[str, str],
        experiment: str | None,
        increment: str | None,
        *,
        continues: bool = False,
    ) -> None:
        def start() -> None:
            resume = continues and self._stored(info.run_id) is not None
            chosen = self.increment if self.increment is not None else increment
            named = None if experiment == _DEFAULT else experiment
            run = track_experiment(
                info.run_name or tags.get(_NAME),
                increment=chosen,
                experiment=self.experiment or named,
                project=self.project,
                parent=self._parent(tags.get(_PARENT)),
                id=info.run_id,
                resume=resume,
                store=self.store,
            )
            self._runs[info.run_id] = run
            about = {"run_id": info.run_id, "experiment": experiment}
            run.record("context.captured", facts={"mlflow": about})
            self._take_tags(run, tags)

        self.quiet.attempt(f"the run {info.run_id}", start)

    def _parent(self, run_id: str | None) -> TrackedRun | str | None:
        if run_id is None:
            return None
        return self._runs.get(run_id) or (run_id if self._stored(run_id) else None)

    def _stored(self, run_id: str) -> StoredRun | None:
        from runlore.reading.opening import get_run

        try:
            return get_run(run_id, store=self.store)
        except RunloreError:
            return None

    # -- what stores are told ---------------------------------------------------------------

    def log_metric(self, run_id: str, metric: Any) -> None:
        """Log one value."""
        self.log_batch(run_id, metrics=[metric])

    def log_param(self, run_id: str, param: Any) -> None:
        """Log one param."""
        self.log_batch(run_id, params=[param])

    def set_tag(self, run_id: str, tag: Any) -> None:
        """Add or change a tag; also of a run that is over and was recorded before."""
        if run_id in self._runs or tag.key.startswith(_OWN):
            self.log_batch(run_id, tags=[tag])
            return
        stored = self._stored(run_id)
        if stored is not None:
            self.quiet.attempt(f"the tag {tag.key!r}", lambda: stored.add_tag(tag.key, tag.value))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag."""
        run = self._runs.get(run_id) or self._stored(run_id)
        if run is not None and not key.startswith(_OWN):
            self.quiet.attempt(f"the tag {key!r}", lambda: run.remove_tag(key))

    def _log_elsewhere(self, run_id: str, **given: Any) -> None:
        """Write to a run that another process records and will end, if there is one."""
        stored = self._stored(run_id)
        if stored is None:
            return
        from runlore.editing.shell_recorder import shell_run

        attempt = stored.attempts[-1].attempt if stored.attempts else None

        def write() -> None:
            with shell_run(stored.store, stored.id, attempt, stored.name) as run:
                self._take(run, **given)

        self.quiet.attempt("what is logged", write)

    def log_batch(
        self,
        run_id: str,
        metrics: Iterable[Any] = (),
        params: Iterable[Any] = (),
        tags: Iterable[Any] = (),
    ) -> None:
        """Log metrics, params and tags; values of one step and time go together."""
        run = self._runs.get(run_id)
        if run is None:
            self._log_elsewhere(run_id, metrics=metrics, params=params, tags=tags)
        else:
            self._take(run, metrics, params, tags)

    def _take(
        self,
        run: Run,
        metrics: Iterable[Any] = (),
        params: Iterable[Any] = (),
        tags: Iterable[Any] = (),
    ) -> None:
        rows: dict[tuple[int, int], dict[str, float]] = {}
        for metric in metrics or ():
            row = rows.setdefault((metric.step, metric.timestamp), {})
            if metric.key in row:  # the same moment twice: each value is a point of its own
                self._log_row(run, {metric.key: row[metric.key]}, metric.step, metric.timestamp)
            row[metric.key] = metric.value
        for (step, milliseconds), row in rows.items():
            self._log_row(run, row, step, milliseconds)
        for param in params or ():
            self._log_param(run, param.key, param.value)
        self._take_tags(run, {tag.key: tag.value for tag in tags or ()})

    def log_inputs(self, run_id: str, datasets: Iterable[Any] | None = None, **_: Any) -> None:
        """Record the datasets that a run used."""
        run = self._runs.get(run_id)
        if run is None:
            return
        for given in datasets or ():
            data = given.dataset
            about = {"name": data.name, "digest": data.digest, "source": data.source}
            self._record(f"the dataset {data.name!r}", run, {f"dataset {data.name}": about})

    def update_run_info(
        self,
        run_id: str,
        run_status: Any = None,
        end_time: int | None = None,
        run_name: str | None = None,
    ) -> None:
        """Change the name of a run, or end it with the exception that is being handled."""
        del end_time
        run = self._runs.get(run_id)
        if run is None:
            return
        if run_name and run_name != run.name:
            self.quiet.attempt("the name", lambda: rename(run, run_name))
        word = _ENDINGS.get(_status_name(run_status))
        if word is not None and not run.is_finished:
            self.quiet.attempt("the end", lambda: self._end(run, word))

    def place_model(self, run_id: str | None, model: Any) -> None:
        """Remember where the files of a model of a run go."""
        if run_id in self._runs:
            self._places[model.artifact_location] = (run_id or "", model.name)

    def delete_run(self, run_id: str) -> None:
        """Move a run to the trash."""
        stored = self._stored(run_id)
        if stored is not None:
            self.quiet.attempt(f"the deletion of the run {run_id}", stored.delete)

    def restore_run(self, run_id: str) -> None:
        """Take a run out of the trash."""
        stored = self._stored(run_id)
        if stored is not None:
            self.quiet.attempt(f"the return of the run {run_id}", stored.restore)

    # -- files -----------------------------------------------------------------------------

    def run_of_files(self, artifact_uri: str) -> str | None:
        """Return the run whose files lie at an address, if it is recorded here."""
        run_id, _ = self._places.get(artifact_uri, (None, None))
        return run_id if run_id in self._runs else None

    def log_artifact(self, artifact_uri: str, path: Any, folder: str | None) -> None:
        """Keep one file that goes to an address of MLflow's."""
        run_id, model = self._places[artifact_uri]
        name = "/".join(filter(None, (model, folder, os.path.basename(os.fspath(path)))))
        run, kind = self._runs[run_id], "model" if model else None
        self.quiet.attempt(f"the file {name!r}", lambda: run.log_artifact(path, name, kind=kind))

    def log_artifacts(self, artifact_uri: str, path: Any, folder: str | None) -> None:
        """Keep what is in a folder that goes to an address of MLflow's."""
        run_id, model = self._places[artifact_uri]
        name = "/".join(filter(None, (model, folder)))
        run, kind = self._runs[run_id], "model" if model else None
        if name:
            self.quiet.attempt(
                f"the files {name!r}", lambda: run.log_artifact(path, name, kind=kind)
            )
            return
        for entry in sorted(os.listdir(path)) if os.path.isdir(path) else ():
            self.log_artifact(artifact_uri, os.path.join(path, entry), None)

    # -- parts -----------------------------------------------------------------------------

    def _log_row(self, run: Run, row: dict[str, float], step: int, milliseconds: int) -> None:
        self.quiet.attempt("metrics", lambda: run.log(row, step, time=milliseconds / 1000))

    def _log_param(self, run: Run, key: str, value: str) -> None:
        self.quiet.attempt(f"the param {key!r}", lambda: run.log_param(key, typed(value)))

    def _take_tags(self, run: Run, tags: dict[str, str]) -> None:
        own = {key: value for key, value in tags.items() if key.startswith(_OWN)}
        others = {key: value for key, value in tags.items() if key not in own}
        if others:
            self.quiet.attempt("tags", lambda: run.add_tags(others))
        note = own.pop(_NOTE, None)
        if note:
            self.quiet.attempt("the note", lambda: run.log_note(note))
        if own:
            self._record("tags", run, dict(own))

    def _record(self, what: str, run: Run, facts: dict[str, object]) -> None:
        self.quiet.attempt(what, lambda: run.record("context.captured", facts=facts))

    def _end(self, run: TrackedRun, status: str) -> None:
        error = sys.exception()
        if status == "failed" and error is not None:
            _, fields, reason = described(error)
            run.end("failed", fields, reason)
        else:
            run.end(status, None, None if status != "stopped" else _REASONS["KILLED"])


def _status_name(status: Any) -> str:
    if status is None or isinstance(status, str):
        return status or ""
    from mlflow.entities import RunStatus

    name: str = RunStatus.to_string(status)
    return name
