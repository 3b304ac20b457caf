from __future__ import annotations

import math

import pytest
import scipy.stats

from runlore.errors import InvalidValue, TooFew
from runlore.stats import folds_difference, folds_interval, mean_interval, paired_difference
from tests.stats.figures import DEEP, WIDE


def test_the_corrected_test_worked_out_by_hand() -> None:
    found = folds_difference([3, 4, 6, 5, 7], [2, 2, 5, 3, 4])
    # Differences 1 2 1 2 3: mean 1.8, variance 0.7; (1/5 + 1/4) instead of 1/5.
    ratio = 1.8 / math.sqrt((1 / 5 + 1 / 4) * 0.7)
    assert found.p_value == pytest.approx(2 * scipy.stats.t.sf(ratio, 4))
    assert "Nadeau and Bengio 2003" in str(found.test)
    assert found.is_significant == (not found.interval.holds(0.0))


def test_folds_say_less_than_as_many_independent_runs() -> None:
    assert folds_difference(WIDE, DEEP).p_value > paired_difference(WIDE, DEEP).p_value
    folds, runs = folds_interval(WIDE), mean_interval(WIDE)
    assert (folds.high - folds.low) / (runs.high - runs.low) == pytest.approx(1.5)


def test_random_splits_name_their_test_share() -> None:
    narrow, wide = (folds_interval(WIDE, test_share=share) for share in (0.1, 0.5))
    assert narrow.high < wide.high
    assert folds_interval(WIDE, test_share=0.2).high == pytest.approx(folds_interval(WIDE).high)


def test_a_fold_left_out_does_not_change_the_share_of_the_others() -> None:
    found = folds_difference([*WIDE, math.nan], [*DEEP, 0.9], not_finite="leave out")
    named = folds_difference(WIDE, DEEP, test_share=1 / 6)
    assert found.p_value == pytest.approx(named.p_value)
    assert found.not_finite == 1


def test_bad_folds_are_refused() -> None:
    with pytest.raises(TooFew, match="a paired test needs 3\nhint: use more folds"):
        folds_difference([1, 2], [2, 4])
    with pytest.raises(TooFew, match="an interval needs 2"):
        folds_interval([0.9])
    with pytest.raises(InvalidValue, match="a test share is between 0 and 1"):
        folds_interval([0.9, 0.8], test_share=1.0)
    with pytest.raises(InvalidValue, match="nothing says how much chance does"):
        folds_difference([1, 2, 3], [2, 3, 4])
    equal = folds_interval([0.5, 0.5, 0.5])
    assert equal.low == equal.high == 0.5
