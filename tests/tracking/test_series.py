"""Runs that build on each other, as `runlore.series` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore import track_experiment
from runlore.errors import InvalidValue, RunNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.tracking.series import ExperimentSeries


def tuned() -> ExperimentSeries:
    for name, params, accuracy in (
        ("xgboost-baseline", {"depth": 3}, 0.5),
        ("xgboost-tuned-v1", {"depth": 6}, 0.75),
        ("xgboost-tuned-v2", {"depth": 6, "rate": 0.1}, 0.625),
    ):
        with track_experiment(name, series="xgboost", params=params) as exp:
            exp.log({"accuracy": accuracy, "rows": 10})
    return runlore.series("xgboost", increment="0042")


def test_a_series_shows_what_changed_from_one_run_to_the_next(increment: Path) -> None:
    found = tuned()
    assert [step.run.label for step in found] == [
        "xgboost-baseline", "xgboost-tuned-v1", "xgboost-tuned-v2"
    ]  # fmt: skip
    assert found[0].params == {}
    assert found[1].params == {"depth": ("3", "6")}
    assert found[2].params == {"rate": (None, "0.1")}
    assert found[1].metrics["accuracy"].difference == 0.25
    assert [step.metrics["accuracy"].is_better for step in found[1:]] == [True, False]
    assert found[1].metrics["rows"].is_better is None
    assert increment.is_dir()


def test_a_series_as_a_table(increment: Path) -> None:
    assert increment.parent.is_dir()
    found = tuned()
    assert found.to_markdown() == (
        "| run | status | changed | accuracy | rows |\n"
        "| --- | --- | --- | ---: | ---: |\n"
        "| xgboost-baseline | finished |  | 0.5 | 10 |\n"
        "| xgboost-tuned-v1 | finished | depth 3 → 6 | **0.75 (+0.25)** | 10 (+0) |\n"
        "| xgboost-tuned-v2 | finished | rate = 0.1 | 0.625 (-0.125) | 10 (+0) |\n"
    )
    assert list(found.to_pandas()["difference.accuracy"])[1:] == [0.25, -0.125]


def test_runs_that_are_named_are_taken_in_that_order(increment: Path) -> None:
    tuned()
    found = runlore.series(["exp-003", "xgboost-baseline"], metrics=["accuracy"])
    assert [run.label for run in found.runs] == ["xgboost-tuned-v2", "xgboost-baseline"]
    assert found[1].params == {"depth": ("6", "3"), "rate": ("0.1", None)}
    assert found[1].metrics["accuracy"].difference == -0.125
    assert increment.is_dir()


def test_an_unknown_series_or_metric_is_refused_with_what_there_is(increment: Path) -> None:
    tuned()
    with pytest.raises(RunNotFound, match="of the series 'xgbost'") as caught:
        runlore.series("xgbost")
    assert "xgboost" in str(caught.value.hint)
    with pytest.raises(InvalidValue, match="has a metric 'acuracy'"):
        runlore.series("xgboost", metrics=["acuracy"])
    with pytest.raises(InvalidValue):
        runlore.series("")
    assert increment.is_dir()
