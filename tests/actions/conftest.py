"""A store of its own for each test, without helpers."""

from __future__ import annotations

from tests.stores import store

__all__ = ["store"]
