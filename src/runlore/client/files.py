"""Log files and things to look at: artifacts, models, images, figures, tables, texts.

A file is taken over in the call (a reflink where the file system can, else one copy), so a
checkpoint that is rotated away a second later is safe. Hashing is left to the helper.
"""

from __future__ import annotations

import os

from runlore.client import values
from runlore.client.recorder import say
from runlore.errors import InvalidType, InvalidValue, RunloreError, StoreError, a_kind
from runlore.records import limits
from runlore.records.ids import new_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runlore.client.recorder import Recorder
    from runlore.media.encoded import EncodedMedia


class FileLogging:
    """The part of a run that takes files; `Run` inherits it."""

    id: str
    _recorder: Recorder

    def record(self, kind: str, /, **fields: object) -> None:
        """Write a record of this run."""
        raise NotImplementedError

    def log_artifact(
        self,
        path: str | os.PathLike[str],
        name: str | None = None,
        *,
        kind: str | None = None,
        move: bool = False,
    ) -> None:
        """Keep a file, or each file of a folder, with the run, under `name` (its base name).

        `move=True` takes the file instead of copying it. Logging a name again makes a new version.
        A store that lies in the folder is left out.

        Raises:
            InvalidType: if `path` isn't a path, or `move` neither True nor False.
            InvalidValue: if there is no such file, or the name leaves the run's folder.
        """
        kind = _kind(kind)
        move = values.claim_of(move, "move")
        source = _path_of(path)
        base = os.path.basename(source) if name is None else name
        if os.path.isdir(source):
            for file, relative in _files_below(source):
                self.log_artifact(file, f"{base}/{relative}", kind=kind, move=move)
            return
        if not os.path.isfile(source):
            special = _kind_of_special(source)
            raise InvalidValue(
                f"{source} is {special}, not a file" if special else f"there is no file {source}",
                hint="give the path of a file or folder that exists; for an object in memory "
                "use run.save_artifact(name, object)",
            )
        from runlore.blobs.snapshot import snapshot

        def take(destination: str) -> dict[str, object]:
            snapshot(source, destination, move=move)
            return {"type": kind or "file", "media_type": None, "details": {}}

        self._take_artifact(base, take)

    def save_artifact(self, name: str, value: object, *, kind: str | None = None) -> None:
        """Keep an object as a file; the extension of `name` says in which form.

        pkl, joblib, npy, npz, json, yaml, csv and parquet (tables), png, svg, pdf and html
        (matplotlib and plotly figures, images), txt, md, pt. Text and bytes go under any name.

        Raises:
            InvalidType: if that extension can't hold the object.
            MissingExtra: if a library for it isn't installed.
        """
        from runlore.media.writing import write_object

        kind = _kind(kind)

        def take(destination: str) -> dict[str, object]:
            written = write_object(name, value, destination)
            return {"type": kind or written.kind, "media_type": written.media_type, "details": {}}

        self._take_artifact(name, take)

    def save_model(self, model: object, name: str | None = None) -> None:
        """Keep a model in its library's own form, with its class and hyper-parameters."""
        from runlore.media.models import save_model

        def take(destination: str) -> dict[str, object]:
            folder = f"{destination}.new"
            os.mkdir(folder)
            place = os.path.join(folder, "model" + os.path.splitext(name)[1]) if name else folder
            try:
                written, description = save_model(model, place)
                os.replace(written.path, destination)
            finally:
                for left in os.listdir(folder):
                    os.unlink(os.path.join(folder, left))
                os.rmdir(folder)
            return {
                "type": "model",
                "media_type": written.media_type,
                "details": description,
                "name": name or written.path.name,
            }

        self._take_artifact(name or "model", take)

    def log_image(
        self, name: str, image: object, step: int | None = None, *, context: Any = None,
        caption: str | None = None,
    ) -> None:  # fmt: skip
        """Log an image at a step: a PIL image or an array (H×W, H×W×3 or 4; 0–1 or 0–255)."""
        from runlore.media.images import encode_image

        caption = None if caption is None else limits.text(caption, "a caption")
        self._take_media(name, encode_image(image), step, context, caption)

    def log_figure(
        self, name: str, figure: object, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a matplotlib or plotly figure at a step."""
        from runlore.media.figures import encode_figure

        self._take_media(name, encode_figure(figure), step, context, None)

    def log_table(
        self, name: str, table: object, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a table at a step: a DataFrame, a list of dicts or a dict of lists."""
        from runlore.media.tables import encode_table

        self._take_media(name, encode_table(table), step, context, None)

    def log_text(
        self, name: str, text: str, step: int | None = None, *, context: Any = None
    ) -> None:
        """Log a text at a step, like a generated sample."""
        from runlore.media.texts import encode_text

        self._take_media(name, encode_text(text), step, context, None)

    def log_histogram(
        self,
        name: str,
        samples: object,
        step: int | None = None,
        *,
        bins: int = 64,
        context: Any = None,
    ) -> None:
        """Log the distribution of an array's values at a step, in at most 512 bins."""
        from runlore.media.histograms import encode_histogram

        self._take_media(name, encode_histogram(samples, bins=bins), step, context, None)

    def _take_artifact(self, name: str, take: Any) -> None:
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
        self.record(
            "artifact.logged",
            **{
                "id": new_id(),
                "direction": "output",
                "name": name,
                "staged": staged,
                "size_bytes": size_bytes,
            }
            | fields,
        )

    def _take_media(
        self, name: str, media: EncodedMedia, step: Any, context: Any, caption: str | None
    ) -> None:
        fields: dict[str, object] = {
            "id": new_id(),
            "name": limits.name(name, "a name"),
            "step": values.step_of(step),
            "context": values.context_of(context),
            "type": media.kind,
            "media_type": media.media_type,
            "details": _details_of(media, caption),
        }
        if media.payload is None:
            self.record("media.logged", data=media.data, **fields)
            return
        try:
            staged, path = self._recorder.stage(self.id)
            with open(path, "xb") as file:
                file.write(media.payload)
        except OSError as error:
            self._failed(f"the {media.kind} {name!r}", error)
            return
        self.record("media.logged", staged=staged, size_bytes=len(media.payload), **fields)

    def _failed(self, what: str, error: Exception) -> None:
        reason = error.message if isinstance(error, RunloreError) else str(error)
        say(f"{what} could not be kept: {reason}. The run goes on without it")
        self.record(
            "trouble", what="file", lost_records=1, delayed_records=0,
            first=None, last=None, message=f"{what} could not be kept: {reason}",
        )  # fmt: skip


def _kind(kind: str | None) -> str | None:
    return None if kind is None else limits.name(kind, "a kind")


def _path_of(path: str | os.PathLike[str]) -> str:
    try:
        return os.path.abspath(os.path.expanduser(os.fsdecode(path)))
    except TypeError:
        raise InvalidType(
            f"the path is {a_kind(path)}: {path!r}",
            hint="give the path of a file; for an object in memory use "
            "run.save_artifact(name, object)",
        ) from None


def _kind_of_special(path: str) -> str | None:
    """Say what stands at a path that is neither a file nor a folder; None if nothing does."""
    from stat import S_ISFIFO, S_ISSOCK

    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return None
    return "a pipe" if S_ISFIFO(mode) else "a socket" if S_ISSOCK(mode) else "a device"


def _details_of(media: EncodedMedia, caption: str | None) -> dict[str, object]:
    details: dict[str, object] = {"caption": caption, "extension": media.extension or None}
    for field in ("width", "height", "rows", "columns"):
        details[field] = getattr(media, field)
    return {field: value for field, value in details.items() if value is not None}


def _files_below(folder: str) -> list[tuple[str, str]]:
    found = []
    for top, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_store(os.path.join(top, name)))
        for file in sorted(files):
            path = os.path.join(top, file)
            if os.path.isfile(path):
                found.append((path, os.path.relpath(path, folder).replace(os.sep, "/")))
    return found


def _is_store(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "store.json")) and os.path.isdir(
        os.path.join(folder, "journals")
    )
