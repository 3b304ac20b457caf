"""Say what takes how much room in a store."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.checks.files import kept_files
from runlore.actions.checks.segments import segment_files
from runlore.blobs.opening import StoreBlobs
from runlore.objects.choice import places_of
from runlore.reading.opening import find_runs
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from runlore.index.interface import Index
    from runlore.index.rows import Extent
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader


@dataclass(frozen=True)
class KindUsage:
    """What one kind of file takes."""

    kind: str
    size_bytes: int
    files: int
    what: str


@dataclass(frozen=True)
class RunUsage:
    """What one run takes: its segments, its own blobs, and those it shares with other runs.

    `journal_bytes` is its share, by points, of journals not sealed yet.
    """

    run: str
    name: str | None
    label: str
    experiment: str | None
    segment_bytes: int
    journal_bytes: int
    blob_bytes: int
    shared_blob_bytes: int

    @property
    def size_bytes(self) -> int:
        """What purging this run alone would free."""
        return self.segment_bytes + self.journal_bytes + self.blob_bytes


@dataclass(frozen=True)
class Usage:
    """What a store takes, by kind and by run; `size_bytes` counts the index wherever it lies."""

    store: str
    kinds: list[KindUsage]
    runs: list[RunUsage]

    @property
    def size_bytes(self) -> int:
        """Everything together."""
        return sum(kind.size_bytes for kind in self.kinds)


def measure_usage(store: str | None = None) -> Usage:
    """Measure a store; runs are sorted by what they take, the largest first.

    Raises:
        StoreError: if there is no store, or it can't be read.
    """
    with open_reader(store) as reader:
        runs = _by_run(reader)
        index = reader.ask(lambda index: index.extent())
    return Usage(reader.folder.path, _by_kind(reader.folder, index), runs)


def _by_kind(folder: StoreFolder, index: Extent) -> list[KindUsage]:
    where = "" if index.place == folder.index else f", at {index.place}"
    url = places_of(folder).current.url
    place = "" if url is None else f", at {url}"
    return [
        KindUsage("segments", *_held(folder, "runs"), f"sealed points and records of runs{place}"),
        KindUsage("blobs", *_held(folder, "blobs"), f"files, each content once{place}"),
        KindUsage("journals", *_below(folder.journals), "being written, or not cleared away yet"),
        KindUsage("incoming", *_below(folder.incoming), "files on their way to blobs"),
        KindUsage("manifest", *_below(folder.manifest), "what was sealed"),
        KindUsage("trash", *_held(folder, "trash"), "files that nobody uses, for a while"),
        KindUsage("index", index.size_bytes, index.files, "can be thrown away and rebuilt" + where),
    ]


def _by_run(reader: StoreReader) -> list[RunUsage]:
    folder, index = reader.folder, reader.index
    segments: dict[str, int] = {}
    for file in segment_files(folder):
        segments[file.run] = segments.get(file.run, 0) + file.size_bytes
    own, shared = _blobs_by_run(folder, index)
    journals = _journals_by_run(folder, index)
    rows = [
        RunUsage(
            run=run.id,
            name=run.name,
            label=run.label,
            experiment=run.experiment,
            segment_bytes=segments.get(run.id, 0),
            journal_bytes=journals.get(run.id, 0),
            blob_bytes=own.get(run.id, 0),
            shared_blob_bytes=shared.get(run.id, 0),
        )
        for run in find_runs(reader, archived=None, deleted=None)
    ]
    return sorted(rows, key=lambda row: (-row.size_bytes, row.run))


def _blobs_by_run(folder: StoreFolder, index: Index) -> tuple[dict[str, int], dict[str, int]]:
    """Add up the blobs that one run alone uses, and those that several share."""
    users: dict[str, set[str]] = {}
    for file in kept_files(index):
        if file.digest is not None:
            users.setdefault(file.digest, set()).add(file.run)
    sizes = {found.digest: found.size_bytes for found in StoreBlobs(folder).list()}
    own: dict[str, int] = {}
    shared: dict[str, int] = {}
    for digest, runs in users.items():
        size = sizes.get(digest, 0)
        sums = own if len(runs) == 1 else shared
        for run in runs:
            sums[run] = sums.get(run, 0) + size
    return own, shared


def _journals_by_run(folder: StoreFolder, index: Index) -> dict[str, int]:
    """Share out the size of each journal file among its runs, by their points."""
    shares: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for row in index.list_runs(is_deleted=None).runs:
        for part in index.parts(row.run):
            if not part.is_sealed:
                shares.setdefault((part.actor, part.number), []).append((row.run, part.points))
    sums: dict[str, int] = {}
    for (actor, number), parts in shares.items():
        size = _size_of(folder.journal(actor, number)) or 0
        total = sum(points + 1 for _, points in parts)
        for run, points in parts:
            sums[run] = sums.get(run, 0) + size * (points + 1) // total
    return sums


def _held(folder: StoreFolder, kind: str) -> tuple[int, int]:
    """Add up the sizes of the objects of a kind, wherever they lie: (bytes, objects)."""
    sizes = [found.size_bytes for place in places_of(folder).all for found in place.list(kind)]
    return sum(sizes), len(sizes)


def _below(folder: str) -> tuple[int, int]:
    """Add up the sizes of the files below a folder: (bytes, files)."""
    size_bytes = files = 0
    for top, _, names in os.walk(folder):
        for name in names:
            size = _size_of(os.path.join(top, name))
            if size is not None:
                size_bytes += size
                files += 1
    return size_bytes, files


def _size_of(path: str) -> int | None:
    """Return the size of a file, None if it is gone."""
    try:
        return os.stat(path).st_size
    except OSError:
        return None
