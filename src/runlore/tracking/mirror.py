"""Keep the plain files of a run in step with it, from its beginning to after its end."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runlore.records.text import encode_json
from runlore.tracking import folders, numbering
from runlore.tracking.surroundings import environment, git

if TYPE_CHECKING:
    from runlore.tracking.experiments import TrackedRun
    from runlore.tracking.kept import KeptFacts


def begin_files(run: TrackedRun) -> None:
    """Mark the folder of a run as being written, and write what is known already."""
    marker = _marker(run)
    if marker is None or run.folder is None or run.kept is None:
        return
    fields = {"run": run.id, "folder": run.folder, "store": run.store}
    with open(marker, "wb") as file:
        file.write(encode_json(fields) + b"\n")
    folders.write_metadata(run.folder, _metadata(run, run.kept))


def write_files(run: TrackedRun) -> None:
    """Write all files of a run that is over, and take its mark away.

    What this process alone doesn't know is read from the store.
    """
    folder, kept, marker = run.folder, run.kept, _marker(run)
    if folder is None or kept is None or marker is None:
        return
    if not kept.is_whole:
        from runlore.tracking.completing import complete_folder

        complete_folder(folder, run.id, run.store)
    else:
        folders.write_params(folder, kept.params)
        if kept.has_new_points:
            folders.write_metrics(folder, kept.points())
            kept.has_new_points = False
        kept.take_files(lambda name, source: folders.write_artifact(folder, name, source))
        folders.write_metadata(folder, _metadata(run, kept))
    if os.path.exists(marker):
        os.unlink(marker)


def _marker(run: TrackedRun) -> str | None:
    if run.increment is None:
        return None
    return os.path.join(run.increment.experiments, numbering.CLAIMS, f"{run.id}.open")


def _metadata(run: TrackedRun, kept: KeptFacts) -> dict[str, object]:
    from sys import argv

    stated = run.stated
    here = git()
    if here is not None and "git_commit" in stated:
        here = {"stated_commit": stated["git_commit"], **here}
    return folders.metadata_of(
        run=run.id,
        number=run.number,
        name=run.name,
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
        git=here,
        environment=environment(),
        command=list(argv),
        experiment=run.increment.name if run.increment else None,
        project=run.project,
        parent=kept.parent,
    )
