"""Experiments and comparisons over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import runlore
from tests.actions.recorded_experiments import record, record_three

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

API = "/api/v1"


def test_cards_come_in_pages(client: TestClient, store: Path) -> None:
    for name in ("first", "second", "third"):
        record(store, {"lr": 1}, {"accuracy": 0.5}, experiment=name)
    page = client.get(f"{API}/experiments?limit=2").json()
    assert [card["name"] for card in page["items"]] == ["third", "second"]
    assert page["total"] == 3
    assert page["freshness"]["is_current"]
    rest = client.get(f"{API}/experiments?limit=2&cursor={page['next']}").json()
    assert [card["name"] for card in rest["items"]] == ["first"]
    assert rest["next"] is None
    assert client.get(f"{API}/experiments?q=SECOND").json()["total"] == 1
    assert client.get(f"{API}/experiments?state=decided").status_code == 422


def test_an_experiment_says_its_verdict(client: TestClient, store: Path) -> None:
    record_three(store)
    view = client.get(f"{API}/experiments/width").json()
    assert view["verdict"]["headline"].startswith("The data don't decide which is best: ")
    assert [group["label"] for group in view["verdict"]["groups"]] == [
        "model=wide", "model=deep", "model=small",
    ]  # fmt: skip
    assert view["plan"]["columns"] == ["0", "1", "2", "3", "4"]
    assert view["seed_keys"] == ["seed"]
    assert view["card"]["question"] == "How wide?"
    by_lr = client.get(f"{API}/experiments/width?by=params.lr&metric=accuracy").json()
    assert by_lr["verdict"]["standing"] == "alone"


def test_the_tables_of_an_experiment_come_along_where_they_are_asked_for(
    client: TestClient, store: Path
) -> None:
    record_three(store)
    alone = client.get(f"{API}/experiments/width").json()
    assert (alone["groups"], alone["runs"]) == (None, None)
    view = client.get(f"{API}/experiments/width?tables=1000").json()
    by = ",".join(view["verdict"]["by"])
    groups = client.get(f"{API}/groups?experiment=width&by={by}&metrics=accuracy&limit=1000").json()
    assert view["groups"]["rows"] == groups["rows"]
    columns = "metrics.accuracy.best,metrics.accuracy.max_step,metrics.accuracy"
    runs = client.get(f"{API}/runs?experiment=width&columns={columns}&limit=1000").json()
    assert view["runs"]["rows"] == runs["rows"]
    assert view["runs"]["columns"] == runs["columns"]
    few = client.get(f"{API}/experiments/width?tables=2&by=params.lr").json()
    assert [len(few["runs"]["rows"]), few["runs"]["total"]] == [2, len(runs["rows"])]
    assert few["runs"]["next"]
    assert few["groups"]["by"] == ["lr"]


def test_runs_that_only_their_names_tell_apart_have_tables_too(
    client: TestClient, store: Path
) -> None:
    for name in ("one", "other"):
        with runlore.start_run(name=name, experiment="named", store=store) as run:
            run.log({"loss": 1.0}, step=0)
            run.log({"loss": 2.0}, step=1)
    view = client.get(f"{API}/experiments/named?tables=10").json()
    assert view["verdict"]["by"] == ["name"]
    assert (view["groups"]["rows"], len(view["runs"]["rows"])) == ([], 2)


def test_the_tables_of_runs_without_an_experiment_come_along(
    client: TestClient, store: Path
) -> None:
    run = record(store, {"lr": 1}, {"loss": 1.0}, experiment=None)
    record(store, {"lr": 1}, {"loss": 1.0}, experiment="other")
    view = client.get(f"{API}/experiments/-?tables=10").json()
    assert [row["id"] for row in view["runs"]["rows"]] == [run]
    assert view["groups"]["rows"][0]["runs"] == [run]


def test_values_that_are_no_numbers_travel_as_words(client: TestClient, store: Path) -> None:
    runs = [record(store, {"lr": lr}, {"loss": value}) for lr, value in
            ((1, float("nan")), (2, float("inf")), (3, 0.5))]  # fmt: skip
    view = client.get(f"{API}/experiments/width").json()
    assert view["card"]["sparkline"] == ["NaN", "Infinity", 0.5]
    found = client.get(f"{API}/compare?runs={','.join(runs)}&importance=false").json()
    assert found["metrics"][0]["values"] == ["NaN", "Infinity", 0.5]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a%2Fb"), ("a/../b", "a%2F..%2Fb"), ("..", "-.."), (".", "-."), ("-", "--"),
        ("-x", "--x"), ("<script>", "%3Cscript%3E"), ("a?b#c", "a%3Fb%23c"), ("50 %", "50%20%25"),
        ("äöü 漢\t", quote("äöü 漢\t")), ("a/", "a%2F"), (None, "-"),
    ],
)  # fmt: skip
def test_names_of_any_kind_can_be_addressed(
    client: TestClient, store: Path, name: str | None, path: str
) -> None:
    record(store, {}, {"accuracy": 0.5}, experiment=name)
    answer = client.get(f"{API}/experiments/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["card"]["name"] == (name or "")


def test_what_is_not_there_is_a_problem_in_words(client: TestClient, store: Path) -> None:
    record(store, {}, {"accuracy": 0.5})
    for path, code in (
        ("experiments/nope", "run-not-found"), ("experiments/-", "run-not-found"),
        ("experiments/width?metric=nope", "series-not-found"),
        ("experiments/width?by=nope", "not-found"), ("compare?runs=nope,nada", "run-not-found"),
    ):  # fmt: skip
        answer = client.get(f"{API}/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, code), path
    assert client.get(f"{API}/compare?runs=").status_code == 400


def test_runs_are_compared_by_short_ids_too(client: TestClient, store: Path) -> None:
    runs = record_three(store)
    ids = [runs["wide"][0], runs["deep"][0]]
    shorts = ",".join(run[-8:] for run in ids)
    found = client.get(f"{API}/compare?runs={shorts}").json()
    assert [line["id"] for line in found["runs"]] == ids
    assert found["params"][0]["key"] == "model"
    assert found["params"][0]["differs"]
    assert found["importance"] is None
    assert found["importance_note"] == "2 groups have a value; the importance of params needs 8"
    code = client.get(f"{API}/compare/code?runs={shorts}").json()
    assert code["text"] is None
    assert code["reason"].startswith("no commit is known of ")
    assert client.get(f"{API}/compare/code?runs={ids[0]}").status_code == 400


def test_no_answer_is_larger_than_its_budget(client: TestClient, store: Path) -> None:
    runs = []
    for number in range(60):
        params: dict[str, object] = {f"p{key}": f"{number}{'x' * 3_000}" for key in range(60)}
        runs.append(record(store, params, {"accuracy": number / 60}))
    while not client.get(f"{API}/store").json()["freshness"]["is_current"]:
        pass
    for path in ("experiments/width", f"compare?importance=false&runs={','.join(runs)}"):
        answer = client.get(f"{API}/{path}")
        assert answer.status_code == 200
        assert len(answer.content) <= 2_000_000
        assert answer.json()["verdict"]["groups"][0]["mean"] == 59 / 60
    assert len(client.get(f"{API}/experiments").content) < 50_000


def test_numbers_at_the_edge_and_names_of_any_kind_come_back(
    client: TestClient, store: Path
) -> None:
    values = [1e308, -1e308, 5e-324, 1e300, 0.0, -0.0]
    runs = [
        record(store, {'a\n"b" <i>': place, "é": None, "ü" * 300: "\u202e"}, {"x/loss": value})
        for place, value in enumerate(values)
    ]
    view = client.get(f"{API}/experiments/width")
    assert view.status_code == 200
    assert view.json()["verdict"]["metric"] == "x/loss"
    found = client.get(f"{API}/compare?runs={','.join(runs)}")
    assert found.status_code == 200
    assert found.json()["metrics"][0]["values"] == values
