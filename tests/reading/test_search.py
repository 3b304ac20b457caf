from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.editing.editor import Editor
from runlore.errors import InvalidType, InvalidValue, QueryError
from runlore.index import columns_cache

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.runs import Runs


@pytest.fixture
def searched(store: Path) -> Path:
    for number in range(6):
        tags = ["baseline"] if number % 2 else []
        params = {"lr": 10.0**-number, "model": f"res{number}"}
        with runlore.start_run(
            f"r{number}", experiment=f"e{number % 2}", params=params, tags=tags, store=store
        ) as run:
            run.log({"acc": number / 10}, step=0)
            run.log({"acc": 0.05}, step=1, context="val")
    return store


def _names(runs: Runs) -> list[str | None]:
    return [run.name for run in runs]


def test_runs_are_found_newest_first(searched: Path) -> None:
    runs = runlore.search_runs('metrics.acc >= 0.2 and "baseline" in tags', store=searched)
    assert _names(runs) == ["r5", "r3"]
    assert runs.total == 2
    assert runs.notes == ()


def test_best_goes_by_what_was_said_of_the_experiment_then_of_the_store(store: Path) -> None:
    for name, experiment in (("one", "e"), ("two", "f"), ("three", None)):
        with runlore.start_run(name, experiment=experiment, store=store) as run:
            run.define_metric("acc", direction="min")
            for step, value in enumerate((0.2, 0.9)):
                run.log({"acc": value}, step=step)

    def high() -> set[str | None]:
        return set(_names(runlore.search_runs("metrics.acc.best > 0.5", store=store)))

    assert high() == set()
    with Editor(str(store)) as editor:
        editor.describe_metric(None, "acc", {"direction": "max"})
        editor.describe_metric("f", "acc", {"direction": "min"})
        editor.describe_metric("nowhere", "acc", {"direction": "min"})
    assert high() == {"one", "three"}


def test_order_and_limit_stand_in_the_filter_or_beside_it(searched: Path) -> None:
    runs = runlore.search_runs("order by metrics.acc limit 2", store=searched)
    assert (_names(runs), runs.total) == (["r0", "r1"], 6)
    assert repr(runs).startswith("<Runs: 6 found, 2 shown in ")
    runs = runlore.search_runs("limit 3", "params.lr desc", 2, store=searched)
    assert _names(runs) == ["r0", "r1"]
    runs = runlore.search_runs("", ["experiment", "metrics.acc desc"], store=searched)
    assert _names(runs) == ["r4", "r2", "r0", "r5", "r3", "r1"]


def test_an_experiment_narrows_the_search(searched: Path) -> None:
    assert _names(runlore.search_runs(experiment="e1", store=searched)) == ["r5", "r3", "r1"]
    assert _names(runlore.search_runs(experiment="e2", store=searched)) == []
    assert len(runlore.search_runs(project="nothing", store=searched)) == 0


def test_archived_and_deleted_runs_are_left_out_unless_asked_about(searched: Path) -> None:
    runlore.get_run("r0", store=searched).archive()
    runlore.get_run("r1", store=searched).delete()
    assert _names(runlore.search_runs("params.lr >= 0.01", store=searched)) == ["r2"]
    assert _names(runlore.search_runs("archived", store=searched)) == ["r0"]
    assert _names(runlore.search_runs("deleted = true", store=searched)) == ["r1"]
    assert _names(runlore.search_runs(archived=True, store=searched)) == ["r0"]
    assert _names(runlore.search_runs(deleted=True, store=searched)) == ["r1"]
    assert len(runlore.search_runs(archived=None, deleted=None, store=searched)) == 6
    assert "r0" not in _names(runlore.list_runs(store=searched))
    assert _names(runlore.list_runs(archived=True, store=searched)) == ["r0"]


def test_a_name_that_no_run_has_is_noted(searched: Path) -> None:
    runs = runlore.search_runs("metrics.ac > 0", store=searched)
    assert len(runs) == 0
    assert runs.notes == ("no run has the metric 'ac'; did you mean 'acc' or 'acc[val]'?",)
    assert "no run has the metric 'ac'" in repr(runs)


def test_errors_say_what_is_wrong_and_where(searched: Path) -> None:
    with pytest.raises(QueryError, match=r"(?s)is not expected here.*\^"):
        runlore.search_runs("metrics.acc > 0 adn x", store=searched)
    with pytest.raises(QueryError):
        runlore.search_runs(order_by="statuss", store=searched)
    with pytest.raises(InvalidType, match="the filter is an int"):
        runlore.search_runs(3, store=searched)  # type: ignore[call-overload]
    with pytest.raises(InvalidType, match="a key to order by is a tuple"):
        runlore.search_runs("", [("a", "b")], store=searched)  # type: ignore[list-item]
    with pytest.raises(InvalidValue, match="the limit is -1"):
        runlore.search_runs(limit=-1, store=searched)


def test_what_was_found_can_be_picked_apart(searched: Path) -> None:
    runs = runlore.search_runs(order_by="name", store=searched)
    assert _names(runs[1:3]) == ["r1", "r2"]
    assert runs[-1].params["model"] == "res5"
    assert runs[2].metrics == {"acc": 0.2, "acc[val]": 0.05}
    assert runs.to_dicts()[3]["params.model"] == "res3"
    assert runs.to_pandas()["metrics.acc"].tolist() == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    table = runs.to_arrow()
    assert table.column("tags").to_pylist()[:2] == [[], ["baseline"]]
    assert table.column("created").to_pylist()[0] == runs[0].created


def test_machine_load_can_be_searched_but_is_no_metric_of_a_table(store: Path) -> None:
    with runlore.start_run("busy", params={"lr": 1}, store=store) as run:
        run.log({"loss": 1.0})
        run.log({"system/cpu_percent": 90.0})
    runs = runlore.search_runs("metrics.system/cpu_percent > 80", store=store)
    assert _names(runs) == ["busy"]
    assert runs[0].metrics == {"loss": 1.0}
    assert [name for name in runs.to_dicts()[0] if name.startswith("metrics.")] == ["metrics.loss"]
    assert runs.group_by("lr").metrics == ["loss"]


def test_a_change_is_seen_by_the_next_search(searched: Path) -> None:
    assert len(runlore.search_runs('"late" in tags', store=searched)) == 0
    runlore.get_run("r3", store=searched).add_tag("late")
    assert _names(runlore.search_runs('"late" in tags', store=searched)) == ["r3"]
    columns_cache.forget()
    assert _names(runlore.search_runs('"late" in tags', store=searched)) == ["r3"]


def test_a_filter_selects_runs_wherever_runs_are_named(searched: Path) -> None:
    comparison = runlore.compare_runs("metrics.acc > 0.35", store=searched)
    assert {row.label for row in comparison.rows} == {"r4", "r5"}
