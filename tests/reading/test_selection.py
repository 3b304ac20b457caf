"""The one grammar by which runs are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import runlore
from runlore.errors import Ambiguous, InvalidValue, QueryError, RunloreError, RunNotFound
from runlore.reading.selection import Scope, find_rows, select_rows
from runlore.reading.store import open_reader
from tests.reading.recording import close_journal

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.reading.store import StoreReader


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> StoreReader:
    """A store of seven runs, one of them in the trash."""
    patch = pytest.MonkeyPatch()
    patch.setenv("RUNLORE_HELPER", "off")
    store = tmp_path_factory.mktemp("selections") / "store"
    started = (
        ("base-1", "digits", 0.9), ("base-2", "digits", 0.5), ("other", "0042-letters", 0.1),
        ("base*", None, 0.3), ("is it not", "0042", 0.2), ("gone", "digits", 0.8),
    )  # fmt: skip
    for name, experiment, loss in started:
        with runlore.start_run(name, experiment=experiment, store=store) as run:
            run.log({"loss": loss})
    for rate in (0.1, 0.2):
        with runlore.start_run(experiment="rates", params={"lr": rate}, store=store) as run:
            run.log({"loss": rate})
    close_journal(store)
    runlore.get_run("gone", store=store).delete()
    patch.undo()
    return open_reader(store, budget_seconds=None)


def labels(reader: StoreReader, *selections: str, scope: Scope = Scope()) -> list[str]:  # noqa: B008 - immutable
    rows = select_rows(reader, selections, scope)
    return sorted(row.name or row.experiment or "" for row in rows)


def test_a_pattern_selects_by_name_and_a_whole_name_comes_first(reader: StoreReader) -> None:
    assert labels(reader, "base-*") == ["base-1", "base-2"]
    assert labels(reader, "base*") == ["base*"]
    assert labels(reader, "*th?r") == ["other"]
    assert labels(reader, "base-[2-9]") == ["base-2"]


def test_a_pattern_selects_by_derived_name_as_well(reader: StoreReader) -> None:
    assert labels(reader, "lr=0.*") == ["rates", "rates"]
    assert labels(reader, "lr=0.2") == ["rates"]


def test_an_experiment_is_selected_as_a_whole_without_the_trash(reader: StoreReader) -> None:
    assert labels(reader, "experiment:digits") == ["base-1", "base-2"]
    assert labels(reader, "experiment:digits", scope=Scope(is_deleted=True)) == ["gone"]


def test_an_increment_is_found_by_its_number(reader: StoreReader) -> None:
    assert labels(reader, "increment:0042") == ["is it not", "other"]


def test_an_increment_is_found_by_its_bare_number_or_its_name_as_well(reader: StoreReader) -> None:
    for selection in ("0042", "42", "increment:42"):
        assert labels(reader, selection) == ["is it not", "other"]
    assert labels(reader, "0042-letters") == ["other"]
    with pytest.raises(RunNotFound):
        labels(reader, "0043-nothing")


def test_a_filter_selects_what_it_holds_for(reader: StoreReader) -> None:
    assert labels(reader, "metrics.loss >= 0.5") == ["base-1", "base-2"]
    assert labels(reader, "metrics.loss > 0.5", scope=Scope(is_deleted=True)) == ["gone"]
    with pytest.raises(QueryError):
        labels(reader, "metrics.loss >")


def test_an_order_and_a_limit_alone_select_the_first(reader: StoreReader) -> None:
    everything = [row.run for row in find_rows(reader, "order by started")]
    assert len(everything) > 2
    assert [row.run for row in find_rows(reader, "order by started limit 2")] == everything[:2]
    assert [row.run for row in find_rows(reader, "limit 1")] == everything[-1:]
    with pytest.raises(QueryError, match="'strated' is no attribute"):
        find_rows(reader, "order by strated")


def test_words_of_a_filter_in_a_name_make_no_filter_of_it(reader: StoreReader) -> None:
    assert labels(reader, "is it not") == ["is it not"]
    with pytest.raises(RunNotFound, match="is it so"):
        labels(reader, "is it so")


def test_several_selections_give_each_run_once(reader: StoreReader) -> None:
    assert labels(reader, "base-1", "base-*", "experiment:digits") == ["base-1", "base-2"]


@pytest.mark.parametrize(
    ("selection", "meant"),
    [("basis-1", "base-1"), ("experiment:digit", "digits"), ("increment:0043", "0042")],
)
def test_what_selects_nothing_is_an_error_that_names_the_nearest(
    reader: StoreReader, selection: str, meant: str
) -> None:
    with pytest.raises(RunNotFound) as raised:
        labels(reader, selection)
    assert meant in str(raised.value.hint)


def test_a_name_in_the_trash_is_found_there_and_not_among_the_others(reader: StoreReader) -> None:
    assert labels(reader, "go*", scope=Scope(is_deleted=True)) == ["gone"]
    with pytest.raises(RunNotFound):
        labels(reader, "go*")


def test_a_name_of_several_runs_is_ambiguous(store: Path) -> None:
    for _ in (1, 2):
        with runlore.start_run("twin", store=store):
            pass
    with pytest.raises(Ambiguous, match="2 runs answer"):
        labels(open_reader(store), "twin")


def test_nothing_selects_nothing(reader: StoreReader) -> None:
    with pytest.raises(InvalidValue):
        find_rows(reader, "")


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_our_own_errors(reader: StoreReader, text: str) -> None:
    try:
        found = find_rows(reader, text)
    except RunloreError:
        return
    assert found
