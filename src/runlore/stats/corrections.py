"""P-values of many comparisons, raised so that their number doesn't make discoveries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from runlore.errors import InvalidValue
from runlore.stats.methods import Method, checked_choice, scipy_stats
from runlore.stats.samples import numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

Correction: TypeAlias = Literal["holm", "benjamini-hochberg", "none"]

HOLM = Method(
    "Holm's correction: the chance of any false finding among all",
    "nothing beyond what each comparison does",
    "Holm 1979",
)
BENJAMINI_HOCHBERG = Method(
    "Benjamini-Hochberg correction: the share of false ones among the findings",
    "comparisons that are independent or positively related",
    "Benjamini and Hochberg 1995",
)
UNCORRECTED = Method("no correction", "that one comparison was meant before all", "")


def holm(p_values: Iterable[float]) -> list[float]:
    """Adjust p-values by Holm's method, in the order given."""
    values = numbers_of(p_values, "p-values")
    _check(values)
    order = np.argsort(values, kind="stable")
    raised = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(raised)) if len(values) else raised
    return [float(value) for value in adjusted]


def benjamini_hochberg(p_values: Iterable[float]) -> list[float]:
    """Adjust p-values to control the false discovery rate, in the order given."""
    values = numbers_of(p_values, "p-values")
    _check(values)
    if not len(values):
        return []
    return [float(value) for value in scipy_stats().false_discovery_control(values, method="bh")]


def corrected(p_values: Iterable[float], correction: Correction) -> tuple[list[float], Method]:
    """Adjust p-values as asked, and say by which method."""
    checked_choice(correction, ("holm", "benjamini-hochberg", "none"), what="correction")
    if correction == "holm":
        return holm(p_values), HOLM
    if correction == "benjamini-hochberg":
        return benjamini_hochberg(p_values), BENJAMINI_HOCHBERG
    return list(p_values), UNCORRECTED


def _check(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    is_wrong = ~((values >= 0) & (values <= 1))
    if is_wrong.any():
        wrong = float(values[is_wrong][0])
        raise InvalidValue(f"a p-value is between 0 and 1, and not {wrong!r}")
