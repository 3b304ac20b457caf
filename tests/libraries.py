"""Libraries that tests use where they work."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest


def library(name: str) -> Any:
    """Import a library, or skip the test where it, or what it needs of the system, is missing.

    LightGBM's wheel is there on every machine, and libgomp, which it loads, is not.
    """
    try:
        return import_module(name)
    except (ImportError, OSError) as error:
        pytest.skip(f"{name} doesn't work here: {error}", allow_module_level=True)
