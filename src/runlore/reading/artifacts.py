"""Versions of artifacts: what they are, where they come from, and their content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runlore.errors import ArtifactNotFound, InvalidValue, RunNotFound
from runlore.media.names import LATEST, alias_name
from runlore.reading.contents import Content
from runlore.reading.facts import moment
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from typing import BinaryIO

    from runlore.index.artifact_rows import Output, OutputFile
    from runlore.index.rows import RunRow
    from runlore.reading.artifact_versions import CountedVersion
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader

    MakeRuns = Callable[[StoreReader, Sequence[RunRow]], list[StoredRun]]

_DIGITS_SHOWN = 12


class ArtifactVersion:
    """A content that an artifact has had: a file, or a folder of files.

    Get one from `run.use_artifact`, `runlore.get_artifact` or `runlore.list_artifacts`. Who logs
    the same content again logs this version again.
    """

    def __init__(
        self,
        reader: StoreReader,
        counted: CountedVersion,
        aliases: list[str],
        make_runs: MakeRuns,
    ) -> None:
        """Show a version that was counted; `make_runs` makes runs of their rows."""
        self._reader = reader
        self._counted = counted
        self._aliases = aliases
        self._make_runs = make_runs
        said = [one.description for one in counted.outputs if one.description is not None]
        self._description = said[-1] if said else None

    def __repr__(self) -> str:
        return f"<ArtifactVersion {self.spec!r}, {self.size_bytes} bytes>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ArtifactVersion):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    # -- what it is ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name that it was logged under."""
        return self._output.name

    @property
    def project(self) -> str | None:
        """The project that its versions are counted in."""
        return self._output.project

    @property
    def number(self) -> int | None:
        """The number of the version, from 0; None as long as it isn't certain."""
        return self._counted.number

    @property
    def version(self) -> str | None:
        """The version as it is written: `v3`; None while it is pending."""
        return None if self.number is None else f"v{self.number}"

    @property
    def is_pending(self) -> bool:
        """Whether it has no number yet: its files, or earlier ones, are still being hashed."""
        return self.number is None

    @property
    def spec(self) -> str:
        """What names it: `model.pt:v3`, or `model.pt@` with the first digits of its digest."""
        if self.version is not None:
            return f"{self.name}:{self.version}"
        if self.digest is not None:
            return f"{self.name}@{self.digest[:_DIGITS_SHOWN]}"
        return f"{self.name}:{LATEST}" if LATEST in self._aliases else self.name

    @property
    def digest(self) -> str | None:
        """The SHA-256 of the file, or of a folder's list of them; None until it is hashed."""
        return self._output.digest

    @property
    def type(self) -> str | None:
        """What it is, like model, dataset, file or folder."""
        return self._output.type

    @property
    def media_type(self) -> str | None:
        """The media type of a file, like `application/json`, where it is known."""
        return self._output.media_type

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self._output.is_folder

    @property
    def size_bytes(self) -> int | None:
        """The size of all files together, None where it isn't known."""
        sizes = [file.size_bytes for file in self._output.files]
        return None if not sizes or None in sizes else sum(size or 0 for size in sizes)

    @property
    def files(self) -> list[str]:
        """The names of the files: within the folder, or the one file's own."""
        return [file.relative for file in self._output.files]

    @property
    def description(self) -> str | None:
        """What was said about it last."""
        return self._description

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata that it was logged with."""
        found = self.details.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def details(self) -> dict[str, Any]:
        """All else that was recorded about it."""
        return self._output.details

    @property
    def aliases(self) -> list[str]:
        """What it can be called instead of its number, `latest` first."""
        return list(self._aliases)

    @property
    def created(self) -> datetime | None:
        """When it was first logged."""
        return moment(self._output.time)

    @property
    def is_gone(self) -> bool:
        """Whether it went with its runs, which were purged or moved: only its number is left."""
        return self._counted.is_gone

    @property
    def is_shown(self) -> bool:
        """Whether a run has it that is neither in the trash nor gone."""
        return self._counted.is_shown

    # -- where it comes from and goes to -----------------------------------------------------

    @property
    def run_id(self) -> str:
        """The id of the run that logged it first."""
        return self._output.run

    @property
    def ids(self) -> list[str]:
        """The ids of its records, oldest first: one for each time it was logged."""
        return [one.id for one in self._counted.outputs]

    @property
    def run(self) -> StoredRun:
        """The run that logged it first.

        Raises:
            RunNotFound: if that was purged.
        """
        found = self._runs({self.run_id}, is_deleted=None)
        if not found:
            raise RunNotFound(
                f"the run {self.run_id}, which logged {self.spec}, was purged or moved away",
                hint="others may have logged the same: see `runs`",
            )
        return found[0]

    @property
    def runs(self) -> list[StoredRun]:
        """The runs that logged it, newest first, but for those in the trash."""
        return self._runs({one.run for one in self._counted.outputs})

    @property
    def used_by(self) -> list[StoredRun]:
        """The runs that used it, newest first, but for those in the trash."""
        uses = self._reader.ask(lambda index: index.uses(self.name))
        own = set(self.ids)
        return self._runs({
            use.run for use in uses
            if use.artifact in own or (use.digest is not None and use.digest == self.digest)
        })  # fmt: skip

    def last_logged_by(self, run: str) -> int:
        """Return when a run logged it last, in microseconds; 0 if it never did."""
        return max((one.time for one in self._counted.outputs if one.run == run), default=0)

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

    @property
    def _output(self) -> Output:
        return self._counted.output

    @property
    def _identity(self) -> tuple[object, ...]:
        return (self._reader.folder.store_id, self.project, self.name,
                self.digest or self._output.id)  # fmt: skip

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

    def _runs(self, runs: set[str], *, is_deleted: bool | None = False) -> list[StoredRun]:
        page = self._reader.ask(
            lambda index: index.list_runs(runs=sorted(runs), is_deleted=is_deleted)
        )
        return self._make_runs(self._reader, page.runs)
