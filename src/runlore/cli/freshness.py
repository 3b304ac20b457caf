"""Say when an answer is behind or incomplete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.cli.output import talk
from runlore.cli.wording import count, size

if TYPE_CHECKING:
    from runlore.index.interface import Freshness

_TOLD_ALWAYS = frozenset(("fork", "segment-missing", "segment-damaged", "too-new"))


def tell_freshness(freshness: Freshness) -> None:
    """Say on standard error what an answer may lack."""
    if not freshness.is_current:
        talk(
            f"behind: {size(freshness.behind_bytes)} are not read yet, about "
            f"{count(freshness.behind_points_estimate, 'point')}; ask again for the rest"
        )
    serious = [problem for problem in freshness.problems if problem.kind in _TOLD_ALWAYS]
    if serious:
        talk(f"{count(len(serious), 'problem')} in the store's files: runlore doctor says which")
    for problem in freshness.problems:
        if problem.kind == "objects-unreachable":
            talk(problem.message)


def freshness_report(freshness: Freshness) -> dict[str, Any]:
    """Return what `--json` says of freshness."""
    return {
        "is_current": freshness.is_current,
        "behind_bytes": freshness.behind_bytes,
        "behind_points_estimate": freshness.behind_points_estimate,
        "problems": [
            {"kind": problem.kind, "run": problem.run, "message": problem.message}
            for problem in freshness.problems
        ],
    }
