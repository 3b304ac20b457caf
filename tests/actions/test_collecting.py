"""Runs are purged for good, and garbage is collected, whatever happens meanwhile."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest

import runlore
from runlore.actions.collecting import collect_garbage
from runlore.actions.doctoring import examine
from runlore.actions.placing import move_objects
from runlore.actions.purging import purge
from runlore.actions.trashing import remove, restore
from runlore.blobs.store import BlobStore
from runlore.errors import DamageError, RunBusy, RunNotFound, StoreError
from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.folder import open_store
from tests.actions.interrupted import cut_short_everywhere
from tests.actions.stores import record, take_in, told
from tests.reading.recording import close_journal, seal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from runlore.reading.run import StoredRun

_DAY = 86_400


def yes(_: Sequence[StoredRun]) -> bool:
    return True


def blobs(store: Path) -> set[str]:
    return {path.name for path in store.glob("blobs/??/*")}


def age(store: Path, days: float) -> None:
    """Let everything that was put or thrown away be so many days older."""
    then = time.time() - days * _DAY
    for path in store.glob("blobs/??/*"):
        os.utime(path, (then, then))
    for path in store.glob("trash/*"):
        since, _, digest = path.name.partition("-")
        path.rename(path.with_name(f"{int(since) - int(days * _DAY)}-{digest}"))


def purge_all(store: Path) -> None:
    purge(older_than_seconds=0, confirm=yes, store=str(store))


@pytest.fixture
def two_runs(store: Path) -> Path:
    record(store, "one", "two")
    return store


def test_nothing_is_damaged_after_a_purge_of_the_last_run_of_a_process(two_runs: Path) -> None:
    assert runlore.get_run("one", store=two_runs).status == "finished"  # the index has it all
    remove(["two"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    assert not examine(str(two_runs)).is_damaged


def test_a_purge_names_the_runs_that_used_what_goes(store: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.txt").write_text("a")
    (tmp_path / "model.bin").write_bytes(b"weights")
    for name in ("maker", "other maker"):
        with runlore.start_run(name, store=store) as run:
            run.log_artifact(tmp_path / "model.bin")
            if name == "maker":
                run.log_artifact(tmp_path / "data")
    take_in(store)
    for name, used in (("user", "data"), ("user of what stays", "model.bin")):
        with runlore.start_run(name, store=store) as run:
            run.use_artifact(used)
    remove(["maker"], confirm=yes, store=str(store))
    warned: list[str] = []
    found = purge(
        older_than_seconds=0,
        confirm=lambda _: False,
        warn=lambda users: warned.extend(run.label for run in users),
        store=str(store),
    )
    assert warned == [run.label for run in found.users] == ["user"]
    remove(["other maker"], confirm=yes, store=str(store))
    found = purge(older_than_seconds=0, confirm=yes, store=str(store))
    assert [run.label for run in found.users] == ["user of what stays", "user"]
    assert purge(older_than_seconds=0, confirm=yes, store=str(store)).users == []


def test_a_copy_of_the_store_that_shares_its_place_keeps_its_files(
    store: Path, tmp_path: Path
) -> None:
    move_objects(str(tmp_path / "place"), store=str(store))
    record(store, "one")
    copy = tmp_path / "copy"
    shutil.copytree(store, copy, symlinks=True)
    record(copy, "two")
    remove(["one"], confirm=yes, store=str(store))
    with pytest.raises(StoreError, match="a copy of the store seems to use the same place"):
        collect_garbage(grace_seconds=0, store=str(store))
    collect_garbage(grace_seconds=0, store=str(copy))  # knows all that is there


@pytest.mark.usefixtures("index_kind")
def test_a_purged_run_is_gone_and_its_own_files_with_the_next_collections(two_runs: Path) -> None:
    kept = told(two_runs, "two")
    removal = remove(["one"], confirm=yes, store=str(two_runs))
    assert removal.freed_bytes > len("one" * 100)
    purge_all(two_runs)
    with pytest.raises(RunNotFound):
        runlore.get_run("one", store=two_runs)
    assert not (two_runs / "runs" / removal.runs[0].id).exists()
    before = blobs(two_runs)
    assert len(before) == 4
    assert collect_garbage(store=str(two_runs)).discarded.files == 0  # too young
    age(two_runs, 2)
    assert collect_garbage(store=str(two_runs)).discarded.files == 1
    assert collect_garbage(store=str(two_runs)).removed.files == 0  # too young in the trash
    age(two_runs, 2)
    found = collect_garbage(store=str(two_runs))
    assert (found.removed.files, found.freed_bytes) == (1, 300)
    assert len(blobs(two_runs)) == 3
    assert not list(two_runs.glob("trash/*"))
    assert told(two_runs, "two") == kept


@pytest.mark.usefixtures("index_kind")
def test_a_run_in_the_trash_keeps_its_files(two_runs: Path) -> None:
    before = told(two_runs, "one")
    remove(["one"], confirm=yes, store=str(two_runs))
    for _ in range(3):
        age(two_runs, 2)
        collect_garbage(store=str(two_runs))
    restore(["one"], confirm=yes, store=str(two_runs))
    assert told(two_runs, "one") == before


def test_what_was_only_asked_for_changes_nothing(two_runs: Path) -> None:
    remove(["one"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    age(two_runs, 2)
    before = blobs(two_runs)
    found = collect_garbage(is_dry=True, store=str(two_runs))
    assert (found.discarded.files, found.is_done) == (1, False)
    assert blobs(two_runs) == before
    collect_garbage(store=str(two_runs))
    assert blobs(two_runs) < before


def test_young_trash_stays_unless_told_otherwise(two_runs: Path) -> None:
    remove(["one"], confirm=yes, store=str(two_runs))
    found = purge(confirm=yes, store=str(two_runs))
    assert ([run.name for run in found.young], found.runs) == (["one"], [])
    assert len(runlore.list_runs(store=two_runs, deleted=True)) == 1


def test_a_running_run_is_not_deleted_unless_forced_and_not_purged_at_all(store: Path) -> None:
    run = runlore.start_run("busy", store=store)
    with pytest.raises(RunBusy, match="still running"):
        remove(["busy"], confirm=yes, store=str(store))
    remove(["busy"], is_forced=True, confirm=yes, store=str(store))
    found = purge(older_than_seconds=0, confirm=yes, store=str(store))
    assert ([one.name for one in found.running], found.runs) == (["busy"], [])
    run.finish()
    close_journal(store)
    purge_all(store)
    assert len(runlore.list_runs(store=store, deleted=True)) == 0


def test_a_late_journal_does_not_bring_a_purged_run_back(store: Path) -> None:
    run = runlore.start_run("late", store=store)
    run.log({"loss": 1.0}, step=0)
    run.set_status("finished")  # as another process might, while this one goes on
    remove(["late"], confirm=yes, store=str(store))
    purge_all(store)
    run.log({"loss": 2.0}, step=1)
    run.finish()
    close_journal(store)
    seal(store, grace_seconds=0)
    assert not (store / "runs" / run.id).exists()
    for _ in range(2):
        with pytest.raises(RunNotFound):
            runlore.get_run(run.id, store=store)
        for path in store.glob("index.db*"):  # a rebuilt index says the same
            path.unlink()


def test_a_segment_sealed_in_the_very_moment_of_a_purge_is_collected(two_runs: Path) -> None:
    run = runlore.get_run("one", store=two_runs).id
    saved = two_runs.parent / "saved"
    shutil.copytree(two_runs / "runs" / run, saved)
    remove(["one"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    shutil.copytree(saved, two_runs / "runs" / run)
    assert collect_garbage(store=str(two_runs)).segments.files > 0
    assert not (two_runs / "runs" / run).exists()


def test_a_blob_used_again_in_the_last_moment_stays(
    two_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove(["one"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    age(two_runs, 2)
    before = blobs(two_runs)
    rename = os.rename

    def touched_first(source: str, target: str) -> None:
        BlobStore(two_runs).put_bytes(b"one" * 100)  # by another writer, as it deduplicates
        rename(source, target)

    monkeypatch.setattr(os, "rename", touched_first)
    assert collect_garbage(store=str(two_runs)).discarded.files == 0
    assert blobs(two_runs) == before


def test_a_blob_in_the_trash_that_is_used_again_comes_back(two_runs: Path) -> None:
    remove(["one"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    age(two_runs, 2)
    collect_garbage(store=str(two_runs))
    assert len(list(two_runs.glob("trash/*"))) == 1
    record(two_runs, "one")
    assert not collect_garbage(store=str(two_runs)).removed.files
    assert not list(two_runs.glob("trash/*"))
    again = runlore.get_run("one", store=two_runs)
    assert again.artifact("own.bin").open().read() == b"one" * 100


def test_a_digest_in_a_context_keeps_the_blob(store: Path) -> None:
    with runlore.start_run("one", store=store) as run:
        blob = BlobStore(store).put_bytes(b"a patch that a context names")
        run.record("context.captured", facts={"diff": {"digest": blob.digest}})
    close_journal(store)
    age(store, 9)
    collect_garbage(store=str(store))
    assert len(blobs(store)) == 1


def test_nothing_is_collected_while_records_can_not_be_read(two_runs: Path) -> None:
    age(two_runs, 9)
    segment = next(path for path in two_runs.glob("runs/*/*.segment") if "0" * 32 not in str(path))
    segment.unlink()
    for path in two_runs.glob("index.db*"):
        path.unlink()
    with pytest.raises(DamageError, match="nothing was removed"):
        collect_garbage(store=str(two_runs))
    assert len(blobs(two_runs)) == 4


@pytest.mark.parametrize("what", ["purge", "collect", "empty"])
def test_a_kill_at_any_step_loses_nothing_that_is_needed(
    two_runs: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    kept = told(two_runs, "two")
    remove(["one"], confirm=yes, store=str(two_runs))
    if what != "purge":
        purge_all(two_runs)
        age(two_runs, 2)
    if what == "empty":
        collect_garbage(store=str(two_runs))
        age(two_runs, 2)
    original = two_runs.parent / "original"
    shutil.copytree(two_runs, original)

    def prepare() -> Callable[[], object]:
        shutil.rmtree(two_runs)
        shutil.copytree(original, two_runs)
        if what == "purge":
            return lambda: purge_all(two_runs)
        return lambda: collect_garbage(store=str(two_runs))

    rounds = 0
    for _ in cut_short_everywhere(monkeypatch, prepare):
        rounds += 1
        assert told(two_runs, "two") == kept
        purge_all(two_runs)  # done again, it gets through
        for _ in range(2):
            age(two_runs, 2)
            collect_garbage(store=str(two_runs))
        assert told(two_runs, "two") == kept
        assert len(blobs(two_runs)) == 3
        with pytest.raises(RunNotFound):
            runlore.get_run("one", store=two_runs)
    assert rounds >= 2


def test_a_rebuilt_index_knows_what_was_purged(two_runs: Path) -> None:
    remove(["one"], confirm=yes, store=str(two_runs))
    purge_all(two_runs)
    take_in(two_runs)
    fresh = SqliteIndex(str(two_runs.parent / "fresh.db"))
    freshness = catch_up(fresh, open_store(str(two_runs)), budget_seconds=None)
    assert [row.name for row in fresh.list_runs(is_deleted=None).runs] == ["two"]
    assert freshness.problems == []
    assert len(fresh.tombstones()) == 1
    fresh.close()
