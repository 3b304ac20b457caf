"""Read the code that was kept of a run beside its commit."""

from __future__ import annotations

import tarfile
import zlib
from typing import TYPE_CHECKING, Any

from runlore.errors import ArtifactNotFound, BlobDamaged, InvalidValue, NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_BYTES = 100_000_000  # ten times of what is ever kept; an archive could claim more


def kept_diff(store: str, context: Mapping[str, Any]) -> str | None:
    """Return the patch of uncommitted changes, "" for none, None where it isn't known.

    Bytes that are no UTF-8 come as surrogates: `text.encode("utf-8", "surrogateescape")` gives
    them back.

    Raises:
        ArtifactNotFound: if it was kept, but isn't in the store.
        BlobDamaged: if it isn't what was kept.
    """
    fact = context.get("diff")
    if not isinstance(fact, dict):
        return None
    return _content(store, fact, "the diff").decode("utf-8", "surrogateescape")


def kept_files(store: str, context: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of code that git didn't have, by name.

    Raises:
        ArtifactNotFound: if they were kept, but aren't in the store.
        BlobDamaged: if they aren't what was kept.
    """
    fact = context.get("untracked")
    archive = _content(store, fact, "the archive of untracked files") if fact else b""
    return _unpacked(archive) if archive else {}


def _content(store: str, fact: Any, what: str) -> bytes:
    from runlore.blobs.opening import StoreBlobs
    from runlore.journal.folder import open_store

    digest = fact.get("digest") if isinstance(fact, dict) else None
    if not digest:
        return b""
    try:
        with StoreBlobs(open_store(store)).open(str(digest)) as file:
            return file.read()
    except (NotFound, InvalidValue) as error:
        raise ArtifactNotFound(
            f"{what} was kept, but its file is not in the store {store}",
            hint="it was removed, or not all of the store was copied: see `runlore doctor`",
        ) from error


def _unpacked(archive: bytes) -> dict[str, bytes]:
    import io

    files: dict[str, bytes] = {}
    room = _MOST_BYTES
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
            for member in opened:
                room -= member.size
                if room < 0:
                    raise BlobDamaged("the archive of untracked files is larger than it can be")
                content = opened.extractfile(member)
                if content is not None:
                    files[member.name] = content.read()
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise BlobDamaged(f"the archive of untracked files can't be read: {error}") from error
    return files
