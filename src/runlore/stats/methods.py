"""How a number was come by: a method's name, what it assumes, where it is described."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from runlore.errors import InvalidValue
from runlore.media.libraries import require

if TYPE_CHECKING:
    from collections.abc import Iterable


class Method(NamedTuple):
    """A method, in words: every result carries that of its numbers."""

    name: str
    assumes: str
    source: str

    def __str__(self) -> str:
        return f"{self.name}; assumes {self.assumes} ({self.source})"


def scipy_stats() -> Any:
    """Import SciPy's statistics, which take most of a second to load, when they are needed.

    Raises:
        MissingExtra: if SciPy isn't installed.
    """
    return require("scipy.stats", package="scipy", extra="stats", purpose="statistics")


def scipy_special() -> Any:
    """Import SciPy's functions of numbers, which take a third of the time and room of the above.

    Raises:
        MissingExtra: if SciPy isn't installed.
    """
    return require("scipy.special", package="scipy", extra="stats", purpose="statistics")


def student_factor(confidence: float, freedom: float) -> float:
    """Give how many standard errors wide half of a t interval is.

    Raises:
        MissingExtra: if SciPy isn't installed.
    """
    return _student_factor(scipy_special(), confidence, freedom)


@lru_cache(maxsize=4096)
def _student_factor(special: Any, confidence: float, freedom: float) -> float:
    return float(special.stdtrit(freedom, (1 + confidence) / 2))


def checked_confidence(confidence: float) -> float:
    """Return a confidence such as 0.95, or raise `InvalidValue` if it is none."""
    if not 0 < confidence < 1:
        hint = f"{confidence:g} % is {confidence / 100:g}" if 1 <= confidence < 100 else None
        raise InvalidValue(f"a confidence is between 0 and 1, and not {confidence!r}", hint=hint)
    return float(confidence)


def checked_choice(value: str, choices: Iterable[str], *, what: str) -> str:
    """Return one of the choices, or raise `InvalidValue` that lists them."""
    known = list(choices)
    if value not in known:
        raise InvalidValue(f"{value!r} is no {what}", hint=f"one of: {', '.join(known)}")
    return value


def percent(confidence: float) -> str:
    """Write a confidence as one speaks of it: 95 %."""
    return f"{100 * confidence:g} %"
