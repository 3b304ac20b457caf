from __future__ import annotations

import gc
import signal
import sys
import threading
from itertools import count, pairwise
from struct import pack
from typing import TYPE_CHECKING, Any

import pytest

from runlore.errors import TooLarge
from runlore.journal import file, frames, writer
from runlore.journal.reader import Frame, Reader
from runlore.journal.writer import MOST_REPEATED_BYTES, ROLL_SIZE, Writer, compose
from runlore.records.events import event
from tests.journal.recorded import files_of, new_writer, read_frames, recorded

if TYPE_CHECKING:
    from pathlib import Path

RUN, ATTEMPT = "1" * 32, "2" * 32
KIB, MIB = 1 << 10, 1 << 20


def point(keys: int, step: int, *values: float) -> bytes:
    body = pack(f"<qq{len(values)}d", 10**15 + step, step, *values)
    front = frames.frame_front(frames.POINTS, frames.HAS_STEP, len(body))
    return front + body + frames.pack_u32(keys)


def begun(store: Path, *names: str, **options: Any) -> tuple[Writer, int, int]:
    opened = new_writer(store, **options)
    slot = opened.declare_run(RUN, ATTEMPT, 0)
    return opened, slot, opened.declare_keys(slot, "", names or ("loss",))


def kinds(path: Path) -> list[int]:
    return [frame.kind for frame in read_frames(path)]


def test_a_file_begins_with_the_actor_and_holds_its_tables_twice_and_once_at_the_end(
    tmp_path: Path,
) -> None:
    journal, _, keys = begun(tmp_path)
    journal.append(point(keys, 1, 0.5))
    journal.close()
    (path,) = files_of(tmp_path)
    assert path.parent.name == journal.actor
    assert path.name == "00000001.journal"
    assert kinds(path) == [
        frames.ACTOR, frames.HEARTBEAT, frames.RUN, frames.RUN, frames.KEYS, frames.KEYS,
        frames.POINTS, frames.RUN, frames.KEYS, frames.CLOSE,
    ]  # fmt: skip
    assert path.stat().st_size % 8 == 0
    assert read_frames(path)[-1].position + 16 == path.stat().st_size


def test_what_is_appended_can_be_read_before_the_file_is_closed(tmp_path: Path) -> None:
    journal, slot, keys = begun(tmp_path)
    for step in range(5):
        journal.append(point(keys, step, 0.5))
        assert len(recorded(tmp_path, is_complete=False).points) == step + 1
    journal.event(slot, event("note.added", text="now"))
    assert recorded(tmp_path, is_complete=False).kinds() == ["note.added"]


def test_appending_after_the_close_begins_the_next_file_with_the_tables(tmp_path: Path) -> None:
    journal, _, keys = begun(tmp_path)
    journal.append(point(keys, 1, 0.5))
    journal.close()
    journal.close()
    journal.append(point(keys, 2, 0.5))
    journal.close()
    assert [path.name for path in files_of(tmp_path)] == ["00000001.journal", "00000002.journal"]
    assert recorded(tmp_path).series("loss") == [(1, 0.5), (2, 0.5)]


def test_eight_threads_lose_nothing_and_keep_each_ones_order(tmp_path: Path) -> None:
    journal = new_writer(tmp_path)
    slot = journal.declare_run(RUN, ATTEMPT, 0)
    together = threading.Barrier(8)

    def log(number: int) -> None:
        together.wait()
        keys = journal.declare_keys(slot, "", (f"m{number}",))
        for step in range(5000):
            journal.append(point(keys, step, number))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=log, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    journal.close()
    found = recorded(tmp_path)
    assert (found.gaps, found.unnamed) == ([], [])
    for number in range(8):
        assert found.series(f"m{number}") == [(step, number) for step in range(5000)]


class TestRolling:
    def test_a_file_ends_before_8_mib_and_the_next_is_linked_to_it(self, tmp_path: Path) -> None:
        journal, slot, keys = begun(tmp_path)
        body = event("note.added", 5, text="x" * MIB)
        for step in range(18):
            journal.append(point(keys, step, 0.5))
            journal.event(slot, body)
        journal.close()
        paths = files_of(tmp_path)
        assert len(paths) == 3
        assert all(ROLL_SIZE - 2 * MIB < path.stat().st_size <= ROLL_SIZE for path in paths[:2])
        for path, following in pairwise(paths):
            last = read_frames(path)[-1]
            assert last.kind == frames.CLOSE
            header = frames.Header(following.read_bytes()[:64])
            assert header.previous_crc == last.crc
            assert header.number == int(path.stem) + 1
        found = recorded(tmp_path)
        assert found.gaps == []
        assert [step for step, _ in found.series("loss")] == list(range(18))

    def test_each_file_stands_alone(self, tmp_path: Path) -> None:
        journal, slot, keys = begun(tmp_path)
        for step in range(10):
            journal.append(point(keys, step, 0.5))
            journal.event(slot, event("note.added", 5, text="x" * MIB))
        journal.close()
        files_of(tmp_path)[0].unlink()
        found = recorded(tmp_path)
        assert found.points
        assert {event["run"] for event in found.events} == {RUN}

    def test_a_finished_run_is_left_out_of_the_files_to_come(self, tmp_path: Path) -> None:
        journal, slot, keys = begun(tmp_path)
        other = journal.declare_run("3" * 32, ATTEMPT, 0)
        journal.append(point(keys, 1, 0.5))
        assert journal.knows(slot)
        journal.forget(slot)
        assert not journal.knows(slot)
        journal.close()
        journal.event(other, event("note.added", text="on"))
        journal.close()
        second = read_frames(files_of(tmp_path)[1])
        assert [frame.reference for frame in second if frame.kind == frames.RUN] == [other] * 3
        assert not [frame for frame in second if frame.kind == frames.KEYS]

    def test_tables_larger_than_a_file_dont_make_a_file_of_every_record(
        self, tmp_path: Path
    ) -> None:
        journal = new_writer(tmp_path)
        slot = journal.declare_run(RUN, ATTEMPT, 0)
        keys = [
            journal.declare_keys(slot, f"{number}", tuple(f"{'n' * 900}{i}" for i in range(500)))
            for number in range(12)
        ]
        for step in range(200):
            journal.append(point(keys[step % 12], step, *map(float, range(500))))
        journal.close()
        assert len(files_of(tmp_path)) <= 3
        found = recorded(tmp_path)
        assert (found.gaps, found.unnamed) == ([], [])
        assert [point.step for point in found.points] == list(range(200))


class TestRoom:
    def test_tables_are_repeated_where_the_file_is_given_more_room(self, tmp_path: Path) -> None:
        journal, _, keys = begun(tmp_path)
        for step in range(60_000):
            journal.append(point(keys, step, 0.5))
        journal.close()
        (path,) = files_of(tmp_path)
        declared = [frame.position for frame in read_frames(path) if frame.kind == frames.KEYS]
        edges = [64 * KIB, 192 * KIB, 448 * KIB, 960 * KIB, 1984 * KIB]
        assert len(declared) == 2 + len(edges) + 1
        assert all(abs(edge - at) < 200 for edge, at in zip(edges, declared[2:], strict=False))
        assert len(recorded(tmp_path).points) == 60_000

    def test_large_tables_are_not_repeated(self, tmp_path: Path) -> None:
        names = tuple(f"metric/{number:020}" for number in range(MOST_REPEATED_BYTES // 27))
        journal, _, keys = begun(tmp_path, *names)
        for step in range(20):
            journal.append(point(keys, step, *[0.5] * len(names)))
        journal.close()
        (path,) = files_of(tmp_path)
        assert kinds(path).count(frames.KEYS) == 2
        assert len(recorded(tmp_path).points) == 20

    def test_a_record_larger_than_the_room_ahead_gets_its_own(self, tmp_path: Path) -> None:
        journal, slot, _ = begun(tmp_path)
        for size in (100, 70 * KIB, 3 * MIB, 10, 3 * MIB, 4 * MIB - 200):
            journal.event(slot, event("note.added", 5, text="x" * size))
        journal.close()
        found = recorded(tmp_path)
        assert found.gaps == []
        assert [len(note["text"]) for note in found.events] == [
            100, 70 * KIB, 3 * MIB, 10, 3 * MIB, 4 * MIB - 200,
        ]  # fmt: skip

    def test_a_record_over_four_mebibytes_is_refused_and_nothing_is_written(
        self, tmp_path: Path
    ) -> None:
        journal, slot, _ = begun(tmp_path)
        before = files_of(tmp_path)[0].read_bytes()
        with pytest.raises(TooLarge) as caught:
            journal.event(slot, event("note.added", 5, text="x" * (4 * MIB)))
        assert str(caught.value) == (
            "a record of 4,194,352 bytes is more than one can hold (4 MiB)\n"
            "hint: log it in parts, or keep it as a file: run.save_artifact(name, value)"
        )
        assert files_of(tmp_path)[0].read_bytes() == before


def test_plain_writes_and_a_memory_map_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "time_ns", lambda: 10**18)
    monkeypatch.setattr(writer, "monotonic_ns", lambda: 10**9)
    monkeypatch.setattr(writer, "new_id", lambda: "a" * 32)
    written = []
    for is_mapped in (True, False):
        store = tmp_path / str(is_mapped)
        journal, slot, keys = begun(store, is_mapped=is_mapped)
        for step in range(60_000):
            journal.append(point(keys, step, 0.5))
        for step in range(9):
            journal.event(slot, event("note.added", step, text="x" * MIB))
        while_open = [path.read_bytes().rstrip(b"\0") for path in files_of(store)]
        journal.close()
        written.append((while_open, [path.read_bytes() for path in files_of(store)]))
        journal.leave()
    assert len(written[0][1]) == 2
    assert written[0] == written[1]


def test_a_plain_file_holds_no_zeros_behind_its_end(tmp_path: Path) -> None:
    journal, _, keys = begun(tmp_path, is_mapped=False)
    journal.append(point(keys, 1, 0.5))
    (path,) = files_of(tmp_path)
    reader = Reader(path.read_bytes())
    assert [item.kind for item in reader if isinstance(item, Frame)][-1] == frames.POINTS
    assert reader.position == path.stat().st_size


class TestInTheMiddleOfAnAppend:
    def test_a_signal_handler_that_logs_loses_nothing(self, tmp_path: Path) -> None:
        journal, slot, keys = begun(tmp_path)
        logged = 0
        handled: list[int] = []
        numbers = count()

        def handle(_number: int, _frame: object) -> None:
            number = next(numbers)  # a handler can be interrupted by the next one
            signalled = journal.declare_keys(slot, "", (f"signal{number}",))
            journal.append(point(signalled, number, 1.0))
            handled.append(number)

        before = signal.signal(signal.SIGALRM, handle)
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
            while len(handled) < 100:
                journal.append(point(keys, logged, 0.5))
                logged += 1
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        journal.close()
        found = recorded(tmp_path)
        assert (found.gaps, found.unnamed) == ([], [])
        assert [step for step, _ in found.series("loss")] == list(range(logged))
        others = [point for point in found.points if "loss" not in point.metrics]
        assert [point.metrics for point in others] == [
            {f"signal{point.step}": 1.0} for point in others
        ]
        assert sorted(point.step or 0 for point in others) == sorted(handled)

    def test_a_finaliser_that_logs_loses_nothing(self, tmp_path: Path) -> None:
        journal, _, keys = begun(tmp_path, "loss", "collected")
        died = 0

        class Cycle:
            def __init__(self) -> None:
                self.me = self

            def __del__(self) -> None:
                nonlocal died
                died += 1
                journal.append(point(keys, -died, 0.0, 0.0))

        before = gc.get_threshold()
        gc.set_threshold(5)
        try:
            for step in range(1, 2001):
                Cycle()
                journal.append(point(keys, step, 0.5, 0.5))
            gc.collect()
        finally:
            gc.set_threshold(*before)
        journal.close()
        steps = [point.step or 0 for point in recorded(tmp_path).points]
        assert sorted(steps) == [*range(-died, 0), *range(1, 2001)]
        assert died >= 1900

    @pytest.mark.parametrize("function", ["_open_next", "_repeat_tables", "_fast_limit"])
    def test_what_is_logged_inside_any_part_of_an_append_is_written_with_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
    ) -> None:
        journal, slot, keys = begun(tmp_path)
        original = getattr(Writer, function)
        inner: list[int] = []

        def interrupted(self: Writer, *arguments: Any) -> Any:
            if not inner:
                inner.append(self.declare_keys(slot, "", ("inner",)))
                self.append(point(inner[0], 1, 1.0))
            return original(self, *arguments)

        journal.event(slot, event("note.added", 5, text="x" * 60_000))
        if function == "_open_next":
            journal.close()
        monkeypatch.setattr(Writer, function, interrupted)
        journal.append(point(keys, 1, 0.5))
        journal.event(slot, event("note.added", 5, text="x" * 10_000))
        found = recorded(tmp_path, is_complete=False)
        assert inner
        assert found.series("inner") == [(1, 1.0)]
        assert found.series("loss") == [(1, 0.5)]
        assert (found.gaps, found.unnamed) == ([], [])

    def test_ctrl_c_while_a_file_is_begun_doesnt_block_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        troubles: list[str] = []
        journal, _, keys = begun(tmp_path, on_trouble=troubles.append)
        make = file.MappedFile

        def interrupted(path: str) -> file.MappedFile:
            make(path).abandon()
            raise KeyboardInterrupt

        for broken in ("open_file", "pack_clocks"):
            journal.close()
            with monkeypatch.context() as patch:
                patch.setattr(writer, broken, lambda path, **_: interrupted(path))
                with pytest.raises((KeyboardInterrupt, TypeError)):
                    journal.append(point(keys, 1, 0.5))
            journal.append(point(keys, 2, 0.5))
        journal.close()
        assert recorded(tmp_path).series("loss") == [(2, 0.5), (2, 0.5)]
        assert troubles == []


def test_composing_pads_the_body_to_eight_bytes() -> None:
    assert compose(frames.EVENT, b"{}", 3) == (
        b"\x18\0\0\0\x05\0\0\0" + b"{}      " + b"\x03\0\0\0"
    )
