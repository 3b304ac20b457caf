from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.errors import (
    Ambiguous,
    InvalidType,
    InvalidValue,
    RunNotFound,
    StoreNotFound,
    StoreRefused,
)
from runlore.journal.folder import open_store
from runlore.reading.behind import warn_if_behind
from runlore.reading.opening import find_run, find_run_id, find_runs
from runlore.reading.store import BehindWarning, StoreReader, open_reader
from tests.reading.recording import close_journal

if TYPE_CHECKING:
    from runlore.client.run import Run
    from runlore.reading.runs import Runs

SOURCE = str(Path(__file__).parents[2] / "src")


def record(store: Path, name: str | None = None, **options: object) -> Run:
    with runlore.start_run(name, store=store, **options) as run:  # type: ignore[arg-type]
        run.log({"loss": 1.0})
    return run


def test_a_run_answers_to_its_id_both_ends_of_it_and_its_name(store: Path) -> None:
    run = record(store, "first")
    for selection in (run.id, run.id.upper(), run.id[:20], run.short_id, "first"):
        assert runlore.get_run(selection, store=store).id == run.id
    assert find_run_id("first", store=store) == run.id


def test_a_run_answers_to_the_text_given_as_its_id(store: Path) -> None:
    run = record(store, "a name", id="job-17")
    assert runlore.get_run("job-17", store=store).id == run.id
    again = runlore.start_run(id="job-17", resume=True, store=store)
    assert again.id == run.id


def test_a_run_without_a_name_answers_to_the_one_it_is_shown_by(store: Path) -> None:
    for seed in (0, 1):
        record(store, params={"seed": seed}, experiment="seeds")
    assert runlore.get_run("seed=1", store=store).params == {"seed": 1}


def test_of_runs_that_share_a_name_all_are_listed(store: Path) -> None:
    runs = [record(store, "twin") for _ in range(2)]
    with pytest.raises(Ambiguous, match="2 runs answer to 'twin'") as refused:
        runlore.get_run("twin", store=store)
    for run in runs:
        assert f"{run.id} (twin, 20" in refused.value.message
    assert refused.value.hint == f"name one by its id, or the end of it: {runs[1].short_id}"


def test_a_run_that_is_not_there_is_refused_with_the_nearest_names(store: Path) -> None:
    record(store, "baseline")
    record(store, "larger model")
    with pytest.raises(RunNotFound, match="answers to 'bseline'") as refused:
        runlore.get_run("bseline", store=store)
    assert refused.value.hint == "did you mean 'baseline'?"
    with pytest.raises(RunNotFound) as refused:
        runlore.get_run("zzzz", store=store)
    assert refused.value.hint == "there are 'larger model', 'baseline'"


def test_an_empty_store_says_so(store: Path) -> None:
    runlore.start_run("only", store=store)
    close_journal(store)
    for journal in store.glob("journals/*/*.journal"):
        journal.unlink()
    with pytest.raises(RunNotFound) as refused:
        runlore.get_run("only", store=store)
    assert refused.value.hint == "the store has no runs yet"


@pytest.mark.parametrize("selection", ["", None, 7])
def test_what_is_no_name_is_refused(store: Path, selection: object) -> None:
    record(store)
    with pytest.raises(InvalidValue, match="names no run"):
        runlore.get_run(selection, store=store)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a\nb", "../x", "Robert'); DROP TABLE runs;--", "🦄", "%", "_"])
def test_any_name_is_found(store: Path, name: str) -> None:
    run = record(store, name)
    record(store, "other")
    assert runlore.get_run(name, store=store).id == run.id
    assert runlore.get_run(name, store=store).name == name


def test_no_store_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match="there is no store"):
        runlore.list_runs(store=tmp_path / "nothing")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(StoreRefused, match="not a store"):
        runlore.get_run("x", store=tmp_path / "full")


def names(runs: Runs) -> list[str | None]:
    return [run.name for run in runs]


def test_runs_are_listed_newest_first_by_experiment_and_project(store: Path) -> None:
    for name, experiment in (("a", "one"), ("b", "two"), ("c", "one")):
        record(store, name, experiment=experiment, project="p" if name == "c" else "q")
    assert names(runlore.list_runs(store=store)) == ["c", "b", "a"]
    assert names(runlore.list_runs("one", store=store)) == ["c", "a"]
    assert names(runlore.list_runs(project="q", store=store)) == ["b", "a"]
    assert names(runlore.list_runs("three", store=store)) == []
    few = runlore.list_runs(store=store, limit=2)
    assert names(few) == ["c", "b"]
    assert few.total == 3
    assert repr(few) == f"<Runs: 3 found, 2 shown in {store}>"
    with pytest.raises(InvalidValue, match="limit"):
        runlore.list_runs(store=store, limit=-1)
    wrong: Any = "2"
    with pytest.raises(InvalidType, match="the limit is a str"):
        runlore.list_runs(store=store, limit=wrong)


def test_the_store_of_where_one_is_is_read_by_default(store_of_its_own: Path) -> None:
    with runlore.start_run("here"):
        pass
    assert runlore.get_run("here").store == str(store_of_its_own)
    close_journal(store_of_its_own)


def test_an_answer_from_an_index_that_is_behind_says_so(store: Path) -> None:
    run = runlore.start_run("long", store=store)
    for step in range(1_000):
        run.log({"loss": step}, step)
    reader = StoreReader(open_store(str(store)))
    reader.catch_up(budget_seconds=0.0)
    assert not reader.freshness.is_current
    with pytest.warns(BehindWarning, match="points, are not read yet"):
        warn_if_behind(reader)
    assert find_run(reader, "long").id == run.id  # looked for until everything is read
    assert reader.freshness.is_current


def test_listing_a_thousand_runs_loads_no_numpy(store: Path) -> None:
    for number in range(1000):
        with runlore.start_run(params={"number": number}, store=store) as run:
            run.log({"loss": number}, 0)
    assert len(runlore.list_runs(store=store)) == 1000  # applies them, with NumPy if it likes
    script = f"""
import sys, runlore
runs = runlore.list_runs(store={str(store)!r})
rows = [(run.label, run.status, run.params, run.metrics, run.tags, run.created) for run in runs]
assert len(rows) == 1000
assert rows[0][0] == "number=999", rows[0]
assert not {{"numpy", "pandas"}} & set(sys.modules)
"""
    environment = os.environ | {"PYTHONPATH": SOURCE}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment, timeout=120)


def test_the_trash_is_listed_apart(store: Path) -> None:
    record(store, "kept")
    with open_reader(store) as reader:
        assert [run.is_deleted for run in find_runs(reader, deleted=None)] == [False]
        assert len(find_runs(reader, deleted=True)) == 0
