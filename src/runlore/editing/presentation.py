"""What can be said about how a store is shown, and the refusal of anything else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits
from runlore.records.events import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGES = ("runs", "experiment", "compare", "run")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DESCRIBED = ("alias", "unit", "direction")


def colour(value: object) -> str | None:
    """Return a colour as it is stored, `#rrggbb` in small letters, or refuse it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidType(f"a colour is {a_kind(value)}, not text", hint="give it as '#1f77b4'")
    if not _COLOUR.fullmatch(value):
        raise InvalidValue(
            f"{value[:60]!r} is no colour", hint="give red, green and blue in hex: '#1f77b4'"
        )
    return value.lower()


def page(value: object) -> str:
    """Return the name of a page that views can be of, or refuse it."""
    if value not in PAGES:
        raise InvalidValue(f"views are of no page {value!r}", hint="one of " + ", ".join(PAGES))
    return str(value)


def described(said: Mapping[str, object]) -> dict[str, str | None]:
    """Return what is said about a metric as it is stored, or refuse it.

    `alias` and `unit` are names, `direction` is `min` or `max`; None takes any of them back.
    """
    unknown = [key for key in said if key not in _DESCRIBED]
    if unknown:
        raise InvalidValue(
            f"a metric has no {unknown[0]!r}", hint="what can be said: " + ", ".join(_DESCRIBED)
        )
    if not said:
        raise InvalidValue(
            "nothing is said about the metric", hint="what can be said: " + ", ".join(_DESCRIBED)
        )
    direction = said.get("direction")
    if direction is not None and direction not in DIRECTIONS:
        raise InvalidValue(f"{direction!r} is no direction", hint="min or max")
    return {
        key: None if value is None else limits.name(value, f"a metric's {key}")
        for key, value in said.items()
    }
