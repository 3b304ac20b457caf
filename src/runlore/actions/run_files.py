"""List and find the files of a run for a page: artifacts in all versions, inputs, media."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from runlore.errors import ArtifactNotFound, NotFound
from runlore.media.previews import preview_of
from runlore.reading.artifact_collections import collections_of
from runlore.reading.contents import staged_path
from runlore.reading.details import gone, is_gone
from runlore.reading.files import ArtifactFile, MediaItem
from runlore.reading.run import stored_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.media import MediaName
    from runlore.index.rows import Artifact, Media, RunFacts
    from runlore.media.previews import Preview
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.store import StoreReader


@dataclass(frozen=True)
class FileLine:
    """A file of a run; `version` and `aliases` are those of the artifact that it is of."""

    row: Artifact
    version: int | None
    aliases: list[str]
    is_ready: bool


@dataclass(frozen=True)
class FileList:
    """Some files of a run, and how many there are in all, of how many bytes."""

    files: list[FileLine]
    total: int
    total_bytes: int


@dataclass(frozen=True)
class MediaList:
    """What a run has logged to look at: all names (that fit), some items, how many in all."""

    names: list[MediaName]
    items: list[Media]
    total: int


def list_files(reader: StoreReader, run: str, *, limit: int, offset: int = 0) -> FileList:
    """List the files that a run put out, newest version of each first, then what it took in.

    Raises:
        RunNotFound: if it is gone.
    """
    rows = _in_order(_facts(reader, run))
    chosen = rows[offset : offset + limit]
    versions = _versions(reader, chosen)
    lines = []
    for row in chosen:
        if row.direction == "input":
            number, aliases = _input_version(row), list[str]()
        else:
            version = versions.get(row.folder or row.id)
            number = None if version is None else version.number
            aliases = [] if version is None else version.aliases
        is_ready = row.digest is not None or (
            row.staged is not None and staged_path(reader.folder, row.staged) is not None
        )
        lines.append(FileLine(row, number, aliases, is_ready))
    sizes = [row.size_bytes or 0 for row in rows if row.direction == "output"]
    return FileList(lines, len(rows), sum(sizes))


def find_file(reader: StoreReader, run: str, path: str, file: str | None = None) -> ArtifactFile:
    """Find a file of a run by the id of its record, else by its name the newest version.

    Raises:
        RunNotFound: if the run is gone.
        ArtifactNotFound: if it has no such file.
    """
    for row in _in_order(_facts(reader, run)):
        if row.id == file or (file is None and row.name == path):
            return ArtifactFile(reader, row, 1, run)
    raise ArtifactNotFound(
        f"the run {run[-8:]} has no file {path[:200]!r}", hint="list its artifacts anew"
    )


def preview_file(
    reader: StoreReader, run: str, path: str, file: str | None = None
) -> tuple[Preview, int]:
    """Look into a file of a run; returns what to show, and its size in bytes.

    Raises:
        RunNotFound, ArtifactNotFound: if there is no such run or file.
    """
    found = find_file(reader, run, path, file)
    place = found.path()
    size_bytes = os.stat(place).st_size
    return preview_of(place, found.name, size_bytes), size_bytes


def list_media(
    reader: StoreReader,
    run: str,
    *,
    name: str | None = None,
    search: str | None = None,
    limit: int,
    offset: int = 0,
) -> MediaList:
    """List what a run has logged to look at: of one name, or of names that hold a text."""
    names = reader.ask(lambda index: index.media_names(run))
    if search:
        names = [one for one in names if search.lower() in one.name.lower()]
    chosen = [one for one in names if name in (None, one.name)]
    wanted = None
    if name is not None:
        wanted = [name]
    elif search:
        wanted = [one.name for one in chosen][:_MOST_NAMES]
    items = reader.ask(lambda index: index.media(run, names=wanted, limit=limit, offset=offset))
    return MediaList(names, items, sum(one.items for one in chosen))


_MOST_NAMES = 500  # asked about at once


def find_media(reader: StoreReader, run: str, item: str) -> MediaItem:
    """Find something that a run has logged to look at.

    Raises:
        NotFound: if it hasn't, or if that is no file.
    """
    row = reader.ask(lambda index: index.media_item(run, item))
    if row is None or row.data is not None:
        raise NotFound(f"the run {run[-8:]} has no such file {item[:60]!r}", hint="list them anew")
    return MediaItem(reader, row, run)


def is_media_ready(reader: StoreReader, row: Media) -> bool:
    """Tell whether something logged can be looked at by now."""
    if row.data is not None or row.digest is not None:
        return True
    return row.staged is not None and staged_path(reader.folder, row.staged) is not None


def open_verified(file: ArtifactFile | MediaItem) -> tuple[BinaryIO, int]:
    """Open a file to be read to its end, where damage is an error; returns it and its size."""
    size_bytes = file.size_bytes
    if file.digest is None or size_bytes is None:  # its size may still change until it is hashed
        return open_plain(file)
    return file.open(), size_bytes


def open_plain(file: ArtifactFile | MediaItem) -> tuple[BinaryIO, int]:
    """Open a file to read parts of it, which nothing verifies; returns it and its size."""
    opened = open(file.path(), "rb")  # noqa: SIM115 - given out open
    return opened, os.fstat(opened.fileno()).st_size


def _facts(reader: StoreReader, run: str) -> RunFacts:
    facts = reader.ask(lambda index: index.run_facts(run))
    if facts is None or is_gone(facts.run):
        raise gone(run, None if facts is None else facts.run)
    return facts


def _in_order(facts: RunFacts) -> list[Artifact]:
    """Sort: outputs by name, newest version first; then inputs by time."""
    outputs = [row for row in facts.artifacts if row.direction == "output"]
    inputs = [row for row in facts.artifacts if row.direction != "output"]
    outputs.sort(key=lambda row: (not row.is_current, row.name, -row.time, row.id))
    return outputs + sorted(inputs, key=lambda row: (row.time, row.id))


def _versions(reader: StoreReader, rows: Sequence[Artifact]) -> dict[str, ArtifactVersion]:
    """Count the versions of the artifacts that files are of, by the ids of their records."""
    names = {row.artifact for row in rows if row.direction == "output"}
    found: dict[str, ArtifactVersion] = {}
    for name in sorted(names):
        for collection in collections_of(reader, name, stored_runs).values():
            for version in collection.versions():
                found |= dict.fromkeys(version.ids, version)
    return found


def _input_version(row: Artifact) -> int | None:
    source = row.details.get("source")
    number = source.get("version") if isinstance(source, dict) else None
    return number if isinstance(number, int) else None
