from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.errors import InvalidType, RunNotFound, SeriesNotFound

if TYPE_CHECKING:
    from pathlib import Path

NAN, INF = float("nan"), float("inf")


@pytest.fixture
def recorded(store: Path) -> Path:
    losses = {"a": [3.0, 1.0, 2.0], "b": [4.0, 1.5], "c": [NAN, -INF], "d": []}
    for number, (name, values) in enumerate(losses.items()):
        params = {"lr": "1e-3" if name == "a" else "0.001", "seed": number, "depth": 2}
        if name == "c":
            params["extra"] = True
        with runlore.start_run(name, experiment="e", params=params, store=store) as run:
            run.define_metric("reward", direction="max")
            for step, value in enumerate(values):
                run.log({"loss": value, "reward": -value, "speed": 7.0}, step)
    return store


def test_runs_are_rows_with_what_differs(recorded: Path) -> None:
    found = runlore.compare_runs(experiment="e", store=recorded)
    assert [row.label for row in found.rows] == ["d", "c", "b", "a"]
    assert found.params == ["extra", "seed"]  # 1e-3 and 0.001 are the same
    assert found.shared_params["depth"] == 2
    assert set(found.shared_params) == {"depth", "lr"}
    assert found.metrics == ["loss", "reward", "speed"]
    assert found.rows[1].params == {"extra": True, "seed": 2}
    assert found.rows[3].metrics == {"loss": 2.0, "reward": -2.0, "speed": 7.0}
    assert found.rows[3].best_values == {"loss": 1.0, "reward": -1.0}
    assert found.rows[0].metrics == {}
    assert [run.name for run in found.runs] == ["d", "c", "b", "a"]


def test_the_best_is_marked_where_its_direction_is_known(recorded: Path) -> None:
    found = runlore.compare_runs(experiment="e", store=recorded)
    assert found.directions == {"loss": "min", "reward": "max"}
    labels = {row.id: row.label for row in found.rows}
    best = {metric: labels[run] for metric, run in found.best.items()}
    assert best == {"loss": "b", "reward": "b"}  # never -inf, and nothing for speed


def test_selections_are_compared_in_their_order_once_each(recorded: Path) -> None:
    given = runlore.get_run("b", store=recorded)
    found = runlore.compare_runs("a", given, "a", store=recorded)
    assert [row.label for row in found.rows] == ["a", "b"]
    assert [row.label for row in runlore.compare_runs(given).rows] == ["b"]
    with pytest.raises(RunNotFound):
        runlore.compare_runs("a", "nobody", store=recorded)


def test_a_list_of_runs_is_refused_with_the_way_to_give_it(recorded: Path) -> None:
    wrong: Any = runlore.list_runs(store=recorded)
    with pytest.raises(InvalidType, match="a run to compare is a Runs") as refused:
        runlore.compare_runs(wrong, store=recorded)
    assert refused.value.hint is not None
    assert "compare_runs(*runs)" in refused.value.hint
    assert len(runlore.compare_runs(*wrong).rows) == 4


def test_metrics_and_params_can_be_chosen(recorded: Path) -> None:
    found = runlore.compare_runs("a", "b", metrics=["speed"], only_differing=False, store=recorded)
    assert found.metrics == ["speed"]
    assert found.params == ["depth", "lr", "seed"]
    assert found.best == {}
    with pytest.raises(SeriesNotFound, match="none of the 2 runs has a metric 'los'") as refused:
        runlore.compare_runs("a", "b", metrics=["los"], store=recorded)
    assert refused.value.hint == "did you mean 'loss'?"


def test_one_run_alone_differs_in_nothing_and_is_not_the_best(recorded: Path) -> None:
    found = runlore.compare_runs("a", store=recorded)
    assert found.params == []
    assert found.best == {}


def test_nothing_compares_to_an_empty_table(recorded: Path) -> None:
    found = runlore.compare_runs(experiment="none", store=recorded)
    assert found.rows == []
    assert found.to_dicts() == []
    assert len(found.to_pandas()) == 0


def test_a_comparison_as_a_table(recorded: Path) -> None:
    found = runlore.compare_runs("a", "b", store=recorded)
    first = found.to_dicts()[0]
    assert first["label"] == "a"
    assert first["params.seed"] == 0
    assert (first["metrics.loss"], first["best.loss"]) == (2.0, 1.0)
    assert "best.speed" not in first
    assert found.to_pandas()["metrics.loss"].tolist() == [2.0, 1.5]
    assert found.to_polars()["best.reward"].to_list() == [-1.0, -1.5]
    assert repr(found) == "<Comparison of 2 runs: 1 params, 3 metrics>"
