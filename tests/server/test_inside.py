"""The application asked inside of a process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import RunloreError, StoreNotFound
from runlore.server.inside import Inside

if TYPE_CHECKING:
    from pathlib import Path


def test_it_answers_as_the_server_would(store_of_its_own: Path) -> None:
    with runlore.start_run("one", params={"lr": 0.1}) as run:
        run.log({"loss": 1.0}, step=0)
    with Inside(store_of_its_own) as inside:
        table = inside.get("/api/v1/runs", {"columns": "params.lr,metrics.loss"})
        assert [(row["label"], row["values"]) for row in table["rows"]] == [("one", [0.1, 1.0])]
        curves = [{"run": run.id, "label": "loss"}]
        answer = inside.post("/api/v1/curves", {"x": "step", "buckets": 10, "curves": curves})
        assert answer[:4] == b"RLCV"
        with pytest.raises(RunloreError, match="answers to 'nothing'"):
            inside.get("/api/v1/runs/nothing")


def test_it_works_where_a_loop_runs_already(store_of_its_own: Path) -> None:
    with runlore.start_run("one"):
        pass

    async def ask() -> int:
        with Inside(store_of_its_own) as inside:
            found: int = inside.get("/api/v1/runs")["total"]
            return found

    assert asyncio.run(ask()) == 1


def test_a_store_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound):
        Inside(tmp_path / "nothing")
