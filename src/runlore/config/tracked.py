"""Configurations that check what they are given, and remember what they were."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

import param
from param.parameterized import Parameters, Undefined, batch_call_watchers

from runlore.config.changes import Past, State, author, entry_of
from runlore.config.checking import as_mapping, check, refusal
from runlore.config.fields import default_of, differences, fields_of, kept, nearest_hint, shown
from runlore.config.inside import (
    as_of,
    held_values,
    listen,
    present,
    put_back,
    shown_changes,
    shown_held,
)
from runlore.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.client.run import Run

Follower = Callable[[], bool]  # returns whether it goes on


class _CheckedParameters(Parameters):
    """Param's `.param`, whose updates are taken as one change of a configuration."""

    def _update(self, arg: Any = Undefined, /, **named: Any) -> Any:
        changes = {**({} if arg is Undefined else dict(arg)), **named}
        config: Any = self.self
        if not isinstance(config, TrackedConfig) or not config._is_made:  # noqa: SLF001
            return super()._update(changes)
        others = {name: changes.pop(name) for name in ("name", "history") if name in changes}
        if "name" in fields_of(type(config)):
            changes.update({name: others.pop(name) for name in list(others) if name == "name"})
        before = {name: getattr(config, name) for name in changes if name in self}
        if changes:
            config.update(changes)
        return {**before, **super()._update(others)}


class _ParametersOf:
    """Give configurations `_CheckedParameters`, and classes what Param gives them."""

    def __get__(self, config: TrackedConfig | None, cls: Any) -> Parameters:
        if config is None:
            return cls._param__parameters  # type: ignore[no-any-return]
        return _CheckedParameters(cls, self=config)


class TrackedConfig(param.Parameterized):
    """A configuration: typed fields that check what they are given, and a history of changes.

    Declare the fields in a subclass, with Param's types and those of `runlore.config`. A change is
    made whole or refused whole: then `InvalidConfig` says why, and all fields are as they were.
    `history` holds a dictionary for each change: `timestamp` (ISO 8601, UTC), `config` (all
    fields after it), `changed` (by field, `old` and `new`), `who` and `action`. It is replaced,
    never changed, so that it can be watched. A change of a configuration inside this one, a
    field's value, is one of this one, too: of `inner.rate`.

    Raises:
        InvalidConfig: for fields that it hasn't got, and values that they don't take.
    """

    _is_runlore_base: ClassVar[bool] = True
    history = param.List(default=[], item_type=dict, precedence=-1, doc="What has been changed.")
    param = _ParametersOf()

    def __init_subclass__(cls, **named: Any) -> None:
        """Refuse fields that would hide what a configuration can do."""
        super().__init_subclass__(**named)
        for name, value in vars(cls).items():
            if name != "name" and hasattr(TrackedConfig, name) and _is_field(value):
                raise InvalidValue(
                    f"{cls.__name__} can't have a field {name!r}, which TrackedConfig uses itself",
                    hint=f"name it {name}_value, for example",
                )

    def __init__(self, **values: Any) -> None:
        cls = type(self)
        own = {name: value for name, value in values.items() if name not in ("name", "history")}
        defaults = {name: default_of(field) for name, field in fields_of(cls).items()}
        check(cls, own, defaults)
        super().__init__(**values)  # type: ignore[no-untyped-call]
        self._refuse_combination(self._state().values)
        self._past = Past(start=held_values(self))
        self._followers: list[Follower] = []
        self._depth = 0
        listen(self, _changed_inside)

    # -- reading ---------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return all fields as a dictionary of its own; configurations inside are dictionaries."""
        return {name: shown(getattr(self, name)) for name in fields_of(type(self))}

    def diff(self, to: str | TrackedConfig | Mapping[str, object] = "defaults") -> dict[str, Any]:
        """Return what differs, by field: `old` is what it is compared to, `new` what it holds.

        `to` is "defaults" (of the class), "start" (as it was made), or another configuration.
        """
        return differences(
            {name: shown_held(value) for name, value in self._values_of(to).items()},
            self.get_config(),
        )

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._past.undone)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to make again."""
        return bool(self._past.redone)

    # -- changing --------------------------------------------------------------------------

    def update(
        self, values: Mapping[str, object] | None = None, /, *, who: str | None = None, **named: Any
    ) -> None:
        """Change several fields at once: all of them, or none if one is refused.

        It is one entry of the history, in the name of `who`, by default the user's.

        Raises:
            InvalidConfig: with what is wrong, by field, in its `problems`.
        """
        given = {} if values is None else as_mapping(values, "the changes")
        self._change({**given, **named}, "set", who)

    def reset(self, to: str = "defaults", *, who: str | None = None) -> None:
        """Take back all changes: to the defaults of the class, or `to="start"`, as it was made."""
        if to not in ("defaults", "start"):
            raise InvalidValue(f"reset goes to 'defaults' or 'start', not to {to!r}")
        self._change(self._values_of(to), "reset", who)

    def undo(self, *, who: str | None = None) -> None:
        """Take back the last change that still stands; the history says so too."""
        if not self.can_undo:
            raise InvalidValue("there is no change to undo", hint="`can_undo` tells beforehand")
        self._change(self._past.undone[-1], "undo", who)

    def redo(self, *, who: str | None = None) -> None:
        """Make the change again that was undone last, unless something else was changed since."""
        if not self.can_redo:
            raise InvalidValue("there is no change to redo", hint="`can_redo` tells beforehand")
        self._change(self._past.redone[-1], "redo", who)

    def check(self, values: Mapping[str, Any]) -> None:
        """Refuse combinations of values by raising a ValueError: for subclasses to write.

        It is called before each change, and when the configuration is made, with what all
        fields would hold. Nothing has been changed yet.
        """

    # -- files, command lines, schemas -----------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fields to a file, whole or not at all: .yaml, .yml, .toml or .json."""
        from runlore.config.files import save

        save(self, os.fspath(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Make a configuration from a file; fields that it doesn't name have their defaults.

        Raises:
            InvalidConfig: with the file, for what can't be read and what its fields don't take.
        """
        from runlore.config.files import loaded

        config: Self = loaded(cls, os.fspath(path))
        return config

    @classmethod
    def from_cli(cls, arguments: list[str] | None = None) -> Self:
        """Make a configuration from options like `--learning-rate 0.01 --no-early-stopping`.

        `--config FILE` is read first. Without `arguments` it is this program's command line:
        then a mistake ends the program with one line and status 2, as is usual there.

        Raises:
            InvalidConfig: for `arguments` that are wrong.
        """
        from runlore.config.command_line import from_arguments

        config: Self = from_arguments(cls, arguments)
        return config

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Describe the fields as a JSON Schema (draft 2020-12)."""
        from runlore.config.schema import schema_of

        return schema_of(cls)

    # -- runs ------------------------------------------------------------------------------

    def attach(self, run: Run) -> None:
        """Log every later change to a run, until it ends; `start_run(params=…)` does this."""
        from runlore.config.following import follow

        self._followers.append(follow(self, run))

    # -- how a change is made --------------------------------------------------------------

    def __setattr__(self, name: str, value: object) -> None:
        """Change a field; a name that is no field is refused, since it would be a typing error."""
        if not self._is_made or name.startswith("_"):
            super().__setattr__(name, value)
        elif name in fields_of(type(self)):
            self._change({name: value}, "set", None)
        elif hasattr(type(self), name):
            super().__setattr__(name, value)
        else:
            raise refusal(
                self, {name: "is no field of it"}, nearest_hint(name, list(fields_of(type(self))))
            )

    def __copy__(self) -> Self:
        """Copy deeply: a shallow copy of a Param object would change with the original."""
        return copy.deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the runs that follow: copies, and other processes, have their own."""
        state = super().__getstate__()  # type: ignore[no-untyped-call]
        return {**state, "_followers": [], "_depth": 0}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Hear of what changes inside the copy."""
        super().__setstate__(state)  # type: ignore[no-untyped-call]
        listen(self, _changed_inside)

    @property
    def _is_made(self) -> bool:
        return "_depth" in self.__dict__

    def _values_of(self, to: str | TrackedConfig | Mapping[str, object]) -> dict[str, Any]:
        if isinstance(to, TrackedConfig):
            return to._state().values  # noqa: SLF001 - another one of us
        if isinstance(to, Mapping):
            return dict(to)
        if to == "start":
            return dict(self._past.start)
        if to == "defaults":
            fields = fields_of(type(self)).items()
            return {name: as_of(getattr(self, name), default_of(field)) for name, field in fields}
        raise InvalidValue(
            f"there is nothing called {to!r} to compare with",
            hint="'defaults', 'start', another configuration or a dict",
        )

    def _state(self) -> State:
        values = {name: kept(getattr(self, name)) for name in fields_of(type(self))}
        return State(values, self.history)

    def _change(self, changes: dict[str, Any], action: str, who: str | None) -> None:
        before = self._state()
        given = {name: present(value) for name, value in changes.items()}
        check(self, given, before.values)
        self._refuse_combination({**before.values, **given})
        past = self._past
        with self._whole_or_not_at_all(before):
            for name, value in given.items():
                super().__setattr__(name, value)
            put_back(changes)
            listen(self, _changed_inside)
            now = held_values(self)
            changed = shown_changes(past.last, now)
            if changed:
                entry = entry_of(self.get_config(), changed, who or author(), action)
                self._past = past.after(action, now)
                super().__setattr__("history", [*self.history, entry])

    def _refuse_combination(self, values: dict[str, Any]) -> None:
        try:
            self.check(values)
        except (TypeError, ValueError) as error:
            raise refusal(self, {"check()": f"refuses this: {error}"}) from error

    @contextmanager
    def _whole_or_not_at_all(self, before: State) -> Iterator[None]:
        """Let watchers see the change as one; if one of them raises, everything is as before."""
        past, held = self._past, held_values(self)
        self._depth += 1
        try:
            with batch_call_watchers(self):
                yield
        except BaseException:
            self._past = past
            with batch_call_watchers(self):
                for name, value in (*before.values.items(), ("history", before.history)):
                    super().__setattr__(name, value)
                put_back(held)
            raise
        finally:
            self._depth -= 1
        if self._depth == 0:
            self._followers = [follower for follower in self._followers if follower()]


def _changed_inside(config: TrackedConfig, inner: param.Parameterized) -> None:
    """Record a change of a configuration inside; one that is refused there is taken back."""
    if config._depth:  # noqa: SLF001 - this one is being changed, and sees it itself
        return
    history = getattr(inner, "history", None)
    who = history[-1].get("who") if isinstance(inner, TrackedConfig) and history else None
    try:
        config._change({}, "set", who)  # noqa: SLF001
    except Exception:
        if not isinstance(inner, TrackedConfig):  # others take nothing back themselves
            put_back(config._past.last)  # noqa: SLF001
        raise


def _is_field(value: object) -> bool:
    return isinstance(value, param.Parameter)
