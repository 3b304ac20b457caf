from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import runlore
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete
from tests.formats.test_curve_vectors import decode

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

URL = "/api/v1/curves"


@pytest.fixture
def run(client: TestClient, store: Path) -> str:
    """Record a run of a thousand points with a spike, and a few without a step."""
    del client  # the store is made with it
    with runlore.start_run(name="run", store=store) as run:
        for step in range(1_000):
            value = {500: 1e6, 600: math.nan, 700: -math.inf}.get(step, step / 7)
            run.log({"loss": value}, step=step)
        for value in (1.0, 2.0):
            run.log({"unstepped": value})
        return run.id


def ask(client: TestClient, run: str, **question: Any) -> tuple[dict[str, Any], list[Any]]:
    curves = [{"run": run, "label": "loss"}]
    answer = client.post(URL, json={"x": "step", "buckets": 10, "curves": curves} | question)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.runlore.curves"
    return decode(answer.content)


def test_a_spike_survives_however_few_the_buckets(client: TestClient, run: str) -> None:
    head, (loss,) = ask(client, run)
    assert (head["from"], head["to"]) == (0.0, 999.0)
    assert max(loss["max"]) == 1e6
    assert sum(loss["count"]) == 1_000
    (curve,) = head["curves"]
    assert (curve["nan"], curve["neg_inf"], curve["not_finite"]) == ([600.0], [700.0], 2)
    assert (curve["is_raw"], curve["status"]) == (False, "finished")


def test_zoomed_in_the_points_themselves_come(client: TestClient, run: str) -> None:
    head, (loss,) = ask(client, run, **{"from": 495, "to": 504})
    assert head["curves"][0]["is_raw"]
    assert loss["x_first"] == [float(step) for step in range(495, 505)]
    assert loss["first"][5] == 1e6


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"x": "wall"}, "x:"),
        ({"buckets": 1}, "buckets:"),
        ({"buckets": 5_000}, "buckets:"),
        ({"from": 5, "to": 1}, "before it begins"),
        ({"curves": [{"run": "../..", "label": "loss"}]}, "run:"),
        ({"curves": [{"run": "0" * 32, "label": "loss"}] * 2_001}, "curves:"),
        ({"other": 1}, "other:"),
    ],
)
def test_what_can_not_be_is_refused(
    client: TestClient, question: dict[str, Any], said: str
) -> None:
    body = {"x": "step", "buckets": 10, "curves": []} | question
    answer = client.post(URL, json=body)
    assert answer.status_code in {400, 422}
    assert said in answer.json()["error"]["message"]


def test_no_curves_have_no_range(client: TestClient) -> None:
    head, _ = decode(client.post(URL, json={"x": "time", "buckets": 2, "curves": []}).content)
    columns = ["min", "max", "first", "last", "mean"]
    nothing = {"from": None, "to": None, "buckets": None, "columns": columns, "curves": []}
    assert head == {"x": "time"} | nothing


def test_columns_that_are_not_asked_for_are_left_out_and_equal_x_is_there_once(
    client: TestClient, run: str
) -> None:
    whole = client.post(URL, json={"x": "step", "buckets": 10, "curves": [_loss(run)]}).content
    wanted = {"x": "step", "buckets": 10, "columns": ["mean", "max"], "curves": [_loss(run)] * 3}
    answer = client.post(URL, json=wanted).content
    (complete,) = decode(whole)[1]
    head, curves = decode(answer)
    assert head["columns"] == ["mean", "max"]
    for one in curves:
        assert one == {name: complete[name] for name in one}
        assert set(one) == {"x_first", "x_last", "count", "mean", "max"}
    assert len({one["axis"] for one in head["curves"]}) == 1
    assert len({one["offset"] for one in head["curves"]}) == 3


def _loss(run: str) -> dict[str, Any]:
    return {"run": run, "label": "loss"}


def test_very_many_curves_are_cut_into_fewer_buckets(client: TestClient, run: str) -> None:
    head, curves = ask(client, run, buckets=4_000, curves=[{"run": run, "label": "loss"}] * 2_000)
    assert head["buckets"] == 533
    assert sum(curves[-1]["count"]) == 1_000


def test_points_come_page_by_page(client: TestClient, run: str) -> None:
    url = f"/api/v1/runs/{run[-8:]}/points"
    parameters: dict[str, Any] = {"label": "loss", "from": 599, "to": 700, "limit": 60}
    first = client.get(url, params=parameters).json()
    assert (first["total"], len(first["value"])) == (102, 60)
    assert first["value"][:2] == [599 / 7, "NaN"]
    rest = client.get(url, params=parameters | {"cursor": first["next"]}).json()
    assert first["step"] + rest["step"] == list(range(599, 701))
    assert (rest["value"][-1], rest["next"]) == ("-Infinity", None)
    assert all(type(time) is int for time in rest["time_ms"])


def test_points_without_steps_have_none(client: TestClient, run: str) -> None:
    found = client.get(f"/api/v1/runs/{run}/points", params={"label": "unstepped"}).json()
    assert (found["step"], found["value"]) == ([None, None], [1.0, 2.0])


def test_points_as_csv_are_all_there_is(client: TestClient, run: str, store: Path) -> None:
    parameters: dict[str, Any] = {"label": "loss", "format": "csv", "limit": 10}
    answer = client.get(f"/api/v1/runs/{run}/points", params=parameters)
    assert answer.headers["content-type"].startswith("text/csv")
    header, *lines = answer.text.split("\r\n")[:-1]
    assert header == "step,time,value"
    series = runlore.get_run(run, store=store).series("loss")
    steps, times, values = zip(*(line.split(",") for line in lines), strict=True)
    assert [int(step) for step in steps] == list(range(1_000))
    assert np.array_equal([float(value) for value in values], series.value, equal_nan=True)
    moments = np.array([time.rstrip("Z") for time in times], "M8[us]")
    assert np.array_equal(moments.view(np.int64), series.time)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/runs/ffffffff/points?label=loss", 404, "run-not-found"),
        ("/api/v1/runs/name/points?label=loss", 404, "run-not-found"),
        ("/api/v1/runs/{run}/points?label=los", 404, "series-not-found"),
        ("/api/v1/runs/{run}/points?label=loss&from=3&to=1", 400, "invalid-value"),
        ("/api/v1/runs/{run}/points?label=loss&cursor=x", 400, "invalid-value"),
        ("/api/v1/runs/{run}/points?label=loss&limit=50001", 422, "invalid-request"),
    ],
)
def test_what_has_no_points_is_said(
    client: TestClient, run: str, path: str, status: int, code: str
) -> None:
    answer = client.get(path.format(run=run))
    assert (answer.status_code, json.loads(answer.text)["error"]["code"]) == (status, code)


@pytest.mark.parametrize("is_sealed", [False, True])
def test_points_without_a_step_are_counted_whatever_is_looked_at(
    client: TestClient, store: Path, is_sealed: bool
) -> None:
    with runlore.start_run(name="mixed", store=store) as run:
        for value in range(5):
            run.log({"none": value})
            run.log({"some": value}, step=value)
        for value in range(3):
            run.log({"some": value})
    if is_sealed:
        seal_complete(open_store(str(store)), host=current_host(), deadline_seconds=60)
    curves = [{"run": run.id, "label": label} for label in ("none", "some")]
    head, _ = ask(client, run.id, curves=curves[:1])
    assert (head["from"], head["curves"][0]["outside"], head["curves"][0]["unstepped"]) == (
        None, 5, 5,
    )  # fmt: skip
    for span in ({}, {"from": 1, "to": 2}, {"from": 100, "to": 200}):
        head, _ = ask(client, run.id, curves=curves, **span)
        found = [(one["outside"], one["unstepped"]) for one in head["curves"]]
        assert found == [(5, 5), (8, 3)], span
