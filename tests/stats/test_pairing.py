from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from runlore.errors import InvalidType, InvalidValue
from runlore.stats.pairing import paired_samples

if TYPE_CHECKING:
    from runlore.stats.pairing import Pairs


def pairs_of(first: Any, second: Any, not_finite: str = "refuse") -> Pairs:
    return paired_samples(first, second, names=("wide", "deep"), not_finite=not_finite)


def test_values_are_paired_by_key_in_whatever_order_they_come() -> None:
    pairs = pairs_of({0: 1.0, 1: 2.0, 2: 4.0}, {2: 1.0, 0: 0.5, 1: 1.0})
    assert sorted(pairs.differences.values) == [0.5, 1.0, 3.0]
    assert (pairs.n, pairs.unpaired, pairs.notes) == (3, 0, ())


def test_values_without_keys_are_paired_by_position() -> None:
    assert pairs_of([1, 2, 3], (x for x in (3, 2, 1))).differences.values.tolist() == [-2, 0, 2]


def test_what_has_no_partner_is_counted_and_noted() -> None:
    pairs = pairs_of({0: 1.0, 1: 2.0, 2: 3.0}, {1: 1.0, 2: 1.0, 7: 1.0})
    assert (pairs.n, pairs.unpaired) == (2, 2)
    assert pairs.notes == ("2 values have no partner in the other group, left out",)


def test_a_pair_with_a_value_that_is_not_finite_is_left_out_whole() -> None:
    pairs = pairs_of([1, math.nan, 3, 4], [1, 1, math.inf, 2], not_finite="leave out")
    assert pairs.first.values.tolist() == [1, 4]
    assert (pairs.n, pairs.not_finite) == (2, 2)
    assert pairs.notes == ("2 of 4 pairs not finite, left out",)
    with pytest.raises(InvalidValue, match="1 of 4 values of 'deep' are NaN"):
        pairs_of([1, 2, 3, 4], [1, 1, math.inf, 2])


def test_groups_that_share_no_seed_are_refused_with_the_seeds_they_have() -> None:
    message = "'wide' and 'deep' share no seed: 0, 1, 2, … against '0', '1'"
    with pytest.raises(InvalidValue, match=message):
        pairs_of({0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0}, {"0": 1.0, "1": 1.0})


def test_seeds_in_one_group_alone_are_refused() -> None:
    with pytest.raises(InvalidType, match="one group names its seeds and the other doesn't"):
        pairs_of({0: 1.0}, [1.0])


def test_different_lengths_without_seeds_are_refused() -> None:
    with pytest.raises(InvalidValue, match="'wide' has 2 values and 'deep' 3"):
        pairs_of([1, 2], [1, 2, 3])


def test_differences_that_vary_by_the_rounding_of_their_values_are_constant() -> None:
    assert pairs_of([0.1, 0.2, 0.3], [0.3, 0.4, 0.5]).is_constant
    assert not pairs_of([0.1, 0.2, 0.3], [0.3, 0.4, 0.50001]).is_constant
    assert pairs_of([], []).is_constant
