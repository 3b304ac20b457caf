"""A run of an experiment: what `track_experiment` gives."""

from __future__ import annotations

import os

from runlore.client.increments import is_baseline, number_text
from runlore.client.run import Run
from runlore.errors import InvalidValue, RunloreError
from runlore.records import params
from runlore.records.ids import new_id
from runlore.tracking.hooks import call_hooks
from runlore.tracking.mirror import Mirror

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runlore.client.increments import Increment
    from runlore.client.placement import Placement
    from runlore.client.recorder import Recorder
    from runlore.tracking.references import Reference


class TrackedRun(Run):
    """A run of an experiment: all that a `Run` is, and, in an increment, plain files as well.

    `increment` is the increment it belongs to, `number` its number there (3 for `exp-003`), and
    `folder` the folder with its files; None where there is none. The files are complete when
    the run is over, however it ended; after a kill, at the next look.
    """

    increment: Increment | None = None
    number: int | None = None
    folder: str | None = None
    _mirror: Mirror | None = None
    _status = "running"

    def __init__(
        self,
        recorder: Recorder,
        placement: Placement,
        name: str | None,
        captures: frozenset[str] = frozenset(),
    ) -> None:
        """Open `placement`'s run in a recorder; use `runlore.track_experiment`."""
        super().__init__(recorder, placement, name, captures)
        if placement.rank == 0:
            is_whole = not placement.is_shared
            self._mirror = Mirror(self.id, name, self._append, is_whole=is_whole)

    @property
    def label(self) -> str:
        """What it is called in the increment: `exp-003-xgboost`; else its name or short id."""
        if self.number is None:
            return self.name or self.short_id
        number = number_text(self.number)
        return f"{number}-{self.name}" if self.name else number

    def keep_as_files(self, increment: Increment, parent: Run | None) -> None:
        """Claim a number and a folder, and write the run's files from now on."""
        self.increment = increment
        mirror = self._mirror
        if mirror is None:
            return  # the files of a run with several ranks are written by the first
        try:
            mirror.claim(increment, parent.folder if isinstance(parent, TrackedRun) else None)
        except OSError as error:
            self._give_files_up(error)
            return
        self.folder, self.number = mirror.folder, mirror.number
        self._append = mirror.kept.append
        if mirror.number is not None:
            self.add_tag(number_text(mirror.number))
        place = {
            "name": increment.name,
            "number": mirror.number,
            "folder": os.path.relpath(mirror.folder or "", increment.experiments),
        }
        self.record("context.captured", facts={"increment": place})
        try:
            mirror.begin(self.store, self._writer.actor)
        except OSError as error:
            self._give_files_up(error)

    def state(self, facts: dict[str, object]) -> None:
        """Record what is said of the experiment as a whole: author, commit, version of data."""
        if not facts:
            return
        if self._mirror is not None:
            self._mirror.stated = facts
        if "data_version" in facts:
            self.log_param("data_version", facts["data_version"])
        self.record("context.captured", facts={"stated": facts})

    def log_params(self, values: object) -> None:
        """Log params as every run does; those called `data_…` may refer to data elsewhere.

        `data_commit="dvc:a3b8c9d"` and `data_url="s3://bucket/data"` are checked, and kept as
        inputs of the run as well.

        Raises:
            InvalidValue: for a reference that can't be one.
            TooLarge: if one value is over 1 MiB or all together over 16 MiB.
        """
        from runlore.tracking.references import references_in

        flat = params.flatten(values)
        found = references_in((name, param[0]) for name, param in flat.items())
        for chunk in params.chunks(flat):
            self.record("params", values=chunk)
        for name, reference in found.items():
            self._refer(name, reference)

    def use_reference(self, name: str, address: str, *, digest: str | None = None) -> None:
        """Record that this run uses data that lies elsewhere: `dvc:…`, `s3://…` and the like.

        Its form is checked, never whether it is there: nothing is asked over the network.
        `digest` is its SHA-256, where you know it.

        Raises:
            InvalidValue: for what can't be a reference, or no SHA-256.
        """
        from runlore.media.names import artifact_name
        from runlore.tracking.references import reference_of

        if digest is not None:
            digest = digest.lower()
            if len(digest) != 64 or digest.strip("0123456789abcdef"):
                raise InvalidValue(f"{digest!r} is no SHA-256", hint="give its 64 digits")
        self._refer(artifact_name(name), reference_of(address, name), digest)

    def _refer(self, name: str, reference: Reference, digest: str | None = None) -> None:
        self.record(
            "artifact.logged",
            id=new_id(),
            direction="input",
            name=name,
            type="reference",
            media_type=None,
            size_bytes=None,
            digest=digest,
            details=reference.details(),
        )

    def forget_files(self) -> None:
        """Remember nothing for files that nobody wants, or that can't be written."""
        if self._mirror is not None:
            self._mirror.kept.close()
            self._mirror = None
        self._append = self._writer.append

    # -- what is remembered for the files --------------------------------------------------

    def record(self, kind: str, /, **fields: object) -> None:
        """Write a record of this run (docs/formats/records.md)."""
        super().record(kind, **fields)
        self._remember(kind, fields)

    def _edit(self, kind: str, /, **fields: object) -> None:
        super()._edit(kind, **fields)
        self._remember(kind, fields)

    def _remember(self, kind: str, fields: dict[str, Any]) -> None:
        if kind == "status.set":
            self._status = fields["status"]
        mirror = self._mirror
        if mirror is None:
            return
        mirror.take(kind, fields)
        if kind == "artifact.logged" and fields.get("staged"):
            place = os.path.join(self._recorder.store.incoming, fields["staged"])
            mirror.kept.take_file(fields["name"], place)
        if self.is_finished:
            self._write_files()

    def _declare_keys(self, context: str, names: tuple[str, ...]) -> tuple[Any, int, int, int]:
        entry = super()._declare_keys(context, names)
        if self._mirror is not None:
            self._mirror.kept.name_keys(entry[3], context, names)
        return entry

    def _close(self) -> None:
        super()._close()
        if self._pid == os.getpid():
            self._write_files()
            self._report_baselines()
            call_hooks("on_run_end", self, self._status, run=self)

    def _write_files(self) -> None:
        if self._mirror is None:
            return
        try:
            self._mirror.write(self.store)
        except (OSError, RunloreError) as error:
            self._give_files_up(error)

    def _report_baselines(self) -> None:
        """Write anew what the baselines of the increment came to, if this is one of them."""
        if self.increment is None or self.number is None or self._mirror is None:
            return
        if not is_baseline(self.name, self._mirror.kept.tags):
            return
        try:
            from runlore.tracking.comparing import report_baselines

            report_baselines(self.increment, store=self.store)
        except Exception as error:  # noqa: BLE001 - the run is over, and it is no part of it
            self._failed("the report of the baselines", error)

    def _give_files_up(self, error: Exception) -> None:
        """Go on without the files; their mark stays, so that whoever looks next completes them."""
        self.forget_files()
        self._failed("its plain files", error)
