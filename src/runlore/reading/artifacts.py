"""Versions of artifacts: their content, what can be changed of them, and their use."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.errors import ArtifactNotFound, InvalidValue
from runlore.media.names import LATEST, alias_name
from runlore.reading.contents import Content
from runlore.reading.suggestions import nearest
from runlore.reading.version_facts import VersionFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from runlore.index.artifact_rows import OutputFile


class ArtifactVersion(VersionFacts):
    """A content that an artifact has had: a file, or a folder of files.

    Get one from `run.use_artifact`, `runlore.get_artifact` or `runlore.list_artifacts`. Who logs
    the same content again logs this version again.
    """

    # -- its content -------------------------------------------------------------------------

    def download(
        self,
        folder: str | os.PathLike[str] = ".",
        *,
        overwrite: bool = False,
        progress: Callable[[int], None] | None = None,
    ) -> str:
        """Write it below `folder` under its name, and return the path of the file or folder.

        It is streamed and verified; a file appears when it is complete. One that is there with
        the same content is left alone; with another it is refused, unless `overwrite`. Other
        files of a folder stay. `progress` is told how many bytes are done.

        Raises:
            InvalidValue: if other files are in the way, or can't be written.
            BlobDamaged: if the store doesn't hold what was logged.
            ArtifactNotFound: if the store doesn't hold it any more.
        """
        from runlore.reading.downloading import download

        contents = [(self._target(file), self._content(file)) for file in self._present_files()]
        root = download(folder, contents, overwrite=overwrite, progress=progress)
        return os.path.join(root, self.name)

    def open(self, path: str | None = None) -> BinaryIO:
        """Open it for reading, or the file `path` of a folder; the content is verified.

        Raises:
            ArtifactNotFound: if there is no such file.
            BlobDamaged: in place of the last bytes, or at a seek, if they aren't what was logged.
        """
        return self._content(self._file(path)).open()

    def path(self, path: str | None = None) -> str:
        """Return where the store keeps it, or the file `path` of a folder; never write there.

        Raises:
            ArtifactNotFound: if there is no such file.
        """
        return self._content(self._file(path)).path()

    def read(self, path: str | None = None, *, trusted: bool = False) -> object:
        """Return the object that it holds, or the file `path` of a folder, as was saved.

        Pickles can run any code when read: they are refused unless `trusted`.

        Raises:
            ArtifactNotFound: if there is no such file.
            InvalidValue: if it is a pickle and not `trusted`, or can't be read.
            MissingExtra: if a library for it isn't installed.
        """
        from runlore.media.reading import read_object

        file = self._file(path)
        return read_object(self._content(file).verified_path(), name=file.name, trusted=trusted)

    def verify(self, progress: Callable[[int], None] | None = None) -> None:
        """Read all of it, and raise unless it is what was logged.

        Raises:
            BlobDamaged: if a file holds something else.
            ArtifactNotFound: if a file isn't there.
        """
        done = 0
        for size_bytes in self.verified_pieces(set()):
            done += size_bytes
            if progress is not None:
                progress(done)

    def verified_pieces(self, seen: set[str]) -> Iterator[int]:
        """Verify it, as `verify`, yielding how many bytes were read each time.

        Files whose digest is in `seen` are left out, and those read to their end added.
        """
        for file in self._present_files():
            if file.digest not in seen:
                yield from self._content(file).verify()
                if file.digest is not None:
                    seen.add(file.digest)

    # -- what can be changed -------------------------------------------------------------------

    def describe(self, description: str | None) -> None:
        """Say what to know about it, in place of what was said; None takes that away.

        Raises:
            ArtifactNotFound: if it went with its runs.
        """
        from runlore.editing.editor import Editor, Target

        self._present_files()
        output = [one for one in self._counted.outputs if not one.is_gone][-1]
        attempt = self._reader.ask(lambda index: index.newest_attempts([output.run]))
        with Editor(self._reader.folder.path) as editor:
            target = Target(output.run, attempt.get(output.run))
            editor.describe_artifact(target, output.id, description)
        self._description = description

    def add_alias(self, alias: str) -> None:
        """Let `name:alias` stand for this version from now on.

        Raises:
            InvalidValue: if it may not be called so.
        """
        self._set_alias(alias_name(alias), self._output.id)
        if alias not in self._aliases:
            self._aliases.append(alias)

    def remove_alias(self, alias: str) -> None:
        """Take an alias away.

        Raises:
            ArtifactNotFound: if this version has none of that name.
        """
        if alias_name(alias) not in self._aliases:
            raise ArtifactNotFound(
                f"{self.spec} has no alias {alias!r}",
                hint=nearest(alias, [one for one in self._aliases if one != LATEST],
                             nothing="it has none"),
            )  # fmt: skip
        self._set_alias(alias, None)
        self._aliases.remove(alias)

    def _set_alias(self, alias: str, artifact: str | None) -> None:
        from runlore.editing.editor import Editor

        with Editor(self._reader.folder.path) as editor:
            editor.alias(self.project, self.name, alias, self.run_id, artifact)

    # -- for those who record it ---------------------------------------------------------------

    def as_input(self) -> dict[str, object]:
        """Return the fields of the record that a run used it."""
        files = self._output.files
        source = {
            "run": self.run_id,
            "artifact": self._output.id,
            "version": self.number,
            "files": len(files),
        }
        fields: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "details": {"source": source},
        }
        if self.digest is not None:
            fields["digest"] = self.digest
        elif not self.is_folder and files:
            fields["staged"] = files[0].staged
        return fields

    def _present_files(self) -> tuple[OutputFile, ...]:
        if self.is_gone:
            raise ArtifactNotFound(
                f"{self.spec} went with its run {self.run_id[-8:]}, which was purged or moved away",
                hint="another version may do: runlore artifact ls NAME",
            )
        return self._output.files

    def _file(self, path: str | None) -> OutputFile:
        files = self._present_files()
        if path is None and self.is_folder:
            raise InvalidValue(
                f"{self.spec} is a folder of {len(files)} files",
                hint=f"name one of them, like {files[0].relative!r}, or download it",
            )
        for file in files:
            if path in (None, file.relative):
                return file
        raise ArtifactNotFound(
            f"{self.spec} has no file {path!r}",
            hint=nearest(str(path), self.files, nothing="it has none"),
        )

    def _content(self, file: OutputFile) -> Content:
        return Content(self._reader, file, self.name, self.run_id)

    def _target(self, file: OutputFile) -> str:
        return f"{self.name}/{file.relative}" if self.is_folder else self.name
