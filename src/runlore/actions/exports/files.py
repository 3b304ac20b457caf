"""The files of runs in an export: a table that names them, and copies of them."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from runlore.actions.exports.contents import batches
from runlore.actions.exports.tables import Column, writing
from runlore.errors import DamageError, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runlore.actions.exports.tables import TableWriter
    from runlore.reading.files import ArtifactFile, MediaItem
    from runlore.reading.run import StoredRun
    from runlore.reading.runs import Runs

_COMMON = (
    Column("run", "text"), Column("id", "text"), Column("name", "text"), Column("type", "text"),
    Column("media_type", "text"), Column("size_bytes", "integer"), Column("digest", "text"),
    Column("created", "time"), Column("details", "json"), Column("path", "text"),
)  # fmt: skip
_ONLY = {
    "artifacts": (Column("direction", "text"), Column("version", "integer")),
    "media": (Column("step", "integer"), Column("context", "text"), Column("data", "json")),
}
_MOST_BYTES = 180  # of a part of a path; most file systems take 255
_BAD = frozenset('\\:*?"<>|')


class Files:
    """Writes the tables of artifacts and media and, with `has_files`, copies them below `files/`.

    `count` files were copied, `missing` ones aren't in the store, or aren't what was put there.
    """

    def __init__(self, folder: str, *, has_files: bool) -> None:
        self.count = 0
        self.missing = 0
        self._folder = folder
        self._has_files = has_files
        self._taken: set[str] = set()

    def write(self, what: str, runs: Runs, begin: Callable[[Sequence[Column]], TableWriter]) -> int:
        """Write one of the tables, and the files that it names; returns how many rows."""
        rows = 0
        with writing(begin((*_COMMON, *_ONLY[what]))) as writer:
            for some in batches(runs):
                for run in some:
                    for row in self._rows(what, run):
                        writer.write(row)
                        rows += 1
        return rows

    def _rows(self, what: str, run: StoredRun) -> Iterator[Sequence[Any]]:
        if what == "artifacts":
            for file in run.artifact_versions:
                yield *self._common(run, file), file.direction, file.version
        else:
            for item in run.media:
                yield *self._common(run, item), item.step, item.context or None, item.data

    def _common(self, run: StoredRun, file: ArtifactFile | MediaItem) -> Sequence[Any]:
        path = self._copied(run, file) if self._has_files else None
        return (
            run.id, file.id, file.name, file.type, file.media_type, file.size_bytes,
            file.digest, file.created, file.details, path,
        )  # fmt: skip

    def _copied(self, run: StoredRun, file: ArtifactFile | MediaItem) -> str | None:
        """Copy a file and return its path in the export; None if it isn't in the store."""
        if file.digest is None and file.size_bytes is None:
            return None  # what stands in the record itself
        path = self._path(run, file)
        target = os.path.join(self._folder, *path.split("/"))
        try:
            with file.open() as source:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "xb") as copy:
                    shutil.copyfileobj(source, copy, 1 << 20)
        except (NotFound, DamageError):
            self.missing += 1
            if os.path.exists(target):
                os.unlink(target)
            return None
        self.count += 1
        return path

    def _path(self, run: StoredRun, file: ArtifactFile | MediaItem) -> str:
        """Name a file after its run and its name, as far as that can be a path anywhere."""
        parts = [_harmless(part) for part in file.name.split("/") if part not in ("", ".", "..")]
        stem, extension = os.path.splitext(parts[-1] if parts else "file")
        extension = extension or str(file.details.get("extension") or "")
        extension = extension if extension.isascii() and len(extension) < 16 else ""
        front = "/".join(["files", run.id, *parts[:-1], stem])
        path = _harmless_path(front, extension)
        if path.lower() in self._taken:
            path = _harmless_path(f"{front}-{file.id}", extension)
        self._taken.add(path.lower())
        return path


def _harmless_path(front: str, extension: str) -> str:
    return front + "".join(c for c in extension if c.isalnum() or c == ".")


def _harmless(part: str) -> str:
    """Replace what some file system takes ill, and cut what is too long."""
    text = "".join("_" if c in _BAD or not c.isprintable() else c for c in part)
    text = text.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")
    return text.rstrip(". ") or "_"
