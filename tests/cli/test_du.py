"""`runlore du`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


def test_kinds_add_up_to_what_lies_in_the_store(cli: Command, store: Path) -> None:
    found = json.loads(cli("du", "--json").out)
    on_disk = sum(
        path.stat().st_size
        for path in store.rglob("*")
        if path.is_file() and path.name not in ("store.json", "HEAD", ".gitignore")
    )
    assert found["size_bytes"] == sum(kind["size_bytes"] for kind in found["kinds"]) == on_disk


@pytest.mark.usefixtures("store")
def test_a_file_that_runs_share_is_counted_once(cli: Command) -> None:
    cli("doctor", "--repair")
    found = json.loads(cli("du", "--json").out)
    (blobs,) = (kind for kind in found["kinds"] if kind["kind"] == "blobs")
    assert (blobs["size_bytes"], blobs["files"]) == (7000, 1)
    shared = {run["name"]: run["shared_blob_bytes"] for run in found["runs"]}
    assert shared["first"] == 7000
    assert shared["killed"] == 0
    assert all(run["blob_bytes"] == 0 for run in found["runs"])


@pytest.mark.usefixtures("fresh_store")
def test_journals_are_shared_out_among_their_runs(cli: Command) -> None:
    found = json.loads(cli("du", "--json").out)
    sizes = {run["name"]: run["journal_bytes"] for run in found["runs"]}
    assert sizes["first"] > sizes["broken"] > 0


@pytest.mark.usefixtures("store")
def test_runs_that_nobody_named_are_shown_by_what_tells_them_apart(cli: Command) -> None:
    lines = cli("du", "--by", "run").out.splitlines()
    assert {line.split()[0] for line in lines} >= {"first", "seed=0", "seed=1"}
    found = json.loads(cli("du", "--json").out)
    assert {(run["name"], run["label"]) for run in found["runs"]} >= {
        ("first", "first"),
        (None, "seed=0"),
    }


@pytest.mark.usefixtures("store")
def test_tables_can_be_picked(cli: Command) -> None:
    both = cli("du").out
    assert "segments" in both
    assert "Runs" in both
    assert "first" not in cli("du", "--by", "kind").out
    by_run = cli("du", "--by", "run").out.splitlines()
    assert by_run[0].split()[:3] == ["run", "id", "size"]
    assert len(by_run) == 7
