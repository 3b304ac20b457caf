from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.errors import DamageError, FormatTooNew, JournalDamaged, JournalForked
from runlore.journal.host import current_host
from runlore.segments import manifest
from runlore.segments.complete import complete_files, journal_files
from runlore.segments.sealing import seal_complete, seal_file
from tests.segments.journal_bytes import ACTOR, TIME, Journal, Plain, id_of
from tests.segments.stores import (
    add_journal,
    long_journal,
    new_store,
    plain_values,
    sealed_values,
)

if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder
    from runlore.segments.sealing import SealReport

HOST = current_host()
OTHER = id_of(9)
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

SEAL_ON_REQUEST = """
import sys
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.segments import seal
from runlore.segments.sealing import seal_complete
store, host = open_store(sys.argv[1]), current_host()
print("ready", flush=True)
sys.stdin.readline()
report = seal_complete(store, host=host, deadline_seconds=60, grace_seconds=float(sys.argv[2]))
print(len(report.problems), flush=True)
"""
HOLD_THE_LOCK = """
import sys
from runlore.journal import lock
lock.hold(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def seal_all(store: StoreFolder, grace_seconds: float = 30.0) -> SealReport:
    return seal_complete(store, host=HOST, deadline_seconds=60, grace_seconds=grace_seconds)


def segments_in(store: StoreFolder) -> list[str]:
    return sorted(str(path) for path in Path(store.runs).glob("*/*.segment"))


def small_journal(number: int = 1, previous_crc: int = 0, actor: str = ACTOR) -> Journal:
    journal = Journal(number, previous_crc, actor)
    journal.actor()
    journal.run(1, id_of(1))
    journal.keys(1, 1, ["loss"])
    for step in range(100):
        journal.points(1, TIME + step, step, [step / 3])
    return journal


def start_holder(store: StoreFolder, actor: str = ACTOR) -> subprocess.Popen[str]:
    """Start a process that holds the lock of an actor."""
    os.makedirs(store.actor(actor), exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, store.lock(actor)],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_files_are_complete_when_closed_continued_or_left_behind(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    first = small_journal()
    add_journal(store, bytes(first.bytes))
    second = small_journal(2, first.crc)
    second_path = add_journal(store, bytes(second.bytes) + bytes(4096), 2)
    process = start_holder(store)
    try:
        assert [file.number for file in complete_files(store, host=HOST)] == [1]
        second.close()
        add_journal(store, bytes(second.bytes), 2)
        assert [file.number for file in complete_files(store, host=HOST)] == [1, 2]
        os.truncate(second_path, len(second.bytes) - 8)
        assert [file.number for file in complete_files(store, host=HOST)] == [1]
    finally:
        end(process)
    assert [file.number for file in complete_files(store, host=HOST)] == [1, 2]
    assert [file.is_complete for file in journal_files(store, host=HOST)] == [True, True]


def test_an_actor_that_cannot_be_asked_is_waited_for(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = add_journal(store, bytes(small_journal().bytes))
    helper = Journal(actor=OTHER)
    helper.actor(serves=ACTOR)
    helper_path = add_journal(store, bytes(helper.bytes), actor=OTHER)
    assert complete_files(store, host=HOST) == []
    eight_days_ago = time.time() - 8 * 86_400
    os.utime(path, (eight_days_ago, eight_days_ago))
    assert complete_files(store, host=HOST) == []
    os.utime(helper_path, (eight_days_ago, eight_days_ago))
    assert len(complete_files(store, host=HOST)) == 2


def test_shell_commands_leave_a_file_open_until_they_close_it(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = Journal()
    journal.actor(kind="shell")
    journal.run(1, id_of(1))
    journal.event(1)
    add_journal(store, bytes(journal.bytes))
    end(start_holder(store))
    assert complete_files(store, host=HOST) == []
    journal.close()
    path = add_journal(store, bytes(journal.bytes))
    assert len(seal_all(store, grace_seconds=0).sealed) == 1
    assert os.path.exists(path)  # the next command takes its number from it
    following = Journal(2, journal.crc)
    following.actor(kind="shell")
    add_journal(store, bytes(following.bytes), 2)
    assert seal_all(store, grace_seconds=0).removed == [path]


def test_what_is_complete_is_sealed_once_and_removed_after_the_grace_period(
    tmp_path: Path,
) -> None:
    store = new_store(tmp_path)
    data = bytes(long_journal().bytes)
    path = add_journal(store, data)
    report = seal_all(store)
    assert (report.problems, report.remaining, report.removed) == ([], 0, [])
    ((number, entry),) = report.sealed
    assert manifest.read_from(store, 1) == [(number, entry)] == [(1, entry)]
    again = seal_all(store)
    assert (again.sealed, again.removed, again.problems) == ([], [], [])
    assert os.path.exists(path)
    assert seal_all(store, grace_seconds=0).removed == [path]
    assert sealed_values(segments_in(store)) == plain_values(Plain(data))
    assert len(manifest.read_from(store, 1)) == 1


def test_the_folder_of_a_dead_actor_goes_with_its_last_file(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    process = start_holder(store)
    try:
        add_journal(store, bytes(small_journal().bytes))
        seal_all(store, grace_seconds=0)
        assert len(complete_files(store, host=HOST)) == 0
        assert os.path.isdir(store.actor(ACTOR))
    finally:
        end(process)
    report = seal_all(store, grace_seconds=0)
    assert len(report.sealed) == len(report.removed) == 1
    assert os.listdir(store.journals) == []


def test_the_folder_of_a_living_actor_stays(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    process = start_holder(store)
    try:
        journal = small_journal()
        journal.close()
        add_journal(store, bytes(journal.bytes))
        assert len(seal_all(store, grace_seconds=0).removed) == 1
        assert os.listdir(store.actor(ACTOR)) == ["lock"]
    finally:
        end(process)


def test_after_the_deadline_the_rest_is_left_for_the_next_round(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for number in (1, 2):
        add_journal(store, bytes(small_journal(number).bytes), number)
    add_journal(store, b"", 3)
    report = seal_complete(store, host=HOST, deadline_seconds=0)
    assert (report.sealed, report.remaining) == ([], 2)


def test_a_file_that_turns_out_longer_is_sealed_again(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = small_journal()
    torn = bytes(journal.bytes)
    journal.points(1, TIME, 100, [1.0])
    path = add_journal(store, bytes(journal.bytes[: len(torn) + 20]) + bytes(500))
    first = seal_file(path, store)
    assert first is not None
    assert first[1].end == first[1].gaps[0][0] == len(torn)
    assert seal_file(path, store) is None
    journal.close()
    add_journal(store, bytes(journal.bytes))
    second = seal_file(path, store)
    assert second is not None
    assert (second[1].end, second[1].gaps) == (len(journal.bytes), ())
    assert sealed_values(segments_in(store)) == plain_values(Plain(bytes(journal.bytes)))
    assert [entry.end for _, entry in manifest.read_from(store, 1)] == [
        len(torn),
        len(journal.bytes),
    ]


@pytest.mark.parametrize("is_marked", [True, False])
def test_another_continuation_is_reported_and_not_sealed(tmp_path: Path, is_marked: bool) -> None:
    store = new_store(tmp_path)
    ours, theirs = small_journal(), small_journal()
    ours.event(1, text="ours")
    theirs.event(1, text="them")
    theirs.event(1, text="more")
    for journal in (ours, theirs):
        journal.close()
    path = add_journal(store, bytes(ours.bytes))
    seal_all(store)
    before = [Path(segment).read_bytes() for segment in segments_in(store)]
    if not is_marked:  # an older copy of the folder knows nothing of the seal
        os.unlink(path.replace(".journal", ".sealed"))
    add_journal(store, bytes(theirs.bytes))
    report = seal_all(store, grace_seconds=0)
    (problem,) = report.problems
    assert isinstance(problem, JournalForked)
    assert "older copy" in problem.message
    assert path in problem.message
    assert [Path(segment).read_bytes() for segment in segments_in(store)] == before
    assert os.path.exists(path)


def test_a_file_cut_after_it_was_sealed_is_reported(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = small_journal()
    journal.close()
    path = add_journal(store, bytes(journal.bytes))
    seal_all(store)
    os.truncate(path, 500)
    add_journal(store, bytes(small_journal(2).bytes), 2)
    (problem,) = seal_all(store).problems
    assert isinstance(problem, JournalDamaged)


def test_without_its_mark_a_sealed_file_is_found_in_the_manifest(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = small_journal()
    journal.close()
    path = add_journal(store, bytes(journal.bytes))
    assert seal_file(path, store) is not None
    os.unlink(path.replace(".journal", ".sealed"))
    assert seal_file(path, store) is None
    assert os.path.exists(path.replace(".journal", ".sealed"))


def test_a_journal_whose_segment_is_damaged_or_gone_is_kept(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = small_journal()
    journal.close()
    path = add_journal(store, bytes(journal.bytes))
    seal_all(store)
    (segment,) = segments_in(store)
    content = Path(segment).read_bytes()
    for damaged in (content[:-30], content[:80] + b"x" + content[81:], None):
        os.unlink(segment)
        if damaged is not None:
            Path(segment).write_bytes(damaged)
        report = seal_all(store, grace_seconds=0)
        assert report.removed == []
        assert [type(problem) for problem in report.problems] == [DamageError]
        assert os.path.exists(path)
        Path(segment).touch()
    shutil.rmtree(os.path.dirname(segment))  # purged
    assert seal_all(store, grace_seconds=0).removed == [path]


def test_one_unreadable_journal_does_not_keep_the_others(tmp_path: Path) -> None:
    from tests.segments.test_seal import newer_header

    store = new_store(tmp_path)
    newer = add_journal(store, newer_header() + bytes(100))
    add_journal(store, bytes(small_journal(2).bytes), 2)
    add_journal(store, b"", 3)
    report = seal_all(store, grace_seconds=0)
    assert [type(problem) for problem in report.problems] == [FormatTooNew]
    assert [entry.number for _, entry in report.sealed] == [2]
    assert Path(newer).read_bytes() == newer_header() + bytes(100)


def start_sealer(store: StoreFolder, grace_seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SEAL_ON_REQUEST, store.path, str(grace_seconds)],
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def fill(store: StoreFolder, files: int = 4) -> dict[str, bytes]:
    """Add complete journals and return what their segments are when nobody is in the way."""
    previous = 0
    for number in range(1, files + 1):
        journal = long_journal(number, previous)
        add_journal(store, bytes(journal.bytes), number)
        previous = journal.crc
    calm = new_store(Path(store.path).parent / "calm")
    shutil.copytree(store.journals, calm.journals, dirs_exist_ok=True)
    seal_all(calm)
    return contents(calm)


def contents(store: StoreFolder) -> dict[str, bytes]:
    return {
        os.path.relpath(path, store.runs): Path(path).read_bytes() for path in segments_in(store)
    }


@pytest.mark.parametrize("grace_seconds", [30.0, 0.0])
def test_racing_sealers_leave_what_one_would(tmp_path: Path, grace_seconds: float) -> None:
    store = new_store(tmp_path)
    expected = fill(store)
    sealers = [start_sealer(store, grace_seconds) for _ in range(2)]
    for sealer in sealers:
        go(sealer)
    assert [sealer.communicate()[0] for sealer in sealers] == ["0\n", "0\n"]
    assert contents(store) == expected
    numbers = {entry.number for _, entry in manifest.read_from(store, 1)}
    assert numbers == {1, 2, 3, 4}
    assert not list(Path(store.path).rglob("*.tmp"))


def test_a_seal_killed_at_any_moment_is_made_good_by_the_next(tmp_path: Path) -> None:
    source = new_store(tmp_path)
    expected = fill(source)
    moments = random.Random(0)
    stores = [new_store(tmp_path / str(number)) for number in range(12)]
    for store in stores:
        shutil.copytree(source.journals, store.journals, dirs_exist_ok=True)
    waiting = [start_sealer(store, 0.0) for store in stores[:2]]
    unfinished = 0
    for number, store in enumerate(stores):
        sealer = waiting.pop(0)
        go(sealer)
        time.sleep(moments.uniform(0.0, 0.06))
        sealer.kill()
        sealer.communicate()
        assert contents(store).items() <= expected.items()
        unfinished += bool(complete_files(store, host=HOST))
        assert seal_all(store, grace_seconds=0).problems == []
        assert contents(store) == expected
        assert {entry.number for _, entry in manifest.read_from(store, 1)} == {1, 2, 3, 4}
        assert complete_files(store, host=HOST) == []
        if number + 2 < len(stores):
            waiting.append(start_sealer(stores[number + 2], 0.0))
    assert unfinished  # else nothing was interrupted


def test_temporary_files_of_killed_sealers_go_after_a_while(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add_journal(store, bytes(small_journal().bytes))
    old, young = (os.path.join(store.actor(ACTOR), name) for name in ("old.tmp", "young.tmp"))
    for path in (old, young):
        Path(path).touch()
    an_hour_ago = time.time() - 4000
    os.utime(old, (an_hour_ago, an_hour_ago))
    seal_all(store)
    assert not os.path.exists(old)
    assert os.path.exists(young)


def test_looking_for_complete_files_loads_no_numpy(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    program = (
        "import sys; from runlore.journal.folder import open_store;"
        "from runlore.journal.host import current_host;"
        "from runlore.segments.sealing import seal_complete;"
        "seal_complete(open_store(sys.argv[1]), host=current_host(), deadline_seconds=1);"
        "print(sorted({'numpy', 'pcodec'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, store.path],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "[]\n"
