"""One run, its series, and the metrics of many runs over REST."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

import runlore
from tests.server.conftest import log_run
from tests.server.test_runs import HOSTILE, error, get

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient


def test_a_run_says_everything_about_itself(client: TestClient, store: Path) -> None:
    run = runlore.start_run(experiment="digits", name=HOSTILE, goal="see", store=store)
    run.log_params({"lr": "1e-3"})
    run.log_params({"lr": "1e-2"})
    run.add_tags(["good"])
    run.log_note(HOSTILE)
    run.log({"loss": 1.0}, step=0)
    with pytest.raises(ValueError, match="bad"), run:
        raise ValueError("bad")
    child = runlore.start_run(name="child", parent=run.id, experiment="digits", store=store)
    child.finish()
    view = get(client, f"runs/{run.id}")
    assert view["line"]["label"] == HOSTILE
    assert (view["line"]["status"], view["line"]["tags"]) == ("failed", ["good"])
    assert (view["goal"], view["error"]["type"], view["error"]["message"]) == (
        "see",
        "ValueError",
        "bad",
    )
    (param,) = view["params"]
    assert (param["key"], param["text"], param["value"]) == ("lr", "1e-2", "1e-2")
    assert [earlier["text"] for earlier in param["history"]] == ["1e-3"]
    assert [note["text"] for note in view["notes"]] == [HOSTILE]
    assert [one["label"] for one in view["children"]] == ["child"]
    assert view["siblings"] == 1
    assert view["counts"]["metrics"] == 1


def test_a_run_answers_to_a_short_id(client: TestClient, store: Path) -> None:
    run = log_run(store, "one")
    assert get(client, f"runs/{run[-8:]}")["line"]["id"] == run


@pytest.mark.parametrize("path", ["runs/0123456789abcdef", "runs/nothing/metrics"])
def test_a_run_that_there_is_not(client: TestClient, path: str) -> None:
    status, said = error(client, path)
    assert (status, said["code"]) == (404, "run-not-found")


def test_several_runs_of_one_name_are_ambiguous(client: TestClient, store: Path) -> None:
    log_run(store, "same")
    log_run(store, "same")
    assert error(client, "runs/same")[0] == 409


def test_series_are_searched_and_come_in_sections(client: TestClient, store: Path) -> None:
    run = runlore.start_run(name="one", store=store)
    names = ["loss", "layer/10/w", "layer/2/w", "layer/2/b", "system/cpu"]
    run.log(dict.fromkeys(names, 1.0), step=0)
    run.log({"loss": math.nan}, step=1)
    run.log({"loss": math.inf}, step=2)
    run.finish()
    page = get(client, f"runs/{run.id}/metrics")
    assert [one["label"] for one in page["items"]] == [
        "layer/2/b",
        "layer/2/w",
        "layer/10/w",
        "loss",
    ]
    assert page["sections"] == [{"prefix": "layer/", "count": 3}, {"prefix": "", "count": 1}]
    loss = page["items"][-1]
    assert [loss[key] for key in ("count", "nan", "inf", "last", "min", "max", "mean")] == [
        3, 1, 1, "Infinity", 1.0, 1.0, 1.0,
    ]  # fmt: skip
    assert [loss[key] for key in ("last_step", "min_step", "is_stepped")] == [2, 0, True]
    found = get(client, f"runs/{run.id}/metrics", search=r"layer/\d+/W$", prefix="layer/", limit=1)
    assert ([one["label"] for one in found["items"]], found["total"]) == (["layer/2/w"], 2)
    assert found["next"] is not None
    load = get(client, f"runs/{run.id}/metrics", load="true")
    assert [one["label"] for one in load["items"]] == ["system/cpu"]
    assert get(client, f"runs/{run.id}/metrics", prefix="")["total"] == 1


def test_a_search_that_is_no_pattern_is_refused(client: TestClient, store: Path) -> None:
    run = log_run(store, "one")
    for path in (f"runs/{run}/metrics", "metrics"):
        status, said = error(client, path, search="lo(ss")
        assert (status, said["code"]) == (400, "invalid-value")
        assert "regular expression" in said["message"]


def test_metrics_over_many_runs_are_counted_with_their_best(
    client: TestClient, store: Path
) -> None:
    one = log_run(store, "one", losses=(3.0, 1.0, 2.0))
    log_run(store, "two", losses=(math.nan,))
    with runlore.start_run(name="three", experiment="other", store=store) as run:
        run.log({"acc": 0.5}, context="val", step=0)
    items = get(client, "metrics")["items"]
    assert [(one["label"], one["runs"], one["best"]) for one in items] == [
        ("acc[val]", 1, 0.5),
        ("loss", 2, 1.0),
    ]
    assert (items[0]["name"], items[0]["context"], items[0]["direction"]) == ("acc", "val", "max")
    assert [one["label"] for one in get(client, "metrics", experiment="digits")["items"]] == [
        "loss"
    ]
    assert get(client, "metrics", runs=one)["items"][0]["runs"] == 1
    assert get(client, "metrics", runs="nothing")["items"] == []


def test_what_is_said_of_a_metric_goes_before_its_name(client: TestClient, store: Path) -> None:
    run = log_run(store, "one", losses=(3.0, 1.0))
    body = {"experiment": "digits", "name": "loss", "direction": "max", "unit": "nats"}
    assert client.post("/api/v1/edits/metric", json=body).status_code == 200
    (said,) = get(client, "metrics", experiment="digits")["items"]
    assert (said["direction"], said["unit"], said["best"]) == ("max", "nats", 3.0)
    (series,) = get(client, f"runs/{run}/metrics")["items"]
    assert (series["direction"], series["unit"]) == ("max", "nats")


def test_a_lineage_has_runs_and_what_lies_between_them(client: TestClient, store: Path) -> None:
    with runlore.start_run(name="first", store=store) as first:
        first.save_artifact("data.txt", "data")
    with runlore.start_run(name="second", store=store) as second:
        second.use_artifact("data.txt")
    graph = get(client, f"runs/{second.id}/lineage")
    assert graph["run"] == second.id
    names = {one["layer"]: one["run"] or one["artifact"] for one in graph["nodes"]}
    assert (names[-2]["label"], names[-1]["name"], names[0]["label"]) == (
        "first", "data.txt", "second",
    )  # fmt: skip
    assert [one["relation"] for one in graph["edges"]] == ["used", "made"]
    assert error(client, "runs/nothing/lineage")[0] == 404
