from __future__ import annotations

import json
import math
import re
from pathlib import Path
from struct import pack

from runlore.journal import frames
from runlore.journal.reader import Frame, Reader
from runlore.journal.writer import compose

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats" / "journal.md"
ACTOR = "0192f0c1a2b30123456789abcdef0011"
RUN = "0192f0c1a2b4a1a2a3a4a5a6a7a8a9aa"
ATTEMPT = "0192f0c1a2b4b1b2b3b4b5b6b7b8b9bb"
CREATED = 1_700_000_000_000_000
TIME = 1_700_000_000_250_000


def documented() -> list[tuple[str, bytes]]:
    """Return what the document shows: (what it says of a piece, the piece)."""
    vectors = DOCUMENT.read_text(encoding="utf-8").split("## Vectors")[1]
    (block,) = re.findall(r"```hex\n(.*?)```", vectors, re.DOTALL)
    pieces: list[tuple[str, bytes]] = []
    for line in block.splitlines():
        if line.startswith("#"):
            pieces.append((line.removeprefix("# "), b""))
        else:
            what, before = pieces.pop()
            pieces.append((what, before + bytes.fromhex(line)))
    return pieces


def composed() -> list[bytes]:
    declared_run = {"run": RUN, "attempt": ATTEMPT, "rank": 0}
    declared_keys = {"run": 1, "context": "", "names": ["loss"]}
    pieces = [frames.pack_header(bytes.fromhex(ACTOR), 1, CREATED, 0)]
    crc = int.from_bytes(pieces[0][60:], "little")
    for kind, flags, body, reference in (
        (frames.RUN, 0, json.dumps(declared_run).encode(), 1),
        (frames.KEYS, 0, json.dumps(declared_keys).encode(), 1),
        (frames.POINTS, frames.HAS_STEP, pack("<qqd", TIME, 7, 0.31), 1),
        (frames.POINTS, 0, pack("<qqd", TIME, 0, math.nan), 1),
        (frames.CLOSE, 0, b"", 0),
    ):
        frame, crc = frames.pack_frame(kind, flags, body, reference, crc)
        pieces.append(frame)
    return pieces


def test_composing_gives_the_documented_bytes() -> None:
    assert [piece for _, piece in documented()] == composed()


def test_the_writer_composes_the_same_frames_without_their_checksum() -> None:
    run = json.dumps({"run": RUN, "attempt": ATTEMPT, "rank": 0}).encode()
    assert compose(frames.RUN, run, 1) == composed()[1][:-4]
    assert compose(frames.CLOSE, b"", 0) == composed()[5][:-4]


def test_each_documented_offset_is_where_it_says() -> None:
    offset = 0
    for what, piece in documented():
        assert what.startswith(f"at {offset}: ")
        offset += len(piece)


def test_the_documented_bytes_read_as_documented() -> None:
    content = b"".join(piece for _, piece in documented())
    header = frames.Header(content)
    assert (header.actor, header.number, header.created) == (ACTOR, 1, CREATED)
    assert header.is_intact
    reader = Reader(content, is_complete=True)
    found = [frame for frame in reader if isinstance(frame, Frame)]
    assert [frame.kind for frame in found] == [
        frames.RUN, frames.KEYS, frames.POINTS, frames.POINTS, frames.CLOSE,
    ]  # fmt: skip
    run, keys, stepped, stepless, close = found
    assert json.loads(run.body) == {"run": RUN, "attempt": ATTEMPT, "rank": 0}
    assert json.loads(keys.body) == {"run": 1, "context": "", "names": ["loss"]}
    assert stepped.body == pack("<qqd", TIME, 7, 0.31)
    assert (stepped.flags, stepless.flags) == (frames.HAS_STEP, 0)
    assert stepless.body == pack("<qqd", TIME, 0, math.nan)
    assert [frame.reference for frame in found] == [1, 1, 1, 1, 0]
    assert [frame.sequence * 8 for frame in found] == [frame.position for frame in found]
    assert (reader.position, reader.crc) == (len(content), close.crc)
