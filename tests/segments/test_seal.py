from __future__ import annotations

import os
import tempfile
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.errors import FormatTooNew, JournalDamaged, SegmentDamaged
from runlore.journal import frames
from runlore.segments.layout import STORE_RUN
from runlore.segments.seal import seal
from runlore.segments.segment import Segment
from tests.segments.journal_bytes import ACTOR, TIME, Journal, Plain, id_of, joined, journals
from tests.segments.stores import (
    add_journal,
    long_journal,
    new_store,
    plain_values,
    sealed_events,
    sealed_values,
)


def contents_of(paths: tuple[str, ...]) -> list[bytes]:
    return [Path(path).read_bytes() for path in paths]


@settings(max_examples=150, deadline=None)
@given(journals(), st.data())
def test_segments_hold_what_a_plain_reader_finds(journal: Journal, data: st.DataObject) -> None:
    content = bytearray(journal.bytes)
    if data.draw(st.booleans()):
        content[data.draw(st.integers(64, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    plain = Plain(bytes(content))
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        sealed = seal(add_journal(store, bytes(content)), store)
        assert sealed_values(sealed.paths) == plain_values(plain)
        expected = {writer: sorted(events) for writer, events in plain.events.items()}
        assert sealed_events(sealed.paths) == expected
        entry = sealed.entry
        assert (entry.end, entry.crc) == (plain.end, plain.crc)
        assert joined(list(entry.gaps)) == plain.gaps
        assert entry.heartbeat == plain.heartbeat
        for path, listed in zip(sealed.paths, entry.segments, strict=True):
            with Segment.open(path) as segment:
                assert segment.verify() == []
                assert (segment.run, segment.actor, segment.number) == (listed.run, ACTOR, 1)
                assert (segment.size_bytes, segment.crc) == (listed.size_bytes, listed.crc)
                assert (segment.end, segment.end_crc) == (entry.end, entry.crc)
                assert tuple(segment.gaps) == entry.gaps


def test_a_long_journal_comes_back_whole(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    data = bytes(long_journal().bytes)
    sealed = seal(add_journal(store, data), store)
    assert sealed_values(sealed.paths) == plain_values(Plain(data))
    assert sealed.entry.closed
    with Segment.open(sealed.paths[0]) as segment:
        assert next(track.chunks for track in segment.tracks) == (4096, 904)
        assert len(segment.footer["tracks"]) == 3  # loss, small key sets with steps and without
        assert len(segment.tracks) == 1 + 2 * (3 + 1)
        assert segment.heartbeat == (10**15 + 7, 8)
        assert segment.process == {"kind": "process", "pid": 1}


def test_sealing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    data = bytes(long_journal().bytes)
    stores = [new_store(tmp_path / name) for name in ("one", "two")]
    first, second = (seal(add_journal(store, data), store) for store in stores)
    assert contents_of(first.paths) == contents_of(second.paths)
    assert first.entry.segments == second.entry.segments


def test_a_segment_that_is_there_is_left_alone_unless_it_is_damaged(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = add_journal(store, bytes(long_journal().bytes))
    first = seal(path, store)
    before = contents_of(first.paths)
    inodes = [os.stat(name).st_ino for name in first.paths]
    assert seal(path, store).entry.segments == first.entry.segments
    assert [os.stat(name).st_ino for name in first.paths] == inodes
    with open(first.paths[0], "r+b") as file:
        file.seek(100)
        file.write(b"damage")
    seal(path, store)
    assert contents_of(first.paths) == before
    assert sorted(os.listdir(store.actor(ACTOR))) == ["00000001.journal"]


def test_a_shorter_view_of_a_journal_never_replaces_a_longer_one(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = long_journal()
    whole = seal(add_journal(store, bytes(journal.bytes)), store)
    before = contents_of(whole.paths)
    seal(add_journal(store, bytes(journal.bytes[: journal.starts[-1]])), store)
    assert contents_of(whole.paths) == before


def test_a_longer_view_of_a_journal_replaces_a_shorter_one(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    journal = long_journal()
    seal(add_journal(store, bytes(journal.bytes[: journal.starts[3000]])), store)
    whole = seal(add_journal(store, bytes(journal.bytes)), store)
    assert sealed_values(whole.paths) == plain_values(Plain(bytes(journal.bytes)))


def test_frames_of_the_store_go_to_a_segment_of_its_own(tmp_path: Path) -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.event(0, "run.deleted", run=id_of(7))
    store = new_store(tmp_path)
    sealed = seal(add_journal(store, bytes(journal.bytes)), store)
    assert [segment.run for segment in sealed.entry.segments] == [STORE_RUN]
    with Segment.open(sealed.paths[0]) as segment:
        (event,) = segment.events()
        assert (event.run, event.attempt) == (None, None)
        assert (segment.first_time, segment.last_time) == (TIME, TIME)


def test_a_file_with_nothing_to_keep_gives_no_segment(tmp_path: Path) -> None:
    journal = Journal()
    journal.actor()
    journal.run(1, id_of(1))
    journal.heartbeat(TIME, 5)
    store = new_store(tmp_path)
    sealed = seal(add_journal(store, bytes(journal.bytes)), store)
    assert (sealed.paths, sealed.entry.heartbeat) == ((), (TIME, 5))
    assert seal(add_journal(store, bytes(4096), 2), store).entry.end == 0


def test_unknown_frames_are_carried_with_the_tables_they_may_lean_on(tmp_path: Path) -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.run(1, id_of(1))
    journal.run(2, id_of(2))
    journal.keys(5, 1, ["loss"])
    journal.add(99, 3, b"\1\2\3", 1)
    journal.event(2)
    store = new_store(tmp_path)
    one, two = seal(add_journal(store, bytes(journal.bytes)), store).paths
    with Segment.open(one) as segment:
        events = segment.events()
        assert [(event.kind, event.reference) for event in events] == [
            (frames.RUN, 1),
            (frames.KEYS, 5),
            (99, 1),
        ]
        assert (events[2].body, events[2].flags) == (b"\1\2\3" + bytes(5), 3)
    with Segment.open(two) as segment:
        assert [event.kind for event in segment.events()] == [frames.EVENT]


def test_the_times_of_events_count(tmp_path: Path) -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.keys(1, 1, ["loss"])
    journal.points(1, TIME + 5, 1, [1.0])
    journal.event(1, time=TIME + 9)
    journal.add(frames.EVENT, 0, b"not json", 1)
    store = new_store(tmp_path)
    (path,) = seal(add_journal(store, bytes(journal.bytes)), store).paths
    with Segment.open(path) as segment:
        assert (segment.first_time, segment.last_time) == (TIME + 5, TIME + 9)


def newer_header(number: int = 1) -> bytes:
    header = bytearray(frames.pack_header(bytes.fromhex(ACTOR), number, TIME, 0))
    header[8] = 2
    header[60:] = frames.pack_u32(crc32(header[:60]))
    return bytes(header)


def test_a_newer_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = add_journal(store, newer_header() + b"whatever")
    with pytest.raises(FormatTooNew, match="format 2"):
        seal(path, store)
    assert Path(path).read_bytes() == newer_header() + b"whatever"
    assert os.listdir(store.runs) == []


def test_a_newer_segment_is_never_replaced(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = add_journal(store, bytes(long_journal().bytes))
    (target, _) = seal(path, store).paths
    content = bytearray(Path(target).read_bytes())
    content[8] = 2
    content[60:64] = frames.pack_u32(crc32(content[:60]))
    Path(target).write_bytes(content)
    with pytest.raises(FormatTooNew, match="format 2"):
        Segment.open(target)
    with pytest.raises(FormatTooNew):
        seal(path, store)
    assert Path(target).read_bytes() == content


def test_a_moved_journal_is_refused(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    with pytest.raises(JournalDamaged, match="says that it is file 1"):
        seal(add_journal(store, bytes(long_journal().bytes), number=2), store)
    with pytest.raises(JournalDamaged, match="isn't called like a journal"):
        seal(os.path.join(store.path, "notes.txt"), store)


def test_a_journal_with_a_damaged_header_is_sealed_by_its_path(tmp_path: Path) -> None:
    data = long_journal().bytes
    data[20] ^= 1
    store = new_store(tmp_path)
    sealed = seal(add_journal(store, bytes(data)), store)
    assert sealed.entry.gaps == ((0, 64),)
    assert sealed_values(sealed.paths) == plain_values(Plain(bytes(data)))


def test_damage_to_a_segment_is_named_with_its_place(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = seal(add_journal(store, bytes(long_journal().bytes)), store).paths[0]
    whole = Path(path).read_bytes()
    for at in [*range(0, len(whole), 97), len(whole) - 1]:
        damaged = bytearray(whole)
        damaged[at] ^= 0x10
        with pytest.raises(SegmentDamaged) as raised:
            read_everything(Segment(bytes(damaged), path))
        assert f"{path} is damaged at byte" in raised.value.message


def test_verifying_finds_what_is_damaged(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    path = seal(add_journal(store, bytes(long_journal().bytes)), store).paths[0]
    with open(path, "r+b") as file:
        file.seek(70)
        file.write(b"damage")
    with Segment.open(path) as segment:
        (problem,) = segment.verify()
        assert "damaged at byte 64: the column of time fails" in problem.message


def read_everything(segment: Segment) -> None:
    segment.events()
    for track in segment.tracks:
        segment.statistics(track)
        for index in range(len(track.key_set.names)):
            segment.read(track, index, ("time", "step", "sequence", "value"))


@given(st.integers(0, 2000))
@settings(max_examples=60, deadline=None)
def test_a_segment_cut_anywhere_is_damaged(size: int) -> None:
    journal = Journal()
    journal.run(1, id_of(1))
    journal.event(1)
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        (path,) = seal(add_journal(store, bytes(journal.bytes)), store).paths
        content = Path(path).read_bytes()
        Path(path).write_bytes(content[: size % len(content)])
        with pytest.raises(SegmentDamaged):
            Segment.open(path)
