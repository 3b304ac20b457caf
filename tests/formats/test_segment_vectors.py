from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlore.segments.composing import Content, Encoding, compose, pack_statistics
from runlore.segments.scan import scan
from runlore.segments.segment import Segment
from runlore.segments.statistics import describe
from tests.segments.journal_bytes import ACTOR, TIME, Journal

if TYPE_CHECKING:
    from runlore.segments.scan import Scan

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "segment.md"
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"


def recorded() -> Scan:
    journal = Journal()
    journal.actor()
    journal.run(1, RUN, ATTEMPT)
    journal.keys(1, 1, ["loss", "accuracy"])
    journal.points(1, TIME + 250_000, 7, [0.5, 0.25])
    journal.points(1, TIME + 500_000, 8, [0.25, 0.25])
    journal.points(1, TIME + 750_000, 10, [math.nan, 0.75])
    journal.keys(2, 1, ["rate"])
    journal.keys(3, 1, ["norm"])
    journal.points(2, TIME + 760_000, None, [1.5])
    journal.points(3, TIME + 770_000, None, [2.5])
    journal.points(2, TIME + 780_000, None, [3.5])
    journal.event(1, "note.added", TIME + 800_000, text="µ")
    journal.heartbeat(TIME + 900_000, 900_000_000)
    journal.close()
    return scan(journal.bytes, is_complete=True)


def sealed_by_hand() -> bytes:
    found = recorded()
    source = {
        "end": found.end,
        "crc": found.crc,
        "gaps": found.gaps,
        "created": TIME,
        "previous_crc": 0,
        "closed": found.is_closed,
    }
    about = {"source": source, "process": found.process, "heartbeat": found.heartbeat}
    content = Content(found.points, found.events)
    return compose(RUN, ACTOR, 1, content, about, Encoding(with_pcodec=False, level=0))[0]


def statistics_by_hand() -> bytes:
    block = recorded().points[0]
    found = describe(block.values, block.time, block.step, 2)
    return pack_statistics(found, with_pcodec=False)


def documented(language: str, number: int = 0) -> str:
    vectors = DOCUMENT.read_text(encoding="utf-8").split("## Vectors")[1]
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", vectors, re.DOTALL)
    return blocks[number]


def documented_bytes(number: int = 0) -> bytes:
    lines = documented("hex", number).splitlines()
    return bytes.fromhex("".join(line.partition("#")[0] for line in lines))


def test_sealing_gives_the_documented_bytes() -> None:
    assert sealed_by_hand() == documented_bytes()


def test_statistics_give_the_documented_bytes() -> None:
    assert statistics_by_hand() == documented_bytes(1)


def test_each_documented_offset_is_where_it_says() -> None:
    offset = 0
    for line in documented("hex").splitlines():
        digits, mark, comment = line.partition("#")
        if mark:
            assert int(comment.partition(":")[0]) == offset
        offset += len(bytes.fromhex(digits))


def test_the_documented_bytes_read_as_documented() -> None:
    segment = Segment(documented_bytes(), "segment.md")
    footer: dict[str, Any] = json.loads(documented("json"))
    assert segment.footer == footer
    track, rate, norm = segment.tracks
    loss, accuracy = (segment.read(track, index, ("time", "step", "value")) for index in range(2))
    assert loss.step is not None
    assert loss.time is not None
    assert loss.value is not None
    assert accuracy.value is not None
    assert loss.step.tolist() == [7, 8, 10]
    assert (loss.time - TIME).tolist() == [250_000, 500_000, 750_000]
    assert loss.value[:2].tolist() == [0.5, 0.25]
    assert math.isnan(loss.value[2])
    assert accuracy.value.tolist() == [0.25, 0.25, 0.75]
    assert (rate.key_set.names, norm.key_set.names) == (("rate",), ("norm",))
    rates = segment.read(rate, 0)
    assert rates.value is not None
    assert rates.value.tolist() == [1.5, 3.5]
    assert rates.step is None
    (event,) = segment.events()
    assert json.loads(event.body)["text"] == "µ"
    assert segment.heartbeat == (TIME + 900_000, 900_000_000)
