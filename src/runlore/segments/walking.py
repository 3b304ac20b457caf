"""Find the whole frames of a journal at the speed of NumPy (docs/formats/journal.md).

The result is that of `runlore.journal.reader.Reader`, which does the reading around damage.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from runlore.journal.frames import HEADER_SIZE, MAX_FRAME_SIZE, OVERHEAD, Header, unpack_u32
from runlore.journal.reader import Gap, Reader

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONG = 16  # equal frames in a row from which on NumPy beats a loop
_BLOCK_WORDS = 1 << 16
_FARTHEST_LOOK = 1 << 16


class Walk:
    """The whole frames of a stretch of a journal.

    `positions` are their offsets in 64-bit words, which are their sequence numbers; `gaps` what
    could not be read, `end` the byte behind the last frame, `crc` the stored checksum there.
    """

    __slots__ = ("_loose", "_pieces", "crc", "end", "gaps", "positions")

    positions: NDArray[np.int64]

    def __init__(self, position: int) -> None:
        """Begin at byte `position`."""
        self.end = position
        self.crc = 0
        self.gaps: list[tuple[int, int]] = []
        self._loose = array("q")
        self._pieces: list[NDArray[np.int64]] = []

    def add(self, at: int) -> None:
        """Add one frame."""
        self._loose.append(at)

    def add_row(self, at: int, width: int, count: int) -> None:
        """Add `count` frames of `width` words each."""
        if count:
            self._flush()
            self._pieces.append(np.arange(at, at + width * count, width, dtype=np.int64))

    def finish(self, view: memoryview) -> Walk:
        """Join the pieces and note the checksum at the end."""
        self._flush()
        pieces = self._pieces
        self.positions = (
            pieces[0] if len(pieces) == 1 else np.concatenate([*pieces, np.empty(0, np.int64)])
        )
        self._pieces = []
        (self.crc,) = unpack_u32(view, self.end - 4)
        return self

    def _flush(self) -> None:
        if self._loose:
            self._pieces.append(np.array(self._loose, dtype=np.int64))
            self._loose = array("q")


def walk(
    view: memoryview, position: int, *, is_complete: bool, limit_bytes: int | None = None
) -> Walk:
    """Find the whole frames of the file in `view` from byte `position` (≥ 64) on.

    With `limit_bytes`, stops at the first frame that begins that far behind `position`.
    """
    result = Walk(position)
    total = len(view) >> 3
    words = np.frombuffer(view, "<u8", total)
    stop = total if limit_bytes is None else min(total, (position + limit_bytes + 7) >> 3)
    is_trusted = position != HEADER_SIZE or Header(view[:HEADER_SIZE]).is_intact
    while True:
        if is_trusted:
            result.end = 8 * _walk_undamaged(view, words, result, stop)
            is_at_limit = stop < total and result.end >= 8 * stop
            if is_at_limit or not _holds_anything(view, words, result.end):
                break
        if not _pass_damage(view, result, is_complete=is_complete):
            break
        is_trusted = True
    return result.finish(view)


def _holds_anything(view: memoryview, words: NDArray[np.uint64], position: int) -> bool:
    return bool(words[position >> 3 :].any()) or any(view[8 * len(words) :])


def _pass_damage(view: memoryview, result: Walk, *, is_complete: bool) -> bool:
    """Read on to behind the next whole frame; false where there is none."""
    reader = Reader(view, result.end, is_complete=is_complete)
    for item in reader:
        if isinstance(item, Gap):
            result.gaps.append((item.position, item.end))
        else:
            result.add(item.position >> 3)
            result.end = reader.position
            return True
    return False


def _walk_undamaged(view: memoryview, words: NDArray[np.uint64], result: Walk, stop: int) -> int:
    """Add frames up to the first that isn't whole and return where that one begins, in words."""
    total = len(words)
    aligned = view[: 8 * total]
    heads, halves = aligned.cast("Q"), aligned.cast("I")
    at = result.end >> 3
    seed = halves[2 * at - 1]
    before, equal = 0, 0
    while at < stop:
        head = heads[at]
        size = head & 0xFFFFFFFF
        end = at + (size >> 3)
        if not OVERHEAD <= size <= MAX_FRAME_SIZE or size & 7 or end > total:
            break
        equal = equal + 1 if head == before else 0
        if equal == _LONG:
            count = _length_of_row(words, at, size >> 3, stop)
            good = _whole_in_row(view, words.view("<u4"), at, size >> 3, count)
            result.add_row(at, size >> 3, good)
            at += good * (size >> 3)
            if good < count:
                break
            seed, before, equal = halves[2 * at - 1], 0, 0
            continue
        stored = halves[2 * end - 1]
        if crc32(view[8 * at : 8 * end - 4], seed) != stored:
            break
        result.add(at)
        seed, before, at = stored, head, end
    return at


def _length_of_row(words: NDArray[np.uint64], at: int, width: int, stop: int) -> int:
    """Count the frames from `at` on with the same first word, by looking ahead ever farther."""
    head = words[at]
    most = min((len(words) - at) // width, -((at - stop) // width))
    count, look = 1, _LONG
    while count < most:
        ahead = min(look, most - count)
        begin = at + count * width
        others = words[begin : begin + ahead * width : width] != head
        different = int(others.argmax())
        if others[different]:
            return count + different
        count += ahead
        look = min(2 * look, _FARTHEST_LOOK)
    return count


def _whole_one_by_one(view: memoryview, at: int, width: int, count: int) -> int:
    """Count the frames that verify before the first that doesn't, by each one's checksum."""
    position, size = 8 * at, 8 * width
    (seed,) = unpack_u32(view, position - 4)
    for number in range(count):
        end = position + size
        (stored,) = unpack_u32(view, end - 4)
        if crc32(view[position : end - 4], seed) != stored:
            return number
        seed, position = stored, end
    return count


def _whole_in_row(
    view: memoryview, halves: NDArray[np.uint32], at: int, width: int, count: int
) -> int:
    """Count like `_whole_one_by_one`, but verify blocks of frames in one go."""
    step = max(_LONG, _BLOCK_WORDS // width)
    for done in range(0, count, step):
        size = min(step, count - done)
        begin = at + done * width
        block = halves[2 * begin : 2 * (begin + size * width)].reshape(size, 2 * width)
        if not _is_whole(block, int(halves[2 * begin - 1])):
            return done + _whole_one_by_one(view, begin, width, size)
    return count


def _is_whole(block: NDArray[np.uint32], seed: int) -> bool:
    """Verify frames of one size, a row each, without a checksum per frame.

    Their bytes without the checksums, chained, give the last checksum: that proves the
    contents. It says nothing of the checksums between. As a checksum is an affine
    function of content and seed, the XOR of all of them is that of the XOR of the frames.
    """
    content = np.ascontiguousarray(block[:, :-1])
    stored = block[:, -1]
    if crc32(content.data, seed) != stored[-1]:
        return False
    seeds = seed ^ int(np.bitwise_xor.reduce(stored[:-1]))
    mixed = crc32(np.bitwise_xor.reduce(content, axis=0).tobytes(), seeds)
    if len(block) % 2 == 0:
        mixed ^= crc32(bytes(4 * content.shape[1]))
    return mixed == int(np.bitwise_xor.reduce(stored))
