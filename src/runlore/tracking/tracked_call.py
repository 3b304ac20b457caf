"""One call of a tracked function, and its run."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from runlore.client.recorder import say
from runlore.tracking.call_values import (
    hyper_parameters,
    is_estimator,
    leaves_of,
    named_parts,
    number_in,
    params_of,
)
from runlore.tracking.experiments import track_experiment
from runlore.tracking.return_names import ReturnNames

if TYPE_CHECKING:
    import inspect
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from runlore.tracking.return_names import Names
    from runlore.tracking.tracked import TrackedRun

_MOST_PARTS = 1000

# The tracked calls that this code runs in, outermost first.
_calls: ContextVar[tuple[TrackedCall, ...]] = ContextVar("runlore_tracked_calls", default=())


@dataclass(frozen=True)
class CallRecipe:
    """How the calls of a function are recorded."""

    function: Callable[..., Any]
    signature: inspect.Signature | None
    name: str
    ignored: frozenset[str]
    place: Mapping[str, Any]
    names: ReturnNames = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to read the names in the function's source."""
        object.__setattr__(self, "names", ReturnNames(self.function))

    def begin(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> TrackedCall:
        """Start the run of a call.

        Raises:
            TypeError: as the function would, if the arguments don't fit it; nothing is recorded.
            StoreError: if the store or the folder of the results can't be written.
        """
        params = params_of(self._bound(arguments, named))
        place = dict(self.place)
        around = _calls.get()
        outer = around[-1].run if around else None
        if outer is not None and outer.store and not outer.is_finished:
            if place["increment"] is None:
                place["increment"] = False if outer.increment is None else outer.increment.name
            if place["store"] is None:
                place["store"] = outer.store
            place["parent"] = outer
        run = track_experiment(self.name, params=params or None, **place)
        return TrackedCall(self, run)

    def _bound(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
        """Name the arguments, defaults too; those of `**kwargs` go by their own names."""
        if self.signature is None:
            return {f"argument_{at}": one for at, one in enumerate(arguments)} | dict(named)
        bound = self.signature.bind(*arguments, **named)
        bound.apply_defaults()
        found: dict[str, Any] = {}
        for at, (name, value) in enumerate(bound.arguments.items()):
            parameter = self.signature.parameters[name]
            if name in self.ignored or (at == 0 and name in ("self", "cls")):
                continue
            if parameter.kind is parameter.VAR_KEYWORD:
                found |= {key: one for key, one in value.items() if key not in self.ignored}
            elif parameter.kind is not parameter.VAR_POSITIONAL or value:
                found[name] = value
        return found


class TrackedCall:
    """A call being recorded; as a context manager it ends the run as the call ended."""

    def __init__(self, recipe: CallRecipe, run: TrackedRun) -> None:
        self.recipe = recipe
        self.run = run
        self._step = 0

    def __enter__(self) -> Self:
        """Return the call itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the run; the exception goes on."""
        if kind is GeneratorExit:
            self.run.end("stopped", None, "the generator was closed before its end")
        self.run.__exit__(kind, error, traceback)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Make runs that are started meanwhile parts of this one."""
        token = _calls.set((*_calls.get(), self))
        try:
            yield
        finally:
            _calls.reset(token)

    def take_yielded(self, value: Any) -> None:
        """Log the numbers in what a generator yields, at the next step."""
        try:
            names = self.recipe.names.of_yielded(_count(value))
            metrics = {
                name: number for name, one in _named(value, names, "value")
                if (number := number_in(one)) is not None
            }  # fmt: skip
            if metrics:
                self.run.log(metrics, step=self._step)
        except Exception as error:  # noqa: BLE001 - the function must not feel it
            self._tell("a value it yielded", error)
        self._step += 1

    def take_result(self, value: Any) -> None:
        """Log the numbers in what is returned, and keep the models."""
        if value is None:
            return
        try:
            metrics: dict[str, float] = {}
            for name, one in _named(value, self.recipe.names.of_result(_count(value)), "result"):
                if is_estimator(one):
                    self._keep_model(name, one)
                elif (number := number_in(one)) is not None:
                    metrics[name] = number
            if metrics:
                self.run.log(metrics)
        except Exception as error:  # noqa: BLE001 - the function must not feel it
            self._tell("what it returned", error)

    def _keep_model(self, name: str, model: Any) -> None:
        name = "model" if name == "result" else name
        found = hyper_parameters(model)
        try:
            self.run.log_params(params_of({name: {"class": type(model).__qualname__, **found}}))
            self.run.save_model(model, _file_name(name, model))
        except Exception as error:  # noqa: BLE001 - one that can't be pickled, say
            self._tell(f"the model {name!r}", error)

    def _tell(self, what: str, error: Exception) -> None:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"{self.recipe.name}: {what} could not be kept: {reason}"
        say(message)
        self.run.log_note(message)


def is_within(recipe: CallRecipe) -> bool:
    """Tell whether this is a call of the function within itself."""
    return any(call.recipe is recipe for call in _calls.get())


def _count(value: Any) -> int | None:
    is_row = isinstance(value, (tuple, list)) and named_parts(value) is None
    return len(value) if is_row and len(value) <= _MOST_PARTS else None


def _named(value: Any, names: Names, fallback: str) -> Iterator[tuple[str, Any]]:
    """Go through the parts of a value with their names, each name once."""
    used: set[str] = set()
    for name, one in _parts(value, names, fallback):
        unique, at = name, 2
        while unique in used:
            unique, at = f"{name}_{at}", at + 1
        used.add(unique)
        yield unique, one


def _parts(value: Any, names: Names, fallback: str) -> Iterator[tuple[str, Any]]:
    if named_parts(value) is not None:
        yield from leaves_of("", value)
    elif _count(value) is None:
        yield names[0] or fallback, value
    else:
        for at, (name, one) in enumerate(zip(names, value, strict=True)):
            # The keys of a dict say what its numbers are; the place of the dict adds nothing.
            prefix = "" if isinstance(one, dict) else name or f"{fallback}_{at}"
            yield from leaves_of(prefix, one)


def _file_name(name: str, model: Any) -> str:
    from runlore.media.libraries import comes_from

    safe = "".join(one if one.isalnum() or one in "._-" else "_" for one in name)
    if comes_from(model, "keras", "Model"):
        return f"{safe}.keras"
    return f"{safe}.pt" if comes_from(model, "torch", "Module") else f"{safe}.pkl"
