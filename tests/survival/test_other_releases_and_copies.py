"""Restored copies, files of later releases, frames and records that nobody knows yet."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import runlore
from runlore.client import recorder
from runlore.errors import FormatTooNew
from runlore.journal.folder import create_store
from runlore.journal.host import HostIdentity, current_host
from runlore.segments.layout import STORE_RUN
from runlore.segments.manifest import read_from
from runlore.segments.sealing import seal_complete
from runlore.segments.segment import Segment
from runlore.testing.journals import JournalComposer
from tests.survival.answers import answers, forget_index

if TYPE_CHECKING:
    from pathlib import Path

    from tests.survival.conftest import Command
    from tests.survival.forks import Forks

T = 1_700_000_000_000_000
ACTOR = "0192f0c1a2b30123456789abcdef0011"
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
WRITER = """
import sys
import runlore
for name in sys.argv[2:]:
    with runlore.start_run(name, params={"lr": 0.1}, store=sys.argv[1]) as run:
        for step in range(50):
            run.log({"loss": step / 2}, step=step)
"""


def put_back(store: Path, backup: Path) -> None:
    """Restore the records of a backup, which leaves out the index."""
    shutil.rmtree(store / "journals")
    shutil.copytree(backup / "journals", store / "journals")


def log(cli: Command, store: Path, run: str, first: int, name: str = "loss") -> None:
    """Log six points as a shell would."""
    for step in range(first, first + 6):
        assert cli("--store", store, "log", run, f"{name}={step}", "--step", step).code == 0


def begin(tmp_path: Path, cli: Command) -> tuple[Path, str]:
    """Make a store in which a shell has begun a run with six points; returns it and the run."""
    store = tmp_path / "store"
    run = cli("--store", store, "log", "--new", "kept").out.strip()
    log(cli, store, run, 0)
    return store, run


def begin_and_copy(tmp_path: Path, cli: Command) -> tuple[Path, Path, str]:
    """Log six more points behind a backup, and read them; returns store, backup and run."""
    store, run = begin(tmp_path, cli)
    backup = tmp_path / "backup"
    shutil.copytree(store, backup)
    log(cli, store, run, 6)
    assert runlore.get_run(run, store=store).metrics == {"loss": 11.0}
    return store, backup, run


def test_a_restored_copy_that_goes_on_otherwise_is_refused_and_reported(
    tmp_path: Path, cli: Command
) -> None:
    store, backup, run = begin_and_copy(tmp_path, cli)
    put_back(store, backup)
    for number in range(12):
        command = ("--store", store, "log", "--new", f"other {number}", "loss=7")
        assert cli(*command).code == 0
    (stored,) = runlore.list_runs(store=store)
    assert stored.id == run
    assert stored.metrics == {"loss": 11.0}
    assert [problem.kind for problem in stored.problems] == ["fork"]
    refuses_to_go_on(store, cli)
    assert [one.id for one in runlore.list_runs(store=store)] == [run]


def test_a_restored_copy_that_was_read_before_it_went_on_is_refused_and_reported(
    tmp_path: Path, cli: Command
) -> None:
    store, backup, run = begin_and_copy(tmp_path, cli)
    put_back(store, backup)
    for first in (100, 200):
        log(cli, store, run, first, "other")
    stored = runlore.get_run(run, store=store)
    assert stored.metrics == {"loss": 11.0}
    assert [problem.kind for problem in stored.problems] == ["truncated"]
    refuses_to_go_on(store, cli)


def refuses_to_go_on(store: Path, cli: Command) -> None:
    """Check that an index that has seen the other continuation says so, and what helps."""
    found = cli("--store", store, "doctor", "--json")
    assert found.code == 1
    assert found.json["is_damaged"]
    todo = " ".join(one["todo"] for one in found.json["findings"])
    assert "--rebuild-index" in todo or "store of its own" in todo


def test_a_copy_restored_with_its_index_goes_on_as_if_nothing_had_been(
    tmp_path: Path, cli: Command
) -> None:
    store, run = begin(tmp_path, cli)
    backup = tmp_path / "backup"
    assert runlore.get_run(run, store=store).metrics == {"loss": 5.0}
    shutil.copytree(store, backup)
    log(cli, store, run, 6)
    shutil.rmtree(store)
    shutil.copytree(backup, store)
    log(cli, store, run, 100)
    stored = runlore.get_run(run, store=store)
    assert stored.series("loss").value.tolist() == [*range(6), *range(100, 106)]
    assert stored.problems == []
    assert not cli("--store", store, "doctor", "--json").json["is_damaged"]


def test_shell_commands_go_on_after_a_power_cut_that_took_what_was_read(
    tmp_path: Path, cli: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "current_host", lambda: HostIdentity("host", "first-boot"))
    store, run = begin(tmp_path, cli)
    (journal,) = store.glob("journals/*/*.journal")
    assert runlore.get_run(run, store=store).metrics == {"loss": 5.0}
    os.truncate(journal, journal.stat().st_size - 60)
    monkeypatch.setattr(recorder, "current_host", lambda: HostIdentity("host", "second-boot"))
    for first in (10, 20):
        log(cli, store, run, first)
    stored = runlore.get_run(run, store=store)
    assert stored.metrics == {"loss": 25.0}
    assert stored.summaries["loss"].points == 18
    assert [problem.kind for problem in stored.problems] == ["truncated"]
    assert len(list(store.glob("journals/*/*.journal"))) == 2
    forget_index(store)
    series = runlore.get_run(run, store=store).series("loss")
    assert series.value.tolist() == [*range(4), *range(10, 16), *range(20, 26)]


def newer(path: Path, checked: slice, place: int) -> bytes:
    """Make a file one of format 2, with a header whose checksum holds; returns its bytes."""
    content = bytearray(path.read_bytes())
    content[8:10] = struct.pack("<H", 2)
    content[place : place + 4] = struct.pack("<I", zlib.crc32(content[checked]))
    path.chmod(0o644)
    path.write_bytes(content)
    return bytes(content)


def left_alone(path: Path, content: bytes, store: Path, cli: Command) -> dict[str, str]:
    """Check that the doctor repairs nothing in a file; returns what is to be done, by kind."""
    found = cli("--store", store, "doctor", "--json").json["findings"]
    findings = {one["kind"]: one["todo"] for one in found if one["where"] == str(path)}
    assert findings
    cli("--store", store, "doctor", "--repair")
    assert path.read_bytes() == content
    return findings


def test_a_journal_of_a_later_release_is_named_and_left_alone(
    forks: Forks, tmp_path: Path, cli: Command
) -> None:
    store = tmp_path / "store"
    forks.run(WRITER, store, "new")
    (path,) = store.glob("journals/*/*.journal")
    content = newer(path, slice(0, 60), 60)
    forks.run(WRITER, store, "old")
    runs = runlore.list_runs(store=store)
    assert [run.name for run in runs] == ["old"]
    assert len(runs[0].series("loss")) == 50
    (problem,) = runs.freshness.problems
    assert problem.kind == "too-new"
    assert str(path) in problem.message
    findings = left_alone(path, content, store, cli)
    assert "upgrade" in findings["journal-too-new"]
    assert answers(store).keys() == {runs[0].id}


def test_a_segment_of_a_later_release_is_named_and_left_alone(
    forks: Forks, tmp_path: Path, cli: Command
) -> None:
    store = tmp_path / "store"
    forks.run(WRITER, store, "new", "old")
    assert cli("--store", store, "doctor", "--repair").code == 0
    runs = {run.name: run for run in runlore.list_runs(store=store)}
    (path,) = store.glob(f"runs/{runs['new'].id}/*.segment")
    content = newer(path, slice(0, 60), 60)
    with pytest.warns(UserWarning, match="incomplete"):
        assert len(runlore.get_run("new", store=store).series("loss")) == 0
    forget_index(store)
    assert len(runlore.get_run("old", store=store).series("loss")) == 50
    (problem,) = runlore.get_run(runs["new"].id, store=store).problems
    assert str(path) in problem.message
    left_alone(path, content, store, cli)


def test_a_store_of_a_later_release_is_refused(tmp_path: Path, cli: Command) -> None:
    store = tmp_path / "store"
    cli("--store", store, "log", "--new", "first")
    marker = store / "store.json"
    marker.write_text(marker.read_text().replace('"format": 1', '"format": 2'))
    answer = cli("--store", store, "ls")
    assert answer.code == 1
    assert "format 2" in answer.err
    assert "upgrade" in answer.err
    with pytest.raises(FormatTooNew):
        runlore.start_run(store=store)


def test_what_nobody_knows_yet_is_carried_and_disturbs_nothing(
    tmp_path: Path, cli: Command
) -> None:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.event(slot, "run.started", time=T, name="strange", experiment="x", later_key=[1])
    unknown: dict[int, tuple[int, int, bytes, int]] = {}  # sequence -> type, flags, body, reference

    def add(kind: int, body: bytes, reference: int, flags: int = 0) -> None:
        sequence = journal.frame(kind, body, reference, flags=flags)
        unknown[sequence] = (kind, flags, body.ljust(-(-len(body) // 8) * 8), reference)

    for step in range(30):
        journal.points(slot, {"loss": step / 2}, time=T + step, step=step)
        add(8 + step, bytes([step]) * (8 * (step % 4)), slot)  # a type of a later release
        add(1, struct.pack("<qqd", T, 7, 99.0), 1, flags=0x80 | 1)  # points with a new flag
        add(7, b"", slot, flags=1)  # what looks like the end, but isn't
        journal.event(slot, "run.dreamed", time=T + step, of=["sheep", step])
        add(200, b"of the store", 0)
    journal.edit(slot, "status.set", time=T + 99, status="finished", error=None, reason=None)
    before = answers(store.path)
    assert [point[2] for point in before[RUN]["series"]["loss[]@0"]] == [n / 2 for n in range(30)]
    assert before[RUN]["status"] == "finished"
    assert runlore.get_run("strange", store=store.path).problems == []
    journal.close_file()
    for _ in (1, 2):
        seal_complete(store, host=current_host(), deadline_seconds=60, grace_seconds=0)
    assert not list((tmp_path / "store").glob("journals/*/*.journal"))
    assert answers(store.path) == before
    forget_index(store.path)
    assert answers(store.path) == before
    assert cli("--store", store.path, "doctor").code == 0
    assert carried(store) == unknown


def carried(store: Any) -> dict[int, tuple[int, int, bytes, int]]:
    """Read what the segments keep of frames of unknown types."""
    found = {}
    for _, entry in read_from(store, 1):
        for sealed in entry.segments:
            assert sealed.run in (RUN, STORE_RUN)
            segment = Segment.open(store.segment(sealed.run, entry.actor, entry.number))
            for event in segment.events():
                if event.kind > 7 or event.flags:
                    found[event.sequence] = (
                        event.kind, event.flags, bytes(event.body), event.reference
                    )  # fmt: skip
    return found
