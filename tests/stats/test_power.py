from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidValue
from runlore.stats import power_of, runs_needed


@pytest.mark.parametrize(
    ("size", "n", "unpaired", "paired"),
    # statsmodels 0.15.0: TTestIndPower().power(size, n, 0.05), TTestPower().power(size, n, 0.05)
    [
        (0.5, 20, 0.3379390289250411, 0.5645044184390379),
        (1.0, 5, 0.28629549338059757, 0.4013899173717936),
        (2.0, 3, 0.462640811891305, 0.47074943128599966),
        (0.1, 1000, 0.6083667058091781, 0.8847890988907138),
        (0.05, 5000, 0.7053351954242704, 0.9423591728304451),
    ],
)
def test_power_is_that_of_statsmodels(size: float, n: int, unpaired: float, paired: float) -> None:
    assert power_of(size, 1.0, n) == pytest.approx(unpaired, rel=1e-3)
    assert power_of(-3 * size, 3.0, n, is_paired=True) == pytest.approx(paired, rel=1e-3)


@pytest.mark.parametrize(
    ("size", "unpaired", "paired"),
    # statsmodels 0.15.0: solve_power(size, power=0.8, alpha=0.05), rounded up; 3 at least
    [(0.2, 394, 199), (0.5, 64, 34), (1, 17, 10), (2, 6, 5), (5, 3, 3)],
)
def test_runs_needed_are_those_of_statsmodels(size: float, unpaired: int, paired: int) -> None:
    assert runs_needed(size * 0.01, 0.01).n == unpaired
    assert runs_needed(size * 0.01, 0.01, is_paired=True).n == paired


@given(st.floats(0.03, 30), st.floats(0.5, 0.99), st.booleans())
def test_runs_needed_are_the_fewest_that_reach_the_power(
    size: float, power: float, is_paired: bool
) -> None:
    needed = runs_needed(size, 1.0, power=power, is_paired=is_paired)
    assert needed.power >= power
    assert needed.power == power_of(size, 1.0, needed.n, is_paired=is_paired)
    assert needed.n == 3 or power_of(size, 1.0, needed.n - 1, is_paired=is_paired) < power


def test_power_is_how_often_the_test_finds_a_difference() -> None:
    values = np.random.default_rng(1).normal(size=(4000, 2, 8))
    found = scipy.stats.ttest_ind(values[:, 0] + 1, values[:, 1], axis=1).pvalue < 0.05
    assert power_of(1.0, 1.0, 8) == pytest.approx(found.mean(), abs=0.03)


def test_a_huge_difference_is_seen_for_certain() -> None:
    assert power_of(1e200, 1e-100, 3) == 1.0


@pytest.mark.parametrize("difference", [0.0, math.nan, math.inf])
def test_no_difference_to_look_for_is_refused(difference: float) -> None:
    with pytest.raises(InvalidValue, match="a difference to look for"):
        runs_needed(difference, 1.0)


@pytest.mark.parametrize("std", [0.0, -1.0, math.nan, math.inf])
def test_a_spread_that_is_none_is_refused(std: float) -> None:
    with pytest.raises(InvalidValue, match="a spread is a number above 0"):
        power_of(1.0, std, 5)


def test_more_than_a_million_runs_are_refused() -> None:
    with pytest.raises(InvalidValue, match="takes over 1,000,000 runs"):
        runs_needed(1e-5, 1.0)
    with pytest.raises(InvalidValue, match="power is between 0 and 1"):
        runs_needed(1.0, 1.0, power=80)
    with pytest.raises(InvalidValue, match="a t-test of 1 runs"):
        power_of(1.0, 1.0, 1)
