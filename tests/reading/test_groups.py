from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import InvalidType, InvalidValue, NotFound, SeriesNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.runs import Runs


@pytest.fixture
def runs(store: Path) -> Runs:
    for number, (lr, accuracy) in enumerate(
        [("1e-3", 0.5), (0.001, 0.7), (0.1, 0.9), (0.1, math.nan), (None, 0.2)]
    ):
        params = {"seed": number, "model": "mlp"} | ({} if lr is None else {"lr": lr})
        with runlore.start_run(params=params, experiment="e", store=store) as run:
            run.log({"accuracy": 0.1}, step=0)
            run.log({"accuracy": accuracy}, step=1)
    return runlore.search_runs(store=store)


def test_runs_with_the_same_number_are_one_group(runs: Runs) -> None:
    groups = runs.group_by("lr")
    assert [group.n for group in groups] == [1, 2, 2]
    assert groups[0].key == {}
    assert groups[1].key == {"lr": 0.1}
    last = groups[2]
    assert {run.param_texts["lr"] for run in last.runs} == {"1e-3", "0.001"}
    accuracy = last.metrics["accuracy"]
    assert (accuracy.n, accuracy.not_finite) == (2, 0)
    assert accuracy.mean == accuracy.median == pytest.approx(0.6)
    assert accuracy.std == pytest.approx(math.sqrt(0.02))
    assert (accuracy.min, accuracy.max) == (0.5, 0.7)


def test_nan_counts_apart_and_one_value_has_no_deviation(runs: Runs) -> None:
    accuracy = runs.group_by("params.lr")[1].metrics["accuracy"]
    assert (accuracy.n, accuracy.not_finite, accuracy.mean, accuracy.std) == (1, 1, 0.9, None)


def test_equal_values_have_exactly_their_mean_and_no_deviation(store: Path) -> None:
    for model, values in (("same", [0.1] * 3), ("apart", [1e308, -1e308, 1e308])):
        for value in values:
            with runlore.start_run(params={"model": model}, store=store) as run:
                run.log({"loss": value})
    apart, same = runlore.search_runs(store=store, group_by="model")
    assert (same.metrics["loss"].mean, same.metrics["loss"].std) == (0.1, 0.0)
    assert apart.metrics["loss"].mean == pytest.approx(1e308 / 3)


def test_no_runs_make_no_groups(runs: Runs) -> None:
    groups = runs[:0].group_by("nothing", metrics=["nothing"])
    assert (len(groups), groups.total) == (0, 0)
    assert len(groups.order_by("metrics.nothing desc")) == 0
    assert len(runs[:0].group_by("all-but-seed")) == 0


def test_all_but_the_seed_leaves_seeds_out_unless_others_are_named(runs: Runs) -> None:
    groups = runs.group_by("all-but-seed")
    assert (groups.by, groups.left_out, len(groups)) == (["lr", "model"], ["seed"], 3)
    groups = runs.group_by("all-but-seed", except_=["lr", "seed"])
    assert (groups.by, len(groups)) == (["model"], 1)
    assert groups[0].n == 5


def test_groups_are_ordered_by_statistics_params_and_size(runs: Runs) -> None:
    groups = runs.group_by("lr")
    assert [one.texts.get("lr") for one in groups.order_by("metrics.accuracy desc")] == [
        "0.1", "0.001", None,
    ]  # fmt: skip
    assert [one.texts.get("lr") for one in groups.order_by("params.lr")] == ["0.001", "0.1", None]
    assert [one.n for one in groups.order_by("n desc")] == [2, 2, 1]
    few = groups.order_by("metrics.accuracy.min")[:1]
    assert (len(few), few.total, few[0].n) == (1, 3, 1)
    assert repr(few) == "<Groups: 3 found, 1 shown, of 5 runs>"


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_names_in_an_order_may_be_quoted_as_in_a_filter(runs: Runs, quote: str) -> None:
    groups = runs.group_by("lr", metrics=["accuracy"])
    plain = groups.order_by("metrics.accuracy.max desc")
    quoted = groups.order_by(f"metrics.{quote}accuracy{quote}.max desc")
    assert [group.key for group in quoted] == [group.key for group in plain]
    assert [group.key for group in groups.order_by(f"params.{quote}lr{quote}")] == [
        {"lr": 0.001},
        {"lr": 0.1},
        {},
    ]


def test_a_statistic_of_a_metric_can_be_summed_up(runs: Runs) -> None:
    groups = runs.group_by("model", metrics=["accuracy.min", "metrics.accuracy"])
    assert groups.metrics == ["accuracy.min", "accuracy"]
    assert groups[0].metrics["accuracy.min"].max == 0.1


def test_a_table_of_groups_has_a_column_for_each_statistic(runs: Runs) -> None:
    rows = runs.group_by("lr").to_dicts()
    assert rows[1]["n"] == 2
    assert rows[1]["params.lr"] == 0.1
    assert rows[1]["metrics.accuracy.mean"] == 0.9
    assert rows[1]["metrics.accuracy.std"] is None
    frame = runs.group_by("lr").to_pandas()
    assert frame["metrics.accuracy.n"].tolist() == [1, 1, 2]
    assert runs.group_by("lr").to_arrow().num_rows == runs.group_by("lr").to_polars().height == 3


@pytest.mark.parametrize(
    ("by", "hint"),
    [
        (["experiment"], "runs are grouped by params; a filter takes those of one experiment"),
        (["all-but-seed", "lr"], "'all-but-seed' stands alone"),
    ],
)
def test_what_is_no_param_is_told_from_one(runs: Runs, by: list[str], hint: str) -> None:
    with pytest.raises(NotFound) as caught:
        runs.group_by(by)
    assert caught.value.hint == hint


def test_what_nobody_has_is_an_error_that_names_the_nearest(runs: Runs) -> None:
    with pytest.raises(NotFound, match=r"has a param 'mdel'\nhint: did you mean 'model'"):
        runs.group_by("mdel")
    with pytest.raises(SeriesNotFound, match="'acuracy'\nhint: did you mean 'accuracy'"):
        runs.group_by("lr", metrics=["acuracy"])
    with pytest.raises(InvalidValue, match="can't be ordered by 'lrr'"):
        runs.group_by("lr").order_by("lrr")
    with pytest.raises(InvalidValue, match="nothing to group by"):
        runs.group_by([])
    with pytest.raises(InvalidType, match="the params to group by are an int"):
        runs.group_by(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="except_ names params"):
        runs.group_by("lr", except_=["seed"])


def test_a_search_can_answer_with_groups(store: Path, runs: Runs) -> None:
    groups = runlore.search_runs(
        "params.lr > 0", "metrics.accuracy.mean desc", 1, group_by="lr", store=store
    )
    assert (len(groups), groups.total) == (1, 2)
    assert groups[0].key == {"lr": 0.1}
    assert len(runs) == 5
