"""Searches on clusters that exist already: a local one of Dask, and one of Ray."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from sklearn.datasets import load_iris

import runlore
from runlore import track_hyperparameters
from runlore.errors import InvalidValue
from tests.tracking.models import Counting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

X, Y = load_iris(return_X_y=True)

pytestmark = pytest.mark.usefixtures("nothing_left_open")


@pytest.fixture
def dask_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Start a scheduler and two workers, processes of their own."""
    distributed = pytest.importorskip("distributed")
    root = os.getcwd()
    monkeypatch.setenv("PYTHONPATH", f"{root}/src{os.pathsep}{root}")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None,
            local_directory=str(tmp_path), silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        yield client


@pytest.mark.filterwarnings("ignore")  # of the cluster's own, as it is shut down
def test_a_dask_cluster_fits_and_this_process_records(dask_cluster: Any, tmp_path: Path) -> None:
    log = tmp_path / "fits"
    values = [0.1, 0.2, -1.0, 0.4]
    results = track_hyperparameters(
        Counting(log=str(log)), {"value": values}, X, Y, cv=2, backend="dask", refit=False
    )
    assert [one.params["value"] for one in results] == values
    assert [one.status for one in results] == ["finished", "finished", "failed", "finished"]
    assert results.best_params == {"value": 0.4}
    workers = {str(info["name"]) for info in dask_cluster.scheduler_info()["workers"].values()}
    pids = {int(line.split()[1]) for line in log.read_text().splitlines()}
    assert len(workers) == 2
    assert os.getpid() not in pids
    assert pids <= set(dask_cluster.run(os.getpid).values())
    runs = runlore.list_runs()
    assert len([run for run in runs if run.parent == results.run]) == 4


def test_without_a_cluster_dask_is_refused_before_anything_is_written() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(InvalidValue, match="backend='dask' can't be used"):
        track_hyperparameters(Counting, {"value": [0.1]}, X, Y, backend="dask")
    assert not os.path.exists(os.environ["RUNLORE_STORE"])


@pytest.mark.wide("ray")
@pytest.mark.filterwarnings("ignore")  # of Ray's own
def test_a_ray_cluster_fits_and_this_process_records(tmp_path: Path) -> None:
    ray = pytest.importorskip("ray")
    root = os.getcwd()
    paths = f"{root}/src{os.pathsep}{root}"
    ray.init(
        num_cpus=2, include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": paths}}
    )  # fmt: skip
    try:
        log = tmp_path / "fits"
        results = track_hyperparameters(
            Counting(log=str(log)), {"value": [0.1, -1.0, 0.4]}, X, Y, cv=2, backend="ray",
            refit=False,
        )  # fmt: skip
    finally:
        ray.shutdown()
    assert [one.status for one in results] == ["finished", "failed", "finished"]
    assert str(os.getpid()) not in {line.split()[1] for line in log.read_text().splitlines()}
    assert len(runlore.list_runs()) == 4
