"""Take the files that a process has given into the store, by their content.

Whoever comes first does it: the helper, or `doctor` where the helper died. In this order, so
that a kill at any moment loses nothing and doing it again is harmless: the blob, the
record that names it, the record on the device, and only then the name in `incoming/`.
"""

from __future__ import annotations

import os

from runlore.errors import ObjectsUnreachable, RunloreError, StoreError
from runlore.helper.syncing import sync_actor
from runlore.records.events import event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from runlore.journal.folder import StoreFolder
    from runlore.journal.writer import Writer


def adopt_staged(
    store: StoreFolder,
    actor: str,
    names: Iterable[str],
    *,
    writer: Writer,
    slot_of: Callable[[str], int],
) -> list[RunloreError]:
    """Make blobs of whole files in `incoming/<actor>/` and record that with `writer`.

    `names` are those of files that a record of `actor` names, without the actor's part;
    `slot_of` gives a run's slot in `writer`, 0 if it isn't known. Returns what stood in the
    way of single files, which stay where they are.
    """
    from runlore.blobs.opening import StoreBlobs  # hashing; not needed by most helpers

    blobs = StoreBlobs(store)
    folder = os.path.join(store.incoming, actor)
    problems: list[RunloreError] = []
    adopted = []
    for name in names:
        path = os.path.join(folder, name)
        try:
            blob = blobs.put_file(path, link=True)
        except RunloreError as error:
            if os.path.lexists(path):  # else somebody else has done it
                problems.append(error)
            if isinstance(error, ObjectsUnreachable):
                break  # the next file would wait as long for the same answer
            continue
        body = event(
            "staged.stored",
            staged=f"{actor}/{name}",
            digest=blob.digest,
            size_bytes=blob.size_bytes,
        )
        writer.event(slot_of(run_of(name)), body)
        adopted.append(path)
    if writer.is_behind:
        return problems  # the records wait for room; the files stay, to be taken again
    if adopted:
        sync_actor(store, writer.actor)
    for path in adopted:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError as error:
            reason = error.strerror or error
            problems.append(StoreError(f"{path} is kept as a blob but can't be removed: {reason}"))
    return problems


def run_of(name: str) -> str:
    """Return the run that a file in `incoming/<actor>/` was given for."""
    return name.partition("-")[0]
