"""A store on a small file system that is full for a while, for real."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runlore.journal import frames
from runlore.journal.backlog import MOST_BYTES, RETRY_SECONDS
from runlore.records.events import event
from tests.client.scripts import run_script
from tests.journal.recorded import files_of, new_writer, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.journal.writer import Writer

MIB = 1 << 20
SIZE = 32 * MIB
SAID = (
    "can't write to the store: No space left on device. Training goes on; "
    "records are kept in memory (8 MiB) and written when there is room again"
)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 32 MiB."""
    place = tmp_path / "device"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "runlore-test", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False, text=True)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if mounted.returncode:
        pytest.skip(f"a small file system can't be mounted here: {mounted.stderr.strip()}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(device: Path) -> None:
    """Leave no byte free."""
    with Path(device / "filler").open("ab", buffering=0) as filler:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    filler.write(bytes(size))
            except OSError:
                pass


def make_room(device: Path) -> None:
    (device / "filler").unlink()
    time.sleep(1.2 * RETRY_SECONDS)


def begun(store: Path, troubles: Callable[[str], None], *, is_mapped: bool) -> tuple[Writer, int]:
    journal = new_writer(store, on_trouble=troubles, is_mapped=is_mapped)
    return journal, journal.declare_run("1" * 32, "2" * 32, 0)


def note(text: str) -> bytes:
    return event("note.added", 5, text=text)


@pytest.mark.parametrize("is_mapped", [True, False])
class TestAWriter:
    def test_it_keeps_what_finds_no_room_and_writes_it_when_there_is(
        self, device: Path, is_mapped: bool
    ) -> None:
        said: list[str] = []
        journal, slot = begun(device / "store", said.append, is_mapped=is_mapped)
        journal.event(slot, note("before"))
        fill(device)
        for number in range(20):
            journal.event(slot, note(f"{number} " + "x" * 10_000))
        assert (journal.is_behind, journal.lost_records) == (True, 0)
        assert said == [SAID]
        make_room(device)
        journal.event(slot, note("after"))
        assert (journal.is_behind, journal.lost_records) == (False, 0)
        journal.close()
        found = recorded(device / "store")
        assert (found.gaps, found.unnamed) == ([], [])
        texts = [record["text"].split()[0] for record in found.of_kind("note.added")]
        assert texts == ["before", *map(str, range(20)), "after"]
        (trouble,) = found.of_kind("trouble")
        assert trouble["what"] == "disk-full"
        assert trouble["lost_records"] == 0
        assert 0 < trouble["delayed_records"] <= 20
        assert trouble["first"] <= trouble["last"] <= trouble["time"]
        assert trouble["run"] == "1" * 32
        assert said == [SAID]

    def test_no_part_of_a_record_is_left_behind(self, device: Path, is_mapped: bool) -> None:
        journal, slot = begun(device / "store", lambda _: None, is_mapped=is_mapped)
        fill(device)
        for _ in range(10):
            journal.event(slot, note("x" * 30_000))
        assert recorded(device / "store").gaps == []
        make_room(device)
        journal.event(slot, note("after"))
        journal.close()
        if not is_mapped:
            second = frames.Header(files_of(device / "store")[1].read_bytes()[:64])
            assert (second.number, second.previous_crc) == (2, 0)

    def test_what_is_kept_is_bounded_and_the_rest_is_counted(
        self, device: Path, is_mapped: bool
    ) -> None:
        journal, slot = begun(device / "store", lambda _: None, is_mapped=is_mapped)
        fill(device)
        for number in range(20):
            journal.event(slot, note(f"{number} " + "x" * MIB))
        kept = MOST_BYTES // MIB - 1
        assert journal.lost_records == 20 - kept
        make_room(device)
        journal.event(slot, note("after"))
        journal.close()
        found = recorded(device / "store")
        texts = [record["text"].split()[0] for record in found.of_kind("note.added")]
        assert texts == [*map(str, range(kept)), "after"]
        (trouble,) = found.of_kind("trouble")
        assert (trouble["lost_records"], trouble["delayed_records"]) == (20 - kept, kept)

    def test_names_first_used_while_nothing_could_be_kept_are_known_afterwards(
        self, device: Path, is_mapped: bool
    ) -> None:
        journal, slot = begun(device / "store", lambda _: None, is_mapped=is_mapped)
        journal.declare_keys(slot, "", tuple(f"{'n' * 900}{n}" for n in range(200)))
        fill(device)
        for _ in range(9):
            journal.event(slot, note("x" * MIB))
        names = tuple(f"late{number}" + "n" * 900 for number in range(1000))
        keys = journal.declare_keys(slot, "", names)
        assert journal.lost_records
        make_room(device)
        body = frames.pack_clocks(5, 1) + bytes(8 * len(names))
        front = frames.frame_front(frames.POINTS, frames.HAS_STEP, len(body))
        for _ in range(3):
            journal.append(front + body + frames.pack_u32(keys))
        journal.close()
        found = recorded(device / "store")
        assert (found.gaps, found.unnamed) == ([], [])
        assert len(found.points) == 3

    def test_no_room_until_the_end_is_said_with_what_was_lost(
        self, device: Path, is_mapped: bool
    ) -> None:
        said: list[str] = []
        journal, slot = begun(device / "store", said.append, is_mapped=is_mapped)
        journal.event(slot, note("before"))
        fill(device)
        for _ in range(10):
            journal.event(slot, note("x" * 30_000))
        journal.close()
        assert said[0] == SAID
        assert said[1].endswith("records could not be written and are lost")
        assert len(said) == 2
        assert recorded(device / "store").gaps == []
        assert recorded(device / "store").of_kind("note.added")[0]["text"] == "before"

    def test_room_that_comes_and_goes_loses_nothing(self, device: Path, is_mapped: bool) -> None:
        journal, slot = begun(device / "store", lambda _: None, is_mapped=is_mapped)
        for number in range(40):
            if number % 10 == 5:
                fill(device)
            if number % 10 == 9:
                make_room(device)
            journal.event(slot, note(f"{number} " + "x" * 300_000))
        journal.close()
        found = recorded(device / "store")
        assert found.gaps == []
        texts = [record["text"].split()[0] for record in found.of_kind("note.added")]
        assert texts == [str(number) for number in range(40)]
        assert len(found.of_kind("trouble")) == 4


def test_training_goes_on_with_one_line_of_warning(device: Path, tmp_path: Path) -> None:
    (tmp_path / "lost.bin").write_bytes(bytes(1000))
    code = """
    run = runlore.start_run("full", store=os.environ["DEVICE"] + "/store")
    filler = os.environ["DEVICE"] + "/filler"
    run.log({"m": 0}, 0)
    try:
        with open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
    except OSError:
        pass
    for step in range(1, 5000):
        run.log({"m": step}, step)
        if step % 100 == 0:
            run.log({f"m{step}": step}, step)
            run.log_note("still here")
    run.log_artifact(os.environ["FILE"], "lost.bin")
    os.unlink(filler)
    time.sleep(0.2)
    run.log({"m": 5000}, 5000)
    run.log_note("room again")
    """
    given = str(tmp_path / "lost.bin")
    status, out, err = run_script(code, RUNLORE_HELPER="off", DEVICE=str(device), FILE=given)
    assert (status, out) == (0, "")
    warnings = err.splitlines()
    assert warnings[0] == f"runlore: {SAID}"
    assert warnings[1].startswith("runlore: the artifact 'lost.bin' could not be kept: ")
    assert len(warnings) == 2
    found = recorded(device / "store")
    assert (found.gaps, found.unnamed) == ([], [])
    assert [step for step, _ in found.series("m")] == list(range(5001))
    assert len(found.of_kind("note.added")) == 50
    assert sorted(trouble["what"] for trouble in found.of_kind("trouble")) == ["disk-full", "file"]
    assert found.statuses() == ["finished"]


def test_a_store_cant_be_begun_where_there_is_no_room(device: Path) -> None:
    fill(device)
    code = "runlore.start_run(store=os.environ['DEVICE'] + '/store')"
    status, _, err = run_script(code, DEVICE=str(device), RUNLORE_HELPER="off")
    assert status == 1
    assert err.splitlines()[-2:] == [
        (
            f"runlore.errors.StoreFull: the store {device}/store can't be made: "
            "no room is left on the device"
        ),
        "hint: free some space, or name another place: RUNLORE_STORE",
    ]
    assert os.listdir(device) in (["filler"], ["filler", "store"], ["store", "filler"])
