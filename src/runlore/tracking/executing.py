"""Run many evaluations: one after the other, or through joblib on cores and clusters."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidValue
from runlore.media.libraries import require
from runlore.tracking.estimators import check_picklable
from runlore.tracking.evaluation import evaluate, evaluate_in_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from runlore.tracking.evaluation import Data, Outcome, Recipe

    Started = tuple[int, Mapping[str, Any]]

_CHUNK_PER_WORKER = 4


class Executor:
    """Evaluates combinations with `n_jobs` workers of a backend of joblib."""

    def __init__(self, recipe: Recipe, data: Data, n_jobs: int | None, backend: str | None) -> None:
        """Say how; everything that workers get is checked to be picklable.

        Raises:
            InvalidType: if it isn't.
            InvalidValue: for a backend that isn't there, or has no cluster.
            MissingExtra: if its library isn't installed.
        """
        self._recipe = recipe
        self._data = data
        self._n_jobs = n_jobs if n_jobs is not None or backend is None else -1
        self._backend = backend
        self.is_parallel = backend is not None or n_jobs not in (None, 1)
        self.worker_count = 1
        self._has_generators = True
        if not self.is_parallel:
            return
        if backend != "threading":
            hint = "define it at the top of a module; or leave n_jobs and backend out"
            label = recipe.maker.label
            check_picklable(recipe.maker, f"{label}, which workers need,", hint=hint, by_value=True)
            check_picklable(recipe, "the scoring or fit_params", hint=hint, by_value=True)
        with self._configured():
            active, n_jobs = _joblib().parallel.get_active_backend()
            self.worker_count = max(1, active.effective_n_jobs(n_jobs))
            self._has_generators = bool(getattr(active, "supports_return_generator", False))

    def run(
        self, combinations: Iterable[Mapping[str, Any]], began: Callable[[int], None]
    ) -> Generator[tuple[int, Outcome]]:
        """Yield (place, outcome) as they come; `began` is called when one is handed out."""
        if not self.is_parallel:
            for place, params in enumerate(combinations):
                began(place)
                yield place, evaluate(self._recipe, params, self._data)
            return
        with self._configured(brings_data=True):
            if self._has_generators:
                yield from self._stream(list(enumerate(combinations)), began, "generator_unordered")
                return
            waiting = list(enumerate(combinations))
            size = self.worker_count * _CHUNK_PER_WORKER
            for at in range(0, len(waiting), size):
                yield from self._stream(waiting[at : at + size], began, "list")

    def _stream(
        self, combinations: list[Started], began: Callable[[int], None], return_as: str
    ) -> Iterator[tuple[int, Outcome]]:
        joblib = _joblib()
        call = joblib.delayed(_evaluate_at)

        def tasks() -> Iterator[Any]:
            for place, params in combinations:
                began(place)
                yield call(place, self._recipe, params, self._data)

        yield from joblib.Parallel(return_as=return_as)(tasks())

    @contextlib.contextmanager
    def _configured(self, *, brings_data: bool = False) -> Iterator[None]:
        joblib = _joblib()
        options: dict[str, Any] = {"n_jobs": self._n_jobs}
        if self._backend is not None:
            options["backend"] = self._backend
        if self._backend == "ray":
            parts = require("ray.util.joblib", package="ray", extra="ray", purpose="backend='ray'")
            parts.register_ray()
        elif self._backend == "dask":
            require("distributed", package="distributed", extra="dask", purpose="backend='dask'")
            if brings_data:  # once: letting go of them and bringing them again is a race
                options["scatter"] = [self._data]
        try:
            config = joblib.parallel_config(**options)
        except (ValueError, KeyError) as error:
            known = "'loky', 'threading', 'multiprocessing', 'dask', 'ray'"
            hint = f"backends are {known}; a cluster must be there: dask.distributed.Client(…)"
            raise InvalidValue(
                f"backend={self._backend!r} can't be used: {error}", hint=hint
            ) from error
        with config:
            yield


def _evaluate_at(
    place: int, recipe: Recipe, params: Mapping[str, Any], data: Data
) -> tuple[int, Outcome]:
    return place, evaluate_in_worker(recipe, params, data)


def _joblib() -> Any:
    return require("joblib", package="joblib", extra="sweeps", purpose="n_jobs")
