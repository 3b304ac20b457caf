"""Check the index: one rebuilt from the files has to give the same answers."""

from __future__ import annotations

import math
import os
import tempfile
from typing import TYPE_CHECKING

from runlore.actions.checks.findings import KNOWN
from runlore.index.catchup import catch_up
from runlore.index.sqlite import SqliteIndex
from runlore.journal.liveness import ALIVE, holder

if TYPE_CHECKING:
    from runlore.actions.checks.findings import Checked
    from runlore.index.interface import Index
    from runlore.index.rows import Problem, RunFacts
    from runlore.index.summaries import SeriesSummary
    from runlore.journal.folder import StoreFolder
    from runlore.journal.host import HostIdentity

_ROUNDING = 1e-12  # of a sum, for each number that was added
_TOLD_ELSEWHERE = frozenset(("gap", "segment-missing", "segment-damaged", "too-new", "fork"))


def check_index(store: StoreFolder, index: Index, host: HostIdentity, checked: Checked) -> None:
    """Rebuild the index beside itself and compare what both answer."""
    with tempfile.TemporaryDirectory(prefix="runlore-") as folder:
        fresh = SqliteIndex(os.path.join(folder, "index.db"))
        try:
            catch_up(fresh, store, budget_seconds=None)
            differing = _differing(index, fresh)
            if differing:  # perhaps somebody went on writing
                catch_up(index, store, budget_seconds=None)
                catch_up(fresh, store, budget_seconds=None)
                differing = [
                    run
                    for run in _differing(index, fresh)
                    if not _is_being_written(store, fresh, run, host)
                ]
            checked.count("indexed_runs", fresh.totals().runs)
            checked.count("points", fresh.totals().points)
        finally:
            fresh.close()
    for run in differing:
        checked.find(
            "index-differs",
            f"index, run {run}",
            "the index answers otherwise than one rebuilt from the files",
            "throw it away and build it again: runlore doctor --rebuild-index",
            is_mendable=True,
            run=run,
        )
    for problem in index.problems():
        _report(store, problem, checked)


def _differing(index: Index, fresh: Index) -> list[str]:
    """Name the runs about which two indexes don't say the same."""
    runs = {row.run for row in (*index.list_runs(is_deleted=None).runs,
                                *fresh.list_runs(is_deleted=None).runs)}  # fmt: skip
    # With the segments of runs that are gone goes how long their processes are known to have lived.
    is_all_there = not (fresh.tombstones() or fresh.moved_runs())

    def told(facts: RunFacts | None) -> str:
        return _told(facts, has_lives=is_all_there)

    return [
        run
        for run in sorted(runs)
        if told(index.run_facts(run)) != told(fresh.run_facts(run))
        or not _are_alike(index.summaries([run]), fresh.summaries([run]))
    ]


def _told(facts: RunFacts | None, *, has_lives: bool) -> str:
    """Say everything about a run in one text, for NaN is unequal to itself.

    Without `has_lives`, not when its writers gave their last signs of life.
    """
    if facts is None:
        return ""
    writers = facts.writers
    if not has_lives:
        writers = [writer._replace(last_sign_of_life=0) for writer in writers]
    return repr(facts._replace(parts=[], problems=[], writers=writers))


def _are_alike(
    known: dict[str, list[SeriesSummary]], rebuilt: dict[str, list[SeriesSummary]]
) -> bool:
    """Compare summaries, sums up to the rounding that comes from another order of adding."""
    one = [summary for summaries in known.values() for summary in summaries]
    other = [summary for summaries in rebuilt.values() for summary in summaries]
    if repr([summary._replace(total=0.0) for summary in one]) != repr(
        [summary._replace(total=0.0) for summary in other]
    ):
        return False
    return all(
        mine.total == theirs.total
        or abs(mine.total - theirs.total) <= _ROUNDING * max(1, mine.points) * _greatest(mine)
        or (math.isnan(mine.total) and math.isnan(theirs.total))
        for mine, theirs in zip(one, other, strict=True)
    )


def _greatest(summary: SeriesSummary) -> float:
    return max(abs(summary.minimum), abs(summary.maximum)) if summary.finite_count else 0.0


def _is_being_written(store: StoreFolder, index: Index, run: str, host: HostIdentity) -> bool:
    writers = index.writers([run]).get(run, [])
    return any(holder(store.lock(writer.actor), host=host) == ALIVE for writer in writers)


def _report(store: StoreFolder, problem: Problem, checked: Checked) -> None:
    if problem.kind in _TOLD_ELSEWHERE:
        return
    where = store.journal(problem.actor, problem.number) if problem.actor else store.path
    checked.find(
        problem.kind,
        f"{where}, byte {problem.start}",
        problem.message,
        "nothing to do: it is told so that you know",
        severity=KNOWN,
        run=problem.run,
    )
