"""What a check found: what, where, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field

DAMAGE = "damage"  # something written can't be read, or an answer is wrong
UNFINISHED = "unfinished"  # work that is waiting; nothing is wrong with it
KNOWN = "known"  # a loss of the past that nothing can mend: said, but no alarm


COUNTED = (
    "journals",
    "journal_bytes",
    "segments",
    "segment_bytes",
    "manifest_entries",
    "blobs",
    "blob_bytes",
    "waiting_files",
    "indexed_runs",
    "points",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be.

    `kind` is stable; `severity` is damage, unfinished or known; `where` is a path, `todo`
    what to do. `is_mendable` says that `--repair` knows how.
    """

    kind: str
    severity: str
    where: str
    what: str
    todo: str
    is_mendable: bool = False
    run: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Tell whether two checks found the same thing."""
        return self.kind, self.where


@dataclass(slots=True)
class Checked:
    """What one check went through, and what it found."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    findings: list[Finding] = field(default_factory=list)

    def count(self, what: str, amount: int = 1) -> None:
        """Add to how many of something were checked."""
        self.counts[what] += amount

    def find(
        self,
        kind: str,
        where: str,
        what: str,
        todo: str,
        *,
        severity: str = DAMAGE,
        is_mendable: bool = False,
        run: str | None = None,
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, severity, where, what, todo, is_mendable, run))
