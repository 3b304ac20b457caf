"""The index is deleted, overwritten, cut, of another version, out of reach: same answers."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.errors import StoreReadOnly
from tests.survival.answers import answers
from tests.survival.mounts import read_only_view
from tests.survival.strangers import STRANGER, let_strangers_in, needs_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

# Some of it sealed, some not, and a run that was killed.
WRITER = """
import math, os, signal, sys
import runlore
from runlore.journal import writer
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments.sealing import seal_complete
writer.ROLL_SIZE = 16 << 10
store = sys.argv[1]
for seed in range(6):
    params = {"lr": 0.1, "seed": seed}
    with runlore.start_run(experiment="seeds", params=params, store=store) as run:
        for step in range(300):
            run.log({"loss": seed + step / 2, "odd": math.nan if step % 7 else math.inf}, step=step)
        run.add_tags({"owner": "ada", "seed": str(seed)})
        run.log_note("done")
seal_complete(open_store(store), host=current_host(), deadline_seconds=60, grace_seconds=0)
run = runlore.start_run("killed", params={"lr": 0.2}, store=store)
for step in range(300):
    run.log({"loss": step / 2}, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def written(shared_forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("written") / "store"
    shared_forks.start(WRITER, store).wait()
    assert len(list((store / "manifest").iterdir())) > 1
    assert list(store.glob("journals/*/*.journal"))
    return store


@pytest.fixture
def store(written: Path, tmp_path: Path) -> Path:
    """A store that has been read: its index is up to date."""
    shutil.copytree(written, tmp_path / "store")
    assert len(answers(tmp_path / "store")) == 7
    return tmp_path / "store"


def overwrite(index: Path) -> None:
    index.write_bytes(random.Random(0).randbytes(index.stat().st_size))


def cut(index: Path) -> None:
    os.truncate(index, index.stat().st_size // 2)


def empty(index: Path) -> None:
    os.truncate(index, 0)


def overwrite_behind_the_first_page(index: Path) -> None:
    first = index.read_bytes()[:4096]
    index.write_bytes(first + random.Random(0).randbytes(index.stat().st_size - 4096))


def make_older(index: Path) -> None:
    connection = sqlite3.connect(index)
    connection.execute("PRAGMA user_version = 12345")
    connection.commit()
    connection.close()


def replace_by_another_database(index: Path) -> None:
    index.unlink()
    connection = sqlite3.connect(index)
    connection.execute("CREATE TABLE runs (name TEXT)")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("with_log", [True, False])
@pytest.mark.parametrize(
    "spoil",
    [
        os.unlink,
        overwrite,
        overwrite_behind_the_first_page,
        cut,
        empty,
        make_older,
        replace_by_another_database,
    ],
)
def test_whatever_happens_to_the_index_the_answers_are_the_same(
    store: Path, spoil: Callable[[Path], None], with_log: bool
) -> None:
    known = answers(store)
    spoil(store / "index.db")
    if not with_log:
        for suffix in ("-wal", "-shm"):
            (store / f"index.db{suffix}").unlink(missing_ok=True)
    assert answers(store) == known
    assert answers(store) == known


def test_an_index_spoiled_under_an_open_reader_is_rebuilt(store: Path) -> None:
    known = answers(store)
    run = runlore.get_run("killed", store=store)
    overwrite(store / "index.db")
    again = run.refresh()
    assert again.params == {"lr": 0.2}
    assert len(again.series("loss")) == 300
    assert answers(store) == known


def test_a_bit_flipped_within_the_index_is_found_by_the_doctor_and_mended(
    store: Path, cli: Command
) -> None:
    known = answers(store)
    connection = sqlite3.connect(store / "index.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = (store / "index.db").read_bytes()
    assert b"ada" in content
    (store / "index.db").write_bytes(content.replace(b"ada", b"adb"))
    found = cli("--store", store, "doctor", "--json")
    assert found.code == 1
    assert {one["kind"] for one in found.json["findings"] if one["severity"] == "damage"} == {
        "index-differs"
    }
    assert cli("--store", store, "doctor", "--rebuild-index").code == 0
    assert answers(store) == known


def test_the_doctor_finds_nothing_wrong_after_a_rebuild(store: Path, cli: Command) -> None:
    overwrite(store / "index.db")
    assert cli("--store", store, "doctor", "--rebuild-index").code == 0
    assert cli("--store", store, "doctor", "--repair").code == 0
    found = cli("--store", store, "doctor", "--json").json
    assert not found["is_damaged"]
    assert found["counts"]["indexed_runs"] == 7


def test_a_store_on_a_read_only_file_system_has_its_index_in_the_cache(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(written, tmp_path / "store")
    shutil.copytree(written, tmp_path / "beside")
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    with read_only_view(tmp_path / "view", tmp_path / "store") as view:
        assert answers(view) == answers(tmp_path / "beside")
        (index,) = cache.glob("runlore/*/index.db")
        overwrite(index)
        assert answers(view) == answers(tmp_path / "beside")
        with pytest.raises(StoreReadOnly, match="Read-only file system"):
            runlore.start_run(store=view)
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.delenv("HOME", raising=False)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert len(answers(view)) == 7
    assert not (tmp_path / "store" / "index.db").exists()


@needs_root
@pytest.mark.parametrize("has_index", [True, False])
def test_somebody_who_may_only_read_gets_the_same_answers(
    written: Path, forks: Forks, cli: Command, tmp_path: Path, has_index: bool
) -> None:
    let_strangers_in(tmp_path)
    store = tmp_path / "store"
    shutil.copytree(written, store)
    if has_index:
        cli("--store", store, "ls")
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(0o777)
    seen = forks.run(STRANGER, store, "ls", "--json", XDG_CACHE_HOME=str(cache), HOME=None)
    assert list(cache.glob("runlore/*/index.db"))
    mine = cli("--store", store, "ls", "--json").json
    assert json.loads(seen)["runs"] == mine["runs"]
    assert len(mine["runs"]) == 7
    refused = forks.start(
        STRANGER, store, "log", "killed", "--note", "x", XDG_CACHE_HOME=str(cache)
    )
    assert refused.wait() != 0
    assert refused.output.startswith("error: ")
    assert "Traceback" not in refused.output


@needs_root
def test_without_any_place_for_an_index_the_error_says_what_to_do(
    written: Path, forks: Forks, tmp_path: Path
) -> None:
    let_strangers_in(tmp_path)
    store = tmp_path / "store"
    shutil.copytree(written, store)
    program = "import tempfile; tempfile.tempdir = '/'" + STRANGER
    answer = forks.start(program, store, "ls", XDG_CACHE_HOME="/nowhere", HOME=None)
    assert answer.wait() == 1
    assert answer.output.startswith("error: ")
    assert "XDG_CACHE_HOME" in answer.output
    assert "Traceback" not in answer.output
