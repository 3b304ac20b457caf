"""Tables of runs, fields, completion and groups over REST."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.server.pages import MOST_ANSWER_BYTES
from tests.server.conftest import log_run

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

HOSTILE = '</script><b onload="alert(1)">\u202e𝛼'


def get(client: TestClient, path: str, **query: object) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{path}", params={key: str(one) for key, one in query.items()})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def error(client: TestClient, path: str, **query: object) -> tuple[int, dict[str, Any]]:
    answer = client.get(f"/api/v1/{path}", params={key: str(one) for key, one in query.items()})
    return answer.status_code, answer.json()["error"]


def labels(table: dict[str, Any]) -> list[str]:
    return [row["label"] for row in table["rows"]]


def test_runs_come_newest_first_with_the_columns_asked_for(client: TestClient, store: Path) -> None:
    log_run(store, "old", params={"lr": "1e-3", "adam": True, "depth": 3}, losses=(3.0, 2.0))
    log_run(store, "new", params={"lr": "auto", "depth": None}, losses=(math.nan,))
    columns = (
        "params.lr,params.adam,params.depth,metrics.loss,metrics.loss.points,metrics.loss.best"
    )
    table = get(client, "runs", columns=columns)
    assert labels(table) == ["new", "old"]
    assert [row["values"] for row in table["rows"]] == [
        ["auto", None, None, "NaN", 1, None],
        [0.001, True, 3, 2.0, 2, 2.0],
    ]
    assert [column["name"] for column in table["columns"]] == columns.split(",")
    kinds = [column["kind"] for column in table["columns"]]
    assert kinds == ["text", "boolean", "number", "number", "number", "number"]
    assert [column["direction"] for column in table["columns"][-3:]] == ["min", None, "min"]


def test_infinities_travel_as_words(client: TestClient, store: Path) -> None:
    log_run(store, "up", losses=(math.inf,))
    log_run(store, "down", losses=(-math.inf,))
    table = get(client, "runs", columns="metrics.loss")
    assert [row["values"][0] for row in table["rows"]] == ["-Infinity", "Infinity"]


def test_windows_go_together_and_cursors_reach_the_end(client: TestClient, store: Path) -> None:
    for number in range(7):
        log_run(store, f"run{number}", losses=(number % 3,))
    wanted = labels(get(client, "runs", order="metrics.loss desc"))
    assert len(wanted) == 7
    windows = [
        labels(get(client, "runs", order="metrics.loss desc", offset=offset, limit=3))
        for offset in (0, 3, 6)
    ]
    assert [label for window in windows for label in window] == wanted
    followed: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"cursor": cursor} if cursor else {}
        page = get(client, "runs", order="metrics.loss desc", limit=2, **query)
        followed += labels(page)
        cursor = page["next"]
    assert followed == wanted


def test_an_edit_is_seen_by_the_next_window(client: TestClient, store: Path) -> None:
    run = log_run(store, "before")
    assert labels(get(client, "runs", order="name")) == ["before"]
    client.post("/api/v1/edits/rename", json={"run": run, "name": "after"})
    assert labels(get(client, "runs", order="name")) == ["after"]
    client.post("/api/v1/edits/tag", json={"runs": [run], "added": ["x"], "removed": []})
    assert get(client, "runs", filter="tags = x")["total"] == 1


def test_a_filter_that_cannot_be_read_is_shown_where(client: TestClient, store: Path) -> None:
    log_run(store, "one")
    status, said = error(client, "runs", filter="params.𝛼 = 1 and stat = running")
    assert status == 400
    assert said["code"] == "query"
    assert "\n" not in said["message"]
    text = "params.𝛼 = 1 and stat = running".encode("utf-16-le")
    start, end = said["span"]
    assert text[2 * start : 2 * end].decode("utf-16-le") == "stat"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"limit": 0}, 422, "invalid-request"),
        ({"limit": 1001}, 422, "invalid-request"),
        ({"offset": -1}, 422, "invalid-request"),
        ({"cursor": "bm90IG91cnM"}, 400, "invalid-value"),
        ({"cursor": "WyJmaWVsZHMiLDNd"}, 400, "invalid-value"),
        ({"order": "metrics.loss downwards"}, 400, "query"),
        ({"columns": "params."}, 400, "query"),
        ({"archived": "perhaps"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    client: TestClient, query: dict[str, object], status: int, code: str
) -> None:
    assert (error(client, "runs", **query)[0], error(client, "runs", **query)[1]["code"]) == (
        status,
        code,
    )


def test_archived_and_deleted_runs_are_listed_when_asked_for(
    client: TestClient, store: Path
) -> None:
    ids = [log_run(store, name) for name in ("shown", "archived", "deleted")]
    client.post("/api/v1/edits/archive", json={"runs": [ids[1]]})
    client.post("/api/v1/edits/trash", json={"runs": [ids[2]]})
    assert labels(get(client, "runs")) == ["shown"]
    assert labels(get(client, "runs", archived="true")) == ["archived"]
    assert labels(get(client, "runs", archived="any")) == ["archived", "shown"]
    assert labels(get(client, "runs", deleted="true")) == ["deleted"]
    assert labels(get(client, "runs", archived="any", deleted="any")) == [
        "deleted",
        "archived",
        "shown",
    ]
    described = get(client, "store")
    assert [described[key] for key in ("runs", "archived", "deleted")] == [1, 1, 1]


def test_chosen_runs_and_those_of_an_experiment(client: TestClient, store: Path) -> None:
    one = log_run(store, "one", experiment="a")
    log_run(store, "two", experiment="b")
    with runlore.start_run(name="three", store=store):
        pass
    assert labels(get(client, "runs", ids=one)) == ["one"]
    assert labels(get(client, "runs", ids="")) == []
    assert labels(get(client, "runs", ids="00000000000000000000000000000000,x'--")) == []
    assert labels(get(client, "runs", experiment="b")) == ["two"]
    assert labels(get(client, "runs", experiment="-")) == ["three"]
    assert labels(get(client, "runs", experiment="nothing")) == []


def test_only_columns_that_differ(client: TestClient, store: Path) -> None:
    log_run(store, "one", params={"lr": 0.1, "model": "tree"})
    log_run(store, "two", params={"lr": 0.2, "model": "tree"})
    table = get(client, "runs", columns="params.lr,params.model", only_differing="true")
    assert [column["name"] for column in table["columns"]] == ["params.lr"]


def test_runs_without_a_name_are_called_by_what_differs(client: TestClient, store: Path) -> None:
    for lr in (0.1, 0.2):
        with runlore.start_run(experiment="digits", store=store) as run:
            run.log_params({"opt.lr": lr, "model": "tree"})
    assert labels(get(client, "runs")) == ["lr=0.2", "lr=0.1"]
    listed = [run.label for run in runlore.list_runs(store=store)]
    assert labels(get(client, "runs")) == listed


def test_hostile_names_are_given_as_they_are(client: TestClient, store: Path) -> None:
    log_run(store, HOSTILE, experiment=HOSTILE, params={HOSTILE: HOSTILE})
    field = next(item["name"] for item in get(client, "runs/fields", group="params")["items"])
    table = get(client, "runs", columns=field, experiment=HOSTILE)
    assert (labels(table), table["rows"][0]["values"]) == ([HOSTILE], [HOSTILE])


def test_an_answer_stays_within_its_budget_and_goes_on(client: TestClient, store: Path) -> None:
    with runlore.start_run(name="many", store=store) as run:
        run.log_params({f"text{number:03}": "x" * 990 for number in range(200)})
    for number in range(14):
        with runlore.start_run(name=f"many{number}", store=store) as run:
            run.log_params({f"text{number:03}": "x" * 990 for number in range(200)})
    columns = ",".join(f"params.text{number:03}" for number in range(200))
    answer = client.get("/api/v1/runs", params={"columns": columns})
    assert len(answer.content) <= MOST_ANSWER_BYTES
    first = answer.json()
    rest = get(client, "runs", columns=columns, cursor=first["next"])
    assert len(first["rows"]) + len(rest["rows"]) == first["total"] == 15


def test_a_run_that_gives_no_sign_of_life_is_marked(
    client: TestClient, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = runlore.start_run(name="quiet", store=store)
    run.log({"loss": 1.0}, step=0)
    assert get(client, "runs")["rows"][0]["silent_seconds"] is None
    monkeypatch.setattr("runlore.actions.run_lines._SILENT_SECONDS", 0.0)
    row = get(client, "runs")["rows"][0]
    assert (row["status"], row["silent_seconds"] >= 0) == ("running", True)


def test_fields_are_searched_by_words_and_counted_in_an_experiment(
    client: TestClient, store: Path
) -> None:
    log_run(store, "one", params={"opt.lr": 0.1})
    log_run(store, "two", params={"opt.lr": 0.1, "model": "tree"})
    found = get(client, "runs/fields", search="params lr")
    assert [item["name"] for item in found["items"]] == ["params.opt.lr"]
    items = get(client, "runs/fields", experiment="digits")["items"]
    counted = {item["name"]: item["runs"] for item in items if item["runs"] is not None}
    assert counted == {"metrics.loss": 2, "params.model": 1, "params.opt.lr": 2}
    numbers = get(client, "runs/fields", kind="number", group="params")["items"]
    assert [item["name"] for item in numbers] == ["params.opt.lr"]
    first = get(client, "runs/fields", limit=2)
    second = get(client, "runs/fields", limit=1000, cursor=first["next"])
    assert len(first["items"]) + len(second["items"]) == first["total"]


def test_completion_replaces_the_word_at_the_caret(client: TestClient, store: Path) -> None:
    log_run(store, "one", params={"𝛼lr": 0.1})
    found = get(client, "filters/complete", text="params.𝛼 > 1", at=9)
    assert found["span"] == [0, 9]
    assert [item["text"] for item in found["items"]] == ["params.𝛼lr"]
    assert get(client, "filters/complete", text="", at=0)["items"]
    assert get(client, "filters/complete", text="x", at=10**9)["span"][1] <= 1


def test_groups_say_n_and_spread(client: TestClient, store: Path) -> None:
    for model, losses in (("tree", (1.0, 3.0)), ("net", (4.0,))):
        for seed, loss in enumerate(losses):
            log_run(store, f"{model}{seed}", params={"model": model, "seed": seed}, losses=(loss,))
    table = get(client, "groups", metrics="loss", order="metrics.loss.mean")
    assert (table["by"], table["total"]) == (["model"], 2)
    tree, net = table["rows"]
    assert (tree["label"], tree["key"], tree["n"]) == ("model=tree", {"model": "tree"}, 2)
    loss = tree["metrics"]["loss"]
    assert (loss["n"], loss["mean"], loss["std"]) == (2, 2.0, pytest.approx(math.sqrt(2)))
    # Student's t of 0.975 with one degree of freedom is 12.7062.
    assert loss["high"] - loss["mean"] == pytest.approx(12.7062, rel=1e-4)
    assert net["metrics"]["loss"]["low"] is None
    assert len(get(client, "groups", metrics="loss", limit=1)["rows"]) == 1


def test_groups_are_of_runs_in_use_unless_others_are_asked_for(
    client: TestClient, store: Path
) -> None:
    ids = [log_run(store, name, losses=(1.0,)) for name in ("shown", "archived", "deleted")]
    client.post("/api/v1/edits/archive", json={"runs": [ids[1]]})
    client.post("/api/v1/edits/trash", json={"runs": [ids[2]]})

    def grouped(**asked: str) -> list[str]:
        rows = get(client, "groups", by="lr", metrics="loss", **asked)["rows"]
        return [run for row in rows for run in row["runs"]]

    assert grouped() == [ids[0]]
    assert grouped(archived="true") == [ids[1]]
    assert grouped(deleted="true", archived="any") == [ids[2]]
    assert sorted(grouped(deleted="any", archived="any")) == sorted(ids)


def _log_parts(store: Path) -> dict[str, str]:
    """Record a run of two parts, one with a part of its own, and one that stands alone."""
    ids: dict[str, str] = {}
    for name, parent in (("whole", ""), ("one", "whole"), ("two", "whole"), ("fold", "two")):
        with runlore.start_run(name, experiment="e", parent=ids.get(parent), store=store) as run:
            run.log({"loss": len(ids)})
            ids[name] = run.id
    ids["alone"] = log_run(store, "alone")
    return ids


def test_parts_are_counted_with_their_whole_where_that_is_asked_for(
    client: TestClient, store: Path
) -> None:
    ids = _log_parts(store)

    def read(**asked: str) -> tuple[list[str], list[int], int, int]:
        table = get(client, "runs", **asked)
        return (
            labels(table),
            [row["parts"] for row in table["rows"]],
            table["total"],
            table["folded"],
        )

    assert read() == (["alone", "fold", "two", "one", "whole"], [0] * 5, 5, 0)
    assert read(parts="true") == (["alone", "fold", "two", "one", "whole"], [0] * 5, 5, 3)
    assert read(parts="false") == (["alone", "whole"], [0, 3], 2, 3)
    assert read(parts="false", offset="1", limit="1") == (["whole"], [3], 2, 3)
    # A part whose whole isn't there stands for itself.
    assert read(parts="false", filter="metrics.loss > 0.6 and experiment = 'e'") == (
        ["two", "one"], [1, 0], 2, 1,
    )  # fmt: skip
    assert read(parts="false", ids=",".join([ids["fold"], ids["whole"]])) == (
        ["fold", "whole"], [0, 0], 2, 0,
    )  # fmt: skip
    assert read(filter=f'parent = "{ids["whole"][-8:]}"')[0] == ["two", "one"]


def test_groups_leave_out_metrics_that_no_run_has(client: TestClient, store: Path) -> None:
    for seed, loss in enumerate((3.0, 1.0)):
        log_run(store, f"run{seed}", params={"lr": seed}, losses=(loss,))
    asked = {"metrics": "accuracy,loss", "order": "metrics.accuracy desc,metrics.loss"}
    table = get(client, "groups", by="lr", **asked)
    assert table["metrics"] == ["loss"]
    assert [row["metrics"]["loss"]["mean"] for row in table["rows"]] == [1.0, 3.0]


def test_a_group_by_what_no_run_has_is_an_error(client: TestClient, store: Path) -> None:
    log_run(store, "one")
    assert error(client, "groups", by="params.modle")[0] == 404
