"""Configurations inside others: what they held at a moment, and word of their changes."""

from __future__ import annotations

import copy
import weakref
from typing import TYPE_CHECKING, Any

import param

from runlore.config.fields import differences, fields_of, is_same, kept, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Held:
    """A configuration inside another, with what its fields held at a moment."""

    def __init__(self, config: Any, values: dict[str, Any] | None = None) -> None:
        """Remember the configuration, and a copy of what it holds unless `values` are given."""
        self.config = config
        self.values = held_values(config) if values is None else values

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same configuration, and held the same."""
        if not isinstance(other, Held) or other.config is not self.config:
            return False
        return not differences(self.values, other.values)

    def as_dict(self) -> dict[str, object]:
        """Return what it held as a dictionary."""
        return {name: shown_held(value) for name, value in self.values.items()}

    def put_back(self) -> None:
        """Give the configuration what it held; raises what its own checks raise."""
        config = self.config
        put_back(self.values)
        back = {name: present(value) for name, value in self.values.items()}
        changed = {
            name: value for name, value in back.items() if not is_same(getattr(config, name), value)
        }
        if changed:
            config.param.update(changed)


def held_values(config: Any) -> dict[str, Any]:
    """Copy what the fields hold; of configurations inside, what theirs do."""
    found = {name: getattr(config, name) for name in fields_of(type(config))}
    return {
        name: Held(value) if isinstance(value, param.Parameterized) else kept(value)
        for name, value in found.items()
    }


def as_of(current: Any, wanted: Any) -> Any:
    """Return a value that a field is to get; a configuration stays itself and gets its values."""
    if not isinstance(wanted, param.Parameterized) or type(current) is not type(wanted):
        return copy.deepcopy(wanted) if isinstance(wanted, param.Parameterized) else wanted
    fields = fields_of(type(wanted))
    values = {name: as_of(getattr(current, name), getattr(wanted, name)) for name in fields}
    return Held(current, {name: kept(value) for name, value in values.items()})


def present(value: object) -> object:
    """Return the value that a field can have: of what was held, the configuration itself."""
    return value.config if isinstance(value, Held) else kept(value)


def shown_held(value: object) -> object:
    """Copy a value with configurations inside it, held or not, as dictionaries."""
    return value.as_dict() if isinstance(value, Held) else shown(value)


def put_back(values: Mapping[str, object]) -> None:
    """Give the configurations among some values what they held."""
    for value in values.values():
        if isinstance(value, Held):
            value.put_back()


def shown_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """Return what differs, by field, as the history shows it: `inner.rate` for one inside."""
    found: dict[str, dict[str, object]] = {}
    for name, sides in differences(dict(old), dict(new)).items():
        before, after = sides["old"], sides["new"]
        if isinstance(before, Held) and isinstance(after, Held) and before.config is after.config:
            for inner, one in shown_changes(before.values, after.values).items():
                found[f"{name}.{inner}"] = one
        else:
            found[name] = {side: shown_held(value) for side, value in sides.items()}
    return found


def listen(outer: Any, tell: Callable[[Any, Any], None]) -> None:
    """Have `tell(outer, inner)` called when a configuration inside `outer` changes.

    A copy of a configuration inside isn't listened to; whoever copies `outer` listens anew.
    """
    for name in fields_of(type(outer)):
        inner = getattr(outer, name)
        if not isinstance(inner, param.Parameterized) or inner is outer:
            continue
        # The history of one that has such is replaced once a change, within what can be undone.
        watched = ["history"] if hasattr(inner, "can_undo") else list(fields_of(type(inner)))
        known = inner.param.watchers.values() if isinstance(inner.param.watchers, dict) else ()
        if not any(_is_ear_of(outer, watcher.fn) for what in known for fns in what.values()
                   for watcher in fns):  # fmt: skip
            inner.param.watch(Ear(outer, tell), watched)


class Ear:
    """Hears of changes inside a configuration, as long as they are inside it."""

    def __init__(self, outer: Any, tell: Callable[[Any, Any], None]) -> None:
        self.outer = weakref.ref(outer)
        self._tell = tell

    def __call__(self, *events: Any) -> None:
        """Tell of a change, if the configuration still lies inside."""
        outer, inner = self.outer(), events[0].obj
        if outer is not None and any(getattr(outer, one) is inner for one in fields_of(outer)):
            self._tell(outer, inner)

    def __reduce__(self) -> Any:
        """Leave a copy deaf: the copy of the outer one listens itself."""
        return _Deaf, ()


class _Deaf:
    def __call__(self, *_: Any) -> None:
        """Do nothing."""


def _is_ear_of(outer: Any, function: object) -> bool:
    return isinstance(function, Ear) and function.outer() is outer
