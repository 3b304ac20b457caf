"""Write curves as bytes that a browser can view as arrays (docs/formats/curves.md)."""

from __future__ import annotations

import json
from struct import Struct
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from runlore.actions.curves import CurveAnswer
    from runlore.reading.curve_rows import Rows
    from runlore.reading.curves import Drawn

MEDIA_TYPE = "application/vnd.runlore.curves"
MAGIC = b"RLCV"
VERSION = 1
_HEAD = Struct("<4sHHII")
_ALIGNMENT = 8
_COLUMNS = ("x_first", "x_last", "min", "max", "first", "last", "mean")


def encode_curves(answer: CurveAnswer) -> bytes:
    """Encode an answer: a head, JSON that says what there is, then the columns."""
    curves, parts, offset = [], list[bytes](), 0
    for drawn in answer.drawn:
        curves.append(_described(drawn, offset))
        columns = _columns_of(drawn.found.rows)
        parts += columns
        offset += sum(map(len, columns))
    within = answer.within
    head: dict[str, Any] = {
        "x": answer.x,
        "from": None if within is None else within.start,
        "to": None if within is None else within.stop,
        "buckets": None if within is None else within.buckets,
        "curves": curves,
    }
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join((_HEAD.pack(MAGIC, VERSION, 0, len(text), 0), text, *parts))


def _described(drawn: Drawn, offset: int) -> dict[str, Any]:
    found, error = drawn.found, drawn.error
    return {
        "run": drawn.asked.run,
        "label": drawn.asked.label,
        "points": found.points,
        "outside": found.total,
        "rows": len(found.rows),
        "is_raw": found.is_raw,
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


def _columns_of(rows: Rows) -> list[bytes]:
    """Give the columns of a curve: seven of f64, then u32 counts up to a multiple of 8 bytes."""
    columns = [np.ascontiguousarray(getattr(rows, name), "<f8").tobytes() for name in _COLUMNS]
    # More points in a row than u32 holds are as many as it holds.
    counts = np.minimum(rows.count, np.iinfo(np.uint32).max).astype("<u4").tobytes()
    return [*columns, counts + bytes(-len(counts) % _ALIGNMENT)]
