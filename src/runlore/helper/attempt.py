"""Look for a fact, whatever may come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def attempt(look: Callable[[], T]) -> tuple[T | None, str | None]:
    """Find one fact, or say why not: the one place that lets nothing pass."""
    try:
        return look(), None
    except Exception as error:  # noqa: BLE001 - a run is complete without any one of these
        return None, f"{type(error).__name__}: {error}"
