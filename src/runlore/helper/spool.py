"""Read what a process has printed, as it was left for the helper (docs/formats/store.md)."""

from __future__ import annotations

import os

from runlore.client.console import BEGUN, ENDED, HEADER, STDERR, STDOUT, spool_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    # kind, where its text begins, the text
    Frame = tuple[int, int, bytes]

NUMBER_SHIFT = 40  # a position is the file's number, then the byte in it
STREAMS = {STDOUT: "stdout", STDERR: "stderr"}
_MOST_BYTES = 4 << 20  # at a time


def read_spool(folder: str, number: int, offset: int) -> tuple[list[Frame], int]:
    """Read whole frames of a file from a byte on; returns them and where the next begins."""
    try:
        descriptor = os.open(os.path.join(folder, f"console-{number}"), os.O_RDONLY)
    except OSError:
        return [], offset
    try:
        data = os.pread(descriptor, _MOST_BYTES + HEADER.size, offset)
        if len(data) >= HEADER.size:
            size = HEADER.unpack_from(data)[0] + HEADER.size
            if size > len(data):  # one long text
                data = os.pread(descriptor, size, offset)
    finally:
        os.close(descriptor)
    frames, end = [], 0
    for kind, begin, body in _frames(data):
        frames.append((kind, number << NUMBER_SHIFT | offset + begin, body))
        end = begin + len(body)
    return frames, offset + end


def read_spools(folder: str) -> list[Frame]:
    """Read all files of a spool to their ends."""
    frames: list[Frame] = []
    for number in numbers_in(folder):
        offset = 0
        while True:
            some, offset = read_spool(folder, number, offset)
            if not some:
                break
            frames += some
    return frames


def runs_in(frames: list[Frame]) -> set[str]:
    """Return the ids of the runs that frames tell of."""
    return {body.decode("ascii", "replace").split()[0] for kind, _, body in frames if kind == BEGUN}


def _frames(data: bytes) -> Iterator[Frame]:
    at = 0
    while at + HEADER.size <= len(data):
        size, kind = HEADER.unpack_from(data, at)
        at += HEADER.size
        if kind not in (STDOUT, STDERR, BEGUN, ENDED) or at + size > len(data):
            return
        yield kind, at, data[at : at + size]
        at += size


def numbers_in(folder: str) -> list[int]:
    """Return the numbers of the files that are there, in order."""
    try:
        return spool_files(os.listdir(folder))
    except OSError:
        return []
