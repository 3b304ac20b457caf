from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlore.records import events
from runlore.records.params import flatten
from runlore.records.text import encode_json

if TYPE_CHECKING:
    import pytest

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "records.md"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
TIME = 1_700_000_000_000_000


def documented() -> list[str]:
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    lines: list[str] = block.splitlines()
    return lines


def composed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    monkeypatch.setattr(events, "now", lambda: TIME)
    clock = events.Clock()
    error = {"type": "ValueError", "message": "loss is nan", "traceback": "…"}
    ids = [f"0192f0c1a2b40000000000000000000{digit}" for digit in "ab"]
    return [
        events.event("params", TIME, values=flatten({"lr": "1e-3", "opt": {"name": "adam"}})),
        events.edit("tag.added", ACTOR, clock, id=ids[0], tag="baseline", value=None),
        events.edit(
            "status.set", ACTOR, clock, id=ids[1],
            status="failed", error=error, reason=None, rank=0,
        ),
    ]  # fmt: skip


def test_composing_gives_the_documented_records(monkeypatch: pytest.MonkeyPatch) -> None:
    params, tag, status = (line.encode() for line in documented())
    assert composed(monkeypatch)[1:] == [tag, status]
    # The example gives the number itself; a param given as text stays text.
    given_as_text: dict[str, Any] = json.loads(composed(monkeypatch)[0])
    example: dict[str, Any] = json.loads(params)
    assert given_as_text["values"]["opt.name"] == example["values"]["opt.name"]
    assert given_as_text["values"]["lr"][1:] == example["values"]["lr"][1:]
    assert encode_json(example) == params


def test_the_documented_records_are_read_by_any_json_reader() -> None:
    assert [json.loads(line)["kind"] for line in documented()] == [
        "params",
        "tag.added",
        "status.set",
    ]
