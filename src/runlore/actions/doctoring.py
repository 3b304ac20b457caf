"""Verify a store: journals, segments, blobs, manifest and index against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.checks.files import check_files, kept_files
from runlore.actions.checks.findings import DAMAGE, Checked
from runlore.actions.checks.index import check_index
from runlore.actions.checks.journals import check_journals
from runlore.actions.checks.manifest import check_manifest, read_entries
from runlore.actions.checks.objects import check_objects
from runlore.actions.checks.segments import check_segments
from runlore.actions.repairs import rebuild_index, repair
from runlore.index.catchup import catch_up
from runlore.index.open import open_index
from runlore.journal.folder import open_store
from runlore.journal.host import current_host
from runlore.journal.location import locate_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from runlore.actions.checks.findings import Finding
    from runlore.index.interface import Index
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

    Step = Callable[[str], None]


@dataclass(frozen=True)
class Examination:
    """What a doctor found in a store.

    `counts` says how much was checked, `findings` what remains, `mended` what was found before
    a repair and isn't any more, `done` in words what the repair did.
    """

    store: str
    counts: dict[str, int]
    findings: list[Finding]
    mended: list[Finding]
    done: list[str]

    @property
    def is_damaged(self) -> bool:
        """Whether something is damaged and was not repaired."""
        return any(finding.severity == DAMAGE for finding in self.findings)


def examine(
    store: str | None = None,
    *,
    is_to_repair: bool = False,
    is_to_rebuild_index: bool = False,
    host: HostIdentity | None = None,
    on_step: Step = lambda _: None,
) -> Examination:
    """Check a store, and mend it if asked to; `on_step` is told what is being looked at.

    Raises:
        StoreError: if there is no store, or it can't be read (or written, for a repair).
    """
    folder = open_store(locate_store(store))
    host = host or current_host()
    index = open_index(folder)
    try:
        done = []
        if is_to_rebuild_index:
            on_step("rebuilding the index")
            done.append(rebuild_index(folder, index))
        catch_up(index, folder, budget_seconds=None)
        checked = _check(folder, index, host, on_step)
        mended: list[Finding] = []
        if is_to_repair:
            on_step("repairing")
            before = checked.findings
            done += repair(folder, index, before, kept_files(index), host)
            checked = _check(folder, index, host, on_step)
            remaining = {finding.key for finding in checked.findings}
            mended = [finding for finding in before if finding.key not in remaining]
        return Examination(folder.path, checked.counts, checked.findings, mended, done)
    finally:
        index.close()


def _check(folder: StoreFolder, index: Index, host: HostIdentity, on_step: Step) -> Checked:
    checked = Checked()
    entries, _ = read_entries(folder)
    sealed = {(entry.actor, entry.number) for entry in entries.values()}
    on_step("checking journals")
    check_journals(folder, index, sealed, host, checked)
    on_step("reaching segments and blobs")
    if not check_objects(folder, checked):
        return checked
    on_step("checking segments")
    check_segments(folder, checked)
    on_step("checking the manifest")
    check_manifest(folder, {*index.tombstones(), *index.moved_runs()}, checked)
    on_step("checking files")
    check_files(folder, kept_files(index), host, checked)
    on_step("comparing the index")
    check_index(folder, index, host, checked)
    return checked
