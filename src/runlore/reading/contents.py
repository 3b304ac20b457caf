"""The content of a file of an artifact, wherever it is by now: a blob, or still in `incoming/`."""

from __future__ import annotations

import os
from hashlib import file_digest
from typing import TYPE_CHECKING, cast

from runlore.blobs.opening import StoreBlobs
from runlore.blobs.verifying import calling_damage
from runlore.errors import ArtifactNotFound, BlobDamaged, NotFound
from runlore.records.ids import is_id, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from runlore.index.artifact_rows import OutputFile
    from runlore.journal.folder import StoreFolder
    from runlore.reading.store import StoreReader

_READ_BYTES = 4 << 20


class Content:
    """What a file of the artifact `artifact` of `run` holds."""

    def __init__(self, reader: StoreReader, file: OutputFile, artifact: str, run: str) -> None:
        self._reader = reader
        self._file = file
        self._artifact = artifact
        self._run = run
        self._blobs = StoreBlobs(reader.folder)

    @property
    def digest(self) -> str | None:
        """The SHA-256, None until it is hashed."""
        return self._file.digest

    @property
    def size_bytes(self) -> int | None:
        """The size."""
        return self._file.size_bytes

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._file.name

    def path(self) -> str:
        """Return a path on this machine under which it can be read.

        Raises:
            ArtifactNotFound: if it is nowhere.
        """
        staged = self._staged()
        if staged is not None:
            return staged
        try:
            return self._blobs.local_path(self._hashed())
        except NotFound as error:
            raise self._missing() from error

    def open(self) -> BinaryIO:
        """Open it; a blob is verified while it is read, see `Blobs.open`.

        Raises:
            ArtifactNotFound: if it is nowhere.
        """
        staged = self._staged()
        if staged is not None:
            try:
                return open(staged, "rb")
            except FileNotFoundError:
                self._renew()  # it has become a blob this moment
        try:
            return calling_damage(self._blobs.open(self._hashed()), self.damaged)
        except NotFound as error:
            raise self._missing() from error

    def local_blob(self) -> str | None:
        """Return the path of the blob itself, None if it isn't one on this machine."""
        if self.digest is None:
            return None
        path = self._blobs.name(self.digest)
        return path if os.path.isfile(path) else None

    def verified_path(self) -> str:
        """Return a path, as `path`, of a file that holds what was logged.

        Raises:
            BlobDamaged: if it holds something else.
            ArtifactNotFound: if it is nowhere.
        """
        path = self.path()
        if self.digest is not None and digest_of_file(path) != self.digest:
            raise self.damaged()
        return path

    def chunks(self) -> Iterator[bytes]:
        """Yield it a few megabytes at a time; the last of a damaged one is an error.

        Raises:
            BlobDamaged: naming the file and the run, if it isn't what was logged.
            ArtifactNotFound: if it is nowhere.
        """
        with self.open() as file:
            while chunk := file.read(_READ_BYTES):
                yield chunk

    def verify(self) -> Iterator[int]:
        """Read it to its end, yielding how many bytes each time; raises what `chunks` does."""
        for chunk in self.chunks():
            yield len(chunk)

    def damaged(self) -> BlobDamaged:
        """Say that the store holds something else than was logged."""
        where = self._blobs.name(cast("str", self.digest))
        return BlobDamaged(
            f"the file {self.name!r} of the artifact {self._artifact!r}, logged by run "
            f"{short(self._run)}, is not what was logged: {where} is damaged",
            hint="log the same file again from a copy (runlore artifact put), which replaces it; "
            "what else is damaged: runlore artifact verify",
        )

    def _hashed(self) -> str:
        if self.digest is None:
            self._renew()
        if self.digest is None:
            raise self._missing()
        return self.digest

    def _staged(self) -> str | None:
        """Return where it waits to be hashed, None if it is hashed or isn't there."""
        if self.digest is not None or self._file.staged is None:
            return None
        return staged_path(self._reader.folder, self._file.staged)

    def _renew(self) -> None:
        """Look again: what says that it is a blob by now may have been unread."""
        self._reader.catch_up()
        for output in self._reader.ask(lambda index: index.outputs(run=self._run)):
            for file in output.files:
                if file.name == self._file.name and file.staged == self._file.staged:
                    self._file = file

    def _missing(self) -> ArtifactNotFound:
        return ArtifactNotFound(
            f"the file {self.name!r} of the artifact {self._artifact!r}, logged by run "
            f"{short(self._run)}, is not in the store {self._reader.folder.path}",
            hint="it was removed, or not all of the store was copied: see `runlore doctor`",
        )


def digest_of_file(path: str) -> str:
    """Return the SHA-256 of a file in 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def staged_path(folder: StoreFolder, staged: str) -> str | None:
    """Return where a file waits that a record names so; None if there is none.

    The text comes from a record, and nothing but a name in `incoming/` may pass.
    """
    actor, _, name = staged.partition("/")
    run, _, number = name.partition("-")
    if not (is_id(actor) and is_id(run) and number.isascii() and number.isalnum()):
        return None
    path = os.path.join(folder.incoming, actor, name)
    return path if os.path.isfile(path) else None
