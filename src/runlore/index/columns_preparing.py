"""Pack fields before anybody asks about all runs, a block at a time: nobody waits for it then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.index.columns_cache import packed_blocks
from runlore.index.columns_keys import Selection
from runlore.index.columns_packing import BLOCK, pack_block, unpack_blocks
from runlore.index.columns_sources import family_of, read_values, type_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlore.index.columns_cache import ReadRows, State
    from runlore.index.columns_keys import Key


def pack_next(rows: ReadRows, keys: Sequence[Key], state: State) -> list[tuple[Any, ...]]:
    """Pack the newest block that some of these fields lack, in rows of `packed_columns`.

    Gives nothing if none lacks any.
    """
    known = {key: packed_blocks(rows, key) for key in keys}
    blocks = range(-(-state.size // BLOCK))
    lacking = (one for one in blocks if any(one not in own for own in known.values()))
    block = max(lacking, default=-1)
    families: dict[tuple[str, str], list[Key]] = {}
    for key, own in known.items():
        if block >= 0 and block not in own:
            families.setdefault(family_of(key), []).append(key)
    return [row for some in families.values() for row in _packed(rows, some, block, state)]


def _packed(
    rows: ReadRows, keys: Sequence[Key], block: int, state: State
) -> Iterator[tuple[Any, ...]]:
    start, stop = block * BLOCK, min((block + 1) * BLOCK, state.size)
    found = read_values(rows, keys, Selection(start, stop))
    for key in keys:
        empty: Any = unpack_blocks(type_of(key), [], stop)
        values = empty.patched(stop, range(start, stop), found.get(key, {}))
        yield (*key, block, state.revision, pack_block(values, block))
