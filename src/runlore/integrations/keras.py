"""A callback for Keras: a tracked run, and TensorBoard's event files beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runlore.client.increments import find_increment
from runlore.client.recorder import say
from runlore.client.run import Run
from runlore.errors import InvalidType, MissingExtra, a_kind
from runlore.integrations.event_files import EventFile, require_tensorboard
from runlore.integrations.increment_paths import whole_path
from runlore.media.libraries import is_installed
from runlore.records import limits
from runlore.tracking.experiments import track_experiment
from runlore.tracking.tracked import TrackedRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

try:
    from keras.callbacks import Callback as _Callback
except ImportError as error:  # Keras itself, or what it computes with
    _missing: ImportError | None = error
    _Callback = object
else:
    _missing = None

_VALIDATION = "val_"
_BACKENDS = ("torch", "jax", "tensorflow")


class TensorBoardCallback(_Callback):  # type: ignore[misc, unused-ignore]
    """Records a training of Keras as a run, and writes event files that `tensorboard` opens.

    Metrics go to the run as Keras calls them (`loss`, `val_loss`), by epoch; in TensorBoard they
    are `epoch_loss` of `<run>/train` and `<run>/validation`.
    """

    def __init__(
        self,
        increment: str | int | None = None,
        log_dir: str | os.PathLike[str] | None = None,
        *,
        name: str | None = None,
        run: Run | None = None,
        experiment: str | None = None,
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
        store: str | os.PathLike[str] | None = None,
    ) -> None:
        """Say where the run goes; it begins with the training.

        Args:
            log_dir: for the event files; by default `tensorboard` in the increment's folder, or
                here. Each run has a folder of its own in it.
            name: of the run; by default the model's.
            run: log to this one, which goes on after the training, instead of a new one.
            increment, experiment, tags, store: as `track_experiment`.

        Raises:
            MissingExtra: if Keras, what it computes with, or TensorBoard isn't installed.
            NotFound, Ambiguous: if no increment has that number, or two have.
        """
        if _missing is not None:
            raise _without(_missing) from _missing
        require_tensorboard()
        super().__init__()
        if run is not None and not isinstance(run, Run):
            raise InvalidType(
                f"the run is {a_kind(run)}", hint="run= takes what track_experiment gives"
            )
        if increment is not None and not isinstance(increment, bool):
            find_increment(increment)
        self._name = None if name is None else limits.name(name, "the name of the run")
        self._log_dir = None if log_dir is None else whole_path(os.fspath(log_dir))
        self._place: dict[str, Any] = {
            "increment": increment, "experiment": experiment, "tags": tags, "store": store,
        }  # fmt: skip
        self._given = run
        self.run: Run | None = run
        self._files: dict[str, EventFile] = {}
        self._folder: str | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        """Begin the run, with the model's and the training's params."""
        del logs
        left = self.run
        if self._given is None:
            if left is not None and not left.is_finished:  # of a training that raised
                left.finish("failed", "the training didn't reach its end")
            model_name = getattr(self.model, "name", None) or "keras"
            self.run = track_experiment(self._name or str(model_name), **self._place)
        assert self.run is not None  # noqa: S101 - begun or given
        try:
            self.run.log_params(self._params())
        except Exception as error:  # noqa: BLE001 - the training must not feel it
            say(f"the params of the model could not be kept: {error}")
        self._folder = os.path.join(self._base(self.run), self._label(self.run))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Log what an epoch came to."""
        run, numbers = self.run, _numbers(logs)
        if run is None or not numbers:
            return
        if not run.is_finished:
            run.log(numbers, step=epoch)
        train = {f"epoch_{name}": one for name, one in numbers.items()
                 if not name.startswith(_VALIDATION)}  # fmt: skip
        held_out = {f"epoch_{name.removeprefix(_VALIDATION)}": one
                    for name, one in numbers.items() if name.startswith(_VALIDATION)}  # fmt: skip
        self._write("train", train, epoch)
        self._write("validation", held_out, epoch)

    def on_train_end(self, logs: Any = None) -> None:
        """Close the files, and end the run if it was begun here."""
        del logs
        for file in self._files.values():
            try:
                file.close()
            except OSError as error:
                self._give_up(error)
        self._files = {}
        if self.run is not None and self._given is None:
            self.run.finish()

    def _write(self, part: str, numbers: Mapping[str, float], epoch: int) -> None:
        if not numbers or self._folder is None:
            return
        try:
            if part not in self._files:
                self._files[part] = EventFile(os.path.join(self._folder, part))
            self._files[part].add(numbers, epoch)
        except Exception as error:  # noqa: BLE001 - a full disk must not end the training
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        """Go on without event files; the run has the numbers."""
        self._folder = None
        say(f"the event files of TensorBoard could not be written: {error}")

    def _base(self, run: Run) -> str:
        if self._log_dir is not None:
            return self._log_dir
        increment = run.increment if isinstance(run, TrackedRun) else None
        return os.path.join("." if increment is None else increment.path, "tensorboard")

    def _label(self, run: Run) -> str:
        """Name the run's own folder, whatever its name holds."""
        label = run.label if isinstance(run, TrackedRun) and run.number else ""
        label = label or f"{run.name or 'run'}-{run.short_id}"
        safe = "".join(one if one.isalnum() or one in "._-" else "-" for one in label)
        return safe.strip(".")[:100] or run.short_id

    def _params(self) -> dict[str, Any]:
        """Return what the training was told, and what the optimizer is."""
        training = self.params or {}
        found: dict[str, Any] = {key: training[key] for key in ("epochs", "steps")
                                 if training.get(key) is not None}  # fmt: skip
        optimizer = getattr(self.model, "optimizer", None)
        if optimizer is not None:
            found["optimizer"] = type(optimizer).__name__
            found["learning_rate"] = float(optimizer.learning_rate)
        loss = getattr(self.model, "loss", None)
        if isinstance(loss, str):
            found["loss"] = loss
        found["weights"] = int(self.model.count_params())
        return found


def _without(error: ImportError) -> MissingExtra:
    """Say what is missing: Keras, or what it computes with, and how to have that."""
    missing = (error.name or "keras").partition(".")[0]
    hint = None
    if missing != "keras":  # what KERAS_BACKEND names, TensorFlow by default
        there = next((one for one in _BACKENDS if is_installed(one)), None)
        hint = f"pip install {missing}, or "
        hint += "" if there else "pip install jax and "
        hint += f"set KERAS_BACKEND={there or 'jax'} before Keras is imported"
    return MissingExtra(missing, extra="tensorboard", purpose="TensorBoardCallback", hint=hint)


def _numbers(logs: Any) -> dict[str, float]:
    numbers = {}
    for name, one in dict(logs or {}).items():
        try:
            numbers[str(name)] = float(one)
        except (TypeError, ValueError):
            continue  # of a metric that is no number
    return numbers
