"""Find versions of artifacts by what a person calls them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.errors import Ambiguous, ArtifactNotFound, InvalidType, a_kind
from runlore.reading.artifact_collections import collections_of
from runlore.reading.behind import so_far, warn_if_behind
from runlore.reading.run import stored_runs
from runlore.reading.store import open_reader
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    import os

    from runlore.reading.artifact_collections import Collection
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.store import StoreReader

_BUDGET_SECONDS = 30.0  # a version that is missed would be taken for another
_DIGITS = re.compile(r"@[0-9a-fA-F]{4,64}")


def get_artifact(
    spec: str, *, project: str | None = None, store: str | os.PathLike[str] | None = None
) -> ArtifactVersion:
    """Return a version of an artifact: `name`, `name:latest`, `name:v3`, `name:alias`, `name@5f2c`.

    A name alone stands for what was logged last. `project` is needed only where several
    have an artifact of that name. To record that a run uses it: `run.use_artifact`.

    Raises:
        ArtifactNotFound: if there is none, with what comes nearest.
        Ambiguous: if several projects have one, with their names.
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store, budget_seconds=_BUDGET_SECONDS)
    found = find_artifact(reader, spec, project=project)
    warn_if_behind(reader)
    return found


def artifact_for_run(run: str, spec: str, *, project: str | None, store: str) -> ArtifactVersion:
    """Return a version for a run that is being written, of its own project where others have one.

    Raises:
        ArtifactNotFound, Ambiguous: as `get_artifact`.
    """
    reader = open_reader(store, budget_seconds=_BUDGET_SECONDS)
    row = reader.ask(lambda index: index.get_runs([run])).get(run)
    found = find_artifact(reader, spec, project=project, preferred=row.project if row else None)
    warn_if_behind(reader)
    return found


def list_artifacts(
    name: str | None = None,
    *,
    project: str | None = None,
    kind: str | None = None,
    store: str | os.PathLike[str] | None = None,
) -> list[ArtifactVersion]:
    """List the versions of an artifact, or of all, by name and age.

    `kind` is the type that they were logged with. What only runs in the trash have is left out.

    Raises:
        StoreNotFound: if there is no store.
    """
    reader = open_reader(store, budget_seconds=_BUDGET_SECONDS)
    found = find_versions(reader, name, project=project)
    warn_if_behind(reader)
    return [version for version in found if kind is None or version.type == kind]


def find_versions(
    reader: StoreReader, name: str | None = None, *, project: str | None = None
) -> list[ArtifactVersion]:
    """List versions, as `list_artifacts` does, of a store that is open already."""
    collections = collections_of(reader, name, stored_runs)
    return [
        version
        for key in sorted(collections, key=lambda key: (key[1], key[0] or ""))
        if project is None or (key[0] or "") == project
        for version in collections[key].versions()
        if version.is_shown
    ]


def find_artifact(
    reader: StoreReader, spec: str, *, project: str | None = None, preferred: str | None = None
) -> ArtifactVersion:
    """Return a version, as `get_artifact` does, of a store that is open already.

    Of several projects that have the name, `preferred` is taken if it is among them.

    Raises:
        ArtifactNotFound, Ambiguous: as `get_artifact`.
    """
    if not isinstance(spec, str):
        raise InvalidType(
            f"an artifact is named by text, not by {a_kind(spec)}", hint="like 'model.pt:latest'"
        )
    for name, wanted in _readings(spec):
        collections = collections_of(reader, name, stored_runs)
        if collections:
            collection = _chosen(name, collections, project, preferred)
            if collection.adopt_waiting():
                collection = collections_of(reader, name, stored_runs)[collection.project, name]
            return collection.version(wanted)
    raise _not_found(reader, spec)


def _readings(spec: str) -> list[tuple[str, str]]:
    """Say how a text can be read: as (name, which of its versions), "" for the latest."""
    readings = []
    head, sign, alias = spec.rpartition(":")
    if sign and head and alias:
        readings.append((head, alias))
    head, sign, digits = spec.rpartition("@")
    if head and _DIGITS.fullmatch(sign + digits):
        readings.append((head, sign + digits.lower()))
    return [*readings, (spec, "")]  # for names may hold these signs as well


def _chosen(
    name: str,
    collections: dict[tuple[str | None, str], Collection],
    project: str | None,
    preferred: str | None,
) -> Collection:
    by_project = {key[0] or "": collection for key, collection in collections.items()}
    if project is not None:
        if project in by_project:
            return by_project[project]
        raise ArtifactNotFound(
            f"the project {project!r} has no artifact {name!r}",
            hint=nearest(project, sorted(by_project), nothing="no project has"),
        )
    if len(by_project) > 1 and (preferred or "") in by_project:
        return by_project[preferred or ""]
    if len(by_project) > 1:
        projects = ", ".join(map(repr, sorted(by_project)))
        raise Ambiguous(
            f"{len(by_project)} projects have an artifact {name!r}: {projects}",
            hint=f"name one: project={min(by_project)!r}, or --project",
        )
    return next(iter(by_project.values()))


def _not_found(reader: StoreReader, spec: str) -> ArtifactNotFound:
    name = _readings(spec)[0][0]
    known = [known for known, _ in reader.ask(lambda index: index.artifact_names())]
    folder = name.partition("/")[0]
    hint = nearest(name, known, nothing="no run has logged any")
    if folder != name and folder in known:
        hint = f"it may be a file of {folder!r}: runlore artifact get {folder}"
    return ArtifactNotFound(
        f"there is no artifact {name!r} in {reader.folder.path}{so_far(reader)}", hint=hint
    )
