from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.errors import FormatTooNew, RunloreError
from runlore.journal import frames
from runlore.journal.reader import Frame, Gap, Reader
from runlore.records.events import event
from tests.journal.recorded import files_of, new_writer, read_frames

if TYPE_CHECKING:
    from pathlib import Path

SECTOR = 512


class Sample:
    """A closed journal of about 2 KB and where its frames lie."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        found = [item for item in Reader(content, is_complete=True) if isinstance(item, Frame)]
        self.spans = [(frame.position, frame.position + frame.size) for frame in found]
        self.frames = {content[start:end] for start, end in self.spans}

    def __len__(self) -> int:
        return len(self.content)

    def lost(self, damaged: bytes) -> list[tuple[int, int]]:
        """Return the frames that journal.md gives up where bytes differ.

        Those that were hit, and the one behind a frame (or header) whose checksum was hit with
        other bytes of it.
        """
        lost = []
        seed_is_lost = damaged[:60] != self.content[:60] and damaged[60:64] != self.content[60:64]
        for start, end in self.spans:
            is_body_hit = damaged[start : end - 4] != self.content[start : end - 4]
            is_checksum_hit = damaged[end - 4 : end] != self.content[end - 4 : end]
            if is_body_hit or is_checksum_hit or seed_is_lost:
                lost.append((start, end))
            seed_is_lost = is_checksum_hit and is_body_hit
        return lost


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Write the sample with the real writer."""
    store = tmp_path_factory.mktemp("sample") / "store"
    writer = new_writer(store)
    slot = writer.declare_run("1" * 32, "2" * 32, 0)
    keys = writer.declare_keys(slot, "val", ("loss", "accuracy"))
    for step in range(16):
        point = pack("<IBBHqqddI", 48, frames.POINTS, 1, 0, 10**15 + step, step, 0.5, 0.25, keys)
        writer.append(point)
        if step % 5 == 4:
            writer.event(slot, event("note.added", 5, text="µ" * step))
    writer.heartbeat()
    writer.close()
    (path,) = files_of(store)
    return Sample(path.read_bytes())


def read(content: bytes, *, is_complete: bool = True) -> tuple[list[tuple[int, int]], list[Gap]]:
    """Return the frames that are read as (start, end), and the gaps."""
    items = list(Reader(content, is_complete=is_complete))
    whole = [
        (item.position, item.position + item.size) for item in items if isinstance(item, Frame)
    ]
    return whole, [item for item in items if isinstance(item, Gap)]


def spans(gaps: list[Gap]) -> list[tuple[int, int]]:
    return [(gap.position, gap.end) for gap in gaps]


def test_a_whole_journal_is_read_without_a_gap(sample: Sample) -> None:
    assert 1500 < len(sample) < 3000
    assert len(sample.spans) > 20
    assert sample.spans[0][0] == frames.HEADER_SIZE
    assert sample.spans[-1][1] == len(sample)
    assert [end for _, end in sample.spans[:-1]] == [start for start, _ in sample.spans[1:]]
    assert read(sample.content) == (sample.spans, [])


def test_a_journal_cut_anywhere_gives_what_is_before_the_cut(sample: Sample) -> None:
    for cut in range(len(sample) + 1):
        content = sample.content[:cut]
        whole = [span for span in sample.spans if span[1] <= cut]
        found, gaps = read(content)
        assert found == whole
        rest_from = whole[-1][1] if whole else frames.HEADER_SIZE if cut >= 64 else 0
        rest = content[rest_from:].rstrip(b"\0") if cut >= 64 else content
        assert spans(gaps) == ([(rest_from, rest_from + len(rest))] if rest else [])


def test_a_journal_being_written_is_read_on_from_any_cut(sample: Sample) -> None:
    for cut in range(frames.HEADER_SIZE, len(sample) + 1):
        first = Reader(sample.content[:cut].ljust(len(sample), b"\0"))
        found = list(first)
        rest = Reader(sample.content, first.position, crc=first.crc, is_complete=True)
        found += list(rest)
        assert [(item.position, type(item)) for item in found] == [
            (start, Frame) for start, _ in sample.spans
        ]
        assert rest.position == len(sample)


def test_one_flipped_bit_costs_one_frame_and_says_which(sample: Sample) -> None:
    for place in range(len(sample)):
        for bit in range(8):
            damaged = bytearray(sample.content)
            damaged[place] ^= 1 << bit
            found, gaps = read(bytes(damaged))
            hit = [span for span in sample.spans if span[0] <= place < span[1]]
            assert found == [span for span in sample.spans if span not in hit]
            (gap,) = gaps
            (start, end) = hit[0] if hit else (0, frames.HEADER_SIZE)
            if end == len(sample):
                end = len(damaged.rstrip(b"\0"))
            assert (gap.position, gap.end) == (start, end)


def test_a_live_journal_gives_the_same_frames_around_a_flipped_bit(sample: Sample) -> None:
    for place in range(0, len(sample), 7):
        damaged = bytearray(sample.content) + bytes(4096)
        damaged[place] ^= 0x10
        found, gaps = read(bytes(damaged), is_complete=False)
        hit = [span for span in sample.spans if span[0] <= place < span[1]]
        assert found == [span for span in sample.spans if span not in hit]
        is_last_hit = hit == sample.spans[-1:]  # it may be a frame on its way
        assert len(gaps) == (0 if is_last_hit else 1)


@pytest.mark.parametrize("size", [8, 64, SECTOR, 1000])
def test_zeroed_bytes_cost_what_they_hit(sample: Sample, size: int) -> None:
    for start in range(0, len(sample), 8):
        damaged = bytearray(sample.content)
        damaged[start : start + size] = bytes(len(damaged[start : start + size]))
        lost = sample.lost(bytes(damaged))
        found, gaps = read(bytes(damaged))
        assert found == [span for span in sample.spans if span not in lost]
        for begin, end in lost:
            is_reported = any(gap.position <= begin < gap.end for gap in gaps)
            assert is_reported or not any(damaged[begin:end])  # zeros at the end are no damage


def test_a_sector_from_another_place_adds_nothing_that_was_never_written(sample: Sample) -> None:
    starts = range(0, len(sample) - SECTOR, SECTOR)
    for source in starts:
        for target in starts:
            damaged = bytearray(sample.content)
            damaged[target : target + SECTOR] = sample.content[source : source + SECTOR]
            found, gaps = read(bytes(damaged))
            assert {bytes(damaged[start:end]) for start, end in found} <= sample.frames
            lost = sample.lost(bytes(damaged))
            assert set(found) >= {span for span in sample.spans if span not in lost}
            assert bool(gaps) == (source != target)


def test_the_checksum_that_a_reader_kept_stands_in_for_a_stored_one_that_was_hit(
    sample: Sample,
) -> None:
    position, end = sample.spans[7]
    kept = int.from_bytes(sample.content[position - 4 : position], "little")
    damaged = bytearray(sample.content)
    damaged[position - 2] ^= 1
    first = next(iter(Reader(bytes(damaged), position, crc=kept)))
    assert isinstance(first, Frame)
    assert (first.position, first.position + first.size) == (position, end)
    assert isinstance(next(iter(Reader(bytes(damaged), position))), Gap)


def test_a_position_behind_the_end_gives_nothing(sample: Sample) -> None:
    reader = Reader(sample.content, len(sample) + 8, crc=5, is_complete=True)
    assert list(reader) == []
    assert (reader.position, reader.crc) == (len(sample) + 8, 5)


@pytest.mark.parametrize("size", [0, 1, 63, 64])
def test_a_file_that_hardly_began_has_no_frames(size: int) -> None:
    header = frames.pack_header(bytes(16), 1, 5, 0)
    assert read(header[:size], is_complete=False) == ([], [])
    found, gaps = read(header[:size])
    assert found == []
    assert spans(gaps) == ([(0, size)] if 0 < size < 64 else [])


def test_a_later_format_is_refused_with_what_to_do() -> None:
    header = bytearray(frames.pack_header(bytes(16), 1, 5, 0))
    header[8] = 2
    header[60:] = frames.pack_u32(crc32(bytes(header[:60])))
    with pytest.raises(FormatTooNew) as caught:
        Reader(bytes(header))
    assert str(caught.value) == (
        f"a journal of {'0' * 32} has format 2, this release knows 1\n"
        "hint: upgrade: pip install --upgrade runlore"
    )


def test_frames_of_unknown_types_are_read_like_any_other(sample: Sample) -> None:
    seed = int.from_bytes(sample.content[-4:], "little")
    unknown, _ = frames.pack_frame(200, 7, b"whatever", 3, seed)
    *_, last = Reader(sample.content + unknown, is_complete=True)
    assert isinstance(last, Frame)
    assert (last.kind, last.flags, last.body, last.reference) == (200, 7, b"whatever", 3)


DAMAGE = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 3000), st.integers(0, 7)),
    st.tuples(st.just("write"), st.integers(0, 3000), st.binary(min_size=1, max_size=40)),
    st.tuples(st.just("zero"), st.integers(0, 3000), st.integers(1, 900)),
    st.tuples(st.just("cut"), st.integers(0, 3000), st.just(0)),
    st.tuples(st.just("drop"), st.integers(0, 3000), st.integers(1, 900)),
    st.tuples(st.just("repeat"), st.integers(0, 3000), st.integers(1, 900)),
)


def damage(content: bytes, done: list[tuple[str, int, int | bytes]]) -> bytes:
    changed = bytearray(content)
    for what, at, how in done:
        if what == "write" and isinstance(how, bytes):
            changed[at : at + len(how)] = how
        elif isinstance(how, int):
            if what == "flip" and at < len(changed):
                changed[at] ^= 1 << how
            elif what == "zero":
                changed[at : at + how] = bytes(len(changed[at : at + how]))
            elif what == "cut":
                del changed[at:]
            elif what == "drop":
                del changed[at : at + how]
            elif what == "repeat":
                changed[at:at] = changed[at : at + how]
    return bytes(changed)


def check_order(content: bytes, items: list[Frame | Gap], reader: Reader) -> None:
    end = 0
    for item in items:
        assert item.position >= end
        end = item.end if isinstance(item, Gap) else item.position + item.size
        assert end > item.position
    assert end <= len(content)
    assert reader.position >= frames.HEADER_SIZE


@given(st.lists(DAMAGE, max_size=6), st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_happens_to_the_bytes_no_altered_frame_is_read(
    sample: Sample, done: list[tuple[str, int, int | bytes]], is_complete: bool
) -> None:
    damaged = damage(sample.content, done)
    reader = Reader(damaged, is_complete=is_complete)
    items = list(reader)
    for item in items:
        if isinstance(item, Frame):
            assert damaged[item.position : item.position + item.size] in sample.frames
    check_order(damaged, items, reader)


@given(st.binary(max_size=600), st.integers(0, 80), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_bytes_can_be_read_from_any_place(
    content: bytes, place: int, is_complete: bool
) -> None:
    header = frames.pack_header(bytes(16), 1, 5, 0)
    for whole in (content, header + content):
        try:
            reader = Reader(whole, frames.HEADER_SIZE + 8 * place, is_complete=is_complete)
            items = list(reader)
        except RunloreError:
            continue
        check_order(whole, items, reader)


def test_reading_takes_a_view_as_well_as_bytes(sample: Sample, tmp_path: Path) -> None:
    path = tmp_path / "1.journal"
    path.write_bytes(sample.content)
    through_view = [
        item.body for item in Reader(memoryview(sample.content)) if isinstance(item, Frame)
    ]
    assert through_view == [frame.body for frame in read_frames(path)]


def test_a_file_whose_writer_died_before_its_header_holds_nothing_and_lacks_nothing() -> None:
    reader = Reader(bytes(1 << 16), is_complete=True)
    assert list(reader) == []
    assert reader.position == frames.HEADER_SIZE
