"""An object that lies elsewhere, read in parts as if it were bytes in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runlore.objects.interface import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.objects.cache import ObjectCache
    from runlore.objects.interface import Objects

END_BYTES = 128 << 10  # read at once: all of most objects, the footer of the others
BLOCK_BYTES = 1 << 20


class RangedObject:
    """The bytes of an object: has a length, and slices of step 1 give memory views.

    What is sliced is read in blocks, which stay in memory as long as this lives and in the
    cache for longer. Slicing raises FileNotFoundError and ObjectsUnreachable.
    """

    def __init__(self, objects: Objects, key: str, cache: ObjectCache | None) -> None:
        """Read the object's end.

        Raises:
            FileNotFoundError: if there is no such object.
            ObjectsUnreachable: if its place doesn't answer.
        """
        self._objects = objects
        self._key = key
        self._cache = cache
        self._name = _sha256(objects.name(key))[:40]
        self._blocks: dict[int, memoryview] = {}
        self.is_from_cache = False
        self._read_end()

    def __len__(self) -> int:
        return self._size_bytes

    def __getitem__(self, part: slice) -> memoryview:
        begin, end, _ = part.indices(self._size_bytes)
        if begin >= self._end_begin:
            return self._end[begin - self._end_begin : max(begin, end) - self._end_begin]
        if begin >= end:
            return memoryview(b"")
        first, last = begin // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        self._load(first, last)
        if first == last:
            offset = first * BLOCK_BYTES
            return self._blocks[first][begin - offset : end - offset]
        joined = b"".join(self._blocks[number] for number in range(first, last + 1))
        offset = first * BLOCK_BYTES
        return memoryview(joined)[begin - offset : end - offset]

    def release(self) -> None:
        """Let go of what is in memory."""
        self._blocks.clear()

    def load(self) -> None:
        """Read all of it, so that the cache holds it."""
        if self._end_begin > 0:
            self._load(0, (self._size_bytes - 1) // BLOCK_BYTES)

    def forget(self) -> None:
        """Drop what was kept, and read the end from the place itself."""
        if self._cache is not None:
            self._cache.forget(f"{self._name}-end")
            for number in range(-(-self._size_bytes // BLOCK_BYTES)):
                self._cache.forget(self._block_name(number))
        self._blocks.clear()
        self._read_end()
        self.is_from_cache = False

    def _read_end(self) -> None:
        kept = None if self._cache is None else self._cache.get(f"{self._name}-end")
        piece = None if kept is None else _unpacked(kept)
        if piece is None:
            piece = self._objects.read_end(self._key, END_BYTES)
            if self._cache is not None:
                self._cache.put(f"{self._name}-end", _packed(piece))
        else:
            self.is_from_cache = True
        self._size_bytes, self._tag = piece.size_bytes, piece.tag
        self._end = memoryview(piece.data)
        self._end_begin = piece.size_bytes - len(piece.data)

    def _load(self, first: int, last: int) -> None:
        """Bring blocks into memory, those behind one another in one request."""
        missing = []
        for number in range(first, last + 1):
            if number in self._blocks:
                continue
            kept = None if self._cache is None else self._cache.get(self._block_name(number))
            if kept is not None and len(kept) == self._length_of(number):
                self.is_from_cache = True
                self._blocks[number] = memoryview(kept)
            else:
                missing.append(number)
        for begin, end in _stretches(missing):
            self._fetch(begin, end)

    def _fetch(self, first: int, last: int) -> None:
        end = min((last + 1) * BLOCK_BYTES, self._size_bytes)
        piece = self._objects.read(self._key, first * BLOCK_BYTES, end)
        view = memoryview(piece.data)
        for number in range(first, last + 1):
            at = (number - first) * BLOCK_BYTES
            block = view[at : at + self._length_of(number)]
            self._blocks[number] = block
            # Of an object that was replaced since its end was read nothing is kept; the
            # checksums tell whoever slices.
            if self._cache is not None and piece.tag == self._tag:
                self._cache.put(self._block_name(number), block)
        if piece.tag != self._tag:
            self.is_from_cache = True

    def _length_of(self, number: int) -> int:
        return min(BLOCK_BYTES, self._size_bytes - number * BLOCK_BYTES)

    def _block_name(self, number: int) -> str:
        version = _sha256(self._tag)[:8]
        return f"{self._name}-{version}-{number}"


def keep(objects: Objects, key: str, data: bytes, cache: ObjectCache) -> None:
    """Put what was just put at a place into the cache as well; without a request if it is small."""
    ranged_name = _sha256(objects.name(key))[:40]
    cache.forget(f"{ranged_name}-end")
    if len(data) <= END_BYTES:
        cache.put(f"{ranged_name}-end", _packed(Piece(data, len(data), "")))


def _packed(piece: Piece) -> bytes:
    head = json.dumps({"size_bytes": piece.size_bytes, "tag": piece.tag}).encode()
    return head + b"\n" + piece.data


def _unpacked(kept: bytes) -> Piece | None:
    head, _, data = kept.partition(b"\n")
    try:
        fields = json.loads(head)
        size_bytes, tag = int(fields["size_bytes"]), str(fields["tag"])
    except (ValueError, KeyError, TypeError):
        return None
    return Piece(data, size_bytes, tag) if len(data) == min(size_bytes, END_BYTES) else None


def _stretches(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each stretch of numbers that follow one another."""
    at = 0
    while at < len(numbers):
        first = last = numbers[at]
        while at + 1 < len(numbers) and numbers[at + 1] == last + 1:
            at += 1
            last = numbers[at]
        yield first, last
        at += 1


def _sha256(text: str) -> str:
    import hashlib  # 3 MB that whoever seals into a folder does without

    return hashlib.sha256(text.encode()).hexdigest()
