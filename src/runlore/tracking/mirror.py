"""Keep the plain files of a run in step with it, from its beginning to after its end."""

from __future__ import annotations

import os

from runlore.client.increments import METADATA, marker, write_mark
from runlore.tracking import numbering
from runlore.tracking.kept import KeptFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runlore.client.increments import Increment


class Mirror:
    """The plain files of one run, as the process that records it keeps them.

    Until a folder is claimed it only remembers; `stated` is what an `ExperimentMetadata` says.
    """

    __slots__ = (
        "_actor",
        "_git",
        "_name",
        "_project",
        "_run",
        "_seen",
        "folder",
        "increment",
        "kept",
        "number",
        "stated",
    )  # fmt: skip

    def __init__(
        self, run: str, name: str | None, append: Callable[[bytes], None], *, is_whole: bool
    ) -> None:
        """Begin to remember a run; the rest is as in `KeptFacts`."""
        self._run = run
        self._name = name
        self._project: str | None = None
        self._actor = ""
        self._seen: tuple[int, int] | None = None
        self._git: dict[str, object] | None = None
        self.kept = KeptFacts(append, is_whole=is_whole)
        self.increment: Increment | None = None
        self.folder: str | None = None
        self.number: int | None = None
        self.stated: dict[str, object] = {}

    def take(self, kind: str, fields: dict[str, Any]) -> None:
        """Remember what a record of the run says."""
        self.kept.take(kind, fields)
        if kind == "run.started":
            self._project = fields["project"]

    def claim(self, increment: Increment, parent_folder: str | None) -> None:
        """Claim a folder, in that of a parent or in the increment's results, and a number there.

        A run that is continued keeps what it had.

        Raises:
            OSError: if they can't be made.
        """
        if parent_folder is not None:
            claimed = numbering.claim_within(parent_folder, self._name, self._run)
        else:
            claimed = self._earlier_claim(increment) or numbering.claim(
                increment.experiments, self._name, self._run
            )
        self.increment, self.folder, self.number = increment, claimed.folder, claimed.number

    def _earlier_claim(self, increment: Increment) -> numbering.Claim | None:
        if self.kept.is_whole:
            return None  # no other process knows the run
        return numbering.claim_of(increment.experiments, self._run)

    def begin(self, store: str, actor: str) -> None:
        """Mark the folder as being written; of a run that isn't a part, write what is known.

        Raises:
            OSError: if it can't be written.
        """
        from runlore.tracking.folders import write_metadata
        from runlore.tracking.surroundings import git

        folder, increment = self.folder, self.increment
        if folder is None or increment is None:
            return
        place = os.path.relpath(folder, increment.experiments)
        write_mark(increment.experiments, self._run, place, store, actor)
        self._actor = actor
        self._git = git()
        if self.number is not None:
            write_metadata(folder, self._metadata())
            self._seen = _identity(folder)

    def write(self, store: str) -> None:
        """Write all files of a run that is over, and take its mark away.

        What this process alone doesn't know is read from the store.

        Raises:
            OSError, RunloreError: if they can't be written.
        """
        from runlore.tracking import folders

        folder, kept = self.folder, self.kept
        if folder is None or self.increment is None:
            return
        mark = marker(self.increment.experiments, self._run)
        if not kept.is_whole or self._is_edited_elsewhere(mark, folder):
            kept.is_whole = False
            from runlore.tracking.completing import UNDER_WAY, complete_folder

            if complete_folder(folder, self._run, store).status in UNDER_WAY:
                return  # other ranks go on
        else:
            folders.write_params(folder, kept.params)
            if kept.has_new_points:
                folders.write_metrics(folder, kept.points())
                kept.mark_points_written()
            kept.take_files(lambda name, source: folders.write_artifact(folder, name, source))
            folders.write_metadata(folder, self._metadata())
        kept.close()
        self._seen = _identity(folder)
        if os.path.exists(mark):
            os.unlink(mark)

    def _is_edited_elsewhere(self, mark: str, folder: str) -> bool:
        """Tell whether another process has said something of the run: by a tag, a note."""
        if self._seen is not None and self._seen != _identity(folder):
            return True
        try:
            with open(mark, "rb") as file:
                return self._actor.encode() not in file.read()
        except OSError:
            return False

    def _metadata(self) -> dict[str, object]:
        from runlore.tracking.folders import metadata_of
        from runlore.tracking.surroundings import command, environment

        kept, stated, here = self.kept, self.stated, self._git
        if here is not None and "git_commit" in stated:
            here = {"stated_commit": stated["git_commit"], **here}
        return metadata_of(
            run=self._run,
            number=self.number,
            name=self._name,
            description=kept.goal,
            status=kept.status,
            reason=kept.reason,
            error=kept.error,
            started=kept.started,
            ended=kept.ended,
            author=stated.get("author"),
            data_version=stated.get("data_version"),
            tags=kept.tags,
            notes=kept.notes,
            artifacts=sorted(kept.artifacts),
            inputs=kept.inputs,
            git=here,
            environment=environment(),
            command=command(),
            experiment=self.increment.name if self.increment else None,
            project=self._project,
            parent=kept.parent,
        )


def _identity(folder: str) -> tuple[int, int] | None:
    """Tell one writing of a run's metadata from another."""
    try:
        status = os.stat(os.path.join(folder, METADATA))
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
