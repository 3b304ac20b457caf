"""Check the manifest: numbered without gaps, each entry readable, each segment present."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.actions.checks.findings import UNFINISHED
from runlore.actions.checks.segments import segment_files
from runlore.segments import manifest
from runlore.segments.opening import segment_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from runlore.actions.checks.findings import Checked
    from runlore.actions.checks.segments import SegmentFile
    from runlore.journal.folder import StoreFolder
    from runlore.segments.manifest import Entry

_REPAIR = "runlore doctor --repair"


def check_manifest(store: StoreFolder, purged: Collection[str], checked: Checked) -> None:
    """Check entries against the segments; `purged` names runs that are gone."""
    entries, damaged = read_entries(store)
    numbers = entry_numbers(store)
    for number in sorted(set(range(1, max(numbers, default=0) + 1)) - set(numbers)):
        checked.find(
            "manifest-entry-missing",
            manifest.path_of(store, number),
            f"entry {number} is missing, so that readers stop before it",
            f"write it again from the segments: {_REPAIR}",
            is_mendable=True,
        )
    for number in damaged:
        checked.find(
            "manifest-entry-damaged",
            manifest.path_of(store, number),
            f"entry {number} can't be read",
            f"write it again from the segments: {_REPAIR}",
            is_mendable=True,
        )
    checked.count("manifest_entries", len(entries))
    files = list(segment_files(store))
    _check_segments(store, list(entries.values()), files, purged, checked)
    known = {(entry.actor, entry.number) for entry in entries.values()}
    for actor, number, path in _unlisted(files, known):
        checked.find(
            "segment-unlisted",
            path,
            f"no entry of the manifest names file {number} of {actor}, so nobody reads it",
            f"enter it: {_REPAIR}",
            severity=UNFINISHED if os.path.exists(store.journal(actor, number)) else "damage",
            is_mendable=True,
        )


def read_entries(store: StoreFolder) -> tuple[dict[int, Entry], list[int]]:
    """Read every entry by its number, and list the numbers that can't be read."""
    entries: dict[int, Entry] = {}
    damaged = []
    for number in entry_numbers(store):
        try:
            with open(manifest.path_of(store, number), "rb") as file:
                entries[number] = manifest.Entry.from_json(file.read())
        except (ValueError, OSError):
            damaged.append(number)
    return entries, damaged


def entry_numbers(store: StoreFolder) -> list[int]:
    """List the numbers that are taken."""
    try:
        names = os.listdir(store.manifest)
    except (FileNotFoundError, NotADirectoryError):
        return []
    stems = [name.removesuffix(".json") for name in names if name.endswith(".json")]
    return sorted(int(stem) for stem in stems if stem.isdecimal() and int(stem) > 0)


def _check_segments(
    store: StoreFolder,
    entries: list[Entry],
    files: list[SegmentFile],
    purged: Collection[str],
    checked: Checked,
) -> None:
    present = {(file.run, file.actor, file.number) for file in files}
    for entry in entries:
        for segment in entry.segments:
            place = (segment.run, entry.actor, entry.number)
            if segment.run in purged or place in present:
                continue
            has_journal = os.path.exists(store.journal(entry.actor, entry.number))
            checked.find(
                "segment-missing",
                segment_name(store, *place),
                "the manifest names this segment, and it is not there",
                f"its journal is: {_REPAIR} seals it again"
                if has_journal
                else "put it back from a copy; what it held is lost otherwise",
                is_mendable=has_journal,
                run=segment.run,
            )


def _unlisted(files: list[SegmentFile], known: set[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """List (actor, number, a path) of the segments that no entry names."""
    found: dict[tuple[str, int], str] = {}
    for file in files:
        if (file.actor, file.number) not in known:
            found.setdefault((file.actor, file.number), file.path)
    return [(actor, number, path) for (actor, number), path in found.items()]
