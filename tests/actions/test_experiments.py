"""One experiment: the verdict, recomputed with SciPy, and all that stands beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression

import runlore
from runlore.actions.experiments import WantedView, show_experiment
from runlore.editing.editor import Editor
from runlore.errors import NotFound, RunNotFound, SeriesNotFound
from tests.actions.recorded_experiments import (
    DEEP,
    SMALL,
    WIDE,
    reader_of,
    record,
    record_group,
    record_three,
)

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.actions.experiments import ExperimentView


def shown(store: Path, name: str = "width", **options: object) -> ExperimentView:
    with reader_of(store) as reader:
        return show_experiment(reader, WantedView(name, **options))  # type: ignore[arg-type]


def test_the_verdict_is_what_scipy_says_of_the_same_values(store: Path) -> None:
    runs = record_three(store)
    verdict = shown(store).verdict
    assert verdict is not None
    assert (verdict.metric, verdict.direction, verdict.by) == ("accuracy", "max", ["model"])
    assert verdict.is_paired
    assert [one.label for one in verdict.groups] == ["model=wide", "model=deep", "model=small"]
    values = {name: list(one.values()) for name, one in
              (("model=wide", WIDE), ("model=deep", DEEP), ("model=small", SMALL))}  # fmt: skip
    best = values["model=wide"]
    raw = [float(stats.ttest_rel(best, values[one.label]).pvalue) for one in verdict.groups[1:]]
    holm = [max(raw[0], min(1.0, 2 * raw[1])), min(1.0, 2 * raw[1])]
    for group, adjusted in zip(verdict.groups[1:], holm, strict=True):
        tested = stats.ttest_rel(best, values[group.label])
        low, high = tested.confidence_interval()
        assert group.difference == pytest.approx(np.mean(best) - np.mean(values[group.label]))
        assert (group.difference_low, group.difference_high) == pytest.approx((low, high))
        assert group.p_value == pytest.approx(adjusted)
        assert group.told_apart == (adjusted <= 0.05)
    for group in verdict.groups:
        own = values[group.label]
        assert (group.n, group.mean, group.std) == pytest.approx(
            (5, np.mean(own), np.std(own, ddof=1))
        )
        half = stats.t.ppf(0.975, 4) * np.std(own, ddof=1) / 5**0.5
        assert (group.low, group.high) == pytest.approx((np.mean(own) - half, np.mean(own) + half))
    assert sorted(verdict.groups[0].runs) == sorted(runs["wide"])
    assert verdict.standing == "noise"
    assert verdict.headline == (
        "The data don't decide which is best: model=wide has the best mean accuracy, "
        "0.9130 ± 0.0065 (5 seeds each), against 0.9024 ± 0.0078 of model=deep; its lead of "
        "0.0106 (1.2 %) is within the noise (95 % interval -0.00666 to 0.0279; paired t-test, "
        "p = 0.16 after Holm over 2 comparisons)"
    )
    assert verdict.runs_needed == 16


def test_a_winner_is_named_with_its_lead(store: Path) -> None:
    record_group(store, {"model": "wide"}, WIDE)
    record_group(store, {"model": "small"}, SMALL, tags=["baseline"])
    view = shown(store)
    assert view.verdict is not None
    assert view.verdict.standing == "clear"
    assert view.verdict.headline.startswith(
        "model=wide leads on accuracy: 0.9130 ± 0.0065 (5 seeds each), 0.047 (5.4 %) more than "
        "model=small with 0.8660 ± 0.0067 (95 % interval 0.0404 to 0.0536; paired t-test, p = "
    )
    assert view.baseline is not None
    assert (view.baseline.group, view.baseline.source) == ("model=small", "tag")
    assert any("more than chance does" in reason for reason in view.verdict.reasons)
    assert view.card.verdict is not None
    assert view.card.verdict.text.startswith(
        "model=wide leads on accuracy by 0.047 (5.4 %) over model=small (p = "
    )


def test_less_is_better_where_a_metric_says_so(store: Path) -> None:
    for model, values in (("a", (0.3, 0.31, 0.32)), ("b", (0.5, 0.52, 0.51))):
        for seed, value in enumerate(values):
            record(store, {"model": model, "seed": seed}, {"loss": value})
    verdict = shown(store).verdict
    assert verdict is not None
    assert verdict.direction == "min"
    assert verdict.groups[0].label == "model=a"
    assert verdict.groups[1].difference == pytest.approx(-0.2)
    assert "0.2 (39 %) less than model=b" in verdict.headline


def test_single_runs_are_untested_and_said_to_be(store: Path) -> None:
    record(store, {"lr": 0.1}, {"accuracy": 0.9})
    record(store, {"lr": 0.2}, {"accuracy": 0.8})
    verdict = shown(store).verdict
    assert verdict is not None
    assert verdict.standing == "untested"
    assert verdict.headline.startswith("Nothing is decided by the data: lr=0.1 has the best mean")
    assert "another seed may turn the order" in verdict.headline
    assert verdict.groups[1].told_apart is None


def test_without_scipy_everything_but_the_test_is_there(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_three(store)
    for module in ("scipy.stats", "scipy.special"):
        monkeypatch.setitem(sys.modules, module, None)
    verdict = shown(store).verdict
    assert verdict is not None
    assert verdict.standing == "untested"
    assert "untested: pip install 'runlore[stats]'" in verdict.headline
    assert verdict.groups[0].mean == pytest.approx(np.mean(list(WIDE.values())))
    assert verdict.groups[0].std == pytest.approx(np.std(list(WIDE.values()), ddof=1))
    assert verdict.groups[0].low is None


def test_what_is_not_counted_is_said(store: Path) -> None:
    record_group(store, {"model": "wide"}, {0: 0.5, **WIDE})
    record(store, {"model": "wide", "seed": 0}, {"accuracy": WIDE[0]})  # once more: this counts
    record_group(store, {"model": "small"}, SMALL)
    record(store, {"model": "small", "seed": 9}, {"accuracy": 0.1}, status="failed")
    record(store, {"model": "huge", "seed": 0}, {"accuracy": float("nan")})
    view = shown(store)
    assert view.verdict is not None
    notes = view.verdict.notes
    assert "1 failed: such runs aren't counted" in notes
    assert "1 earlier run of the same seed gave way to a later one" in notes
    assert "accuracy isn't finite in 1 run of model=huge" in notes
    assert view.verdict.groups[0].mean == pytest.approx(np.mean(list(WIDE.values())))
    assert view.verdict.groups[-1].not_finite == 1
    assert view.plan is not None
    cells = [(cell.status, cell.row) for cell in view.plan.cells]
    assert view.plan.rows == ["model=huge", "model=small", "model=wide"]
    assert view.plan.columns == ["0", "1", "2", "3", "4", "9"]
    assert ("failed", 1) in cells
    repeated = [cell for cell in view.plan.cells if (cell.row, cell.column) == (2, 0)]
    assert len(repeated) == 2


def test_lost_runs_of_the_best_keep_it_from_winning(store: Path) -> None:
    record_group(store, {"model": "wide"}, WIDE)
    record_group(store, {"model": "small"}, SMALL)
    record(store, {"model": "wide", "seed": 9}, {"accuracy": 0.1}, status="failed")
    verdict = shown(store).verdict
    assert verdict is not None
    assert verdict.standing == "untested"
    assert "did not finish, and leaving them out flatters it" in verdict.headline


def test_a_metric_of_unknown_direction_ranks_nothing_until_somebody_says_it(store: Path) -> None:
    for seed in range(3):
        record(store, {"lr": 0.1, "seed": seed}, {"score": 1.0 + seed})
    view = shown(store)
    assert view.verdict is None
    assert view.card.metric == "score"
    assert view.notes[0] == "it isn't known whether less or more score is better"
    with Editor(str(store)) as editor:
        editor.describe_metric("width", "score", {"direction": "max", "alias": "Points"})
    view = shown(store)
    assert view.verdict is not None
    assert view.verdict.headline == "all runs is all there is: Points 2.0 ± 1.0 (3 seeds)"


def test_another_metric_and_other_groups_can_be_asked_for(store: Path) -> None:
    for lr in (0.1, 0.2):
        for model in ("a", "b"):
            for seed in range(3):
                record(store, {"lr": lr, "model": model, "seed": seed},
                       {"accuracy": lr + seed / 100, "loss": 1 - lr})  # fmt: skip
    view = shown(store, metric="loss", by=["params.lr"])
    assert view.verdict is not None
    assert (view.verdict.metric, view.verdict.by) == ("loss", ["lr"])
    assert [one.label for one in view.verdict.groups] == ["lr=0.2", "lr=0.1"]
    with pytest.raises(SeriesNotFound):
        shown(store, metric="acuracy")
    with pytest.raises(NotFound, match="none of the 12 runs has a param 'nothing'"):
        shown(store, by=["nothing"])


def test_two_params_without_seeds_are_laid_out_as_a_grid(store: Path) -> None:
    for lr in (0.1, 0.01):
        for width in (8, 16, 128):
            record(store, {"lr": lr, "width": width}, {"accuracy": lr})
    plan = shown(store).plan
    assert plan is not None
    assert (plan.rows, plan.columns) == (["lr=0.01", "lr=0.1"], ["8", "16", "128"])
    assert len(plan.cells) == 6


def test_runs_without_an_experiment_and_hostile_names_are_found(store: Path) -> None:
    for name in (None, "..", "-", "a/../b%2F<script>"):
        record(store, {}, {"accuracy": 0.5}, experiment=name)
    assert shown(store, "").card.name == ""
    for name in ("..", "-", "a/../b%2F<script>"):
        assert shown(store, name).card.name == name
    with pytest.raises(RunNotFound, match="no runs in the experiment 'c'"):
        shown(store, "c")


def test_archived_runs_are_counted_where_asked_for(store: Path) -> None:
    first = record(store, {"lr": 1}, {"accuracy": 0.5})
    record(store, {"lr": 2}, {"accuracy": 0.6})
    reader_of(store).close()
    runlore.get_run(first, store=store).archive()
    assert shown(store).card.runs == 1
    assert shown(store, is_archived=None).card.runs == 2
    assert shown(store, is_archived=True).card.runs == 1


def test_the_pinned_baseline_goes_before_tags(store: Path) -> None:
    runs = record_three(store)
    with Editor(str(store)) as editor:
        editor.pin_baseline("width", runs["deep"][0])
    view = shown(store)
    assert view.baseline is not None
    assert (view.baseline.run, view.baseline.group, view.baseline.source) == (
        runs["deep"][0], "model=deep", "pinned",
    )  # fmt: skip
    assert view.verdict is not None
    assert [one.is_baseline for one in view.verdict.groups] == [False, True, False]


def test_metrics_say_how_many_runs_have_them_and_their_best_value(store: Path) -> None:
    record(store, {"lr": 1}, {"accuracy": 0.5, "loss": 0.5})
    record(store, {"lr": 2}, {"accuracy": 0.6})
    metrics = {one.label: one for one in shown(store).metrics}
    assert metrics["accuracy"].runs == 2
    assert metrics["accuracy"].best == 0.6
    assert metrics["loss"].runs == 1
    assert metrics["loss"].best == 0.25


def test_the_code_and_data_of_runs_are_told_in_a_line(store: Path) -> None:
    for number in range(3):
        run = runlore.start_run(experiment="width", params={"n": number}, store=store)
        git = {"commit": "3f2a91c" + "0" * 33, "is_dirty": number == 2}
        run.record("context.captured", facts={"git": git})
        run.log({"accuracy": 0.5})
        run.finish()
    view = shown(store)
    assert view.code_note == "code at 3f2a91c, with uncommitted changes in 1 of 3 runs"
    assert view.data_note is None


def test_two_seeds_that_differ_by_the_lead_are_within_the_noise(store: Path) -> None:
    for model, values in (("a", (0.9, 0.8)), ("b", (0.88, 0.81))):
        for seed, value in enumerate(values):
            record(store, {"model": model, "seed": seed}, {"accuracy": value})
    view = shown(store)
    assert view.verdict is not None
    assert view.verdict.standing == "noise"
    assert view.verdict.headline.endswith(
        "its lead of 0.005 (0.59 %) is within the noise (runs of one and the same differ by as "
        "much, 0.071; untested: a test needs 3 seeds of each, there are 2)"
    )
    assert view.card.verdict is not None
    assert view.card.verdict.text.endswith("over model=b, within the noise (2 seeds each)")


def test_cross_validated_runs_are_told_apart_by_their_folds(store: Path) -> None:
    rows, wanted = load_iris(return_X_y=True)
    models = {"logit": LogisticRegression(max_iter=500), "dummy": DummyClassifier()}
    for name, model in models.items():
        runlore.track_cross_validation(
            model, rows, wanted, cv=5, name=name, experiment="width", store=store
        )
    view = shown(store)
    assert view.verdict is not None
    assert view.verdict.standing == "clear"
    assert view.verdict.headline.startswith("logit leads on accuracy: 0.973 ± 0.028 (5 folds")
    assert "corrected resampled t-test of cross-validation folds" in view.verdict.headline
    assert [(one.n, one.low) for one in view.verdict.groups] == [(5, None), (5, None)]
