"""Track functions: each call a run, its arguments params, what it returns metrics and models."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeVar, overload

from runlore.client.increments import find_increment
from runlore.client.values import tags_of
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits
from runlore.tracking.tracked_call import CallRecipe, is_within

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Iterable, Mapping

    from runlore.tracking.tracked_call import TrackedCall

Function = TypeVar("Function", bound="Callable[..., Any]")


class AutoTracker:
    """Makes functions that record each of their calls as a run of an experiment."""

    def __init__(
        self,
        increment: str | int | None = None,
        *,
        experiment: str | None = None,
        project: str | None = None,
        series: str | None = None,
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
        store: str | os.PathLike[str] | None = None,
        capture: bool | Mapping[str, bool] | Iterable[str] | None = None,
    ) -> None:
        """Say where the runs go; the arguments are those of `track_experiment`.

        Raises:
            NotFound, Ambiguous: if no increment has that number, or two have.
            UsageError: for another wrong argument.
        """
        if increment is not None and not isinstance(increment, bool):
            find_increment(increment)
        self._place: dict[str, Any] = {
            "increment": increment, "experiment": experiment, "project": project,
            "series": None if series is None else limits.name(series, "the series"),
            "store": store, "capture": capture,
        }  # fmt: skip
        self._tags = tags_of(tags)

    @overload
    def track(self, name: Function) -> Function: ...

    @overload
    def track(
        self,
        name: str | None = None,
        *,
        ignore: str | Iterable[str] = (),
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
    ) -> Callable[[Function], Function]: ...

    def track(
        self,
        name: Any = None,
        *,
        ignore: str | Iterable[str] = (),
        tags: Iterable[str] | Mapping[str, str | None] | None = None,
    ) -> Any:
        """Decorate a function, so that each call is recorded: `@tracker.track(name="xgboost")`.

        Arguments become params (large ones are described: `float64 ndarray of shape (150, 4)`).
        Returned numbers become metrics, called as the return statement calls them, or by the
        keys of a dict and the fields of a dataclass or a named tuple; returned estimators are
        kept as models, with their hyper-parameters as params. A generator's numbers are points,
        a step each. The function gives what it gave and raises what it raised.

        Within a tracked call, another tracked function gets a run within that one; a function
        that calls itself stays one run.

        Args:
            name: of the runs; by default the function's.
            ignore: arguments that are not to be recorded, like passwords.
            tags: for these runs, beside the tracker's.

        Raises:
            InvalidType: if what is decorated is no function.
            InvalidValue: if the function has no argument that is to be ignored.
        """
        if name is not None and not isinstance(name, str):
            return self._tracked(name, None, (), {})
        if name is not None:
            name = limits.name(name, "the name of the run")
        ignored = (ignore,) if isinstance(ignore, str) else tuple(ignore)
        own = tags_of(tags)

        def decorate(function: Any) -> Any:
            return self._tracked(function, name, ignored, own)

        return decorate

    def _tracked(
        self, function: Any, name: str | None, ignored: tuple[str, ...],
        tags: dict[str, str | None],
    ) -> Any:  # fmt: skip
        if isinstance(function, (staticmethod, classmethod)):
            inner = self._tracked(function.__func__, name, ignored, tags)
            return type(function)(inner)
        if isinstance(function, type) or not callable(function):
            what = f"the class {function.__qualname__}" if isinstance(function, type) else None
            raise InvalidType(
                f"track decorates functions, not {what or a_kind(function)}",
                hint="@tracker.track(name='xgboost') above a def",
            )
        signature = _signature_of(function)
        _check_ignored(function, signature, ignored)
        place = {**self._place, "tags": {**self._tags, **tags} or None}
        recipe = CallRecipe(
            function, signature, name or _name_of(function), frozenset(ignored), place
        )
        return _wrapped(recipe)


def _name_of(function: Any) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "function" if name == "<lambda>" else str(name)


def _check_ignored(
    function: Any, signature: inspect.Signature | None, ignored: tuple[str, ...]
) -> None:
    known = signature.parameters if signature else {}
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    for name in ignored:
        if signature is not None and name not in known:
            raise InvalidValue(
                f"{_name_of(function)} has no argument {name!r} to ignore",
                hint="its arguments: " + (", ".join(known) or "none"),
            )


def _signature_of(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None  # one of C, which doesn't say


def _wrapped(recipe: CallRecipe) -> Any:
    """Wrap a function in another of its own kind, so that whoever asks sees no difference."""
    function = recipe.function
    if inspect.isasyncgenfunction(function):
        return _async_generator(recipe)
    if inspect.isgeneratorfunction(function):
        return _generator(recipe)
    if inspect.iscoroutinefunction(function):
        return _coroutine(recipe)

    @functools.wraps(function)
    def tracked(*arguments: Any, **named: Any) -> Any:
        if is_within(recipe):
            return function(*arguments, **named)
        with recipe.begin(arguments, named) as call, call.inside():
            result = function(*arguments, **named)
            call.take_result(result)
            return result

    return tracked


def _coroutine(recipe: CallRecipe) -> Any:
    function = recipe.function

    @functools.wraps(function)
    async def tracked(*arguments: Any, **named: Any) -> Any:
        if is_within(recipe):
            return await function(*arguments, **named)
        with recipe.begin(arguments, named) as call, call.inside():
            result = await function(*arguments, **named)
            call.take_result(result)
            return result

    return tracked


def _generator(recipe: CallRecipe) -> Any:
    function = recipe.function

    @functools.wraps(function)
    def tracked(*arguments: Any, **named: Any) -> Any:
        made = function(*arguments, **named)
        if is_within(recipe):
            return (yield from made)
        with recipe.begin(arguments, named) as call:
            return (yield from _each(made, call))

    return tracked


def _async_generator(recipe: CallRecipe) -> Any:
    function = recipe.function

    @functools.wraps(function)
    async def tracked(*arguments: Any, **named: Any) -> Any:
        made = function(*arguments, **named)
        if is_within(recipe):
            async for value in made:
                yield value
            return
        with recipe.begin(arguments, named) as call:
            step = made.__anext__
            while True:
                try:
                    with call.inside():
                        value = await step()
                except StopAsyncIteration:
                    return
                call.take_yielded(value)
                try:
                    sent = yield value
                except GeneratorExit:
                    await made.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the generator's to handle
                    step = functools.partial(made.athrow, error)
                else:
                    step = functools.partial(made.asend, sent)

    return tracked


def _each(made: Any, call: TrackedCall) -> Generator[Any, Any, Any]:
    """Hand a generator's values on, and what is sent and thrown back to it."""
    step = functools.partial(next, made)
    try:
        while True:
            with call.inside():
                value = step()
            call.take_yielded(value)
            try:
                sent = yield value
            except GeneratorExit:
                made.close()
                raise
            except BaseException as error:  # noqa: BLE001 - it is the generator's to handle
                step = functools.partial(made.throw, error)
            else:
                step = functools.partial(made.send, sent)
    except StopIteration as end:
        call.take_result(end.value)
        return end.value
