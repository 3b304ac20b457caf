"""Open journal files for reading, those that are still being written included."""

from __future__ import annotations

import os
from zlib import crc32

import numpy as np

from runlore.errors import FormatTooNew, JournalForked
from runlore.journal.frames import HEADER_SIZE, VERSION, Header, pack_u32, unpack_u32
from runlore.journal.reader import plausible_size
from runlore.segments.scan import Scan, scan
from runlore.segments.tables import Tables
from runlore.segments.walking import walk


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
    confirmed: tuple[int, int] | None = None,
) -> Scan:
    """Scan a journal file from byte `position`, the `end` of an earlier scan, on.

    `crc` is the one of the earlier scan. In a file that is still being written, reading
    stops before what looks like a gap, which is returned as `suspect`; it may be given as
    `confirmed` when it has been there for a minute. It also stops before a frame whose table
    wasn't seen.

    Raises:
        FormatTooNew: if a later release wrote it.
        JournalForked: if the file goes on otherwise than it did.
    """
    view = read_journal(path, 0 if tables is None else position)
    if crc is not None and position >= HEADER_SIZE and not continues(view, path, position, crc):
        tables = tables or Tables()
        nothing: list[tuple[int, int]] = []
        return Scan([], [], None, None, nothing, position, crc, False, tables, is_truncated=True)
    return scan(
        view,
        position,
        is_complete=is_complete,
        tables=tables,
        limit_bytes=limit_bytes,
        is_cautious=not is_complete,
        confirmed=confirmed,
    )


def continues(view: memoryview, path: str, position: int, crc: int) -> bool:
    """Tell whether a journal goes on from byte `position`; false if it was cut before it.

    `crc` is the checksum that stood there. Where a bit of it was flipped since, it is put back into
    `view`, so that the frame behind it verifies.

    Raises:
        JournalForked: if it goes on otherwise.
    """
    if len(view) < position:
        return False
    if unpack_u32(view, position - 4)[0] == crc:
        return True
    size = plausible_size(view, position)
    if size and _verifies(view, position, size, crc):
        view[position - 4 : position] = pack_u32(crc)
        return True
    if (size and _verifies(view, position, size, None)) or _is_crossed(path, position):
        raise JournalForked(
            f"the journal {path} holds other records before byte {position} than it did when "
            "it was last read, as if an older copy had been put back and continued",
            hint="keep a copy of that file and see what `runlore doctor` says",
        )
    return any(view[position:])


def _verifies(view: memoryview, position: int, size: int, seed: int | None) -> bool:
    if seed is None:
        (seed,) = unpack_u32(view, position - 4)
    end = position + size
    return bool(crc32(view[position : end - 4], seed) == unpack_u32(view, end - 4)[0])


def _is_crossed(path: str, position: int) -> bool:
    """Tell whether a whole frame begins before byte `position` and ends behind it."""
    view = read_journal(path)
    found = walk(view, HEADER_SIZE, is_complete=False, limit_bytes=position - HEADER_SIZE)
    return found.end > position
