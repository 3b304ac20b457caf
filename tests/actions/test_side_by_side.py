"""Runs side by side: what differs, the best of each metric, which params matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions import importances
from runlore.actions.importances import importances_between
from runlore.actions.side_by_side import compare_side_by_side
from runlore.errors import InvalidValue
from tests.actions.recorded_experiments import reader_of, record, record_three

if TYPE_CHECKING:
    from pathlib import Path


def test_what_differs_comes_first(store: Path) -> None:
    first = record(store, {"lr": "1e-3", "epochs": 5, "only": 1}, {"accuracy": 0.8, "loss": 0.5})
    second = record(store, {"lr": 0.001, "epochs": 6}, {"accuracy": 0.9, "loss": float("nan")})
    with reader_of(store) as reader:
        found = compare_side_by_side(reader, [first, second])
    params = {one.key: one for one in found.params}
    assert [one.key for one in found.params] == ["epochs", "only", "lr"]
    assert params["epochs"].texts == ["5", "6"]
    assert params["only"].texts == ["1", None]
    assert not params["lr"].differs  # the same number, however it was written
    metrics = {one.label: one for one in found.metrics}
    assert metrics["accuracy"].values == [0.8, 0.9]
    assert metrics["accuracy"].best == [1]
    assert metrics["loss"].best == []
    assert [line.id for line in found.runs] == [first, second]


def test_facts_of_the_context_differ_by_their_parts(store: Path) -> None:
    ids = []
    for version in ("1.0", "2.0"):
        run = runlore.start_run(experiment="width", store=store)
        facts = {"packages": {"numpy": version, "click": "8"}, "python": {"version": "3.11"}}
        run.record("context.captured", facts=facts)
        run.finish()
        ids.append(run.id)
    with reader_of(store) as reader:
        context = {one.key: one for one in compare_side_by_side(reader, ids).context}
    assert context["packages.numpy"].texts == ["1.0", "2.0"]
    assert "packages.click" not in context
    assert not context["python.version"].differs


def test_the_verdict_is_over_the_groups_of_these_runs(store: Path) -> None:
    runs = record_three(store)
    with reader_of(store) as reader:
        found = compare_side_by_side(
            reader, [*runs["wide"], *runs["small"]], baseline=runs["small"][0]
        )
    assert found.verdict is not None
    assert found.verdict.standing == "clear"
    assert [one.is_baseline for one in found.verdict.groups] == [False, True]


def test_one_run_is_not_compared(store: Path) -> None:
    run = record(store, {}, {"accuracy": 1.0})
    with reader_of(store) as reader, pytest.raises(InvalidValue, match="1 runs"):
        compare_side_by_side(reader, [run, run])


def test_the_param_that_makes_the_difference_is_the_important_one(store: Path) -> None:
    ids = [
        record(store, {"lr": lr / 10, "width": width}, {"accuracy": lr / 10 + width / 1e4})
        for lr in range(1, 7) for width in (1, 2, 3, 4)
    ]  # fmt: skip
    with reader_of(store) as reader:
        found, note = importances_between(compare_side_by_side(reader, ids))
    assert found is not None
    assert [one.param for one in found] == ["lr", "width"]
    assert found[0].low <= found[0].importance <= found[0].high
    assert found[0].correlation == pytest.approx(1.0, abs=0.05)
    assert note is not None
    assert "24 groups" in note


def test_too_few_groups_are_said_to_be(store: Path) -> None:
    runs = record_three(store)
    with reader_of(store) as reader:
        found = compare_side_by_side(reader, [one for ids in runs.values() for one in ids])
    assert importances_between(found) == (
        None, "3 groups have a value; the importance of params needs 8",
    )  # fmt: skip


def test_a_process_that_fails_is_told_and_not_raised(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [record(store, {"lr": lr}, {"accuracy": lr / 7}) for lr in range(9)]
    monkeypatch.setattr(importances, "_PROGRAM", "raise SystemExit('no luck')")
    with reader_of(store) as reader:
        found, note = importances_between(compare_side_by_side(reader, ids))
    assert found is None
    assert note == "the importance of params couldn't be estimated: no luck"
