"""The fields of a configuration class, their defaults, and values that can be kept."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import param

if TYPE_CHECKING:
    from collections.abc import Callable

_NOT_VALUES = (param.Action, param.Event)


def fields_of(config: Any) -> dict[str, Any]:
    """Return the fields of a Param class or object in the order of their declaration.

    Not among them are `name` unless the class declares it anew, what begins with an underscore,
    actions and events. An object's fields have the bounds that it was given itself.
    """
    names = [*dict.fromkeys(name for cls in _newest_last(config) for name in _declared(cls))]
    found = {name: config.param[name] for name in names}
    return {
        name: parameter
        for name, parameter in found.items()
        if not name.startswith("_") and not isinstance(parameter, _NOT_VALUES)
    }


def nearest_hint(name: str, known: Any) -> str:
    """Say which name was meant, or which there are."""
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "its fields are " + ", ".join(known)


def default_of(parameter: Any) -> object:
    """Return the default of a field of a class, one that may be changed."""
    factory = getattr(parameter, "default_factory", None)  # of Param 2.3 and newer
    return factory() if callable(factory) else kept(parameter.default)


def kept(value: object) -> object:
    """Copy the containers of a value, so that later changes inside them don't reach the copy."""
    if isinstance(value, dict):
        return {key: kept(inner) for key, inner in value.items()}
    return _container(value, kept)


def shown(value: object) -> object:
    """Copy a value as `kept` does, with configurations inside it as dictionaries."""
    if isinstance(value, param.Parameterized):
        return {name: shown(getattr(value, name)) for name in fields_of(value)}
    if isinstance(value, dict):
        return {key: shown(inner) for key, inner in value.items()}
    return _container(value, shown)


def _container(value: object, copied: Callable[[object], object]) -> object:
    for kind in (list, set, tuple):
        if type(value) is kind:
            return kind(copied(inner) for inner in value)
    return value


def is_same(one: object, other: object) -> bool:
    """Tell whether two values are equal, with NaN equal to itself and arrays compared whole."""
    if one is other:
        return True
    try:
        return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - NaN
    except (TypeError, ValueError):  # an array has no one answer
        return type(one) is type(other) and repr(one) == repr(other)


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, dict[str, object]]:
    """Return, by field, `{"old": …, "new": …}` of what differs."""
    return {
        name: {"old": old.get(name), "new": value}
        for name, value in new.items()
        if name not in old or not is_same(old[name], value)
    }


def _newest_last(config: Any) -> list[type]:
    cls = config if isinstance(config, type) else type(config)
    return list(reversed(cls.__mro__))


def _declared(cls: type) -> list[str]:
    """List what a class itself declares, without what Param and `TrackedConfig` bring along."""
    if cls.__module__.partition(".")[0] == "param" or "_is_runlore_base" in vars(cls):
        return []
    found = [name for name, value in vars(cls).items() if isinstance(value, param.Parameter)]
    # Param gives every class a parameter `name`, whose default is the class's own name.
    return [name for name in found if name != "name" or vars(cls)["name"].default != cls.__name__]
