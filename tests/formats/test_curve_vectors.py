from __future__ import annotations

import json
import math
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from runlore.actions.curves import draw_curves
from runlore.journal.folder import create_store
from runlore.reading.curves import Asked, CurveReader, Span
from runlore.reading.store import StoreReader
from runlore.server.curve_bytes import encode_curves
from runlore.testing.journals import JournalComposer

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "curves.md"
RUN = "0192f0c1a2b4a1a2a3a4a50000000001"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b50000000001"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
TIME = 1_700_000_000_000_000
POINTS = ((0, 1.0), (1, 3.0), (2, math.nan), (3, 2.0), (9, 0.5))


@pytest.fixture
def answer(tmp_path: Path) -> bytes:
    store = create_store(str(tmp_path / "store"))
    journal = JournalComposer(store, ACTOR)
    slot = journal.slot(RUN, ATTEMPT)
    journal.event(slot, "run.started", time=TIME, name="vector")
    journal.event(slot, "attempt.started", time=TIME, resumed=False, from_step=None,
                  parent_attempt=None, rank=0, world_size=1)  # fmt: skip
    for step, value in POINTS:
        journal.points(slot, {"loss": value}, time=TIME + step, step=step)
    finished = {"status": "finished", "error": None, "reason": None, "rank": 0}
    journal.edit(slot, "status.set", time=TIME + 10, **finished)
    with StoreReader(store) as reader:
        reader.catch_up(budget_seconds=None)
        asked = [Asked(RUN, "loss"), Asked(RUN, "none")]
        return encode_curves(draw_curves(CurveReader(reader), asked, Span("step", None, None, 3)))


def blocks(kind: str) -> list[str]:
    found = re.findall(
        rf"^```{kind}\n(.*?)^```", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    return [str(block) for block in found]


def test_the_bytes_in_the_document_are_those_that_are_written(answer: bytes) -> None:
    (text,) = blocks("hex")
    assert bytes.fromhex(re.sub("#.*", "", text)) == answer


def test_the_json_in_the_document_is_that_of_the_bytes(answer: bytes) -> None:
    assert json.loads(blocks("json")[-1]) == decode(answer)[0]


def decode(answer: bytes) -> tuple[dict[str, Any], list[dict[str, list[float]]]]:
    """Read an answer by what the document says alone."""
    magic, version, flags, size, zero = struct.unpack_from("<4sHHII", answer)
    assert (magic, version, flags, zero, size % 8) == (b"RLCV", 2, 0, 0, 0)
    head = json.loads(answer[16 : 16 + size])
    curves, begin, end = [], 16 + size, 16 + size

    def column(place: int, rows: int, kind: str = "d") -> list[float]:
        nonlocal end
        content = struct.unpack_from(f"<{rows}{kind}", answer, begin + place)
        end = max(end, begin + place + -(-struct.calcsize(f"<{rows}{kind}") // 8) * 8)
        return list(content)

    for one in head["curves"]:
        rows, axis, offset = one["rows"], one["axis"], one["offset"]
        if one["is_raw"]:
            x, value = column(axis, rows), column(offset, rows)
            columns = {"x_first": x, "x_last": x, "count": [1.0] * rows}
            columns |= dict.fromkeys(head["columns"], value)
        else:
            columns = {
                "x_first": column(axis, rows),
                "x_last": column(axis + 8 * rows, rows),
                "count": column(axis + 16 * rows, rows, "I"),
            }
            for place, name in enumerate(head["columns"]):
                columns[name] = column(offset + 8 * rows * place, rows)
        curves.append(columns)
    assert end == len(answer)
    return head, curves


def test_an_answer_can_be_read_by_the_document(answer: bytes) -> None:
    head, (loss, none) = decode(answer)
    assert (head["from"], head["to"], head["buckets"]) == (0.0, 9.0, 3)
    assert loss["x_first"] == [0.0, 3.0, 9.0]
    assert loss["x_last"] == [2.0, 3.0, 9.0]
    assert loss["min"] == [1.0, 2.0, 0.5]
    assert loss["max"] == [3.0, 2.0, 0.5]
    assert loss["first"] == [1.0, 2.0, 0.5]
    assert loss["last"] == [3.0, 2.0, 0.5]
    assert loss["mean"] == [2.0, 2.0, 0.5]
    assert loss["count"] == [3, 1, 1]
    assert none["count"] == []
    assert head["curves"][0]["nan"] == [2.0]
    assert head["curves"][1]["error"]["code"] == "series-not-found"
