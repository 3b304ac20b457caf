"""A Param type for powers of two, as sizes of batches and buffers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import param

from runlore.config.conditions import Conditional
from runlore.errors import InvalidValue

if TYPE_CHECKING:
    from runlore.config.conditions import Condition

LARGEST = 1 << 62


class PowerOfTwo(Conditional, param.Integer):  # type: ignore[type-arg]
    """A positive power of two, such as 1, 2, 4 and 8.

    Refuses 0, negative numbers, `True` and floats, also whole ones. `min` and `max` say the
    same as `bounds=(min, max)`; without a default, it is 32 or the nearest allowed.
    """

    __slots__ = ["validated_when"]

    def __init__(
        self,
        default: int | None = 32,
        *,
        min: int | None = None,  # noqa: A002 - the words of the field's author
        max: int | None = None,  # noqa: A002
        bounds: tuple[int | None, int | None] | None = None,
        validated_when: Condition | None = None,
        **named: Any,
    ) -> None:
        if bounds is not None and (min is not None or max is not None):
            raise InvalidValue(
                "PowerOfTwo is given both bounds= and min= or max=", hint="say one of them"
            )
        low, high = bounds if bounds is not None else (min, max)
        low = 1 if low is None or low < 1 else low
        if default == 32:
            default = _nearest(32, low, high)
        super().__init__(
            default=default, bounds=(low, high), validated_when=validated_when, **named
        )

    def _validate_value(self, val: Any, allow_None: bool) -> None:  # noqa: N803, FBT001 - Param's
        if isinstance(val, bool) or callable(val):
            said = f"PowerOfTwo parameter {self.name!r} must be an integer, not {val!r}."
            raise ValueError(said)  # noqa: TRY004 - what all of Param's types raise
        super()._validate_value(val, allow_None)

    def _validate_bounds(self, val: Any, bounds: Any, inclusive_bounds: Any) -> None:
        super()._validate_bounds(val, bounds, inclusive_bounds)
        if val is not None and not is_power(val):
            raise ValueError(
                f"PowerOfTwo parameter {self.name!r} must be a power of 2, not {val!r}: "
                f"the nearest are {_below(val)} and {2 * _below(val)}."
            )

    def powers(self, most: int = 63) -> list[int]:
        """List the values that are allowed, ascending: at most so many."""
        low, high = self.bounds or (1, None)
        highest = LARGEST if high is None else high
        found = [1 << exponent for exponent in range(63)]
        return [power for power in found if (low or 1) <= power <= highest][:most]


def is_power(number: int) -> bool:
    """Tell whether a number is a positive power of two."""
    return number > 0 and number & (number - 1) == 0


def _below(number: int) -> int:
    """Return the largest power of two that is at most `number`, which is positive."""
    return 1 << (int(number).bit_length() - 1)


def _nearest(wish: int, low: int, high: int | None) -> int:
    """Return the power of two within the bounds that is nearest to `wish`."""
    if high is not None and wish > high:
        return _below(high)
    if wish < low:
        return low if is_power(low) else 2 * _below(low)
    return wish
