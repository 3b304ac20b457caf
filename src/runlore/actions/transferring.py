"""Bring runs that are sealed from one store into another: blobs, segments, records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.blobs.opening import StoreBlobs
from runlore.editing.editor import Editor, Target
from runlore.errors import BlobDamaged, DamageError, InvalidValue, RunNotFound
from runlore.segments.gone import unmark
from runlore.segments.transfer import (
    SegmentPlace,
    actor_elsewhere,
    copy_segment,
    enter,
    entries_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runlore.index.rows import Artifact, Media, RunFacts
    from runlore.reading.store import StoreReader
    from runlore.segments.manifest import Entry, SealedSegment

_SHELL = "shell"


class Transfer:
    """Copies runs from the store `source` to the store `target`, both read to their ends.

    With `is_thorough` what is in the target already is compared as well.
    """

    def __init__(self, source: StoreReader, target: StoreReader, *, is_thorough: bool) -> None:
        self.size_bytes = 0
        self.missing_files = 0
        self._source = source
        self._target = target
        self._is_thorough = is_thorough
        self._entries: dict[tuple[str, str, int], tuple[Entry, SealedSegment]] = {}
        self._brought: dict[tuple[str, str, int], tuple[Entry, list[SealedSegment]]] = {}

    def copy(self, runs: Sequence[str]) -> list[str]:
        """Copy runs; returns those that were in the target already.

        Raises:
            InvalidValue: if the target has purged one, or has it in the trash.
            DamageError: if something isn't whole in the source, or not the same in the target.
        """
        self._entries = entries_of(self._source.folder, set(runs))
        facts = {run: self._facts(run) for run in runs}
        for run in runs:
            self._refuse(facts[run])
        known = [run for run in runs if self._is_there(facts[run])]
        rows = self._target.index.get_runs(runs)
        strange = [run for run in runs if run not in rows or rows[run].moved_to is not None]
        for run in runs:
            if run not in known or self._is_thorough:
                self._copy_blobs(facts[run])
                self._copy_segments(facts[run], is_known=run in known)
        for (actor, _, _), (entry, segments) in self._brought.items():
            if segments:
                enter(self._target.folder, entry, actor, segments)
        self._target.catch_up(budget_seconds=None)
        new = [run for run in runs if run not in known]
        self._record([facts[run] for run in new])
        self._target.catch_up(budget_seconds=None)
        for run in new:
            self._compare(facts[run], is_strict=run in strange)
        return known

    def _facts(self, run: str) -> RunFacts:
        found = self._source.index.run_facts(run)
        if found is None:
            raise RunNotFound(f"the run {run} was purged", hint="list the runs anew")
        return found

    def _refuse(self, facts: RunFacts) -> None:
        run = facts.run.run
        there = self._target.index.get_runs([run]).get(run)
        if there is None or there.moved_to is not None:
            return
        if there.is_purged:
            raise InvalidValue(
                f"the run {run} was purged from {self._target.folder.path}, which is final",
                hint="choose another store",
            )
        if there.is_deleted:
            raise InvalidValue(
                f"the run {run} is in the trash of {self._target.folder.path}",
                hint="take it out there first: runlore restore",
            )

    def _is_there(self, facts: RunFacts) -> bool:
        """Whether the target has the run, with all segments that the source has."""
        run, index = facts.run.run, self._target.index
        there = index.get_runs([run]).get(run)
        if there is None or there.moved_to is not None or index.problems(run):
            return False
        sizes = {(part.actor, part.number): part.size_bytes for part in index.parts(run)}
        return all(
            sizes.get((place.target_actor, place.number)) == segment.size_bytes
            for place, _, segment in self._places(facts)
        )

    def _places(self, facts: RunFacts) -> list[tuple[SegmentPlace, Entry, SealedSegment]]:
        """Say where the segments of a run lie, and under which actors they go to the target.

        Shell commands have the same actor in all stores of a user: elsewhere it gets another
        name, and its own again when it comes back.
        """
        run, source_id = facts.run.run, self._source.folder.store_id
        target_id = self._target.folder.store_id
        there = {part.actor for part in self._target.index.parts(run)}
        back = {actor_elsewhere(target_id, actor): actor for actor in there}
        shells = {writer.actor for writer in facts.writers if writer.kind == _SHELL}
        places = []
        for part in facts.parts:
            actor, found = part.actor, self._entries.get((run, part.actor, part.number))
            if found is None:
                continue  # it has left neither points nor records in that journal
            entry, segment = found
            if actor in back:
                actor = back[actor]
            elif actor in shells and not entry.partial:
                actor = actor_elsewhere(source_id, actor)
            places.append((SegmentPlace(run, part.actor, part.number, actor), entry, segment))
        return places

    def _copy_blobs(self, facts: RunFacts) -> None:
        source, target = StoreBlobs(self._source.folder), StoreBlobs(self._target.folder)
        items: list[Artifact | Media] = [*facts.artifacts, *facts.media]
        for digest in sorted({item.digest for item in items if item.digest is not None}):
            if target.look(digest) is None:
                if source.look(digest) is None:
                    self.missing_files += 1
                    continue
                blob = target.put_file(source.local_path(digest))
                if blob.digest != digest:
                    raise BlobDamaged(
                        f"blob {digest} holds other content than was put there",
                        hint="see `runlore doctor`; nothing was changed in the source",
                    )
                self.size_bytes += blob.size_bytes
            target.verify(digest)

    def _copy_segments(self, facts: RunFacts, *, is_known: bool) -> None:
        for place, entry, segment in self._places(facts):
            size_bytes = copy_segment(self._source.folder, self._target.folder, place, entry.end)
            self.size_bytes += 0 if is_known else size_bytes
            key = (place.target_actor, place.actor, place.number)
            _, segments = self._brought.setdefault(key, (entry, []))
            if not is_known:
                segments.append(segment)

    def _record(self, runs: Sequence[RunFacts]) -> None:
        """Record what stands in the source's store as a whole and belongs to the runs."""
        ids = [facts.run.run for facts in runs]
        attempts = self._target.index.newest_attempts(ids)
        rows = self._target.index.get_runs(ids)
        with Editor(self._target.folder.path) as editor:
            for facts in runs:
                run = facts.run.run
                if rows[run].moved_to is not None:
                    editor.move(run, None)
                there = self._target.index.run_facts(run)
                known = {} if there is None else there.context
                context = {
                    key: value
                    for key, value in facts.context.items()
                    if key not in known or known[key] != value
                }
                if context:
                    # As of the last thing known of the run, whose times stay what they are.
                    as_of = facts.run.last_time
                    editor.set_context(Target(run, attempts.get(run)), context, as_of)
                items: list[Artifact | Media] = [*facts.artifacts, *facts.media]
                for item in items:
                    if item.staged is not None and item.digest is not None:
                        editor.store_file(item.staged, item.digest, item.size_bytes or 0)
            self._record_aliases(editor, set(ids))
            editor.sync()
        for run in ids:
            unmark(self._target.folder, run)

    def _record_aliases(self, editor: Editor, runs: set[str]) -> None:
        """Bring aliases along that the target doesn't use for something else."""
        taken = {(one.project, one.name, one.alias) for one in self._target.index.aliases()}
        for one in self._source.index.aliases():
            if one.run in runs and (one.project, one.name, one.alias) not in taken:
                editor.alias(one.project, one.name, one.alias, one.run, one.artifact)

    def _compare(self, facts: RunFacts, *, is_strict: bool) -> None:
        """Read a run from the target and hold it against what the source says.

        All of it if `is_strict`, else its metrics: it may have been edited there since.

        Raises:
            DamageError: if it isn't the same.
        """
        run = facts.run.run
        there = self._target.index.run_facts(run)
        differing = ["the run"] if there is None else []
        if there is not None and is_strict:
            differing += _differing(facts, there)
        mine = self._source.index.summaries([run]).get(run, [])
        theirs = self._target.index.summaries([run]).get(run, [])
        if repr([one._replace(total=0.0) for one in mine]) != repr(
            [one._replace(total=0.0) for one in theirs]
        ):
            differing.append("metrics")
        if differing:
            raise DamageError(
                f"the run {run} reads otherwise in {self._target.folder.path}: "
                + ", ".join(differing),
                hint="nothing was changed in the source; see `runlore doctor` on both stores",
            )


def _differing(mine: RunFacts, theirs: RunFacts) -> Iterator[str]:
    """Name what two stores don't say alike of a run."""
    row, other = mine.run, theirs.run
    if row._replace(is_deleted=False) != other._replace(is_deleted=False, moved_to=None):
        yield "its name, times or status"
    for what in ("params", "param_changes", "tags", "notes", "metrics", "attempts"):
        if repr(getattr(mine, what)) != repr(getattr(theirs, what)):
            yield what
    if repr(mine.context) != repr(theirs.context) and mine.context != theirs.context:
        yield "context"
    for what in ("artifacts", "media"):
        if {_identity(item) for item in getattr(mine, what)} != {
            _identity(item) for item in getattr(theirs, what)
        }:
            yield what


def _identity(item: Artifact | Media) -> str:
    """Say all about a file but where its record stands."""
    return repr(item._replace(actor="", number=0, sequence=0))
