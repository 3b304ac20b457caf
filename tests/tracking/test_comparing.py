"""`runlore.compare_experiments`, as a user calls it."""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

import runlore
from runlore import compare_experiments, track_experiment
from runlore.errors import InvalidValue, NotFound, RunNotFound, SeriesNotFound

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from runlore.compare.experiments import ExperimentComparison

SEED_TABLE = {
    "baseline": (0.65, 0.60, 0.55, 0.57, 2),
    "xgboost": (0.87, 0.85, 0.83, 0.84, 45),
    "lightgbm": (0.86, 0.84, 0.82, 0.83, 32),
    "neural-net": (0.85, 0.83, 0.81, 0.82, 320),
}


def track(name: str, values: dict[str, Any], **named: Any) -> None:
    with track_experiment(name, **named) as exp:
        exp.log(values)


def fail(name: str, error: Exception, values: dict[str, Any] | None = None, **named: Any) -> None:
    try:
        with track_experiment(name, **named) as exp:
            exp.log(values or {"accuracy": 1.0})
            raise error
    except type(error):
        pass


def track_table() -> None:
    for name, (accuracy, precision, recall, f1, seconds) in SEED_TABLE.items():
        values = {"accuracy": accuracy, "precision": precision, "recall": recall, "f1": f1}
        track(name, {**values, "training_seconds": seconds})


def track_seeds(name: str, accuracies: Iterable[float], **params: Any) -> None:
    for seed, accuracy in enumerate(accuracies):
        track(name, {"accuracy": accuracy}, params={**params, "seed": seed})


def verdict_of(found: ExperimentComparison) -> str:
    assert found.verdict is not None
    return found.verdict.standing


def reasons(found: ExperimentComparison) -> str:
    return "\n".join(found.reasons)


def test_the_table_the_best_and_why_are_kept_beside_the_experiments(increment: Path) -> None:
    track_table()
    found = compare_experiments(increment="0042")
    assert found.path == str(increment / "comparison.md")
    text = (increment / "comparison.md").read_text()
    assert "| Experiment | Accuracy | Precision | Recall | F1 | Training Time |" in text
    assert "| exp-002-xgboost | **0.87** | **0.85** | **0.83** | **0.84** | 45s |" in text
    assert "## Best Model: exp-002-xgboost" in text
    assert found.by == "accuracy"
    assert found.best == "exp-002-xgboost"
    assert "Highest Accuracy (0.87), 0.01 (1.2 %) more than exp-003-lightgbm" in found.reasons
    assert "Also the best Precision, Recall and F1" in found.reasons
    assert "Precision 0.85 and recall 0.83 are 0.02 apart" in found.reasons
    assert "Training time 45s; the fastest, exp-001-baseline, took 2.0s" in found.reasons


def test_one_run_each_makes_nobody_a_winner(increment: Path) -> None:
    track_table()
    found = compare_experiments(increment="0042", write=False)
    assert verdict_of(found) == "untested"
    assert found.winner is None
    assert "The spread is unknown: there is a single run of each" in reasons(found)
    assert not (increment / "comparison.md").exists()


@pytest.mark.usefixtures("increment")
def test_runs_that_differ_in_their_seed_are_one_and_tested() -> None:
    track_seeds("big", (0.90, 0.91, 0.905, 0.902), depth=6)
    track_seeds("small", (0.80, 0.81, 0.803, 0.807), depth=2)
    found = compare_experiments()
    assert [one.name for one in found.candidates] == ["big", "small"]
    assert [len(one.runs) for one in found.candidates] == [4, 4]
    assert (found.winner, verdict_of(found)) == ("big", "clear")
    assert "paired t-test of 4 pairs" in reasons(found)
    assert "Over 4 seeds the standard deviation is 0.0043" in reasons(found)
    assert "0.90425 ± 0.0043" in found.to_markdown()
    assert "corrected for the number of comparisons" in found.to_markdown()


@pytest.mark.usefixtures("increment")
def test_a_difference_within_the_noise_has_no_winner() -> None:
    track_seeds("one", (0.90, 0.92, 0.88, 0.91))
    track_seeds("other", (0.91, 0.89, 0.90, 0.90))
    found = compare_experiments()
    assert (found.winner, found.best, verdict_of(found)) == (None, None, "within noise")
    assert "## No clear winner" in found.to_markdown()
    assert "which chance alone may do" in reasons(found)
    assert "those that can't be told apart: one 0.9025 ± 0.017 and other 0.9" in reasons(found)


@pytest.mark.usefixtures("increment")
def test_two_runs_that_differ_by_more_than_the_lead_have_no_winner() -> None:
    track_seeds("one", (0.94, 0.96))
    track_seeds("other", (0.946, 0.946))
    found = compare_experiments(write=False)
    assert (found.winner, found.best, verdict_of(found)) == (None, None, "within noise")
    assert "'one' is ahead of 'other' by 0.004, and runs of one and the same" in reasons(found)
    assert "(standard deviation 0.014); not tested: " in reasons(found)
    assert "those that can't be told apart: one 0.95 ± 0.014 and other" in reasons(found)


@pytest.mark.usefixtures("increment")
def test_a_single_run_within_the_spread_of_others_is_not_the_best() -> None:
    track("lucky", {"accuracy": 0.905})
    track_seeds("steady", (0.88, 0.90, 0.92))
    assert compare_experiments(write=False).best is None
    track("far", {"accuracy": 0.99})
    found = compare_experiments(write=False)
    assert (found.best, verdict_of(found)) == ("exp-005-far", "untested")


@pytest.mark.usefixtures("increment")
def test_seeds_that_change_nothing_are_said_to_and_errors_take_one_line() -> None:
    track_seeds("fixed", (0.9, 0.9, 0.9))
    track_seeds("other", (0.5, 0.51, 0.52))
    fail("bad", ValueError("no room\nfor this\nbatch"))
    found = compare_experiments(write=False)
    assert found.winner == "fixed"
    assert "The 3 seeds gave one and the same value" in found.reasons
    assert "exp-007-bad failed: ValueError: no room; it isn't ranked" in found.notes


@pytest.mark.usefixtures("increment")
def test_less_is_better_where_the_name_says_so() -> None:
    track("a", {"rmse": 2.0})
    track("b", {"rmse": 1.5})
    found = compare_experiments()
    assert found.best == "exp-002-b"
    assert "Lowest RMSE (1.5), 0.5 (25 %) less than exp-001-a" in found.reasons


@pytest.mark.usefixtures("increment")
def test_a_direction_is_told_by_the_caller_or_by_the_run() -> None:
    for name, score in (("a", 1.0), ("b", 2.0)):
        with track_experiment(name) as exp:
            exp.define_metric("cost_of_all", direction="min")
            exp.log({"score": score, "cost_of_all": score})
    silent = compare_experiments(metrics=["score"])
    assert silent.best is None
    assert "isn't known whether less or more is better" in reasons(silent)
    assert compare_experiments(metrics=["score"], directions={"score": "max"}).best == "exp-002-b"
    assert compare_experiments(by="cost_of_all").best == "exp-001-a"
    with pytest.raises(InvalidValue, match="the direction of 'score' is 'up'"):
        compare_experiments(directions={"score": "up"})


@pytest.mark.usefixtures("increment")
def test_equal_values_are_a_tie_and_the_faster_is_named() -> None:
    track("slow", {"accuracy": 0.9, "fit_seconds": 20})
    track("fast", {"accuracy": 0.9, "fit_seconds": 3})
    found = compare_experiments()
    assert (found.best, verdict_of(found)) == (None, "tied")
    assert "'exp-001-slow' and 'exp-002-fast' have the same value" in found.reasons
    assert "The fastest of them is exp-002-fast (3.0s)" in found.reasons


@pytest.mark.usefixtures("increment")
def test_what_failed_is_nan_or_missing_is_said_and_never_ranked() -> None:
    track("good", {"accuracy": 0.8, "recall": 0.7})
    track("odd", {"accuracy": math.nan, "recall": 0.9})
    track("short", {"accuracy": 0.7})
    fail("broken", MemoryError("no room"), {"accuracy": 1.0, "recall": 1.0})
    found = compare_experiments()
    assert found.best == "exp-001-good"
    notes = "\n".join(found.notes)
    assert "exp-004-broken failed: MemoryError: no room; it isn't ranked" in notes
    assert "exp-002-odd: accuracy is NaN; it isn't ranked by it" in notes
    assert "without recall: exp-003-short" in notes
    assert "| exp-002-odd | finished | NaN | **0.9** |" in found.to_markdown()
    rows = {row["experiment"]: row for row in found.to_dicts()}
    assert rows["exp-002-odd"]["metrics.accuracy"] is None
    assert rows["exp-004-broken"]["runs"] == 0
    json.dumps(list(rows.values()), allow_nan=False)


@pytest.mark.usefixtures("increment")
def test_a_winner_whose_other_runs_failed_is_none() -> None:
    track_seeds("lucky", (0.90, 0.91, 0.905))
    fail("lucky", ValueError("diverged"), params={"seed": 9})
    track_seeds("steady", (0.80, 0.81, 0.803))
    found = compare_experiments()
    assert (found.winner, verdict_of(found)) == (None, "flattered")
    assert "1 of the runs of 'lucky' did not finish" in reasons(found)


@pytest.mark.usefixtures("increment")
def test_nothing_finished_is_a_comparison_without_a_best() -> None:
    track("empty", {})
    found = compare_experiments()
    assert (found.best, found.by) == (None, None)
    assert found.reasons == ("No finished run has logged a metric",)
    assert "No clear winner" in str(found)


@pytest.mark.usefixtures("increment")
def test_only_nan_has_no_best() -> None:
    track("odd", {"accuracy": math.inf})
    found = compare_experiments()
    assert found.best is None
    assert "No finished run has a finite value" in reasons(found)


@pytest.mark.usefixtures("increment")
def test_a_later_run_of_a_seed_takes_the_place_of_the_earlier() -> None:
    for accuracy in (0.1, 0.9):
        track("same", {"accuracy": accuracy}, params={"seed": 0})
    found = compare_experiments()
    (one,) = found.candidates
    assert one.values["accuracy"] == {"0": 0.9}
    assert "1 earlier runs of the same seed gave way" in "\n".join(found.notes)


@pytest.mark.usefixtures("increment")
def test_runs_without_seeds_are_never_taken_for_repeats() -> None:
    for accuracy in (0.1, 0.9):
        track("same", {"accuracy": accuracy})
    names = [one.name for one in compare_experiments().candidates]
    assert names == ["exp-001-same", "exp-002-same"]


@pytest.mark.usefixtures("repository", "nothing_left_open")
def test_an_experiment_without_an_increment_is_compared_too() -> None:
    for name, accuracy in (("a", 0.8), ("b", 0.9)):
        track(name, {"accuracy": accuracy}, experiment="digits")
    assert compare_experiments().best == "b"
    found = compare_experiments(experiment="digits")
    assert (found.best, found.path) == ("b", None)
    with pytest.raises(RunNotFound, match="no runs in the experiment 'other'"):
        compare_experiments(experiment="other")


@pytest.mark.usefixtures("increment")
def test_folds_are_tested_as_folds() -> None:
    splits = {"train_0": np.arange(4), "test_0": np.arange(4, 6)}
    scores = {"high": (0.9, 0.91, 0.92, 0.9, 0.93), "low": (0.6, 0.63, 0.61, 0.64, 0.6)}
    for name, folds in scores.items():
        with track_experiment(name) as exp:
            for fold, accuracy in enumerate(folds):
                exp.log({"accuracy": accuracy, "fit_seconds": 1}, step=fold, context="fold")
            exp.log({"accuracy": sum(folds) / 5, "accuracy_std": 0.01, "fit_seconds": 5})
            exp.save_artifact("splits.npz", splits)
    found = compare_experiments()
    assert found.metrics == ("accuracy",)
    assert (found.winner, verdict_of(found)) == ("exp-001-high", "clear")
    assert "corrected resampled t-test of cross-validation folds of 5 pairs" in reasons(found)
    assert "Over 5 folds the standard deviation is 0.013" in found.reasons


@pytest.mark.usefixtures("increment")
def test_folds_that_may_be_others_are_not_tested() -> None:
    for name, best in (("high", 0.9), ("low", 0.6)):
        with track_experiment(name) as exp:
            for fold in range(4):
                exp.log({"accuracy": best + (fold**2 % 3) / 100}, step=fold, context="fold")
            exp.log({"accuracy": best})
    found = compare_experiments()
    assert verdict_of(found) == "untested"
    assert "nothing says that they were tested on the same folds" in reasons(found)


def test_baselines_have_a_report_of_their_own_as_soon_as_they_end(increment: Path) -> None:
    data = load_iris()
    for strategy in ("uniform", "most_frequent", "stratified"):
        with track_experiment(f"baseline-{strategy}") as exp:
            model = DummyClassifier(strategy=strategy, random_state=0).fit(data.data, data.target)
            exp.log_metric("accuracy", model.score(data.data, data.target))
    text = (increment / "baselines.md").read_text()
    assert text.count("| exp-") == 3
    assert "The Accuracy to beat is" in text
    track("forest", {"accuracy": 0.95})
    assert (increment / "baselines.md").read_text() == text
    assert "exp-004-forest has Accuracy 0.95 over" in reasons(compare_experiments())


def test_a_tag_makes_a_baseline_as_well(increment: Path) -> None:
    track("popular", {"accuracy": 0.18}, tags=["baseline"])
    track("model", {"accuracy": 0.26})
    found = compare_experiments()
    assert [one.name for one in found.baselines] == ["exp-001-popular"]
    assert "0.26 over 0.18 of the best baseline, exp-001-popular (+0.08, +44 %)" in reasons(found)
    assert (increment / "baselines.md").exists()


@pytest.mark.usefixtures("increment")
def test_no_better_than_a_baseline_is_said() -> None:
    track("baseline", {"accuracy": 0.5})
    track("model", {"accuracy": 0.4})
    assert "no better than a baseline" in reasons(compare_experiments())


def test_a_report_that_cannot_be_written_never_breaks_a_baseline(
    increment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    increment.mkdir()
    (increment / "baselines.md").write_text("<!-- runlore:baselines end -->")
    track("baseline-a", {"accuracy": 0.5})
    assert "the report of the baselines could not be kept" in capsys.readouterr().err
    assert runlore.get_run("baseline-a").status == "finished"


@pytest.mark.usefixtures("increment")
def test_hooks_are_told() -> None:
    told: list[object] = []

    class Hook:
        def on_comparison(self, comparison: object) -> None:
            told.append(comparison)

    hook = Hook()
    track("a", {"accuracy": 0.5})
    runlore.add_hook(hook)
    try:
        found = compare_experiments()
    finally:
        runlore.remove_hook(hook)
    assert told == [found]


def test_wrong_arguments_are_refused_before_anything_is_written(increment: Path) -> None:
    track("a", {"accuracy": 0.5})
    with pytest.raises(SeriesNotFound, match="has a metric 'acuracy'") as caught:
        compare_experiments(metrics=["acuracy"])
    assert "accuracy" in str(caught.value.hint)
    with pytest.raises(SeriesNotFound):
        compare_experiments(by="f1")
    with pytest.raises(NotFound, match="0099"):
        compare_experiments(increment="0099")
    with pytest.raises(InvalidValue, match="an increment and an experiment"):
        compare_experiments(increment="0042", experiment="x")
    with pytest.raises(InvalidValue, match="confidence"):
        compare_experiments(confidence=95)
    assert not (increment / "comparison.md").exists()


@pytest.mark.usefixtures("increment")
def test_what_is_compared_can_be_taken_further() -> None:
    track_table()
    found = compare_experiments()
    frame = found.to_pandas()
    assert frame.set_index("experiment").loc["exp-002-xgboost", "metrics.f1"] == 0.84
    assert found.to_polars().height == 4
    assert found._repr_markdown_() == found.to_markdown()
    assert found.candidate("exp-003-lightgbm").seconds == 32
    with pytest.raises(InvalidValue, match="there is no 'lightgbm'"):
        found.candidate("lightgbm")
    lines = str(found).splitlines()
    assert lines[0].split() == [
        "Experiment", "Accuracy", "Precision", "Recall", "F1", "Training", "Time"
    ]  # fmt: skip
    assert lines[2].split() == ["exp-002-xgboost", "0.87*", "0.85*", "0.83*", "0.84*", "45s"]


def test_hostile_names_cannot_break_the_report(increment: Path) -> None:
    name = "a|b <!-- runlore:comparison end --> **c**"
    track(name, {"accuracy": 0.5})
    track("d", {"accuracy": 0.4})
    compare_experiments()
    compare_experiments()
    text = (increment / "comparison.md").read_text()
    assert text.count("<!-- runlore:comparison end -->") == 1
    assert os.listdir(increment).count("comparison.md") == 1


def test_a_run_named_like_the_report_leaves_it_room(increment: Path) -> None:
    track("comparison.md", {"accuracy": 0.5})
    track("Baselines.md", {"accuracy": 0.4}, tags=["baseline"])
    compare_experiments()
    assert (increment / "comparison.md").is_file()
    assert (increment / "baselines.md").is_file()
    assert (increment / "_comparison.md").is_dir()


def test_real_cross_validations_of_the_same_folds_are_tested(increment: Path) -> None:
    data = load_iris()
    for name, model in (("chance", DummyClassifier(strategy="uniform", random_state=0)),
                        ("bayes", GaussianNB())):  # fmt: skip
        runlore.track_cross_validation(
            model, data.data, data.target, cv=5, scoring="accuracy", name=name, increment="0042"
        )
    found = compare_experiments(increment="0042")
    assert found.metrics == ("accuracy",)
    assert found.winner == "exp-002-bayes"
    assert "corrected resampled t-test" in reasons(found)
    track("plain", {"accuracy": 0.5})
    mixed = compare_experiments(increment="0042")
    assert any("is a mean over folds, that of the others isn't" in one for one in mixed.notes)
    assert (increment / "comparison.md").exists()


@pytest.mark.usefixtures("increment")
def test_a_run_that_left_all_numbers_behind_stops_no_comparison() -> None:
    track("good", {"loss": 0.5})
    track("diverged", {"loss": -1e308})
    found = compare_experiments()
    assert found.best == "exp-001-good"
    assert "exp-002-diverged: loss is -1e+308; it isn't ranked by it" in found.notes


@pytest.mark.usefixtures("increment")
def test_many_with_the_same_value_are_named_in_part() -> None:
    for number in range(8):
        track(f"model-{number}", {"accuracy": 0.5})
    assert "'exp-005-model-4' and 3 more have the same value" in reasons(compare_experiments())


def test_what_runs_still_is_not_ranked(increment: Path) -> None:
    track("done", {"accuracy": 0.5})
    with track_experiment("running") as exp:
        exp.log({"accuracy": 1.0})
        found = compare_experiments()
    assert found.best == "exp-001-done"
    assert found.notes == ("exp-002-running isn't over yet; it isn't ranked",)
    assert "| exp-002-running | running |" in (increment / "comparison.md").read_text()
