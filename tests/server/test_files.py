"""Files of users: found only by what is recorded, served in parts, and inert."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.editing.shell_recorder import shell_run
from runlore.journal.folder import create_store
from runlore.records.ids import new_id
from runlore.testing.journals import JournalComposer

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi.testclient import TestClient

HOSTILE_NAME = "<script>alert(1)</script> \u202e%2e%2e?#&\"'.html"
PAGE = b"<script>alert(1)</script>"


@pytest.fixture
def run(store: Path, tmp_path: Path) -> str:
    """Record a run with files of all kinds, hashed as by its helper."""
    create_store(str(store))
    identifier = new_id()
    with runlore.start_run(experiment="e", store=store) as started:
        identifier = started.id
        started.log({"loss": 1.0})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x,y\n1,2\n")
    (tmp_path / "data" / "b.txt").write_text("b" * 1000)
    with shell_run(str(store), identifier, None, None) as opened:
        opened.save_artifact("report.html", PAGE.decode())
        opened.save_artifact("report.html", PAGE.decode() + " ")
        opened.log_artifact(str(tmp_path / "data"), "data")
        opened.save_artifact("sub/model.pkl", {"w": 1})
        opened.save_artifact("plot.svg", "<svg onload='alert(1)'/>")
        for step in range(3):
            opened.log_text("sample", f"text {step} {PAGE.decode()}", step=step)
        opened.log_histogram("weights", [1, 2, 3], step=1)
        opened.log_table("predictions/table", [{"a": 1, "b": float("nan")}], step=1)
    return identifier


def get(client: TestClient, address: str, /, **params: Any) -> dict[str, Any]:
    answer = client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_artifacts_are_listed_with_their_versions(client: TestClient, run: str) -> None:
    page = get(client, f"/api/v1/runs/{run[-8:]}/artifacts")
    listed = [(one["path"], one["artifact"], one["version"]) for one in page["items"]]
    assert listed == [
        ("data/a.csv", "data", 0),
        ("data/b.txt", "data", 0),
        ("plot.svg", "plot.svg", 0),
        ("report.html", "report.html", 1),
        ("sub/model.pkl", "sub/model.pkl", 0),
        ("report.html", "report.html", 0),
    ]
    assert page["total"] == 6
    assert page["items"][3]["aliases"] == ["latest"]
    first = get(client, f"/api/v1/runs/{run}/artifacts", limit=4)
    rest = get(client, f"/api/v1/runs/{run}/artifacts", limit=4, cursor=first["next"])
    assert first["items"] + rest["items"] == page["items"]
    assert rest["next"] is None
    for item in page["items"]:
        content = client.get(item["url"]).content
        assert hashlib.sha256(content).hexdigest() == item["digest"]
        assert len(content) == item["size_bytes"]


def test_files_are_sandboxed_whatever_they_are(client: TestClient, run: str) -> None:
    expected = {
        "report.html": ("text/html; charset=utf-8", "sandbox allow-scripts"),
        "plot.svg": ("image/svg+xml", "sandbox"),
        "data/b.txt": ("text/plain; charset=utf-8", "sandbox"),
        "sub/model.pkl": ("application/octet-stream", "sandbox"),
    }
    for path, (kind, policy) in expected.items():
        answer = client.get(f"/api/v1/runs/{run}/files/{path}")
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-security-policy"].split(";")[0] == policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if name.startswith("access-control")]
    attached = client.get(f"/api/v1/runs/{run}/files/report.html", params={"download": True})
    assert attached.headers["content-disposition"].startswith('attachment; filename="report.html"')


def test_parts_and_unchanged_files_are_answered_as_such(client: TestClient, run: str) -> None:
    url = f"/api/v1/runs/{run}/files/data/b.txt"
    whole = client.get(url)
    tag = whole.headers["etag"]
    parts = {"0-9": 10, "990-": 10, "-5": 5, "995-5000": 5, "-5000": 1000}
    cases = [(f"bytes={wanted}", 206, size) for wanted, size in parts.items()]
    cases += [(wanted, 200, 1000) for wanted in ("bytes=5-2", "bytes=0-1,3-4", "x=1-2", "bytes=-")]
    for wanted, status, size in cases:
        answer = client.get(url, headers={"Range": wanted})
        assert (answer.status_code, len(answer.content)) == (status, size), wanted
        assert int(answer.headers["content-length"]) == size
    for wanted in ("bytes=1000-", "bytes=-0"):
        answer = client.get(url, headers={"Range": wanted})
        assert answer.status_code == 416
        assert answer.json()["error"]["code"] == "no-such-range"
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 304
    stale = client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "../../store.json",
        "..%2f..%2fstore.json",
        "%2e%2e/store.json",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "store.json",
        "data",
        "data/",
        "",
        "%00",
        "report.html%00.txt",
    ],
)
def test_no_path_but_of_a_recorded_file_is_opened(client: TestClient, run: str, path: str) -> None:
    answer = client.get(f"/api/v1/runs/{run}/files/{path}")
    assert answer.status_code == 404
    assert "error" in answer.json()


def test_a_record_that_names_a_place_of_its_own_opens_nothing(
    client: TestClient, store: Path, run: str
) -> None:
    journal = JournalComposer(create_store(str(store)), "0" * 31 + "1")
    slot = journal.slot(run, "0" * 31 + "2")
    kinds = {"direction": "output", "type": "file", "media_type": "text/html\r\nX: y"}
    for number, staged in enumerate(("../../store.json", "/etc/passwd", "incoming/../store.json")):
        journal.event(
            slot, "artifact.logged", time=5, id=f"{number}", name=f"{staged}{HOSTILE_NAME}",
            size_bytes=1, staged=staged, details={}, **kinds,
        )  # fmt: skip
    items = get(client, f"/api/v1/runs/{run}/artifacts")["items"]
    hostile = [one for one in items if HOSTILE_NAME in one["path"]]
    assert len(hostile) == 3
    for one in hostile:
        assert not one["is_ready"]
        answer = client.get(one["url"])
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "artifact-not-found")


def test_a_file_with_a_hostile_name_comes_back_under_it(
    client: TestClient, store: Path, run: str
) -> None:
    with shell_run(str(store), run, None, None) as opened:
        opened.save_artifact(HOSTILE_NAME, PAGE.decode())
    (item,) = [
        one
        for one in get(client, f"/api/v1/runs/{run}/artifacts")["items"]
        if one["path"] == HOSTILE_NAME
    ]
    answer = client.get(item["url"])
    assert answer.content == PAGE
    assert "\r" not in answer.headers["content-disposition"]
    assert "<" not in answer.headers["content-disposition"]
    shown = get(client, f"/api/v1/runs/{run}/preview", path=HOSTILE_NAME)
    assert (shown["kind"], shown["text"]) == ("html", None)


def test_damage_is_no_whole_answer(client: TestClient, store: Path, run: str) -> None:
    item = get(client, f"/api/v1/runs/{run}/artifacts")["items"][1]
    digest = item["digest"]
    (blob,) = [path for path in store.rglob(digest[2:]) if path.is_file()]
    blob.chmod(0o644)
    blob.write_bytes(b"x" * 1000)
    answer = client.get(item["url"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "blob-damaged")


def test_media_are_listed_by_name_and_step(client: TestClient, run: str) -> None:
    page = get(client, f"/api/v1/runs/{run}/media")
    assert [(one["name"], one["type"], one["count"]) for one in page["names"]] == [
        ("predictions/table", "table", 1),
        ("sample", "text", 3),
        ("weights", "histogram", 1),
    ]
    assert page["total"] == 5
    samples = get(client, f"/api/v1/runs/{run}/media", name="sample", limit=2)
    assert [one["step"] for one in samples["items"]] == [0, 1]
    rest = get(client, f"/api/v1/runs/{run}/media", name="sample", cursor=samples["next"])
    assert [one["step"] for one in rest["items"]] == [2]
    searched = get(client, f"/api/v1/runs/{run}/media", search="WEI")
    assert [one["name"] for one in searched["items"]] == ["weights"]
    assert searched["items"][0]["data"]["n"] == 3
    assert searched["items"][0]["url"] is None
    text = client.get(rest["items"][0]["url"])
    assert text.text == f"text 2 {PAGE.decode()}"
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    table = client.get(page["items"][0]["url"])
    assert table.json() == {"columns": ["a", "b"], "rows": [[1, {"$": "nan"}]]}
    weights = searched["items"][0]["id"]
    for item in (weights, "nothing", "../store"):
        assert client.get(f"/api/v1/runs/{run}/media/{item}").status_code == 404


def test_previews_show_tables_and_texts(client: TestClient, run: str) -> None:
    table = get(client, f"/api/v1/runs/{run}/preview", path="data/a.csv")
    assert (table["columns"], table["rows"], table["size_bytes"]) == (["x", "y"], [["1", "2"]], 8)
    nothing = get(client, f"/api/v1/runs/{run}/preview", path="sub/model.pkl")
    assert (nothing["kind"], bool(nothing["reason"])) == ("none", True)
    answer = client.get(f"/api/v1/runs/{run}/preview", params={"path": "no"})
    assert answer.status_code == 404


def test_a_run_that_is_none_is_said_everywhere(client: TestClient) -> None:
    for path in ("media", "media/x", "artifacts", "files/x", "preview?path=x", "diff", "console"):
        answer = client.get(f"/api/v1/runs/nobody/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "run-not-found")


def test_uncommitted_changes_that_nobody_kept_have_a_reason(client: TestClient, run: str) -> None:
    found = get(client, f"/api/v1/runs/{run}/diff")
    assert found["text"] is None
    assert found["reason"]


def test_a_console_is_given_in_pages(client: TestClient, store: Path, run: str) -> None:
    journal = JournalComposer(create_store(str(store)), "0" * 31 + "1")
    slot = journal.slot(run, "0" * 31 + "2")
    text = "".join(f"\x1b[32mline {number}\x1b[0m\x1b[2J\x07\n" for number in range(100))
    places = [1] * 100
    journal.event(slot, "console.logged", time=7_000, stream="stdout", line=0, lines=100,
                  text=text, places=places, spool=200)  # fmt: skip
    page = get(client, f"/api/v1/runs/{run}/console", limit=2)
    assert [line["number"] for line in page["lines"]] == [98, 99]
    assert page["lines"][0]["text"] == "\x1b[32mline 98\x1b[0m"
    assert (page["total"], page["first"], page["last"], page["is_live"]) == (100, 98, 99, False)
    later = get(client, f"/api/v1/runs/{run}/console", after=page["last"])
    assert (later["lines"], later["last"]) == ([], 99)
    found = get(client, f"/api/v1/runs/{run}/console", search="LINE 9", after=9, limit=3)
    assert ([line["number"] for line in found["lines"]], found["matches"]) == ([90, 91, 92], 11)
    none = get(client, f"/api/v1/runs/{run}/console", stream="stderr")
    assert (none["lines"], none["total"], none["last"]) == ([], 0, -1)
    assert client.get(f"/api/v1/runs/{run}/console?stream=x").status_code == 422
