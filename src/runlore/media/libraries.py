"""Other people's libraries: whether a value comes from one, and getting one."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any

from runlore.errors import MissingExtra


def comes_from(value: object, library: str, *class_names: str) -> bool:
    """Say whether a class of `value` stands in `library`, without importing that.

    With `class_names` the class, or one it is derived from, must have one of these names.
    """
    return any(
        cls.__module__.partition(".")[0] == library
        and (not class_names or cls.__name__ in class_names)
        for cls in type(value).__mro__
    )


def loaded(library: str) -> Any:
    """Return a library that the process has imported already, else None."""
    return sys.modules.get(library)


def is_installed(library: str) -> bool:
    """Say whether a library could be imported."""
    if library in sys.modules:
        return sys.modules[library] is not None
    return importlib.util.find_spec(library) is not None


def require(module: str, *, package: str, extra: str, purpose: str) -> Any:
    """Import a module, or raise `MissingExtra` for the package that holds it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtra(package, extra=extra, purpose=purpose) from error
