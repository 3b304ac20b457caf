"""Change what is known of runs, and how a store is shown: each change is a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from runlore.client.placement import Placement
from runlore.client.run import Run
from runlore.editing import presentation
from runlore.editing.shell_recorder import ShellRecorder
from runlore.journal.shell import ShellWriter
from runlore.records import limits
from runlore.records.events import event
from runlore.records.ids import id_from_text, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

_STORE = 0  # the reference of records about the store as a whole

Version = Sequence[object]  # id, project, name, time, digest


class Target(NamedTuple):
    """A run to be changed, and the attempt in whose name: its newest."""

    run: str
    attempt: str | None


class Editor:
    """Writes edits to the journal that this user's commands share; a context manager.

    It works beside processes that write the same runs. Records that found no room are an error
    (`StoreFull`) at the end.
    """

    def __init__(self, path: str) -> None:
        """Open the store at `path`; waits for the commands before this one.

        Raises:
            StoreError: if it can't be written.
        """
        self._recorder = ShellRecorder(path)
        self._runs: dict[Target, Run] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._recorder.refuse_loss()
        finally:
            self._recorder.close()

    # -- the store's records, which outlive a run's segments -----------------------------------

    def delete(self, run: str) -> None:
        """Move a run to the trash."""
        self._of_store("run.deleted", run=run)

    def restore(self, run: str) -> None:
        """Take a run out of the trash."""
        self._of_store("run.restored", run=run)

    def purge(self, run: str, versions: Sequence[Version]) -> None:
        """Leave a tombstone, with what stays known of its artifacts' versions."""
        self._of_store("run.purged", run=run, artifacts=[list(version) for version in versions])

    def move(self, run: str, store_id: str | None, versions: Sequence[Version] = ()) -> None:
        """Note that a run lives in another store now; None: it is back."""
        artifacts = [list(version) for version in versions]
        self._of_store("run.moved", run=run, to=store_id, artifacts=artifacts)

    def alias(
        self, project: str | None, name: str, alias: str, run: str | None, artifact: str | None
    ) -> None:
        """Let `name:alias` stand for an artifact; None takes the alias away."""
        said = {"alias": alias, "run": run, "artifact": artifact}
        self._of_store("artifact.aliased", None, project=project, name=name, **said)

    def describe_metric(
        self, experiment: str | None, name: str, said: Mapping[str, str | None]
    ) -> None:
        """Say the `alias`, `unit` or `direction` of a metric of an experiment, or of all (None).

        Only what `said` holds changes; None takes it back.
        """
        checked = presentation.described(said)
        metric = limits.name(name, "a metric's name")
        self._of_store("metric.described", experiment=experiment, name=metric, said=checked)

    def pin_baseline(self, experiment: str | None, run: str | None) -> None:
        """Pin the run that others of an experiment are held against; None takes it back."""
        self._of_store("baseline.pinned", experiment=experiment, run=run)

    def save_view(
        self,
        view: str,
        name: str,
        page: str,
        experiment: str | None,
        query: str,
        *,
        time: int | None = None,
    ) -> None:
        """Save a view under an id, or change it, as of a time in microseconds (None: now)."""
        fields = {"page": presentation.page(page), "experiment": experiment}
        text = limits.text(query, "a view's query")
        called = limits.name(name, "a view's name")
        self._of_store("view.saved", time, view=view, name=called, **fields, query=text)

    def remove_view(self, view: str) -> None:
        """Take a saved view away; saving it again brings it back."""
        self._of_store("view.removed", view=view)

    def store_file(self, staged: str, digest: str, size_bytes: int) -> None:
        """Note which blob a staged file is."""
        body = event("staged.stored", staged=staged, digest=digest, size_bytes=size_bytes)
        self._recorder.writer.event(_STORE, body)

    # -- a run's records -----------------------------------------------------------------------

    def archive(self, target: Target) -> None:
        """Hide a run from lists."""
        self._of_run(target, "run.archived")

    def unarchive(self, target: Target) -> None:
        """Show a run in lists again."""
        self._of_run(target, "run.unarchived")

    def rename(self, target: Target, name: str | None) -> None:
        """Name a run; None takes its name away."""
        checked = None if name is None else limits.name(name, "the run's name")
        self._of_run(target, "name.set", name=checked)

    def set_colour(self, target: Target, colour: str | None) -> None:
        """Give a run a colour, as `#rrggbb`; None takes it back."""
        self._of_run(target, "colour.set", colour=presentation.colour(colour))

    def add_tag(self, target: Target, tag: str, value: str | None = None) -> None:
        """Add a tag."""
        self._run(target).add_tag(tag, value)

    def remove_tag(self, target: Target, tag: str) -> None:
        """Remove a tag: all additions of it until now."""
        self._run(target).remove_tag(tag)

    def add_note(self, target: Target, text: str, time: int | None = None) -> str:
        """Add a note as of a time in microseconds (None: now); returns its id."""
        checked = limits.text(text, "a note")
        return self._of_run(target, "note.added", time, text=checked)

    def remove_note(self, target: Target, note: str) -> None:
        """Take away the note of that id."""
        self._of_run(target, "note.removed", note=note)

    def describe_artifact(self, target: Target, artifact: str, description: str | None) -> None:
        """Describe an artifact that the run logged; None takes the description away."""
        text = None if description is None else limits.text(description, "a description")
        self._of_run(target, "artifact.described", artifact=artifact, description=text)

    def set_context(self, target: Target, facts: dict[str, object], time: int | None) -> None:
        """Set facts of a run's own context, as of a time in microseconds (None: now)."""
        run = self._run(target)
        slot = self._writer.declare_run(run.id, run.attempt, run.rank)
        self._writer.event(slot, event("context.captured", time, facts=facts))

    # -- the journal ---------------------------------------------------------------------------

    @property
    def actor(self) -> str:
        """The actor of the journal."""
        return self._recorder.writer.actor

    def sync(self) -> None:
        """Wait until all of it is on the device; raises StoreFull if there was no room."""
        self._recorder.refuse_loss()
        self._writer.sync()

    def complete(self) -> None:
        """Complete the journal file, so that it can be sealed."""
        self._runs.clear()
        self._writer.complete()

    @property
    def _writer(self) -> ShellWriter:
        writer = self._recorder.writer
        assert isinstance(writer, ShellWriter)  # noqa: S101 - as ShellRecorder makes it
        return writer

    def _of_store(self, kind: str, time: int | None = None, **fields: object) -> None:
        self._recorder.writer.event(_STORE, event(kind, time, **self._stamp(), **fields))

    def _of_run(self, target: Target, kind: str, time: int | None = None, **fields: object) -> str:
        stamp = self._stamp()
        run = self._run(target)
        slot = self._writer.declare_run(run.id, run.attempt, run.rank)
        self._writer.event(slot, event(kind, time, **stamp, **fields))
        return str(stamp["id"])

    def _stamp(self) -> dict[str, object]:
        recorder = self._recorder
        return {"id": new_id(), "clock": recorder.clock.tick(), "actor": recorder.writer.actor}

    def _run(self, target: Target) -> Run:
        run = self._runs.get(target)
        if run is None:
            attempt = target.attempt or id_from_text(f"attempt\0shell\0{target.run}")
            place = Placement(target.run, attempt, 0, 1, is_shared=True, local_rank=0)
            run = self._runs[target] = Run(self._recorder, place, None)
        return run
