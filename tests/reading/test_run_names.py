"""Names derived from a sample are those that are derived from all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import runlore
from runlore.index.columns_chosen import ChosenColumns
from runlore.reading.run_names import derived_names_in, prepare_names
from runlore.reading.store import open_reader
from tests.stores import store  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.index.columns import RunColumns


def record(place: Path, experiment: str, **params: object) -> str:
    run = runlore.start_run(experiment=experiment, store=place)
    run.log_params(params)
    run.log({"loss": 1.0}, step=0)
    run.finish()
    return run.id


def test_a_sample_names_runs_as_a_list_does(store: Path) -> None:  # noqa: F811
    for number in range(40):
        record(store, "digits", lr=0.1 * (number % 2), seed=number % 5, model="tree")
    record(store, "other", depth=1)
    record(store, "other", depth=2)
    listed = {run.id: run.label for run in runlore.list_runs(store=store)}
    with open_reader(store) as reader:

        def names(columns: RunColumns) -> dict[str, str]:
            numbers = columns.find(list(listed))
            found = derived_names_in(columns, numbers)
            return {run: found[number] for run, number in zip(listed, numbers, strict=True)}

        assert reader.ask(lambda index: index.ask_columns(names)) == listed


def test_nobody_is_named_where_nobody_is_asked_about(store: Path) -> None:  # noqa: F811
    record(store, "digits", lr=0.1)
    with open_reader(store) as reader:
        asked = reader.ask(lambda index: index.ask_columns(lambda all_: derived_names_in(all_, [])))
    assert asked == {}


def test_chosen_columns_hold_what_the_whole_ones_do(store: Path) -> None:  # noqa: F811
    ids = [record(store, "digits", lr=0.1 * number) for number in range(5)]
    with open_reader(store) as reader:

        def compare(columns: RunColumns) -> None:
            numbers = np.array(columns.find(ids[1:4]), np.int64)
            chosen = ChosenColumns(columns, numbers)
            assert chosen.ids.texts == ids[1:4]
            whole, own = columns.texts("param", "lr"), chosen.texts("param", "lr")
            assert [own.entries.items[code] for code in own.codes] == [
                whole.entries.items[code] for code in whole.codes[numbers]
            ]
            assert (
                chosen.numbers("created").numbers == columns.numbers("created").numbers[numbers]
            ).all()

        reader.ask(lambda index: index.ask_columns(compare))


def test_columns_of_no_runs_are_empty(store: Path) -> None:  # noqa: F811
    record(store, "digits", lr=0.1)
    with open_reader(store) as reader:

        def count(columns: RunColumns) -> int:
            chosen = ChosenColumns(columns, np.empty(0, np.int64))
            return len(chosen.ids.texts) + len(chosen.texts("param", "lr").codes)

        assert reader.ask(lambda index: index.ask_columns(count)) == 0


def test_names_can_be_prepared_some_experiments_at_a_time(store: Path) -> None:  # noqa: F811
    for number in range(6):
        record(store, f"experiment-{number}", lr=0.1, depth=number)
        record(store, f"experiment-{number}", lr=0.2, depth=number)
    listed = {run.id: run.label for run in runlore.list_runs(store=store)}
    with open_reader(store) as reader:
        rounds = [reader.ask(lambda index: index.ask_columns(prepare_names)) for _ in range(3)]

        def names(columns: RunColumns) -> dict[str, str]:
            numbers = columns.find(list(listed))
            found = derived_names_in(columns, numbers)
            return {run: found[number] for run, number in zip(listed, numbers, strict=True)}

        assert reader.ask(lambda index: index.ask_columns(names)) == listed
    assert rounds == [True, True, False]
