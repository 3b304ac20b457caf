"""Put artifacts into the store, get them, list, verify and name their versions."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING

from runlore.actions.logging import checked_files, find_target
from runlore.actions.quiet import without_warnings
from runlore.client.artifact_words import ArtifactWords
from runlore.client.folders import look_into
from runlore.client.start import default_project
from runlore.editing.shell_recorder import shell_run
from runlore.errors import BlobDamaged, NotFound, StoreError
from runlore.journal.location import locate_store
from runlore.media.names import artifact_name
from runlore.reading.artifact_lookup import find_artifact, find_versions, get_artifact
from runlore.reading.lineage import outputs_of
from runlore.reading.run import stored_runs
from runlore.reading.store import open_reader
from runlore.records.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from runlore.client.run import Run
    from runlore.index.interface import Freshness
    from runlore.reading.artifacts import ArtifactVersion
    from runlore.reading.store import StoreReader

_BUDGET_SECONDS = 30.0
_PENDING_SECONDS = 5.0
_LOOK_AGAIN_SECONDS = 0.05


@dataclass(frozen=True)
class Words:
    """What is said of an artifact beside its name."""

    kind: str | None = None
    description: str | None = None
    aliases: Sequence[str] = ()


@dataclass(frozen=True)
class ArtifactListing:
    """Versions, by name and age."""

    versions: list[ArtifactVersion]
    freshness: Freshness


@dataclass(frozen=True)
class Damage:
    """A version of which a file isn't what was logged, or isn't there."""

    version: ArtifactVersion
    message: str
    hint: str | None


@dataclass
class Verification:
    """What was read again: how much, what was damaged, and what wasn't hashed yet."""

    files: int = 0
    size_bytes: int = 0
    sound: list[ArtifactVersion] = field(default_factory=list)
    damaged: list[Damage] = field(default_factory=list)
    pending: list[ArtifactVersion] = field(default_factory=list)


def put_artifact(
    path: str,
    name: str | None = None,
    *,
    words: Words,
    run: str | None = None,
    project: str | None = None,
    store: str | None = None,
) -> ArtifactVersion:
    """Keep a file or folder: with a run that there is, or with a new one made for it.

    Raises:
        UsageError: for what can't be kept; nothing has been written then.
        RunNotFound, Ambiguous: if `run` names no run, or several.
        StoreError: if the store can't be written.
    """
    (source,) = checked_files([path])
    base = artifact_name(os.path.basename(source) if name is None else name)
    ArtifactWords(words.kind, words.description, None, words.aliases)
    if os.path.isdir(source):
        look_into(source, base)
    if run is not None:
        target = find_target(run, store=store)
        place, identifier, attempt = target.path, target.run, target.attempt
    else:
        place, identifier, attempt = locate_store(store), new_id(), None
    with shell_run(place, identifier, attempt, None) as writing:
        writing.project = _project_of(run, place) if run else project or default_project(place)
        writing.log_artifact(
            source,
            base,
            kind=words.kind,
            description=words.description,
            aliases=words.aliases,
        )
        if run is None:
            _begin(writing, f"put {base}")
    with open_reader(place, budget_seconds=None) as reader:
        newest = _newest_output(reader, identifier)
        until = monotonic() + _PENDING_SECONDS
        while newest is not None and newest.is_pending and monotonic() < until:
            sleep(_LOOK_AGAIN_SECONDS)  # a helper is hashing an earlier one
            reader.catch_up()
            newest = _newest_output(reader, identifier)
    if newest is None:
        raise StoreError(
            f"{source} could not be kept in {place}", hint="the line above says what was in the way"
        )
    return newest


def fetch_artifact(
    spec: str,
    folder: str,
    *,
    project: str | None = None,
    overwrite: bool = False,
    used_by: str | None = None,
    store: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[ArtifactVersion, str]:
    """Download a version below `folder`; with `used_by`, record that this run uses it.

    Returns the version and the path of what was written.

    Raises:
        ArtifactNotFound, Ambiguous: if nothing, or several things, answer to `spec`.
        InvalidValue: if other files are in the way.
        BlobDamaged: if the store doesn't hold what was logged.
    """
    target = None if used_by is None else find_target(used_by, store=store)
    version = _found(spec, project, store)
    total = version.size_bytes or 0
    tell = None if on_progress is None else lambda done: on_progress(done, total)
    path = version.download(folder, overwrite=overwrite, progress=tell)
    if target is not None:
        with shell_run(target.path, target.run, target.attempt, None) as run:
            run.record("artifact.logged", id=new_id(), direction="input", **version.as_input())
    return version, path


def list_versions(
    name: str | None = None,
    *,
    project: str | None = None,
    kind: str | None = None,
    store: str | None = None,
) -> ArtifactListing:
    """List the versions of an artifact, or of all."""
    reader = open_reader(store)
    versions = find_versions(reader, name, project=project)
    if name is not None and not versions:
        find_artifact(reader, name, project=project)  # says what there is
    chosen = [version for version in versions if kind in (None, version.type)]
    return ArtifactListing(chosen, reader.freshness)


def verify_artifacts(
    specs: Iterable[str] = (),
    *,
    project: str | None = None,
    store: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Read versions again, or all, and hold them against their digests; each content once.

    Raises:
        ArtifactNotFound, Ambiguous: if nothing, or several things, answer to a spec.
    """
    reader = open_reader(store, budget_seconds=_BUDGET_SECONDS)
    chosen = [find_artifact(reader, spec, project=project) for spec in specs]
    if not chosen:
        chosen = find_versions(reader, project=project)
    total = sum(version.size_bytes or 0 for version in chosen)
    report = Verification()
    seen: set[str] = set()
    for version in chosen:
        if version.digest is None:
            report.pending.append(version)
            continue
        before = report.size_bytes
        try:
            for size_bytes in version.verified_pieces(seen):
                report.size_bytes += size_bytes
                if on_progress is not None:
                    on_progress(report.size_bytes, total)
        except (BlobDamaged, NotFound) as error:
            report.damaged.append(Damage(version, error.message, error.hint))
        else:
            report.sound.append(version)
        total -= (version.size_bytes or 0) - (report.size_bytes - before)
    report.files = len(seen)
    return report


def set_alias(
    spec: str,
    alias: str,
    *,
    is_removed: bool = False,
    project: str | None = None,
    store: str | None = None,
) -> ArtifactVersion:
    """Let an alias stand for a version; or take it away, wherever it points.

    Raises:
        ArtifactNotFound, Ambiguous: if nothing, or several things, answer to `spec`.
        InvalidValue: if an alias may not be called so.
    """
    version = _found(spec, project, store)
    if not is_removed:
        version.add_alias(alias)
        return version
    aliased = _found(f"{version.name}:{alias}", version.project or "", store)
    aliased.remove_alias(alias)
    return aliased


def describe_artifact(
    spec: str, description: str | None, *, project: str | None = None, store: str | None = None
) -> ArtifactVersion:
    """Say what to know about a version, in place of what was said.

    Raises:
        ArtifactNotFound, Ambiguous: if nothing, or several things, answer to `spec`.
    """
    version = _found(spec, project, store)
    version.describe(description)
    return version


def _newest_output(reader: StoreReader, run: str) -> ArtifactVersion | None:
    found = outputs_of(reader, run, stored_runs)
    return max(found, key=lambda one: one.last_logged_by(run), default=None)


@without_warnings
def _found(spec: str, project: str | None, store: str | None) -> ArtifactVersion:
    return get_artifact(spec, project=project, store=store)


def _begin(run: Run, name: str) -> None:
    """Make the run that there is to be for a file from a shell."""
    run.record(
        "run.started", name=name, experiment=None, project=run.project, goal=None, parent=None
    )
    run.record(
        "attempt.started",
        resumed=False,
        from_step=None,
        parent_attempt=None,
        rank=0,
        world_size=1,
    )
    run.set_status("finished")


@without_warnings
def _project_of(run: str, store: str) -> str | None:
    from runlore.reading.opening import get_run

    return get_run(run, store=store).project
