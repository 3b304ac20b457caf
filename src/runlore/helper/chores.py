"""What the helper has done in processes of their own (see `errands`): capture and seal."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from contextlib import suppress
from typing import Any

from runlore.client.captures import from_names_text
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.records.events import event

_NICENESS = 10  # the training goes first
_FACTS = "facts.json"
NOTES = (_FACTS, "runs")  # what a process leaves for its helper, which removes them at the end


def main(arguments: list[str]) -> None:
    """Do the chore that the arguments name.

    `capture <store> <actor folder> <captures> <rank>` or
    `seal <store> <seconds> <actor folder> [end]`.
    """
    with suppress(OSError):
        os.nice(_NICENESS)
    chore, *rest = arguments
    if chore == "capture":
        sys.stdout.buffer.write(capture(*rest[:3], rank=int(rest[3])))
    elif chore == "seal":
        seal(rest[0], float(rest[1]), rest[2], is_last="end" in rest[3:])


def capture(store_path: str, actor_folder: str, captures: str, *, rank: int) -> bytes:
    """Return the record `context.captured` of the process that left its facts in the folder.

    Of ranks behind the first only what differs between them is told, under a name of its own.
    """
    from runlore.blobs.opening import StoreBlobs
    from runlore.helper.capture import OF_EVERY_RANK, capture_context
    from runlore.helper.process import ProcessFacts

    left = _facts_of(actor_folder)
    facts = ProcessFacts(
        argv=left.get("argv") or left.get("arguments") or [],
        main_path=left.get("main_path"),
        cwd=left.get("cwd") or os.sep,
        sys_path=left.get("sys_path") or [],
        executable=left.get("executable") or sys.executable,
        pid=left.get("pid") or 0,
        environment=dict(os.environ),
        prefix=left.get("prefix") or sys.prefix,
        notebook=left.get("notebook") or os.environ.get("JPY_SESSION_NAME"),
        cells=left.get("cells") or [],
    )
    blobs = StoreBlobs(open_store(store_path))

    def keep(content: bytes) -> str:
        return blobs.put_bytes(content).digest

    wanted = from_names_text(captures)
    if rank:
        wanted &= OF_EVERY_RANK
    found = capture_context(facts, wanted, keep=keep, store=store_path)
    return event("context.captured", facts={f"rank {rank}": found} if rank and found else found)


def seal(store_path: str, seconds: float, actor_folder: str, *, is_last: bool) -> None:
    """Seal what is complete in the store; with `is_last` the helper's share is done.

    Then its notes in the folder go, so that the folder can go when all of it is sealed.
    """
    if any(importlib.util.find_spec(name) is None for name in ("numpy", "pcodec")):
        sys.path += _package_folders(_facts_of(actor_folder).get("sys_path") or [])
    if is_last:
        for name in NOTES:
            with suppress(OSError):
                os.unlink(os.path.join(actor_folder, name))
    from runlore.segments.sealing import seal_complete

    seal_complete(open_store(store_path), host=current_host(), deadline_seconds=seconds)


def _facts_of(actor_folder: str) -> dict[str, Any]:
    try:
        with open(os.path.join(actor_folder, _FACTS), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _package_folders(sys_path: list[str]) -> list[str]:
    """Pick the folders that hold nothing but installed packages, no modules of the user's."""
    return [
        path
        for path in sys_path
        if os.path.basename(path) in ("site-packages", "dist-packages") and path not in sys.path
    ]
