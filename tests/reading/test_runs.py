from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.runs import Runs


@pytest.fixture
def runs(store: Path) -> Runs:
    for number in range(4):
        params: dict[str, object] = {"lr": 0.1 * number, "depth": 3}
        if number == 1:
            params["depth"] = "deep"
        with runlore.start_run(params=params, experiment="e", store=store) as run:
            run.log({"loss": number}, 0)
            if number == 2:
                run.log({"loss": float("nan")}, 1, context="val")
    return runlore.list_runs(store=store)


def test_runs_are_a_sequence(runs: Runs) -> None:
    assert len(runs) == 4
    assert [run.metrics["loss"] for run in runs] == [3, 2, 1, 0]
    assert runs[-1].metrics == {"loss": 0}
    assert [run.id for run in runs[1:3]] == [runs[1].id, runs[2].id]
    assert runs[0] in runs
    assert runs[1:3].total == 4
    with pytest.raises(IndexError):
        runs[4]
    assert runs.freshness.is_current


def test_runs_without_a_name_are_told_apart_by_what_differs(runs: Runs) -> None:
    assert [run.label for run in runs[:2]] == ["depth=3_lr=0.30000000000000004", "depth=3_lr=0.2"]
    assert runs[0].name is None


def test_a_label_is_the_same_however_the_run_was_found(runs: Runs, store: Path) -> None:
    for run in runs:
        assert runlore.get_run(run.id, store=store).label == run.label
        assert run.label == next(one for one in runs[:] if one == run).label


def test_a_table_has_a_column_for_each_param_and_metric(runs: Runs) -> None:
    first = runs.to_dicts()[0]
    assert first["params.depth"] == 3
    assert first["metrics.loss"] == 3.0
    frame = runs.to_pandas()
    assert list(frame.columns)[:4] == ["id", "label", "name", "experiment"]
    assert list(frame.columns)[-4:] == [
        "params.depth",
        "params.lr",
        "metrics.loss",
        "metrics.loss[val]",
    ]
    assert frame["metrics.loss"].tolist() == [3.0, 2.0, 1.0, 0.0]
    assert frame["params.depth"].tolist() == [3, 3, "deep", 3]
    assert frame["created"].notna().all()


def test_polars_gets_one_kind_of_value_a_column(runs: Runs) -> None:
    frame = runs.to_polars()
    assert frame["params.depth"].to_list() == ["3", "3", "deep", "3"]
    assert frame["metrics.loss"].to_list() == [3.0, 2.0, 1.0, 0.0]
    assert frame["created"].to_list()[0] == runs[0].created
    assert frame.height == 4


def test_no_runs_make_an_empty_table(store: Path, runs: Runs) -> None:
    nothing = runlore.list_runs("nothing", store=store)
    assert len(nothing.to_pandas()) == 0
    assert nothing.to_polars().height == 0
    assert len(runs) == 4


def test_parts_of_runs_in_a_list_can_be_left_out(store: Path) -> None:
    with runlore.start_run("whole", store=store) as whole:
        for name in ("one", "two"):
            with runlore.start_run(name, parent=whole, store=store):
                pass
    assert runlore.list_runs(store=store).parts == {}
    runs = runlore.list_runs(store=store, parts=False)
    assert [run.label for run in runs] == ["whole"]
    assert (runs.total, runs.parts) == (1, {whole.id: 2})
