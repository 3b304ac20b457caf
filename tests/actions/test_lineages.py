"""What led to a run and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.lineages import MOST_NODES, trace_lineage
from runlore.journal.folder import open_store
from runlore.reading.store import StoreReader

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.actions.lineages import LineageGraph


def _traced(store: Path, run: str, steps: int = 2) -> LineageGraph:
    with StoreReader(open_store(str(store))) as reader:
        reader.catch_up()
        return trace_lineage(reader, run, steps=steps)


def _layers(graph: LineageGraph) -> dict[str, int]:
    return {
        one.run.label if one.run else one.artifact.name if one.artifact else "": one.layer
        for one in graph.nodes
    }


def _joined(graph: LineageGraph) -> set[tuple[str, str, str]]:
    names = {
        one.id: one.run.label if one.run else one.artifact.name if one.artifact else ""
        for one in graph.nodes
    }
    return {(names[one.source], one.relation, names[one.target]) for one in graph.edges}


@pytest.fixture
def chain(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Record raw → clean → trained → tuned → judged, each from what the one before has made."""
    store, runs, before = tmp_path / "store", dict[str, str](), ""
    for name in ("raw", "clean", "trained", "tuned", "judged"):
        with runlore.start_run(name, store=store) as run:
            runs[name] = run.id
            if before:
                run.use_artifact(f"{before}.txt")
            run.save_artifact(f"{name}.txt", name)
        before = name
    return store, runs


def test_it_goes_two_steps_up_and_down(chain: tuple[Path, dict[str, str]]) -> None:
    store, runs = chain
    graph = _traced(store, runs["trained"])
    assert _layers(graph) == {
        "raw": -4, "raw.txt": -3, "clean": -2, "clean.txt": -1,
        "trained": 0, "trained.txt": 1, "tuned": 2, "tuned.txt": 3, "judged": 4,
    }  # fmt: skip
    assert ("clean", "made", "clean.txt") in _joined(graph)
    assert ("clean.txt", "used", "trained") in _joined(graph)
    assert len(graph.edges) == 8
    assert _layers(_traced(store, runs["judged"])).keys() == {
        "judged.txt", "judged", "tuned.txt", "tuned", "trained.txt", "trained"
    }  # fmt: skip
    assert _layers(_traced(store, runs["trained"], steps=1)).keys() == {
        "clean", "clean.txt", "trained", "trained.txt", "tuned"
    }  # fmt: skip


def test_parts_and_what_they_are_parts_of_are_runs_beside(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with runlore.start_run("sweep", store=store) as sweep:
        for seed in range(3):
            runlore.start_run(f"seed {seed}", parent=sweep.id, store=store).finish()
    graph = _traced(store, sweep.id)
    assert _layers(graph) == {"sweep": 0, "seed 0": 2, "seed 1": 2, "seed 2": 2}
    assert {relation for _, relation, _ in _joined(graph)} == {"part"}
    part = next(one.id for one in graph.nodes if one.layer == 2)
    assert sorted(_layers(_traced(store, part)).values()) == [-2, 0]


def test_a_run_alone_is_one_node(tmp_path: Path) -> None:
    with runlore.start_run("alone", store=tmp_path / "store") as run:
        run.log({"loss": 1.0})
    graph = _traced(tmp_path / "store", run.id)
    assert (_layers(graph), graph.edges, graph.has_more) == ({"alone": 0}, [], False)


def test_what_came_of_it_leaves_out_the_trash_and_what_led_to_it_tells_of_it(
    chain: tuple[Path, dict[str, str]],
) -> None:
    store, runs = chain
    for name in ("clean", "tuned"):
        runlore.get_run(runs[name], store=store).delete()
    graph = _traced(store, runs["trained"])
    assert _layers(graph).keys() == {
        "raw", "raw.txt", "clean", "clean.txt", "trained", "trained.txt"
    }  # fmt: skip


def test_very_many_parts_are_cut_and_that_is_said(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with runlore.start_run("sweep", store=store) as sweep:
        for _ in range(MOST_NODES):
            runlore.start_run(parent=sweep.id, store=store).finish()
    graph = _traced(store, sweep.id)
    assert (len(graph.nodes), graph.has_more) == (MOST_NODES, True)
