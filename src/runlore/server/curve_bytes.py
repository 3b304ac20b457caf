"""Write curves as bytes that a browser can view as arrays (docs/formats/curves.md)."""

from __future__ import annotations

import json
from struct import Struct
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.curves import CurveAnswer
    from runlore.reading.curve_rows import Rows
    from runlore.reading.curves import Drawn

MEDIA_TYPE = "application/vnd.runlore.curves"
MAGIC = b"RLCV"
VERSION = 2
ValueColumn = Literal["min", "max", "first", "last", "mean"]
VALUES: tuple[ValueColumn, ...] = get_args(ValueColumn)
_HEAD = Struct("<4sHHII")
_ALIGNMENT = 8


def encode_curves(answer: CurveAnswer, values: Sequence[str] = VALUES) -> bytes:
    """Encode an answer: a head, JSON that says what there is, then the columns.

    `values` names the columns that are wanted of buckets; points have but one.
    """
    curves: list[dict[str, Any]] = []
    blocks = _Blocks()
    for drawn in answer.drawn:
        rows, is_raw = drawn.found.rows, drawn.found.is_raw
        axis = blocks.add_once(_axis_of(rows, is_raw=is_raw))
        names = ("mean",) if is_raw else values
        offset = blocks.add(b"".join(_doubles(rows, name) for name in names))
        curves.append(_described(drawn, axis, offset))
    within = answer.within
    head: dict[str, Any] = {
        "x": answer.x,
        "from": None if within is None else within.start,
        "to": None if within is None else within.stop,
        "buckets": None if within is None else within.buckets,
        "columns": [*values],
        "curves": curves,
    }
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join((_HEAD.pack(MAGIC, VERSION, 0, len(text), 0), text, *blocks.parts))


class _Blocks:
    """The columns, one behind the other; x that many curves have is written once."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._size = 0
        self._places: dict[bytes, int] = {}

    def add(self, block: bytes) -> int:
        """Add a block and return where it begins."""
        self.parts.append(block)
        self._size += len(block)
        return self._size - len(block)

    def add_once(self, block: bytes) -> int:
        """Return where a block begins; it is added if there is none like it."""
        place = self._places.get(block)
        if place is None:
            place = self._places[block] = self.add(block)
        return place


def _described(drawn: Drawn, axis: int, offset: int) -> dict[str, Any]:
    found, error = drawn.found, drawn.error
    return {
        "run": drawn.asked.run,
        "label": drawn.asked.label,
        "points": found.points,
        "outside": found.total,
        "rows": len(found.rows),
        "is_raw": found.is_raw,
        "axis": axis,
        "offset": offset,
        "seams": found.seams,
        "status": drawn.status,
        "nan": found.nan,
        "pos_inf": found.positive_infinities,
        "neg_inf": found.negative_infinities,
        "not_finite": found.not_finite,
        "unstepped": found.unstepped,
        "problems": found.problems,
        "error": None if error is None else {"code": error.code, "message": error.message},
    }


def _axis_of(rows: Rows, *, is_raw: bool) -> bytes:
    """Give the x of points; of buckets their ends, then u32 counts up to a multiple of 8 bytes."""
    if is_raw:
        return _doubles(rows, "x_first")
    # More points in a row than u32 holds are as many as it holds.
    counts = np.minimum(rows.count, np.iinfo(np.uint32).max).astype("<u4").tobytes()
    ends = _doubles(rows, "x_first") + _doubles(rows, "x_last")
    return ends + counts + bytes(-len(counts) % _ALIGNMENT)


def _doubles(rows: Rows, name: str) -> bytes:
    return np.ascontiguousarray(getattr(rows, name), "<f8").tobytes()
