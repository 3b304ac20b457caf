"""Every edit is a record, can be undone, and is refused whole if it can't be made."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import runlore
from runlore.reading.store import open_reader
from tests.server.conftest import ADDRESS, log_run

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

HOSTILE = "<script>alert(1)</script> '; DROP TABLE runs; -- 🙂\u202e\n../../etc/passwd%00"


def edit(client: TestClient, kind: str, **body: object) -> dict[str, Any]:
    answer = client.post(f"/api/v1/edits/{kind}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(client: TestClient, kind: str, **body: object) -> tuple[int, str]:
    answer = client.post(f"/api/v1/edits/{kind}", json=body)
    return answer.status_code, answer.json()["error"]["code"]


def undo(client: TestClient, done: dict[str, Any]) -> dict[str, Any]:
    request = done["undo"]
    answer = client.request(request["method"], request["path"], json=request["body"])
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def state(place: Path) -> dict[str, Any]:
    """Collect all that edits can change."""
    with open_reader(place, budget_seconds=None) as reader:
        rows = reader.ask(lambda index: index.list_runs(is_deleted=None)).runs
        facts = [reader.ask(lambda index, run=row.run: index.run_facts(run)) for row in rows]  # type: ignore[misc]
        # The end of what is known of a run moves on with each record of it.
        lasting = [row._replace(last_time=None) for row in rows]
        return {
            "rows": lasting,
            "tags": reader.ask(lambda index: index.tag_values([row.run for row in rows])),
            "notes": [[(note.text, note.time) for note in one.notes] for one in facts],
            "metrics": reader.ask(lambda index: index.metric_descriptions()),
            "baselines": reader.ask(lambda index: index.baselines()),
            "views": reader.ask(lambda index: index.views()),
        }


@pytest.fixture
def runs(store: Path) -> list[str]:
    return [log_run(store, name) for name in ("a", "b", "c")]


def test_tags_are_added_removed_and_put_back_with_their_values(
    client: TestClient, store: Path, runs: list[str]
) -> None:
    runlore.get_run(runs[0], store=store).add_tag("old", HOSTILE)
    runlore.get_run(runs[1], store=store).add_tag("new")
    before = state(store)
    done = edit(client, "tag", runs=runs[:2], added=["new", HOSTILE], removed=["old"])
    assert sorted(done["runs"]) == sorted(runs[:2])
    assert state(store)["tags"] == {
        runs[0]: {"new": None, HOSTILE: None},
        runs[1]: {"new": None, HOSTILE: None},
    }
    redo = undo(client, done)
    assert state(store) == before
    undo(client, redo)
    assert state(store)["tags"][runs[1]] == {"new": None, HOSTILE: None}


def test_what_changes_nothing_has_nothing_to_undo(
    client: TestClient, store: Path, runs: list[str]
) -> None:
    before = state(store)
    assert edit(client, "tag", runs=runs, removed=["unknown"])["undo"] is None
    assert edit(client, "unarchive", runs=runs)["undo"] is None
    assert edit(client, "restore", runs=runs)["undo"] is None
    assert edit(client, "rename", run=runs[0], name="a")["undo"] is None
    assert edit(client, "colour", runs=runs, colour=None)["undo"] is None
    assert edit(client, "baseline", experiment="digits", run=None)["undo"] is None
    assert edit(client, "metric", experiment=None, name="loss", alias=None)["undo"] is None
    assert state(store) == before


def test_a_run_without_a_name_has_none_again(client: TestClient, store: Path) -> None:
    run = runlore.start_run(experiment="digits", store=store)
    run.finish()
    done = edit(client, "rename", run=run.short_id, name=HOSTILE)
    assert runlore.get_run(run.id, store=store).name == HOSTILE
    undo(client, done)
    assert runlore.get_run(run.id, store=store).name is None


def test_a_note_that_was_removed_comes_back_as_of_its_time(
    client: TestClient, store: Path, runs: list[str]
) -> None:
    made = edit(client, "note", run=runs[0], text=HOSTILE)
    edit(client, "note", run=runs[0], text="second")
    before = state(store)
    undo(client, edit(client, "remove-note", run=runs[0], note=made["made"]))
    assert state(store) == before
    (first, second) = runlore.get_run(runs[0], store=store).notes
    assert (first.text, second.text) == (HOSTILE, "second")


def test_views_are_saved_changed_and_listed_for_their_page(
    client: TestClient, runs: list[str]
) -> None:
    assert runs
    saved = edit(client, "view", name=HOSTILE, page="runs", experiment=None, query="?x=" + HOSTILE)
    edit(client, "view", name="own", page="runs", experiment="digits", query="")
    edit(client, "view", name="other", page="compare", experiment=None, query="")
    listed = client.get("/api/v1/views", params={"page": "runs", "experiment": "else"}).json()
    assert [one["name"] for one in listed["items"]] == [HOSTILE]
    place = {"page": "runs", "experiment": None}
    changed = edit(client, "view", id=saved["made"], name="x", query="y", **place)
    (item,) = client.get("/api/v1/views?page=runs&experiment=else").json()["items"]
    assert (item["id"], item["name"], item["query"]) == (saved["made"], "x", "y")
    undo(client, changed)
    assert client.get("/api/v1/views?page=runs&experiment=else").json() == listed
    undo(client, edit(client, "remove-view", id=saved["made"]))
    assert client.get("/api/v1/views?page=runs&experiment=else").json() == listed


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("tag", {"runs": ["?"], "added": ["x"]}, (404, "run-not-found")),
        ("tag", {"runs": ["a"], "added": [""]}, (400, "invalid-value")),
        ("tag", {"runs": ["a", "nobody"], "added": ["x"]}, (404, "run-not-found")),
        ("tag", {"runs": ["a"], "added": ["x"], "removed": ["x"]}, (400, "invalid-value")),
        ("tag", {"runs": ["a"], "added": ["x" * 1025]}, (413, "too-large")),
        ("tag", {"runs": []}, (422, "invalid-request")),
        ("tag", {"runs": ["a"], "added": ["x"], "else": 1}, (422, "invalid-request")),
        ("rename", {"run": "a", "name": ""}, (400, "invalid-value")),
        ("rename", {"run": "a", "name": 3}, (422, "invalid-request")),
        ("note", {"run": "a", "text": "  "}, (400, "invalid-value")),
        ("note", {"run": "a", "text": "x" * 1_048_577}, (413, "too-large")),
        ("remove-note", {"run": "a", "note": "0"}, (404, "not-found")),
        ("colour", {"runs": ["a"], "colour": "red"}, (400, "invalid-value")),
        ("colour", {"runs": ["a"], "colour": "#12345"}, (400, "invalid-value")),
        ("metric", {"experiment": None, "name": "loss"}, (400, "invalid-value")),
        ("metric", {"experiment": "no", "name": "loss", "unit": "x"}, (404, "run-not-found")),
        ("metric", {"experiment": None, "name": "", "unit": "x"}, (400, "invalid-value")),
        ("metric", {"experiment": None, "name": "l", "direction": "up"}, (422, "invalid-request")),
        ("baseline", {"experiment": "no", "run": "a"}, (404, "run-not-found")),
        ("baseline", {"experiment": None, "run": "a"}, (400, "invalid-value")),
        ("remove-view", {"id": "0" * 32}, (404, "not-found")),
        (
            "view",
            {"id": "../x", "name": "v", "page": "runs", "experiment": None, "query": ""},
            (400, "invalid-value"),
        ),
        (
            "view",
            {"name": "v", "page": "admin", "experiment": None, "query": ""},
            (422, "invalid-request"),
        ),
    ],
)
@pytest.mark.usefixtures("runs")
def test_bad_input_is_refused_before_anything_is_written(
    client: TestClient, store: Path, kind: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = state(store)
    assert refused(client, kind, **body) == expected
    assert state(store) == before


def test_a_run_that_is_running_goes_to_the_trash_only_by_force(
    client: TestClient, store: Path
) -> None:
    run = runlore.start_run(experiment="digits", store=store)
    try:
        assert refused(client, "trash", runs=[run.id]) == (409, "run-busy")
        done = edit(client, "trash", runs=[run.id], is_forced=True)
        undo(client, undo(client, done))
        assert runlore.get_run(run.id, store=store).is_deleted
    finally:
        run.finish()


def test_the_parts_of_a_run_go_with_it_and_come_back(client: TestClient, store: Path) -> None:
    with runlore.start_run("whole", store=store) as whole:
        parts = []
        for name in ("one", "two", "gone"):
            with runlore.start_run(name, parent=whole, store=store) as part:
                parts.append(part.id)
    edit(client, "trash", runs=[parts[2]])
    before = state(store)
    done = edit(client, "trash", runs=[whole.id])
    assert sorted(done["runs"]) == sorted([whole.id, *parts[:2]])
    assert done["message"] == "Moved 3 runs to the trash"
    redo = undo(client, done)
    assert state(store) == before  # what lay in the trash before does so again
    undo(client, redo)
    alone = edit(client, "restore", runs=[parts[0]])
    assert alone["runs"] == [parts[0]]
    undo(client, alone)
    assert sorted(edit(client, "restore", runs=[whole.id])["runs"]) == sorted([whole.id, *parts])
    done = edit(client, "archive", runs=[whole.id])
    assert sorted(done["runs"]) == sorted([whole.id, *parts])
    undo(client, done)
    assert not any(row.is_archived for row in state(store)["rows"])


def test_a_baseline_goes_with_its_run_and_comes_back(
    client: TestClient, store: Path, runs: list[str]
) -> None:
    edit(client, "baseline", experiment="digits", run=runs[0])
    done = edit(client, "trash", runs=[runs[0]])
    assert state(store)["baselines"] == {}
    assert refused(client, "baseline", experiment="digits", run=runs[0]) == (400, "invalid-value")
    undo(client, done)
    assert state(store)["baselines"] == {"digits": runs[0]}


def test_an_edit_from_another_site_is_refused(client: TestClient, runs: list[str]) -> None:
    body = {"runs": runs, "added": ["x"]}
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/api/v1/edits/tag", json=body, headers=headers).status_code == 403
    kept = client.post("/api/v1/edits/tag", json=body, headers={"Origin": ADDRESS})
    assert kept.status_code == 200


def test_edits_of_several_threads_at_once_are_all_kept(
    client: TestClient, store: Path, runs: list[str]
) -> None:
    def work(thread: int) -> None:
        for number in range(5):
            edit(client, "tag", runs=[runs[0]], added=[f"{thread}-{number}"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = state(store)
    assert sorted(found["tags"][runs[0]]) == sorted(f"{t}-{n}" for t in range(4) for n in range(5))
    with open_reader(store, budget_seconds=None) as reader:
        assert reader.freshness.problems == []


_RUN = st.integers(0, 2)
_TEXT = st.sampled_from(["x", "y", HOSTILE])
_COLOUR = st.sampled_from([None, "#aa0000", "#00BB00"])
_EDITS = st.one_of(
    st.tuples(st.just("tag"), st.sets(_RUN, min_size=1), _TEXT, _TEXT),
    st.tuples(st.just("rename"), _RUN, st.one_of(st.none(), _TEXT)),
    st.tuples(st.just("note"), _RUN, _TEXT),
    st.tuples(st.just("colour"), st.sets(_RUN, min_size=1), _COLOUR),
    st.tuples(st.sampled_from(["archive", "unarchive", "trash", "restore"]),
              st.sets(_RUN, min_size=1)),
    st.tuples(st.just("metric"), st.sampled_from([None, "digits"]), _TEXT,
              st.sampled_from([None, "min", "max"])),
    st.tuples(st.just("baseline"), st.one_of(st.none(), _RUN)),
    st.tuples(st.just("view"), _TEXT),
)  # fmt: skip


def _body(runs: list[str], change: tuple[Any, ...]) -> dict[str, Any]:
    kind, *rest = change
    if kind == "tag":
        added, removed = rest[1], rest[2]
        return {
            "runs": [runs[at] for at in rest[0]],
            "added": [added],
            "removed": [] if added == removed else [removed],
        }
    if kind == "rename":
        return {"run": runs[rest[0]], "name": rest[1]}
    if kind == "note":
        return {"run": runs[rest[0]], "text": rest[1]}
    if kind == "colour":
        return {"runs": [runs[at] for at in rest[0]], "colour": rest[1]}
    if kind == "metric":
        return {"experiment": rest[0], "name": "loss", "alias": rest[1], "direction": rest[2]}
    if kind == "baseline":
        return {"experiment": "digits", "run": None if rest[0] is None else runs[rest[0]]}
    if kind == "view":
        return {"name": rest[0], "page": "runs", "experiment": None, "query": rest[0]}
    return {"runs": [runs[at] for at in rest[0]]}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(_EDITS, min_size=1, max_size=6))
def test_undoing_edits_in_turn_gives_the_same_answers(
    client: TestClient, store: Path, runs: list[str], changes: list[tuple[Any, ...]]
) -> None:
    before, done = state(store), []
    for change in changes:
        answer = client.post(f"/api/v1/edits/{change[0]}", json=_body(runs, change))
        if answer.status_code == 200 and answer.json()["undo"]:
            done.append(answer.json())
        else:  # of a run in the trash
            assert answer.status_code in (200, 400)
    for one in reversed(done):
        undo(client, one)
    assert state(store) == before
