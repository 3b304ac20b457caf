"""Typed configurations of experiments: Param classes that check, remember and can be edited.

Names are resolved when they are first used: the classes need `param`, the editor `panel` too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.config.conditions import Conditional, Integer, Number, Selector, String
    from runlore.config.editor.application import create_app
    from runlore.config.editor.editor import ConfigEditor
    from runlore.config.experiment import MLExperiment
    from runlore.config.experiment_editor import MLExperimentUI
    from runlore.config.powers import PowerOfTwo
    from runlore.config.tracked import TrackedConfig

_HOMES = {
    "Conditional": "conditions",
    "ConfigEditor": "editor.editor",
    "Integer": "conditions",
    "MLExperiment": "experiment",
    "MLExperimentUI": "experiment_editor",
    "Number": "conditions",
    "PowerOfTwo": "powers",
    "Selector": "conditions",
    "String": "conditions",
    "TrackedConfig": "tracked",
    "create_app": "editor.application",
}
_OF_THE_EDITOR = {"ConfigEditor", "MLExperimentUI", "create_app"}

__all__ = [
    "Conditional",
    "ConfigEditor",
    "Integer",
    "MLExperiment",
    "MLExperimentUI",
    "Number",
    "PowerOfTwo",
    "Selector",
    "String",
    "TrackedConfig",
    "create_app",
]


def __getattr__(name: str) -> object:
    """Import a public name's home when it is first asked for.

    Raises:
        MissingExtra: if `param`, or for the editor `panel`, is not installed.
    """
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'runlore.config' has no attribute {name!r}")
    from importlib import import_module

    from runlore.media.libraries import require

    require("param", package="param", extra="config", purpose="a typed configuration")
    if name in _OF_THE_EDITOR:
        require("panel", package="panel", extra="panel", purpose="the editor of configurations")
    value = getattr(import_module(f"runlore.config.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted([*globals(), *__all__])
