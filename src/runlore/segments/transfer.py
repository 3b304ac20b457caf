"""Bring the segments of runs from one store to another, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import SegmentDamaged
from runlore.objects.choice import in_current_place, places_of
from runlore.records.events import now
from runlore.segments import layout, manifest
from runlore.segments.layout import segment_key
from runlore.segments.verifying import verify_content

if TYPE_CHECKING:
    from collections.abc import Collection

    from runlore.journal.folder import StoreFolder
    from runlore.objects.interface import Objects
    from runlore.segments.manifest import Entry, SealedSegment

_OWN_DIGITS = 24  # of an actor, which keep its place among others when it gets another name


class SegmentPlace(NamedTuple):
    """A segment in the source, and the actor that it has in the target."""

    run: str
    actor: str
    number: int
    target_actor: str


def actor_elsewhere(store_id: str, actor: str) -> str:
    """Name an actor of shell commands in other stores, where there is one of the same id."""
    tail = sha256(f"{store_id}\0{actor}".encode()).hexdigest()
    return actor[:_OWN_DIGITS] + tail[: len(actor) - _OWN_DIGITS]


def entries_of(
    store: StoreFolder, runs: Collection[str]
) -> dict[tuple[str, str, int], tuple[Entry, SealedSegment]]:
    """Read from the manifest what runs were sealed into, by (run, actor, number).

    Of several entries the one that reaches farthest; a partial one where there is no other.
    """
    found: dict[tuple[str, str, int], tuple[Entry, SealedSegment]] = {}
    for _, entry in manifest.read_from(store, 1):
        for segment in entry.segments:
            if segment.run not in runs:
                continue
            place = (segment.run, entry.actor, entry.number)
            known = found.get(place)
            if known is None or (not entry.partial, entry.end) > (
                not known[0].partial,
                known[0].end,
            ):
                found[place] = (entry, segment)
    return found


def copy_segment(source: StoreFolder, target: StoreFolder, place: SegmentPlace, end: int) -> int:
    """Copy a segment, read it back and compare; returns its size in bytes.

    One that is there already and holds the same isn't written again.

    Raises:
        SegmentDamaged: if it is missing or damaged in the source, or in the target afterwards.
        StoreError: if it can't be written.
    """
    name, content = _read(source, segment_key(place.run, place.actor, place.number))
    problems = verify_content(content, name, end)
    if problems:
        raise problems[0]
    if place.target_actor != place.actor:
        header = layout.pack_header(place.run, place.target_actor, place.number)
        content = header + content[len(header) :]
    key = segment_key(place.run, place.target_actor, place.number)

    def put(objects: Objects) -> bytes:
        if _held(objects, key) != content:
            objects.put(key, content)
        return _held(objects, key) or b""

    if in_current_place(target, put) != content:
        where = places_of(target).current.name(key)
        raise SegmentDamaged(
            f"the segment {where} isn't what was written there",
            hint="check the disk of the target; nothing was changed in the source",
        )
    return len(content)


def enter(target: StoreFolder, entry: Entry, actor: str, runs: list[SealedSegment]) -> None:
    """Enter segments that were copied in the target's manifest, those of one journal file."""
    brought = replace(entry, actor=actor, sealed=now(), segments=tuple(runs), partial=True)
    manifest.append(target, brought)


def _read(store: StoreFolder, key: str) -> tuple[str, bytes]:
    places = places_of(store)
    for objects in places.all:
        try:
            return objects.name(key), b"".join(objects.stream(key))
        except FileNotFoundError:
            continue
    raise SegmentDamaged(
        f"the segment {places.current.name(key)} is missing",
        hint="`runlore doctor` says what is affected; put the file back from a copy",
    )


def _held(objects: Objects, key: str) -> bytes | None:
    try:
        return b"".join(objects.stream(key))
    except FileNotFoundError:
        return None
