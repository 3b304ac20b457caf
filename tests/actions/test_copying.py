"""Runs go to other stores and come back, and read the same wherever they are."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import runlore
from runlore.actions.copying import copy_runs
from runlore.actions.doctoring import examine
from runlore.actions.purging import purge
from runlore.actions.trashing import remove
from runlore.blobs.store import BlobStore
from runlore.errors import DamageError, FormatTooNew, InvalidValue, RunBusy, RunNotFound
from runlore.journal.folder import create_store
from runlore.reading.store import open_reader
from runlore.testing.journals import JournalComposer
from tests.actions.interrupted import cut_short_everywhere
from tests.actions.stores import record, told
from tests.actions.test_collecting import yes
from tests.cli.stores import SOURCE, run_python
from tests.reading.recording import close_journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runlore.actions.copying import Copied

NAMES = ("one", "two", "resumed")
RESUMED = """
import sys
import runlore
store, first = sys.argv[1], int(sys.argv[2])
with runlore.start_run("resumed", id="the resumed one", store=store, resume=first > 0,
                       from_step=first or None) as run:
    for step in range(first, 10):
        run.log({"loss": (first + 1) / (step + 1)}, step=step)
    run.log({"unstepped": 1.0})
    run.define_metric("loss", direction="min")
"""


@pytest.fixture
def source(store: Path) -> Path:
    record(store, "one", "two")
    for first in ("0", "6"):
        run_python(RESUMED, str(store), first)
    for name in NAMES:
        run = runlore.get_run(name, store=store)
        run.add_tag("kept", name)
        run.add_note(f"a later note about {name}")
    return store


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "target"


def bring(source: Path, target: Path, *names: str, is_moved: bool = False) -> Copied:
    return copy_runs(names, str(target), is_moved=is_moved, confirm=yes, store=str(source))


def names_in(store: Path) -> list[str]:
    return sorted(run.name or "" for run in runlore.list_runs(store=store))


def rebuilt(store: Path) -> Path:
    with open_reader(store) as reader:
        reader.index.reset()
    return store


def assert_sound(store: Path) -> None:
    found = examine(str(store))
    assert [finding for finding in found.findings if finding.severity != "unfinished"] == []


@pytest.mark.usefixtures("index_kind")
def test_a_copied_run_reads_the_same_there_and_stays_here(source: Path, target: Path) -> None:
    before = {name: told(source, name) for name in NAMES}
    assert [run.name for run in bring(source, target, *NAMES).runs] == list(NAMES)
    for store in (source, target, rebuilt(source), rebuilt(target)):
        assert {name: told(store, name) for name in NAMES} == before
        assert_sound(store)


def test_a_second_copy_changes_nothing(source: Path, target: Path) -> None:
    bring(source, target, "one")
    entries = len(list(target.glob("manifest/*.json")))
    again = bring(source, target, "one", "two")
    assert [run.name for run in again.unchanged] == ["one"]
    assert [run.name for run in again.runs] == ["two"]
    assert len(list(target.glob("manifest/*.json"))) > entries
    assert names_in(target) == ["one", "two"]
    assert bring(source, target, "one", "two").runs == []


def test_what_was_added_since_is_brought_by_the_next_copy(source: Path, target: Path) -> None:
    bring(source, target, "one")
    runlore.get_run("one", store=source).add_note("still later")
    runlore.get_run("one", store=target).add_tag("there")
    bring(source, target, "one")
    there = runlore.get_run("one", store=target)
    assert [note.text for note in there.notes][-1] == "still later"
    assert there.tags == ["kept", "there"]
    assert len(there.series("loss")) == 5


def test_a_moved_run_is_found_nowhere_in_the_source(source: Path, target: Path) -> None:
    before = told(source, "one")
    run = runlore.get_run("one", store=source)
    bring(source, target, "one", is_moved=True)
    for store in (source, rebuilt(source)):
        assert names_in(store) == ["resumed", "two"]
        for selection in ("one", run.id, run.short_id, "experiment:files"):
            if selection != "experiment:files":
                with pytest.raises(RunNotFound):
                    runlore.get_run(selection, store=store)
        assert not (store / "runs" / run.id).exists()
        assert_sound(store)
    with pytest.raises(RunNotFound, match="was moved to the store"):
        run.refresh()
    assert told(target, "one") == before


@pytest.mark.usefixtures("index_kind")
def test_a_run_moved_back_reads_as_if_it_had_never_left(source: Path, target: Path) -> None:
    before = told(source, "one")
    for _ in range(2):
        bring(source, target, "one", "two", is_moved=True)
        bring(target, source, "one", is_moved=True)
        for store in (source, rebuilt(source)):
            assert told(store, "one") == before
        bring(target, source, "two", is_moved=True)
    assert names_in(source) == sorted(NAMES)
    assert names_in(target) == []
    for store in (source, target):
        assert_sound(store)


def test_what_was_done_elsewhere_comes_back_along(source: Path, target: Path) -> None:
    bring(source, target, "one", is_moved=True)
    runlore.get_run("one", store=target).add_note("written there")
    runlore.get_run("one", store=target).set_colour("#1F77B4")
    bring(target, source, "one", is_moved=True)
    for store in (source, rebuilt(source)):
        run = runlore.get_run("one", store=store)
        assert [note.text for note in run.notes][-1] == "written there"
        assert run.colour == "#1f77b4"
        assert run.summaries["loss"].points == 5


def test_a_run_goes_on_to_a_third_store(source: Path, target: Path, tmp_path: Path) -> None:
    before = told(source, "one")
    third = tmp_path / "third"
    bring(source, target, "one", is_moved=True)
    bring(target, third, "one", is_moved=True)
    bring(third, source, "one", is_moved=True)
    assert told(source, "one") == before
    assert_sound(source)


def test_a_kill_at_any_step_loses_nothing_and_the_next_try_gets_through(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(source, "one")
    original = source.parent / "original"
    shutil.copytree(source, original)

    def prepare() -> Callable[[], object]:
        shutil.rmtree(source)
        shutil.copytree(original, source)
        shutil.rmtree(target, ignore_errors=True)
        return lambda: bring(source, target, "one", is_moved=True)

    rounds = 0
    for _ in cut_short_everywhere(monkeypatch, prepare, stride=8):
        rounds += 1
        if "one" in names_in(source):  # else it got as far as the record of the move
            assert told(source, "one") == before
            bring(source, target, "one", is_moved=True)
        assert told(target, "one") == before
        assert names_in(source) == ["resumed", "two"]
    assert rounds > 3


def test_facts_of_processes_and_aliases_go_along(store: Path, target: Path, tmp_path: Path) -> None:
    process, helper = "0192f0c1a2b30123456789abcdef0011", "0192f0c1a2b30123456789abcdef0022"
    run, attempt = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa", "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
    folder = create_store(str(store))
    journal = JournalComposer(folder, process)
    slot = journal.slot(run, attempt)
    journal.event(slot, "run.started", time=1, name="composed", experiment=None, project="p",
                  goal=None, parent=None)  # fmt: skip
    journal.points(slot, {"loss": 1.0}, time=2, step=0)
    path = tmp_path / "file"
    path.write_bytes(b"content")
    digest = BlobStore(store).put_file(path).digest
    journal.event(slot, "artifact.logged", time=3, id="1" * 32, direction="output", name="model",
                  type="model", media_type=None, size_bytes=7, staged=f"{process}/{run}-1",
                  details={})  # fmt: skip
    journal.edit(slot, "status.set", time=4, status="finished", error=None, reason=None, rank=0)
    journal.close_file()
    facts = JournalComposer(folder, helper, kind="helper", serves=process)
    facts.event(0, "context.captured", time=2, facts={"python": "3.11", "git": {"commit": "abc"}})
    facts.event(facts.slot(run, attempt), "context.captured", time=3, facts={"python": "3.12"})
    facts.event(0, "staged.stored", time=4, staged=f"{process}/{run}-1", digest=digest,
                size_bytes=7)  # fmt: skip
    facts.edit(0, "artifact.aliased", time=5, project="p", name="model", alias="best", run=run,
               artifact="1" * 32)  # fmt: skip
    facts.close_file()
    before = told(store, "composed")
    assert "abc" in before
    bring(store, target, "composed", is_moved=True)
    for there in (target, rebuilt(target)):
        assert told(there, "composed") == before
        with open_reader(there) as reader:
            (alias,) = reader.index.aliases()
            assert (alias.project, alias.name, alias.alias, alias.run) == (
                "p",
                "model",
                "best",
                run,
            )
    bring(target, store, "composed", is_moved=True)
    assert told(rebuilt(store), "composed") == before


def test_a_damaged_segment_is_not_moved(source: Path, target: Path) -> None:
    run = runlore.get_run("one", store=source)
    segment = next((source / "runs" / run.id).glob("*.segment"))
    content = bytearray(segment.read_bytes())
    content[100] ^= 1
    segment.write_bytes(content)
    with pytest.raises(DamageError):
        bring(source, target, "one", is_moved=True)
    assert "one" in names_in(source)


def test_what_can_not_be_copied_is_refused_before_anything_is_written(
    source: Path, target: Path
) -> None:
    with pytest.raises(InvalidValue, match="is the store that the runs are in"):
        bring(source, source, "one")
    run = runlore.start_run("busy", store=source)
    with pytest.raises(RunBusy, match="is running"):
        bring(source, target, "busy")
    run.finish()  # but the process lives on, and with it its journal
    with pytest.raises(RunBusy, match="still writes"):
        bring(source, target, "busy")
    close_journal(source)
    remove(["two"], confirm=yes, store=str(source))
    with pytest.raises(InvalidValue, match="in the trash"):
        bring(source, target, "two")


def test_a_target_of_a_later_format_is_refused(source: Path, target: Path) -> None:
    bring(source, target, "one")
    marker = target / "store.json"
    marker.write_text(marker.read_text().replace("1", "2", 1))
    with pytest.raises(FormatTooNew):
        bring(source, target, "two", is_moved=True)
    assert "two" in names_in(source)


def test_a_purge_in_the_target_is_final(source: Path, target: Path) -> None:
    bring(source, target, "one")
    remove(["one"], confirm=yes, store=str(target))
    with pytest.raises(InvalidValue, match="in the trash of"):
        bring(source, target, "one")
    purge(older_than_seconds=0, confirm=yes, store=str(target))
    with pytest.raises(InvalidValue, match="which is final"):
        bring(source, target, "one", is_moved=True)
    assert "one" in names_in(source)


_EDITS = st.lists(
    st.tuples(st.sampled_from(["tag", "untag", "note", "rename", "move", "archive"]),
              st.text(min_size=1, max_size=8)),
    max_size=6,
)  # fmt: skip


@given(edits=_EDITS)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_done_to_a_run_reads_the_same_after_a_move(
    sealed_run: Path, tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("moves")
    here, there = folder / "here", folder / "there"
    shutil.copytree(sealed_run, here)
    run = runlore.list_runs(store=here)[0].id
    for what, text in edits:
        stored = runlore.get_run(run, store=here)
        if what == "tag":
            stored.add_tag(text)
        elif what == "untag" and stored.tags:
            stored.remove_tag(stored.tags[0])
        elif what == "note":
            stored.add_note(text)
        elif what == "rename":
            stored.rename(text)
        elif what == "archive":
            stored.archive()
        elif what == "move":
            before = told(here, run)
            bring(here, there, run, is_moved=True)
            here, there = there, here
            assert told(here, run) == before
    before = told(here, run)
    bring(here, there, run, is_moved=True)
    assert told(there, run) == before
    assert told(rebuilt(there), run) == before


@pytest.fixture(scope="module")
def sealed_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("sealed") / "store"
    record(store, "one")
    return store


def test_who_copies_waits_until_a_helper_is_through(
    tmp_path: Path, target: Path, store_of_its_own: Path
) -> None:
    """A real helper, which goes on for a while after its process: what it tells comes along."""
    command = "import runlore, sys\nwith runlore.start_run('fresh') as run: run.log({'a': 1.0})\n"
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    for place in range(3):
        here = store_of_its_own.with_name(f"store{place}")
        subprocess.run(
            [sys.executable, "-c", command],
            env=environment | {"RUNLORE_STORE": str(here)},
            cwd=tmp_path,
            check=True,
        )
        there = target.with_name(f"target{place}")
        copy_runs(["fresh"], str(there), confirm=yes, store=str(here))
        mine = runlore.get_run("fresh", store=here).context
        theirs = runlore.get_run("fresh", store=there).context
        assert "python" in theirs
        assert mine == theirs
