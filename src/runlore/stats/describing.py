"""What the values of one group come to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.stats.intervals import (
    least_for_median_interval,
    median_interval,
    student_interval,
)
from runlore.stats.methods import Method, checked_confidence
from runlore.stats.samples import at_least, sample_of

if TYPE_CHECKING:
    from runlore.stats.intervals import (
        Interval,
    )
    from runlore.stats.samples import Values

DESCRIPTION = Method(
    "sample statistics",
    "nothing; the standard deviation is that of a sample (n - 1), "
    "quartiles are interpolated between the two nearest values",
    "Hyndman and Fan 1996, definition 7",
)


class Description(NamedTuple):
    """What the finite values of a group come to; None where it can't be said.

    `std`, `sem` and `mean_interval` want two values, `median_interval` six (at 95 %).
    `not_finite` counts what was left out.
    """

    n: int
    not_finite: int
    mean: float
    std: float | None
    sem: float | None
    min: float
    lower_quartile: float
    median: float
    upper_quartile: float
    max: float
    mean_interval: Interval | None
    median_interval: Interval | None
    method: Method
    notes: tuple[str, ...]


def describe(values: Values, *, confidence: float = 0.95, name: str = "values") -> Description:
    """Sum up the values of a group, one a run.

    NaN and infinities are left out, counted and noted.

    Raises:
        TooFew: if no value is finite.
        InvalidType, InvalidValue: if something isn't a number.
    """
    checked_confidence(confidence)
    sample = sample_of(values, name=name, not_finite="leave out")
    at_least(sample, 1, purpose="a description")
    notes = []
    if sample.not_finite:
        notes.append(f"{sample.not_finite} of {sample.n + sample.not_finite} not finite, left out")
    if sample.n == 1:
        notes.append("one value: the spread is unknown")
    elif sample.is_constant:
        notes.append("all values are equal: does what differs between the runs have an effect?")
    has_spread = sample.n > 1
    quartiles = [float(one) for one in np.quantile(sample.values, (0.25, 0.5, 0.75))]
    has_median_interval = sample.n >= least_for_median_interval(confidence)
    return Description(
        n=sample.n,
        not_finite=sample.not_finite,
        mean=sample.mean,
        std=sample.std if has_spread else None,
        sem=sample.std / math.sqrt(sample.n) if has_spread else None,
        min=float(sample.values.min()),
        lower_quartile=quartiles[0],
        median=quartiles[1],
        upper_quartile=quartiles[2],
        max=float(sample.values.max()),
        mean_interval=student_interval(sample, confidence) if has_spread else None,
        median_interval=(
            median_interval(sample.values, confidence=confidence) if has_median_interval else None
        ),
        method=DESCRIPTION,
        notes=tuple(notes),
    )
