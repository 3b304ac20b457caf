"""What a version of an artifact is, where it comes from and where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import RunNotFound
from runlore.media.names import LATEST
from runlore.reading.facts import moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from runlore.index.artifact_rows import Output
    from runlore.index.rows import RunRow
    from runlore.reading.artifact_versions import CountedVersion
    from runlore.reading.run import StoredRun
    from runlore.reading.store import StoreReader

    MakeRuns = Callable[[StoreReader, Sequence[RunRow]], list[StoredRun]]

_DIGITS_SHOWN = 12


class VersionFacts:
    """What is known of a content that an artifact has had, and of the runs that log and use it."""

    def __init__(
        self,
        reader: StoreReader,
        counted: CountedVersion,
        aliases: list[str],
        make_runs: MakeRuns,
    ) -> None:
        """Show a version that was counted; `make_runs` makes runs of their rows."""
        self._reader = reader
        self._counted = counted
        self._aliases = aliases
        self._make_runs = make_runs
        said = [one.description for one in counted.outputs if one.description is not None]
        self._description = said[-1] if said else None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.spec!r}, {self.size_bytes} bytes>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, VersionFacts):
            return NotImplemented
        return self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    # -- what it is ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name that it was logged under."""
        return self._output.name

    @property
    def project(self) -> str | None:
        """The project that its versions are counted in."""
        return self._output.project

    @property
    def number(self) -> int | None:
        """The number of the version, from 0; None as long as it isn't certain."""
        return self._counted.number

    @property
    def version(self) -> str | None:
        """The version as it is written: `v3`; None while it is pending."""
        return None if self.number is None else f"v{self.number}"

    @property
    def is_pending(self) -> bool:
        """Whether it has no number yet: its files, or earlier ones, are still being hashed."""
        return self.number is None

    @property
    def spec(self) -> str:
        """What names it: `model.pt:v3`, or `model.pt@` with the first digits of its digest."""
        if self.version is not None:
            return f"{self.name}:{self.version}"
        if self.digest is not None:
            return f"{self.name}@{self.digest[:_DIGITS_SHOWN]}"
        return f"{self.name}:{LATEST}" if LATEST in self._aliases else self.name

    @property
    def digest(self) -> str | None:
        """The SHA-256 of the file, or of a folder's list of them; None until it is hashed."""
        return self._output.digest

    @property
    def type(self) -> str | None:
        """What it is, like model, dataset, file or folder."""
        return self._output.type

    @property
    def media_type(self) -> str | None:
        """The media type of a file, like `application/json`, where it is known."""
        return self._output.media_type

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self._output.is_folder

    @property
    def size_bytes(self) -> int | None:
        """The size of all files together, None where it isn't known."""
        sizes = [file.size_bytes for file in self._output.files]
        return None if not sizes or None in sizes else sum(size or 0 for size in sizes)

    @property
    def files(self) -> list[str]:
        """The names of the files: within the folder, or the one file's own."""
        return [file.relative for file in self._output.files]

    @property
    def description(self) -> str | None:
        """What was said about it last."""
        return self._description

    @property
    def metadata(self) -> dict[str, Any]:
        """The metadata that it was logged with."""
        found = self.details.get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def details(self) -> dict[str, Any]:
        """All else that was recorded about it."""
        return self._output.details

    @property
    def aliases(self) -> list[str]:
        """What it can be called instead of its number, `latest` first."""
        return list(self._aliases)

    @property
    def created(self) -> datetime | None:
        """When it was first logged."""
        return moment(self._output.time)

    @property
    def is_gone(self) -> bool:
        """Whether it went with its runs, which were purged or moved: only its number is left."""
        return self._counted.is_gone

    @property
    def is_shown(self) -> bool:
        """Whether a run has it that is neither in the trash nor gone."""
        return self._counted.is_shown

    # -- where it comes from and goes to -----------------------------------------------------

    @property
    def run_id(self) -> str:
        """The id of the run that logged it first."""
        return self._output.run

    @property
    def ids(self) -> list[str]:
        """The ids of its records, oldest first: one for each time it was logged."""
        return [one.id for one in self._counted.outputs]

    @property
    def run(self) -> StoredRun:
        """The run that logged it first.

        Raises:
            RunNotFound: if that was purged.
        """
        found = self._runs({self.run_id}, is_deleted=None)
        if not found:
            raise RunNotFound(
                f"the run {self.run_id}, which logged {self.spec}, was purged or moved away",
                hint="others may have logged the same: see `runs`",
            )
        return found[0]

    @property
    def runs(self) -> list[StoredRun]:
        """The runs that logged it, newest first, but for those in the trash."""
        return self._runs({one.run for one in self._counted.outputs})

    @property
    def used_by(self) -> list[StoredRun]:
        """The runs that used it, newest first, but for those in the trash."""
        uses = self._reader.ask(lambda index: index.uses(self.name))
        own = set(self.ids)
        return self._runs({
            use.run for use in uses
            if use.artifact in own or (use.digest is not None and use.digest == self.digest)
        })  # fmt: skip

    def last_logged_by(self, run: str) -> int:
        """Return when a run logged it last, in microseconds; 0 if it never did."""
        return max((one.time for one in self._counted.outputs if one.run == run), default=0)

    @property
    def _output(self) -> Output:
        return self._counted.output

    @property
    def _identity(self) -> tuple[object, ...]:
        return (self._reader.folder.store_id, self.project, self.name,
                self.digest or self._output.id)  # fmt: skip

    def _runs(self, runs: set[str], *, is_deleted: bool | None = False) -> list[StoredRun]:
        page = self._reader.ask(
            lambda index: index.list_runs(runs=sorted(runs), is_deleted=is_deleted)
        )
        return self._make_runs(self._reader, page.runs)
