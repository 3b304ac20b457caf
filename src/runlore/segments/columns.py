"""Columns of numbers as bytes: one byte of codec and a body (docs/formats/segment.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pcodec import ChunkConfig, DeltaSpec, standalone

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

RAW = 0
CONSTANT = 1
PROGRESSION = 2
PCODEC = 3

_ITEM_BYTES = 8
_LEAST_COUNT = 4  # fewer numbers than this never take fewer bytes in pcodec
_DOUBLES = ChunkConfig(compression_level=8)
# Times, steps and sequences grow. Trying that first-order delta alone is three times as fast.
_INTEGERS = ChunkConfig(compression_level=8, delta_spec=DeltaSpec.try_consecutive(1))


def encode_column(values: NDArray[Any], *, with_pcodec: bool = True) -> bytes:
    """Encode a column of i64 or f64; without pcodec, what it would take is written raw."""
    values = np.ascontiguousarray(values)
    if values.dtype not in (np.int64, np.float64) or values.ndim != 1:
        raise TypeError(f"a column holds i64 or f64, not {values.dtype} of {values.ndim} axes")
    count = len(values)
    words = values.view(np.uint64)
    if count and (words == words[0]).all():
        return bytes((CONSTANT,)) + words[:1].tobytes()
    if count > 1 and values.dtype == np.int64:
        differences = words[1:] - words[:-1]
        if (differences == differences[0]).all():
            return bytes((PROGRESSION,)) + words[:1].tobytes() + differences[:1].tobytes()
    if with_pcodec and count >= _LEAST_COUNT:
        config = _DOUBLES if values.dtype == np.float64 else _INTEGERS
        packed = standalone.simple_compress(values, config)
        if len(packed) < count * _ITEM_BYTES:
            return bytes((PCODEC,)) + bytes(packed)
    return bytes((RAW,)) + values.tobytes()


def decode_column(data: bytes | memoryview, count: int, dtype: DTypeLike) -> NDArray[Any]:
    """Decode a column of `count` numbers of `dtype`, i64 or f64.

    Raises:
        ValueError: if `data` isn't such a column.
    """
    values = np.empty(count, dtype)
    decode_into(data, values)
    return values


class Progression(NamedTuple):
    """Numbers that differ by the same from one to the next, as u64 that wrap around."""

    first: np.uint64
    difference: np.uint64

    def fill(self, values: NDArray[Any]) -> None:
        """Write them into `values`, which is contiguous."""
        numbers = np.arange(len(values), dtype=np.uint64)
        values.view(np.uint64)[:] = numbers * self.difference + self.first


def decode_into(data: bytes | memoryview, values: NDArray[Any]) -> Progression | None:
    """Decode a column into `values`, which is contiguous and says type and count.

    Returns the progression, if the column is one: it needn't be read again.

    Raises:
        ValueError: if `data` isn't such a column.
    """
    view = memoryview(data)
    codec, body = (view[0], view[1:]) if view else (None, view)
    words = values.view(np.uint64)
    count = len(values)
    expected = {RAW: count * _ITEM_BYTES, CONSTANT: _ITEM_BYTES, PROGRESSION: 2 * _ITEM_BYTES}
    if codec in expected and len(body) == expected[codec]:
        numbers = np.frombuffer(body, "<u8")
        if codec == PROGRESSION:
            progression = Progression(numbers[0], numbers[1])
            progression.fill(values)
            return progression
        words[:] = numbers
    elif codec == PCODEC:
        _decode_pcodec(bytes(body), values)
    else:
        raise ValueError(f"no column of {count} numbers: codec {codec}, {len(body)} bytes")
    return None


def _decode_pcodec(body: bytes, values: NDArray[Any]) -> None:
    try:
        progress = standalone.simple_decompress_into(body, values)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"pcodec can't read the column: {error}") from error
    if not progress.finished or progress.n_processed != len(values):
        raise ValueError(f"the column holds other than {len(values)} numbers")
