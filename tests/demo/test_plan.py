"""The demo's plan holds what its documentation promises."""

from __future__ import annotations

from collections import Counter

from runlore.demo.plan import GOALS, trials


def test_has_two_dozen_runs_in_three_experiments() -> None:
    plan = trials()
    assert len(plan) == 24
    assert {trial.experiment for trial in plan} == set(GOALS)


def test_one_run_fails_and_one_is_killed() -> None:
    fates = Counter(trial.fate for trial in trials())
    assert fates["fails"] == fates["is killed"] == 1


def test_families_are_tried_with_several_seeds() -> None:
    seeds = Counter(
        trial.model
        for trial in trials()
        if trial.experiment == "digits" and trial.fate == "finishes"
    )
    assert seeds == {"linear": 6, "network": 6, "forest": 3}


def test_no_two_runs_are_alike() -> None:
    seen = {(trial.experiment, trial.model, str(trial.params)) for trial in trials()}
    assert len(seen) == len(trials())
