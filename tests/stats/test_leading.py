from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidType, InvalidValue
from runlore.stats import holm, leader, paired_difference, runs_needed, unpaired_difference
from tests.stats.figures import DEEP, FAR, LOOSE, WIDE, scores


def by_seed(values: list[float]) -> dict[int, float]:
    return dict(enumerate(values))


def test_a_group_ahead_of_all_is_the_winner() -> None:
    found = leader({"far": FAR, "wide": WIDE}, direction="max")
    assert (found.best, found.winner, found.is_clear) == ("wide", "wide", True)
    assert found.rivals[0].difference == unpaired_difference(WIDE, FAR, names=("wide", "far"))
    assert found.runs_needed is None
    assert found.reason == (
        "'wide' is ahead of 'far' by 0.109 (95 % interval 0.0948 to 0.123, "
        "Welch's t-test of 5 and 5 runs, p = 8.8e-07)"
    )


def test_less_can_be_better() -> None:
    found = leader({"far": FAR, "wide": WIDE}, direction="min")
    assert found.winner == "far"
    assert "'far' is ahead of 'wide' by 0.109 (95 % interval 0.0948 to 0.123" in found.reason


def test_a_lead_within_the_noise_is_no_win_and_the_reason_says_how_many_runs_would_do() -> None:
    found = leader({"wide": WIDE, "loose": LOOSE, "far": FAR}, direction="max")
    assert (found.best, found.winner) == ("loose", None)
    needed = runs_needed(0.0064, found.rivals[0].difference.std)  # type: ignore[union-attr]
    assert found.runs_needed is not None
    assert found.runs_needed.n == needed.n == 122
    assert found.reason == (
        "no clear winner: 'loose' is ahead of 'wide' by 0.0064 (95 % interval -0.0233 to 0.0361, "
        "Welch's t-test of 5 and 5 runs, p = 0.6 after correction for 2 comparisons), which "
        "chance alone may do; about 122 runs of each would show a lead of this size 4 times in 5"
    )


def test_p_values_are_corrected_for_the_number_of_rivals() -> None:
    groups = {"wide": WIDE, "deep": DEEP, "far": FAR}
    found = leader(groups, direction="max")
    plain = [unpaired_difference(WIDE, groups[rival.name]).p_value for rival in found.rivals]
    assert [rival.p_adjusted for rival in found.rivals] == holm(plain)


def test_every_rival_has_to_be_told_apart() -> None:
    groups = {"wide": [one + 0.02 for one in WIDE], "near": [0.93, 0.935, 0.925], "far": FAR}
    found = leader(groups, direction="max")
    far = next(rival for rival in found.rivals if rival.name == "far")
    assert found.is_behind(far)
    assert not found.is_clear
    assert "near" in found.reason
    assert "far" not in found.reason


def test_the_same_seeds_in_all_groups_are_compared_seed_by_seed() -> None:
    groups = {"wide": by_seed(WIDE), "deep": by_seed(DEEP)}
    found = leader(groups, direction="max")
    assert found.is_paired
    assert found.rivals[0].difference == paired_difference(
        by_seed(WIDE), by_seed(DEEP), names=("wide", "deep")
    )
    assert "paired t-test of 5 pairs" in found.reason
    assert not leader(groups, direction="max", is_paired=False).is_paired


def test_different_seeds_are_not_paired_unless_asked() -> None:
    groups = {"wide": by_seed(WIDE), "deep": dict(zip(range(2, 7), DEEP, strict=True))}
    assert not leader(groups, direction="max").is_paired
    found = leader(groups, direction="max", is_paired=True)
    assert found.rivals[0].difference is not None
    assert (found.rivals[0].difference.n_first, found.rivals[0].difference.unpaired) == (3, 4)


def test_a_better_mean_that_turns_on_the_shared_seeds_is_no_win() -> None:
    groups = {
        "wide": {0: 0.5, 1: 0.51, 2: 0.52, 3: 0.99, 4: 0.99},
        "deep": {0: 0.6, 1: 0.612, 2: 0.621},
    }
    found = leader(groups, direction="max", is_paired=True)
    assert (found.best, found.winner) == ("wide", None)
    assert "is behind 'deep' on the seeds that both have, by 0.101" in found.reason
    assert found.runs_needed is None


def test_a_single_run_has_an_unknown_spread() -> None:
    found = leader({"wide": WIDE, "once": [0.5]}, direction="max")
    assert found.winner is None
    assert found.reason == (
        "no clear winner: 'wide' is not tested against 'once': "
        "'once' has a single run, so its spread is unknown"
    )


def test_two_runs_are_too_few() -> None:
    found = leader({"wide": WIDE, "twice": [0.5, 0.51]}, direction="max")
    assert found.winner is None
    assert "'twice' has 2 values; a test needs 3" in found.reason


def test_runs_left_out_of_the_best_group_flatter_it() -> None:
    found = leader({"wide": [*WIDE, math.nan], "far": FAR}, direction="max")
    assert (found.best, found.winner) == ("wide", None)
    assert found.reason == (
        "no clear winner: 1 of 6 runs of 'wide' are not finite, and leaving them out flatters it"
    )
    rival = leader({"wide": WIDE, "far": [*FAR, math.nan]}, direction="max")
    assert rival.winner == "wide"
    assert rival.standings[1].description is not None
    assert rival.standings[1].description.not_finite == 1


def test_a_group_without_a_finite_value_comes_last_and_decides_nothing() -> None:
    found = leader({"lost": [math.nan] * 3, "wide": WIDE}, direction="min")
    assert [one.name for one in found.standings] == ["wide", "lost"]
    assert found.winner is None
    assert "'lost' has 0 values (3 left out)" in found.reason
    nothing = leader({"lost": [math.nan], "none": []}, direction="max")
    assert (nothing.best, nothing.rivals) == (None, ())
    assert nothing.reason == "no clear winner: no group has a finite value"


def test_equal_means_are_a_tie() -> None:
    found = leader({"one": [1, 2, 3], "other": [2, 3, 1]}, direction="max")
    assert found.winner is None
    assert found.reason == "no clear winner: 'one' and 'other' have the same mean"


def test_groups_without_any_spread_are_not_decided() -> None:
    found = leader({"one": [0.9] * 3, "other": [0.8] * 3}, direction="max")
    assert found.winner is None
    assert "nothing says how much chance does" in found.reason


def test_one_group_alone_wins_nothing() -> None:
    found = leader({"wide": WIDE}, direction="max")
    assert (found.best, found.winner) == ("wide", None)
    assert "'wide' is the only group" in found.reason


def test_a_lead_too_small_to_matter_is_none() -> None:
    groups = {"wide": WIDE, "far": FAR}
    assert leader(groups, direction="max", least_difference=0.1).winner == "wide"
    found = leader(groups, direction="max", least_difference=0.2)
    assert found.winner is None
    assert found.reason.endswith(", less than the 0.2 that matters")


def test_many_rivals_are_named_up_to_a_few() -> None:
    groups: dict[str, Any] = {f"group {number}": WIDE for number in range(8)}
    groups |= {f"single {number}": [0.1] for number in range(4)}
    found = leader(groups, direction="max")
    assert "have the same mean" in found.reason
    assert "nor is it clearly ahead of 'group 2', 'group 3', 'group 4' and 3 more" in found.reason
    assert "nor against 2 others" in found.reason


def test_a_clear_winner_of_many_says_of_how_many() -> None:
    found = leader({"wide": WIDE, "far": FAR, "away": [0.1, 0.11, 0.12]}, direction="max")
    assert found.winner == "wide"
    assert found.reason.endswith("after correction for 2 comparisons), and clearly of 1 other")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "up"}, "'up' is no direction"),
        ({"direction": "max", "confidence": 95}, "between 0 and 1"),
        ({"direction": "max", "least_difference": -1}, "a least difference is 0 or more"),
        ({"direction": "max", "least_difference": math.nan}, "a least difference is 0 or more"),
    ],
)
def test_bad_arguments_are_refused(options: Any, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        leader({"wide": WIDE, "far": FAR}, **options)


def test_no_group_and_what_is_no_number_are_refused() -> None:
    with pytest.raises(InvalidValue, match="there is no group"):
        leader({}, direction="max")
    with pytest.raises(InvalidType, match="the groups are a list"):
        leader([WIDE, FAR], direction="max")  # type: ignore[arg-type]
    with pytest.raises(InvalidType, match="'wide' holds a str"):
        leader({"wide": ["0.9"]}, direction="max")  # type: ignore[list-item]


@given(st.dictionaries(st.sampled_from("abcdef"), scores(1, 6), min_size=2), st.booleans())
def test_a_winner_is_always_significantly_best(
    groups: dict[str, list[float]], is_max: bool
) -> None:
    found = leader(groups, direction="max" if is_max else "min")
    means = {name: float(np.mean(values)) for name, values in groups.items()}
    extreme = (max if is_max else min)(means.values())
    assert found.best is not None
    assert means[found.best] == pytest.approx(extreme)
    assert len(found.rivals) == len(groups) - 1
    assert found.is_clear == all(found.is_behind(rival) for rival in found.rivals)
    assert found.is_clear != found.reason.startswith("no clear winner: ")
    mirrored = {name: [-one for one in values] for name, values in groups.items()}
    assert leader(mirrored, direction="min" if is_max else "max").is_clear == found.is_clear


def test_chance_alone_makes_hardly_a_winner() -> None:
    values = np.random.default_rng(7).normal(size=(300, 3, 4))
    values[:, 2] -= 5  # two are equally good, the third far behind
    claims = [
        leader(dict(zip("abc", draw.tolist(), strict=True)), direction="max").is_clear
        for draw in values
    ]
    # 5 % of 300 are 15; this seed makes fewer.
    assert 0 < sum(claims) <= 18
