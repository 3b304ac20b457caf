"""A stage of a pipeline: a run within the pipeline's, with what it depends on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from runlore.errors import InvalidValue, NotFound, StoreNotFound
from runlore.reading.opening import find_runs
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType

    from runlore.reading.run import StoredRun
    from runlore.tracking.tracked import TrackedRun

FACT = "stage"
REFUSED = "refused"
_RESULTS = "results/"


@dataclass
class StageRecord:
    """What a pipeline remembers of a stage; `status` as of a run, "skipped", or "refused".

    Refused are those that couldn't begin, for a stage that they need didn't get through.
    """

    name: str
    after: tuple[str, ...]
    status: str = "waiting"
    run: str | None = None
    seconds: float | None = None
    error: str | None = None
    results_from: str | None = field(default=None)

    def is_through(self) -> bool:
        """Tell whether stages after this one may start."""
        return self.status in ("finished", "skipped")

    def facts(self) -> dict[str, Any]:
        """Return what is recorded of it."""
        return {**self.__dict__, "after": list(self.after)}


class Stage:
    """A stage that runs; use it as a context manager. All methods of a run work on it.

    `is_skipped` says that an earlier run had the same inputs: `earlier` is that run then.
    `result(name)` is what the stage kept, or that run.
    """

    def __init__(
        self, record: StageRecord, run: TrackedRun, earlier: StoredRun | None,
        tell: Callable[[StageRecord], None],
    ) -> None:  # fmt: skip
        self.run = run
        self.earlier = earlier
        self._record = record
        self._tell = tell
        self._kept: dict[str, object] = {}
        self._started_seconds = time.perf_counter()

    @property
    def name(self) -> str:
        """What the stage is called."""
        return self._record.name

    @property
    def is_skipped(self) -> bool:
        """Whether an earlier run with these inputs stands for this one."""
        return self.earlier is not None

    def __getattr__(self, name: str) -> Any:
        """Hand everything else to the run: `stage.log_metric("rows", 100)`."""
        if name.startswith("_") or name == "run":
            raise AttributeError(name)
        return getattr(self.run, name)

    def keep(self, **results: object) -> None:
        """Keep what the stage made, so that a later run with the same inputs can have it.

        Raises:
            InvalidType: for an object that can't be pickled.
        """
        for name, value in results.items():
            self.run.save_artifact(f"{_RESULTS}{name}.pkl", value)
            self._kept[name] = value

    def result(self, name: str) -> Any:
        """Return what this stage kept under a name, or the earlier run of one that is skipped.

        That of an earlier run is unpickled: only from a store that you trust.

        Raises:
            InvalidValue: if the stage isn't skipped, and hasn't kept it.
            NotFound: if nothing is kept under that name.
        """
        if name in self._kept:
            return self._kept[name]
        if self.earlier is None:
            raise InvalidValue(
                f"the stage {self.name!r} isn't skipped: it has to make its results",
                hint="if not stage.is_skipped: make and stage.keep it; then stage.result has it",
            )
        wanted = f"{_RESULTS}{name}.pkl"
        for file in self.earlier.artifacts:
            if file.name == wanted:
                return file.read(trusted=True)
        raise NotFound(
            f"the stage {self.name!r} kept no result {name!r} in run {self.earlier.short_id}",
            hint=f"stage.keep({name}=…) keeps it",
        )

    def __enter__(self) -> Self:
        """Return the stage itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the stage as its block ended; the exception goes on."""
        record = self._record
        record.seconds = time.perf_counter() - self._started_seconds
        if error is not None:
            is_stopped = isinstance(error, (KeyboardInterrupt, GeneratorExit))
            record.status = "stopped" if is_stopped else "failed"
            record.error = f"{type(error).__name__}: {error}"[:1000]
        elif self.is_skipped:
            record.status = "skipped"
        else:
            record.status = "finished"
        try:
            self.run.__exit__(kind, error, traceback)
        finally:
            self._tell(record)


def find_same(
    store: str | os.PathLike[str] | None, experiment: str | None, fact: dict[str, Any]
) -> StoredRun | None:
    """Find the newest finished run of this stage with these inputs that wasn't skipped itself."""
    try:
        reader = open_reader(store, budget_seconds=None)
    except StoreNotFound:
        return None
    wanted = {key: fact[key] for key in ("pipeline", "name", "fingerprint")}
    for run in find_runs(reader, experiment):
        known = run.context.get(FACT)
        if run.name != fact["name"] or run.status != "finished" or not isinstance(known, dict):
            continue
        if known.get("results_from") is None and wanted.items() <= known.items():
            return run
    return None
