"""Runs that differ in their seed alone are one group, whatever else they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import runlore
from runlore.compare.seed_groups import seed_groups
from runlore.reading.search_columns import newest_first, shown_runs
from runlore.reading.store import open_reader
from tests.reading.recording import close_journal

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.compare.seed_groups import SeedGroups
    from runlore.index.columns import RunColumns


def grouped(store: Path) -> SeedGroups:
    close_journal(store)

    def read(columns: RunColumns) -> SeedGroups:
        newest = newest_first(columns)
        return seed_groups(columns, newest[shown_runs(columns)[newest]])

    with open_reader(store, budget_seconds=None) as reader:
        return reader.ask(lambda index: index.ask_columns(read))


def record(store: Path, name: str | None = None, **params: object) -> str:
    run = runlore.start_run(name, params=params, store=store)
    run.finish()
    return run.id


def sizes(found: SeedGroups) -> dict[str, int]:
    counts = np.bincount(found.groups).tolist()
    return dict(sorted(zip(found.labels, counts, strict=True)))


def test_what_differs_beside_the_seed_tells_groups_apart(store: Path) -> None:
    for lr in ("1e-3", 0.1):
        for seed in range(3):
            record(store, lr=lr, seed=seed, epochs=5)
    record(store, lr=0.001, seed=7, epochs=5)
    found = grouped(store)
    assert (found.by, found.seed_keys) == (("lr",), ("seed",))
    assert sizes(found) == {"lr=0.001": 4, "lr=0.1": 3}
    assert found.seed_texts == ["0", "1", "2", "7"]


def test_seeds_of_different_names_pair_by_their_value(store: Path) -> None:
    record(store, model="forest", random_state=3)
    record(store, model="network", seed=3)
    found = grouped(store)
    assert [found.seed_text(place) for place in (0, 1)] == ["3", "3"]


def test_a_seed_that_never_changes_pairs_nothing(store: Path) -> None:
    for seed in (0, 1):
        record(store, seed=seed, split_seed=5)
    found = grouped(store)
    assert (found.seed_keys, found.seed_texts) == (("seed",), ["0", "1"])


def test_names_shared_by_several_seeds_tell_groups_apart(store: Path) -> None:
    for name in ("resnet", "vit"):
        for seed in (0, 1):
            record(store, name, seed=seed)
    assert sizes(grouped(store)) == {"resnet": 2, "vit": 2}


def test_names_that_only_say_the_seed_do_not(store: Path) -> None:
    for lr in (0.1, 0.2):
        for seed in (0, 1):
            record(store, f"seed {seed}", seed=seed, lr=lr)
    found = grouped(store)
    assert not found.is_by_name
    assert sizes(found) == {"lr=0.1": 2, "lr=0.2": 2}


def test_names_tell_apart_where_nothing_else_does(store: Path) -> None:
    for name in ("before", "after"):
        record(store, name)
    assert sizes(grouped(store)) == {"after": 1, "before": 1}


def test_runs_without_a_seed_repeat_each_other(store: Path) -> None:
    for _ in range(3):
        record(store, lr=1)
    record(store, lr=2)
    found = grouped(store)
    assert sizes(found) == {"lr=1": 3, "lr=2": 1}
    assert len(set(found.seeds.tolist())) == 4
    assert found.seed_texts == []


def test_parts_of_runs_are_left_out_but_for_those_of_a_sweep(store: Path) -> None:
    whole = runlore.start_run("validated", store=store)
    for fold in range(3):
        runlore.start_run(f"fold {fold}", parent=whole, store=store).finish()
    whole.finish()
    assert grouped(store).parts == 3
    assert sizes(grouped(store)) == {"validated": 1}


def test_of_a_sweep_alone_its_trials_are_compared(store: Path) -> None:
    whole = runlore.start_run("sweep", tags=["sweep"], store=store)
    for lr in (0.1, 0.2):
        runlore.start_run(parent=whole, params={"lr": lr}, store=store).finish()
    whole.finish()
    assert sizes(grouped(store)) == {"lr=0.1": 1, "lr=0.2": 1}
    record(store, "other", lr=5)
    assert sizes(grouped(store)) == {"other": 1, "sweep": 1}


def test_groups_that_have_a_name_each_are_called_by_it(store: Path) -> None:
    for name, lr in (("slow", 0.1), ("fast", 0.5)):
        for seed in (0, 1):
            record(store, name, lr=lr, seed=seed)
    assert sizes(grouped(store)) == {"fast": 2, "slow": 2}
    record(store, "odd", lr=0.5, seed=2)
    record(store, lr=0.7, seed=2)
    assert "lr=0.7" in sizes(grouped(store))
