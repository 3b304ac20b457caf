"""Keep warnings from being printed where a report says the same."""

from __future__ import annotations

import warnings
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def without_warnings(action: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Leave out the warning that an answer is behind: the report has its freshness."""

    @wraps(action)
    def quiet(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        from runlore.reading.store import BehindWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", BehindWarning)
            return action(*arguments, **named)

    return quiet
