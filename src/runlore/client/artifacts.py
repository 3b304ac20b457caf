"""Log files and folders: artifacts, with versions of each name, and what was used of others.

A file is taken over in the call (a reflink where the file system can, else one copy), so a
checkpoint that is rotated away a second later is safe. Hashing is left to the helper.
"""

from __future__ import annotations

import os

from runlore.client import values
from runlore.client.artifact_words import ArtifactWords
from runlore.client.recorder import say
from runlore.errors import InvalidType, InvalidValue, RunloreError, StoreError, a_kind
from runlore.records.ids import new_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from runlore.client.recorder import Recorder
    from runlore.reading.artifacts import ArtifactVersion


class ArtifactLogging:
    """The part of a run that takes artifacts; `Run` inherits it."""

    id: str
    project: str | None = None  # as this process knows it
    find_artifact: Callable[[str, str | None], ArtifactVersion] | None = None
    _recorder: Recorder

    def record(self, kind: str, /, **fields: object) -> None:
        """Write a record of this run."""
        raise NotImplementedError

    def _edit(self, kind: str, /, **fields: object) -> None:
        raise NotImplementedError

    def _edit_store(self, kind: str, /, **fields: object) -> None:
        raise NotImplementedError

    def log_artifact(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        *,
        kind: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        aliases: str | Iterable[str] = (),
        move: bool = False,
    ) -> None:
        """Keep a file or a whole folder with the run, under `name` (its base name).

        Logging a name again makes a new version of it, if the content is new. `kind` is a word
        like "model" or "dataset", `metadata` a dict. `name:alias` stands for this version from
        then on. `move=True` takes the files instead of copying them. Links in a folder are
        followed; what is no file, and a store, is left out of it.

        Raises:
            InvalidType: if `path` isn't a path, or `move` neither True nor False.
            InvalidValue: if there is no such file, a folder holds none, or a name may not be.
        """
        words = ArtifactWords(kind, description, metadata, aliases)
        move = values.claim_of(move, "move")
        source = _path_of(path)
        base = os.path.basename(source) if name is None else name
        if os.path.isdir(source):
            self._take_folder(source, base, words, move=move)
            return
        if not os.path.isfile(source):
            _refuse_address(path)
            special = _kind_of_special(source)
            raise InvalidValue(
                f"{source} is {special}, not a file" if special else f"there is no file {source}",
                hint="give the path of a file or folder that exists; for an object in memory "
                "use run.save_artifact(name, object)",
            )
        from runlore.blobs.snapshot import snapshot

        def take(destination: str) -> dict[str, object]:
            snapshot(source, destination, move=move)
            return {"type": words.kind or "file", "media_type": None}

        self._take_artifact(base, take, words)

    def save_artifact(
        self,
        name: str,
        value: object,
        *,
        kind: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        aliases: str | Iterable[str] = (),
    ) -> None:
        """Keep an object as a file; the extension of `name` says in which form.

        pkl, joblib, npy, npz, json, yaml, csv and parquet (tables), png, svg, pdf and html
        (matplotlib and plotly figures, images), txt, md, pt. Text and bytes go under any name.
        The rest is as in `log_artifact`.

        Raises:
            InvalidType: if that extension can't hold the object.
            MissingExtra: if a library for it isn't installed.
        """
        from runlore.media.writing import write_object

        words = ArtifactWords(kind, description, metadata, aliases)

        def take(destination: str) -> dict[str, object]:
            written = write_object(name, value, destination)
            return {"type": words.kind or written.kind, "media_type": written.media_type}

        self._take_artifact(name, take, words)

    def save_model(
        self,
        model: object,
        name: str | None = None,
        *,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        aliases: str | Iterable[str] = (),
    ) -> None:
        """Keep a model in its library's own form, with its class and hyper-parameters."""
        from runlore.media.models import save_model

        words = ArtifactWords("model", description, metadata, aliases)

        def take(destination: str) -> dict[str, object]:
            folder = f"{destination}.new"
            os.mkdir(folder)
            place = os.path.join(folder, "model" + os.path.splitext(name)[1]) if name else folder
            try:
                written, about = save_model(model, place)
                os.replace(written.path, destination)
            finally:
                for left in os.listdir(folder):
                    os.unlink(os.path.join(folder, left))
                os.rmdir(folder)
            return {
                "type": "model",
                "media_type": written.media_type,
                "details": words.details(**about),
                "name": name or written.path.name,
            }

        self._take_artifact(name or "model", take, words)

    def use_artifact(self, name: str, *, project: str | None = None) -> ArtifactVersion:
        """Find a version of an artifact, and record that this run uses it.

        `name` is that of the artifact (its latest version), `name:v3`, `name:alias` or
        `name@` with the first digits of its digest. Without `project` it is the run's own, or
        the one that has an artifact of that name. `download`, `open`, `read` give its content.

        Raises:
            ArtifactNotFound: if there is none, with what comes nearest.
            Ambiguous: if several projects have one.
        """
        if self.find_artifact is None:
            raise InvalidValue(
                "this run can't look for artifacts", hint="start it with runlore.start_run"
            )
        found = self.find_artifact(name, project)
        self.record("artifact.logged", id=new_id(), direction="input", **found.as_input())
        return found

    def _take_artifact(
        self, name: str, take: Callable[[str], dict[str, object]], words: ArtifactWords
    ) -> None:
        """Stage a file and record it; a full disk is said, not raised."""
        from runlore.media.names import artifact_name

        name = artifact_name(name)
        try:
            staged, path = self._recorder.stage(self.id)
            fields = take(path)
            size_bytes = os.path.getsize(path)
        except (OSError, StoreError) as error:
            self._failed(f"the artifact {name!r}", error)
            return
        identifier = new_id()
        fields = {
            "id": identifier,
            "direction": "output",
            "name": name,
            "staged": staged,
            "size_bytes": size_bytes,
            "details": words.details(),
        } | fields
        self.record("artifact.logged", **fields)
        self._say(identifier, str(fields["name"]), words)

    def _take_folder(self, source: str, name: str, words: ArtifactWords, *, move: bool) -> None:
        """Stage all files of a folder, then record them; a full disk is said, not raised."""
        from runlore.client.folders import take_folder
        from runlore.media.names import artifact_name

        name = artifact_name(name)
        try:
            taken = take_folder(source, name, lambda: self._recorder.stage(self.id), move=move)
            sizes = [os.path.getsize(file.path) for file in taken.files]
        except (OSError, StoreError) as error:
            self._failed(f"the artifact {name!r}", error)
            return
        identifier = new_id()
        folder = {"id": identifier, "name": name, "files": len(taken.files)}
        details = words.details(**({"left_out": taken.left_out} if taken.left_out else {}))
        for file, size_bytes in zip(taken.files, sizes, strict=True):
            self.record(
                "artifact.logged",
                id=new_id(),
                direction="output",
                name=f"{name}/{file.relative}",
                type=words.kind or "file",
                media_type=None,
                size_bytes=size_bytes,
                staged=file.staged,
                details=details,
                folder=folder,
            )
            details = {}
        self._say(identifier, name, words)
        if taken.left_out:
            say(f"of the folder {source} these are no files and left out: {_some(taken.left_out)}")
        for problem in taken.remove_sources():
            say(f"{problem.filename} is kept, and can't be removed: {problem.strerror}")

    def _say(self, identifier: str, name: str, words: ArtifactWords) -> None:
        """Record what can be changed later of an artifact."""
        if words.description is not None:
            self._edit("artifact.described", artifact=identifier, description=words.description)
        for alias in words.aliases:
            self._edit_store(
                "artifact.aliased",
                project=self.project,
                name=name,
                alias=alias,
                run=self.id,
                artifact=identifier,
            )

    def _failed(self, what: str, error: Exception) -> None:
        reason = error.message if isinstance(error, RunloreError) else str(error)
        say(f"{what} could not be kept: {reason}. The run goes on without it")
        self.record(
            "trouble", what="file", lost_records=1, delayed_records=0,
            first=None, last=None, message=f"{what} could not be kept: {reason}",
        )  # fmt: skip


def _path_of(path: str | os.PathLike[str]) -> str:
    try:
        return os.path.abspath(os.path.expanduser(os.fsdecode(path)))
    except TypeError:
        raise InvalidType(
            f"the path is {a_kind(path)}: {path!r}",
            hint="give the path of a file; for an object in memory use "
            "run.save_artifact(name, object)",
        ) from None


def _refuse_address(path: str | os.PathLike[str]) -> None:
    """Raise InvalidValue for `s3://bucket/key` and the like."""
    if "://" in str(path):
        raise InvalidValue(
            f"{path} is an address, not a file on this machine",
            hint="fetch it first, and log the file",
        )


def _kind_of_special(path: str) -> str | None:
    """Say what stands at a path that is neither a file nor a folder; None if nothing does."""
    from stat import S_ISFIFO, S_ISSOCK

    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return "a pipe" if S_ISFIFO(mode) else "a socket" if S_ISSOCK(mode) else "a device"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(map(repr, names[:3])) + more
