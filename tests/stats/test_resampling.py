from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.errors import TooFew
from runlore.stats.resampling import (
    MANN_WHITNEY,
    SIGN_FLIPS,
    mann_whitney_p,
    permutation_p,
    refuse_few_flips,
    refuse_few_splits,
    sign_flip_p,
    wilcoxon_p,
)
from tests.stats.figures import scores


def by_every_split(first: list[float], second: list[float]) -> float:
    """Double the smaller share of splits with as extreme a difference of means."""
    both = np.array(first + second)
    n = len(first)
    found = []
    for chosen in itertools.combinations(range(len(both)), n):
        is_first = np.isin(np.arange(len(both)), chosen)
        found.append(both[is_first].mean() - both[~is_first].mean())
    seen = float(np.mean(first) - np.mean(second))
    greater = np.mean([one >= seen - 1e-9 for one in found])
    less = np.mean([one <= seen + 1e-9 for one in found])
    return float(min(1.0, 2 * min(greater, less)))


@settings(max_examples=25, deadline=None)
@given(scores(2, 5), scores(2, 5))
def test_the_permutation_test_tries_every_split(first: list[float], second: list[float]) -> None:
    found = permutation_p(np.array(first), np.array(second), seed=0)
    assert found == pytest.approx(by_every_split(first, second))


@settings(max_examples=25, deadline=None)
@given(scores(2, 9))
def test_the_sign_flips_try_every_flip(differences: list[float]) -> None:
    seen = np.mean(differences)
    signs = itertools.product((1, -1), repeat=len(differences))
    found = [np.mean(np.multiply(one, differences)) for one in signs]
    greater = np.mean([one >= seen - 1e-9 for one in found])
    less = np.mean([one <= seen + 1e-9 for one in found])
    expected = min(1.0, 2 * min(greater, less))
    assert sign_flip_p(np.array(differences), seed=0) == pytest.approx(expected)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)), st.integers(2, 10))
def test_mann_whitney_is_the_exact_one_of_scipy(values: list[int], n: int) -> None:
    first, second = np.array(values[:n], float), np.array(values[n:], float)
    reference = scipy.stats.mannwhitneyu(first, second, method="exact").pvalue
    assert mann_whitney_p(first, second, seed=0) == pytest.approx(min(1.0, reference))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(1, 10)), st.lists(st.booleans(), min_size=9, max_size=9))
def test_wilcoxon_is_the_exact_one_of_scipy(sizes: list[int], is_up: list[bool]) -> None:
    differences = np.where(is_up, sizes, -np.array(sizes)).astype(float)
    reference = scipy.stats.wilcoxon(differences, method="exact").pvalue
    assert wilcoxon_p(differences, seed=0) == pytest.approx(reference)


def test_large_groups_take_the_approximations_of_scipy() -> None:
    values = np.random.default_rng(3).normal(size=(2, 40))
    first, second = values[0], values[1] + 0.4
    reference = scipy.stats.mannwhitneyu(first, second, method="asymptotic").pvalue
    assert mann_whitney_p(first, second, seed=0) == pytest.approx(reference)
    paired = scipy.stats.wilcoxon(first - second, zero_method="pratt").pvalue
    assert wilcoxon_p(first - second, seed=0) == pytest.approx(paired, rel=0.05)


def test_random_permutations_are_the_same_for_a_seed_and_in_any_order() -> None:
    values = np.random.default_rng(3).normal(size=(2, 30))
    first, second = values[0] + 0.7, values[1]
    found = permutation_p(first, second, seed=5)
    assert permutation_p(first[::-1], second, seed=5) == found
    assert permutation_p(first, second, seed=6) != found
    assert found == pytest.approx(scipy.stats.ttest_ind(first, second).pvalue, abs=0.01)


@pytest.mark.parametrize("n", [5, 50])
def test_nothing_differs_where_all_values_are_equal(n: int) -> None:
    same = np.full(n, 0.1)
    assert permutation_p(same, same, seed=0) == 1.0
    assert mann_whitney_p(same, same, seed=0) == 1.0
    assert sign_flip_p(same - same, seed=0) == 1.0
    assert wilcoxon_p(same - same, seed=0) == 1.0


def test_groups_that_could_never_be_told_apart_are_refused() -> None:
    with pytest.raises(TooFew, match="3 and 3 values are too few for this at 95 %") as caught:
        refuse_few_splits(3, 3, 0.95, MANN_WHITNEY)
    assert "its p-value can't be below 0.1" in caught.value.message
    refuse_few_splits(4, 4, 0.95, MANN_WHITNEY)
    refuse_few_splits(3, 3, 0.9, MANN_WHITNEY)
    with pytest.raises(TooFew, match="5 pairs"):
        refuse_few_flips(5, 0.95, SIGN_FLIPS)
    refuse_few_flips(6, 0.95, SIGN_FLIPS)
