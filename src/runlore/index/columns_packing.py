"""Pack the values of one field of a block of runs into bytes, and take them out again.

A block is `BLOCK` consecutive numbers of runs; the last one has fewer. A packing is a header,
the table of entries as JSON, then arrays, little-endian.
"""

from __future__ import annotations

import json
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.index.columns_values import (
    NO_ID,
    CodedValues,
    Entries,
    IdValues,
    ManyValues,
    NameValues,
    NumberValues,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    AnyValues = CodedValues | NumberValues | IdValues | ManyValues

BLOCK = 4096
_HEADER = Struct("<BBHI")  # format, form, how many runs, how many bytes of entries
_LOW = Struct("<q")
_FORMAT = 1
_DOUBLES, _CONSTANT, _ALL_PRESENT = 8, 0, 16  # forms of numbers: else the bytes of each
_ID_BYTES = 16


def pack_block(values: AnyValues, block: int) -> bytes:
    """Pack the values of one block of runs."""
    start, stop = block * BLOCK, min((block + 1) * BLOCK, values.count)
    if isinstance(values, IdValues):
        ids = bytes.fromhex(values.ids[start:stop].tobytes().decode())
        return _HEADER.pack(_FORMAT, 0, stop - start, 0) + ids
    if isinstance(values, NumberValues):
        return _pack_numbers(values.numbers[start:stop], values.is_present[start:stop])
    if isinstance(values, CodedValues):
        form, entries, codes = _own_entries(values.codes[start:stop], values.entries)
        return _HEADER.pack(_FORMAT, form, stop - start, len(entries)) + entries + codes
    is_here = (values.rows >= start) & (values.rows < stop)
    form, entries, codes = _own_entries(values.codes[is_here], values.entries)
    rows = (values.rows[is_here] - start).astype("<u2").tobytes()
    return _HEADER.pack(_FORMAT, form, stop - start, len(entries)) + entries + rows + codes


def _own_entries(codes: NDArray[np.int32], table: Entries) -> tuple[int, bytes, bytes]:
    """Number the entries that a block needs anew: 0 for none, then from 1 on."""
    used, places = np.unique(codes, return_inverse=True)
    shift = 0 if len(used) and used[0] < 0 else 1
    entries = [table.items[code] for code in used.tolist() if code >= 0]
    width = _width_of(len(entries))
    encoded = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    return width, encoded, (places.reshape(-1) + shift).astype(f"<u{width}").tobytes()


def _width_of(greatest: int) -> int:
    """Return how many bytes hold numbers up to `greatest`; 8 where they aren't worth it."""
    return 1 if greatest < 1 << 8 else 2 if greatest < 1 << 16 else 4 if greatest < 1 << 32 else 8


def _pack_numbers(numbers: NDArray[np.float64], is_present: NDArray[np.bool_]) -> bytes:
    present = numbers[is_present]
    is_full = len(present) == len(numbers)
    presence = b"" if is_full else np.packbits(is_present).tobytes()
    form = _DOUBLES
    if len(present) == 0:
        form, body = _CONSTANT, _LOW.pack(0)
    elif _are_whole(present):
        whole = present.astype(np.int64)
        low = int(whole.min())
        span = int(whole.max()) - low
        form = _width_of(span) if span else _CONSTANT
        body = _LOW.pack(low)
        if form not in (_CONSTANT, _DOUBLES):
            body += (whole - low).astype(f"<u{form}").tobytes()
    if form == _DOUBLES:
        body = present.astype("<f8").tobytes()
    head = _HEADER.pack(_FORMAT, form | (_ALL_PRESENT if is_full else 0), len(numbers), 0)
    return head + presence + body


def _are_whole(numbers: NDArray[np.float64]) -> bool:
    """Whether all are integers that a double holds exactly, and none is a negative zero."""
    if not np.isfinite(numbers).all() or np.abs(numbers).max() > 1 << 53:
        return False
    return bool((numbers == np.trunc(numbers)).all()) and not bool(
        (np.signbit(numbers) & (numbers == 0)).any()
    )


def unpack_blocks(kind: type[AnyValues], blocks: Sequence[bytes | None], count: int) -> AnyValues:
    """Put blocks together; one that is None, or short, leaves its runs without a value."""
    if kind is IdValues:
        return _ids(blocks, count)
    if kind is NumberValues:
        return _numbers(blocks, count)
    if kind is CodedValues:
        return _coded(blocks, count)
    return _many(NameValues if kind is NameValues else ManyValues, blocks, count)


def _ids(blocks: Sequence[bytes | None], count: int) -> IdValues:
    ids = np.full(count, NO_ID, "S32")
    for start, data in _present(blocks):
        found = np.frombuffer(data[_HEADER.size :].hex().encode(), "S32")
        ids[start : start + len(found)] = found
    return IdValues(ids)


def _numbers(blocks: Sequence[bytes | None], count: int) -> NumberValues:
    numbers = np.full(count, np.nan)
    is_present = np.zeros(count, np.bool_)
    for start, data in _present(blocks):
        _, form, rows, _ = _HEADER.unpack_from(data)
        at = _HEADER.size
        if form & _ALL_PRESENT:
            here = np.ones(rows, np.bool_)
        else:
            size = (rows + 7) // 8
            bits = np.frombuffer(data, np.uint8, size, at)
            here, at = np.unpackbits(bits, count=rows).astype(np.bool_), at + size
        form &= ~_ALL_PRESENT
        found: Any
        if form == _DOUBLES:
            found = np.frombuffer(data, "<f8", -1, at)
        else:
            found = np.float64(_LOW.unpack_from(data, at)[0])
            if form != _CONSTANT:
                found = found + np.frombuffer(data, f"<u{form}", -1, at + _LOW.size)
        is_present[start : start + rows] = here
        numbers[start : start + rows][here] = found
    return NumberValues(numbers, is_present)


def _coded(blocks: Sequence[bytes | None], count: int) -> CodedValues:
    codes = np.full(count, -1, np.int32)
    table = Entries()
    for start, data in _present(blocks):
        _, width, rows, size = _HEADER.unpack_from(data)
        places = _places(data[_HEADER.size : _HEADER.size + size], table)
        own = np.frombuffer(data, f"<u{width}", rows, _HEADER.size + size)
        codes[start : start + rows] = places[own]
    return CodedValues(codes, table)


def _many(kind: type[ManyValues], blocks: Sequence[bytes | None], count: int) -> ManyValues:
    rows, codes = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
    table = Entries()
    for start, data in _present(blocks):
        _, width, _, size = _HEADER.unpack_from(data)
        at = _HEADER.size + size
        places = _places(data[_HEADER.size : at], table)
        pairs = (len(data) - at) // (2 + width)
        rows.append(np.frombuffer(data, "<u2", pairs, at).astype(np.int64) + start)
        codes.append(places[np.frombuffer(data, f"<u{width}", pairs, at + 2 * pairs)])
    return kind(count, np.concatenate(rows), np.concatenate(codes), table)


def _places(encoded: bytes, table: Entries) -> NDArray[np.int32]:
    """Return the places in a table of a block's own entries, -1 before the first."""
    entries = [tuple(one) if isinstance(one, list) else one for one in json.loads(encoded)]
    return np.array([-1, *map(table.place_of, entries)], np.int32)


def _present(blocks: Sequence[bytes | None]) -> list[tuple[int, bytes]]:
    return [(block * BLOCK, bytes(data)) for block, data in enumerate(blocks) if data is not None]
