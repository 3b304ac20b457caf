"""A configuration with a history for an object of any Param class, each in step with the other."""

from __future__ import annotations

import copy
from typing import Any

import param

from runlore.config.fields import fields_of
from runlore.config.tracked import TrackedConfig
from runlore.errors import InvalidType, InvalidValue, a_kind


def tracked(config: object) -> TrackedConfig:
    """Return a configuration to edit: `config` itself, one of that class, or its twin.

    Raises:
        InvalidType: for what is no Param class or object.
        InvalidValue: for a class without fields.
    """
    made = (
        config() if isinstance(config, type) and issubclass(config, param.Parameterized) else config
    )
    if not isinstance(made, param.Parameterized):
        kind = f"the class {config.__name__}" if isinstance(config, type) else a_kind(config)
        raise InvalidType(
            f"an editor needs a Param class, or an object of one, and not {kind}",
            hint="class Training(runlore.config.TrackedConfig): …",
        )
    if not fields_of(type(made)):
        raise InvalidValue(f"{type(made).__name__} has no fields to edit")
    return made if isinstance(made, TrackedConfig) else _twin_of(made)


def _twin_of(original: param.Parameterized) -> TrackedConfig:
    cls = type(original)
    fields = {
        name: _unowned(original.param[name])
        for name, field in fields_of(cls).items()
        if not (name == "history" or (_is_hidden(field) and hasattr(TrackedConfig, name)))
    }
    twin_class: Any = type(cls.__name__, (TrackedConfig,), {"__doc__": cls.__doc__, **fields})
    twin: TrackedConfig = twin_class(**{name: getattr(original, name) for name in fields})

    def to_original(*events: Any) -> None:
        before = {event.name: getattr(original, event.name) for event in events}
        try:
            original.param.update({event.name: event.new for event in events})
        except Exception:  # its own methods refuse: it gets back what it had, and so does the twin
            original.param.update(before)
            raise

    def to_twin(*events: Any) -> None:
        twin.update({event.name: event.new for event in events})

    changeable = [name for name, field in fields.items() if not (field.constant or field.readonly)]
    if changeable:
        twin.param.watch(to_original, changeable)
        original.param.watch(to_twin, changeable)
    return twin


def _is_hidden(parameter: Any) -> bool:
    return parameter.precedence is not None and parameter.precedence < 0


def _unowned(parameter: Any) -> Any:
    """Copy a parameter so that another class can have it."""
    duplicate = copy.copy(parameter)
    duplicate.owner = None
    duplicate.watchers = {}
    return duplicate
