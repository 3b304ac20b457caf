"""The files of a run: artifacts, and what was logged to look at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO

from runlore.errors import ArtifactNotFound, BlobDamaged, ObjectsUnreachable
from runlore.reading.facts import moment
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from runlore.index.rows import Artifact, Media, RunFacts
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader

_TAG = "$"
_NUMBERS = {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}


class _File:
    """Bytes of a run: a blob, or until it is one a file in `incoming/`."""

    def __init__(self, reader: StoreReader, row: Artifact | Media, what: str) -> None:
        self._reader = reader
        self._row: Any = row
        self._what = what

    @property
    def id(self) -> str:
        """The identifier of its record."""
        return str(self._row.id)

    @property
    def name(self) -> str:
        """The name that a person gave; never a path of the file system."""
        return str(self._row.name)

    @property
    def type(self) -> str | None:
        """What it is, like model, figure, table, image or file."""
        found: str | None = self._row.type
        return found

    @property
    def media_type(self) -> str | None:
        """The media type, like `image/png`."""
        found: str | None = self._row.media_type
        return found

    @property
    def size_bytes(self) -> int | None:
        """The size, None where it isn't known."""
        found: int | None = self._row.size_bytes
        return found

    @property
    def digest(self) -> str | None:
        """The SHA-256 in 64 hexadecimal digits; None until the file is stored as a blob."""
        found: str | None = self._row.digest
        return found

    @property
    def details(self) -> dict[str, Any]:
        """What else was said about it."""
        found: dict[str, Any] = self._row.details
        return found

    @property
    def created(self) -> datetime | None:
        """When it was logged."""
        return moment(self._row.time)

    def path(self) -> str:
        """Return the path of the file that holds it; read it, never write to it.

        What lies in a bucket is fetched into the user's cache folder first.

        Raises:
            ArtifactNotFound: if no file does.
            ObjectsUnreachable: if it lies in a place that doesn't answer.
        """
        path, digest = self._located()
        if digest is None:
            return path
        from runlore.blobs.opening import StoreBlobs

        return StoreBlobs(self._reader.folder).local_path(digest)

    def open(self) -> BinaryIO:
        """Open it for reading; a blob is held against its digest while it is read.

        Raises:
            ArtifactNotFound: if no file holds it.
            ObjectsUnreachable: if it lies in a place that doesn't answer.
        """
        path, digest = self._located()
        if digest is None:
            try:
                return open(path, "rb")
            except FileNotFoundError:  # it became a blob this moment
                path, digest = self._located()
        if digest is None:
            return open(path, "rb")
        from runlore.blobs.opening import StoreBlobs
        from runlore.blobs.verifying import calling_damage

        blobs = StoreBlobs(self._reader.folder)
        return calling_damage(blobs.open(digest), lambda: self._damaged(blobs.name(digest)))

    def _verified_path(self) -> str:
        """Return the path, as `path`, of a file that holds what was logged.

        Raises:
            BlobDamaged: if it holds something else.
        """
        from runlore.reading.contents import digest_of_file

        path = self.path()
        digest = self._row.digest
        if digest is not None and digest_of_file(path) != digest:
            raise self._damaged(path)
        return path

    def _damaged(self, path: str) -> BlobDamaged:
        return BlobDamaged(
            f"the {self._what} {self.name!r} is not what was logged: {path} is damaged",
            hint=f"put the same file again from a copy, or remove {path!r}",
        )

    def _located(self) -> tuple[str, str | None]:
        """Return the path of a file in `incoming/`, or what to call a blob, and its digest."""
        found = _locate(self._reader.folder, self._row)
        if found is None:
            # Between two looks a staged file becomes a blob: what says so may be unread yet.
            self._reader.catch_up()
            self._row = self._renewed() or self._row
            found = _locate(self._reader.folder, self._row)
        if found is None:
            raise ArtifactNotFound(
                f"the {self._what} {self.name!r} is recorded, but its file is not in the store "
                f"{self._reader.folder.path}",
                hint="it was removed, or not all of the store was copied: see `runlore doctor`",
            )
        return found

    def _renewed(self) -> Artifact | Media | None:
        """Look up its row again."""
        raise NotImplementedError

    def _find(self, rows: Iterable[Any]) -> Any:
        return next((row for row in rows if row.id == self.id), None)


class ArtifactFile(_File):
    """A file that a run logged; `version` says how often the run had logged that name, from 1.

    Versions across runs are those of `runlore.get_artifact` and `StoredRun.outputs`.
    """

    def __init__(self, reader: StoreReader, row: Artifact, version: int, run: str) -> None:
        super().__init__(reader, row, "artifact")
        self.version = version
        self._run = run

    def __repr__(self) -> str:
        return f"<ArtifactFile {self.name!r} version {self.version}, {self.size_bytes} bytes>"

    @property
    def direction(self) -> str:
        """`output`, or `input` for what the run has used."""
        return str(self._row.direction)

    @property
    def is_current(self) -> bool:
        """Whether it is the newest version."""
        return bool(self._row.is_current)

    def download(self, folder: str | os.PathLike[str] = ".", *, overwrite: bool = False) -> str:
        """Write it below `folder` under its name, verified, and return its path.

        A file that is there with the same content is left alone; with another it is refused,
        unless `overwrite`.

        Raises:
            InvalidValue: if another file is in the way, or it can't be written.
            BlobDamaged: if the store doesn't hold what was logged.
            ArtifactNotFound: if no file holds it.
        """
        from runlore.index.artifact_rows import OutputFile
        from runlore.reading.contents import Content
        from runlore.reading.downloading import download

        row = self._row
        file = OutputFile(row.name, row.name, row.size_bytes, row.staged, row.digest)
        content = Content(self._reader, file, self.name, self._run)
        root = download(folder, [(self.name, content)], overwrite=overwrite)
        return os.path.join(root, self.name)

    def read(self, *, trusted: bool = False) -> object:
        """Return the object that it holds, chosen by the extension of its name.

        Pickles can run any code when read: they are refused unless `trusted`.

        Raises:
            ArtifactNotFound: if no file holds it.
            BlobDamaged: if that doesn't hold what was logged.
            InvalidValue: if it is a pickle and not `trusted`, or can't be read.
            MissingExtra: if a library for it isn't installed.
        """
        from runlore.media.reading import read_object

        return read_object(self._verified_path(), name=self.name, trusted=trusted)

    def _renewed(self) -> Artifact | None:
        facts = self._reader.ask(lambda index: index.run_facts(self._run))
        found: Artifact | None = self._find(facts.artifacts if facts else ())
        return found


class MediaItem(_File):
    """An image, figure, table, text or histogram at a step."""

    def __init__(self, reader: StoreReader, row: Media, run: str) -> None:
        super().__init__(reader, row, row.type)
        self._run = run

    def __repr__(self) -> str:
        at = "" if self.step is None else f" at step {self.step}"
        return f"<MediaItem {self.type} {self.name!r}{at}>"

    @property
    def step(self) -> int | None:
        """The step, None where none was given."""
        found: int | None = self._row.step
        return found

    @property
    def context(self) -> str:
        """The context, "" for none."""
        return str(self._row.context)

    @property
    def data(self) -> Any:
        """What stands in the record itself, as histograms do; None if it is a file."""
        return self._row.data

    def read(self) -> object:
        """Return what it holds.

        A histogram is a dict, a table `{"columns": …, "rows": …}`, a text a str, an image of
        Pillow, a plotly figure its JSON.

        Raises:
            ArtifactNotFound: if no file holds it.
            MissingExtra: if a library for it isn't installed.
        """
        if self.data is not None:
            return self.data
        from runlore.media.reading import read_object

        extension = self.details.get("extension") or (".txt" if self.type == "text" else "")
        found = read_object(self._verified_path(), name=f"{self.type}{extension}")
        return _plain_table(found) if self.type == "table" else found

    def _renewed(self) -> Media | None:
        facts = self._reader.ask(lambda index: index.run_facts(self._run))
        found: Media | None = self._find(facts.media if facts else ())
        return found


def artifact_files(reader: StoreReader, facts: RunFacts) -> list[ArtifactFile]:
    """List the files that the run put out, in all versions, by name and age."""
    counts: dict[str, int] = {}
    files = []
    for row in facts.artifacts:
        if row.direction == "output":
            counts[row.name] = counts.get(row.name, 0) + 1
            files.append(ArtifactFile(reader, row, counts[row.name], facts.run.run))
    return files


def _locate(folder: StoreFolder, row: Artifact | Media) -> tuple[str, str | None] | None:
    unreachable = None
    if row.digest is not None:
        from runlore.blobs.opening import StoreBlobs

        blobs = StoreBlobs(folder)
        try:
            if blobs.look(row.digest) is not None:
                return blobs.name(row.digest), row.digest
        except ObjectsUnreachable as error:
            unreachable = error
    if row.staged is not None:
        actor, _, name = row.staged.partition("/")
        # The text comes from a record, and nothing but a name in `incoming/` may pass.
        run, _, number = name.partition("-")
        if is_id(actor) and is_id(run) and number.isascii() and number.isalnum():
            path = os.path.join(folder.incoming, actor, name)
            if os.path.isfile(path):
                return path, None
    if unreachable is not None:
        raise unreachable
    return None


def _plain_table(table: Any) -> Any:
    """Turn tagged cells back into what they stand for (docs/formats/media.md)."""
    rows = [[_plain_cell(cell) for cell in row] for row in table["rows"]]
    return {"columns": table["columns"], "rows": rows}


def _plain_cell(cell: Any) -> Any:
    if isinstance(cell, list):
        return [_plain_cell(item) for item in cell]
    if not isinstance(cell, dict):
        return cell
    tag = cell.get(_TAG)
    if tag in _NUMBERS:
        return _NUMBERS[tag]
    if tag == "int":
        return int(cell["text"])
    items = cell["items"] if tag == "dict" else cell
    return {key: _plain_cell(item) for key, item in items.items()}
