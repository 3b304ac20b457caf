"""Open journal files for reading, those that are still being written included."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import numpy as np

from runlore.errors import FormatTooNew, JournalForked
from runlore.journal.frames import HEADER_SIZE, VERSION, Header, unpack_u32
from runlore.segments.scan import scan

if TYPE_CHECKING:
    from runlore.segments.scan import Scan
    from runlore.segments.tables import Tables

_LOOKS = 3


def read_journal(path: str, position: int = 0) -> memoryview:
    """Read the file's header and all from just before byte `position`; zeros stand between.

    A copy, for a memory map of a file that its writer cuts to its length would fault.

    Raises:
        FormatTooNew: if a later release wrote it.
    """
    with open(path, "rb", buffering=0) as file:
        view = np.zeros(os.fstat(file.fileno()).st_size, np.uint8).data
        file.readinto(view[:HEADER_SIZE])
        begin = max(HEADER_SIZE, position - 8)
        file.seek(begin)
        while begin < len(view):
            size = file.readinto(view[begin:])
            if not size:
                break
            begin += size
    header = header_of(view)
    if header is not None and header.version > VERSION:
        raise FormatTooNew(
            f"the journal {path} has format {header.version}; this release reads {VERSION}",
            hint="upgrade runlore to read it; nothing of it was changed",
        )
    return view


def header_of(view: memoryview) -> Header | None:
    """Return the header of a journal file, None where it isn't whole."""
    if len(view) < HEADER_SIZE:
        return None
    header = Header(view[:HEADER_SIZE])
    return header if header.is_intact else None


def scan_file(
    path: str,
    position: int = HEADER_SIZE,
    *,
    is_complete: bool,
    crc: int | None = None,
    tables: Tables | None = None,
    limit_bytes: int | None = None,
) -> Scan:
    """Scan a journal file from byte `position`, the `end` of an earlier scan, on.

    `crc` is the one of the earlier scan. In a file that is still being written, what
    looks like a gap is read again, and reading stops before it unless it is still there.

    Raises:
        FormatTooNew: if a later release wrote it.
        JournalForked: if the file is shorter than `position` or holds another checksum there.
    """
    result: Scan | None = None
    limit = limit_bytes
    for _ in range(_LOOKS):
        view = read_journal(path, 0 if tables is None else position)
        refuse_fork(view, path, position, crc)
        again = scan(view, position, is_complete=is_complete, tables=tables, limit_bytes=limit)
        if is_complete or not again.gaps or (result and set(again.gaps) <= set(result.gaps)):
            return again
        result = again
    first_gap = min(again.gaps)[0]
    return scan(
        view,
        position,
        is_complete=False,
        tables=tables,
        limit_bytes=max(0, first_gap - max(position, HEADER_SIZE)),
    )


def refuse_fork(view: memoryview, path: str, position: int, crc: int | None) -> None:
    """Refuse a journal that doesn't hold the checksum `crc` before byte `position`.

    Raises:
        JournalForked: if it holds another, or is shorter.
    """
    if crc is None or position < HEADER_SIZE:
        return
    if len(view) < position or unpack_u32(view, position - 4)[0] != crc:
        raise JournalForked(
            f"the journal {path} holds other records before byte {position} than it did when "
            "it was last read, as if an older copy had been put back and continued",
            hint="keep a copy of that file and see what `runlore doctor` says",
        )
