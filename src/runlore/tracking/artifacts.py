"""Save many objects at once, all of them or none."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from runlore.client.artifact_words import ArtifactWords
from runlore.client.run import Run
from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.media.names import artifact_name
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.media.writing import WrittenObject


def track_artifacts(run: Run, objects: Mapping[str, object]) -> None:
    """Save objects as files of a run, each under its name, in the form its extension says.

    `track_artifacts(exp, {"model.pkl": model, "roc.png": figure, "scores.csv": table})`. What
    the extensions hold is said at `Run.save_artifact`; a `pathlib.Path` is a file that is there.
    If one of them can't be written, none is kept.

    Raises:
        InvalidType, InvalidValue: for a name or an object that can't be; nothing was kept then.
        MissingExtra: if a library for one isn't installed.
    """
    if not isinstance(run, Run):
        raise InvalidType(f"the run is {a_kind(run)}", hint="track_artifacts(run, {name: object})")
    if not hasattr(objects, "items"):
        raise InvalidType(
            f"the artifacts are {a_kind(objects)}, not a dict",
            hint="track_artifacts(run, {'model.pkl': model})",
        )
    found = {artifact_name(name): value for name, value in objects.items()}
    with tempfile.TemporaryDirectory() as folder:
        written: dict[str, WrittenObject | os.PathLike[str]] = {}
        for at, (name, value) in enumerate(found.items()):
            if isinstance(value, os.PathLike):
                if not os.path.exists(value):
                    raise InvalidValue(
                        f"there is no file {os.fspath(value)} to keep as {name!r}",
                        hint="give the path of a file or folder that exists",
                    )
                written[name] = value
            else:
                base = os.path.basename(name)
                written[name] = write_object(name, value, os.path.join(folder, f"{at}-{base}"))
        for name, one in written.items():
            if isinstance(one, os.PathLike):
                run.log_artifact(one, name)
            else:
                _take(run, name, one)


def _take(run: Run, name: str, written: WrittenObject) -> None:
    from runlore.blobs.snapshot import snapshot

    def take(destination: str) -> dict[str, object]:
        snapshot(written.path, destination, move=True)
        return {"type": written.kind, "media_type": written.media_type}

    run._take_artifact(name, take, ArtifactWords(None, None, None, ()))  # noqa: SLF001
