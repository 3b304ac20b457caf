"""Keep the server's memory small."""

from __future__ import annotations

import ctypes
import sys

_ARENAS, _MAPPED = -8, -3  # M_ARENA_MAX and M_MMAP_THRESHOLD of glibc's malloc.h
_MOST_ARENAS = 1
_MAPPED_BYTES = 1 << 18


def share_arenas() -> None:
    """Let all threads take memory from one pool, where the system's library can be told so.

    Else each thread keeps what its largest answer took: 15 MB more with six connections. Columns
    of very many runs are given back as soon as they aren't needed, not kept for the next ones.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_ARENAS, _MOST_ARENAS)
        mallopt(_MAPPED, _MAPPED_BYTES)
