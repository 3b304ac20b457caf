"""List runs, the newest first, with the metrics that most of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.actions.increments import complete_open_increments, experiment_meant
from runlore.actions.quiet import without_warnings
from runlore.reading.directions import direction_of
from runlore.reading.opening import find_some_runs
from runlore.reading.store import open_reader
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runlore.index.interface import Freshness
    from runlore.reading.runs import Runs

_MOST_LOOKED_AT = 1000
# What most runs log beside what they are about; shown only where nothing else is.
_SECONDARY = ("time", "seconds", "duration", "lr", "learning_rate", "epoch", "step", "iteration")


@dataclass(frozen=True)
class Listing:
    """Some runs, how many there are in all, and how far behind the answer may be."""

    runs: Runs
    total: int
    freshness: Freshness


@without_warnings
def list_all(
    experiment: str | None = None,
    *,
    project: str | None = None,
    limit: int | None = None,
    is_archived: bool | None = False,
    is_deleted: bool = False,
    is_folded: bool = False,
    store: str | None = None,
) -> Listing:
    """List runs; `is_archived` lists those of the archive, None all, `is_deleted` the trash.

    The experiment may be an increment, named by its number. `is_folded` leaves out parts of runs
    in the list; `parts` of the answer's runs counts them.

    Raises:
        Ambiguous: if two increments have that number.
        StoreError: if there is no store, or it can't be read.
    """
    reader = open_reader(store)
    complete_open_increments()
    runs = find_some_runs(
        reader,
        None if experiment is None else experiment_meant(reader, experiment),
        project=project,
        limit=limit,
        archived=is_archived,
        deleted=is_deleted,
        is_folded=is_folded,
    )
    return Listing(runs, runs.total, runs.freshness)


def likely_experiments(wanted: str, *, store: str | None = None) -> str:
    """Say which experiments may have been meant by one that has no runs."""
    found = list_all(limit=_MOST_LOOKED_AT, is_archived=None, store=store).runs
    known = {run.experiment: None for run in found if run.experiment is not None}
    return nearest(wanted, list(known), nothing="no run has an experiment")


def shared_metrics(runs: Sequence[Iterable[str]], most: int = 4) -> list[str]:
    """Name the metrics that most of the runs have, at most `most`; each run given by its labels.

    Of equally shared ones, those that tell how good a run is come first, then those without a
    path (`layer0/…`), then those without a context; times and the like come last.
    """
    counts: dict[str, int] = {}
    for run in runs:
        for label in run:
            counts[label] = counts.get(label, 0) + 1
    fifth = max(1.0, len(runs) / 5)  # a run more or less doesn't make one more shared

    def rank(label: str) -> tuple[bool, int, bool, int, bool, str]:
        name, _, context = label.partition("[")
        share = round(counts[label] / fifth)
        tells_little = direction_of(name, ()) is None
        return _is_secondary(label), -share, tells_little, name.count("/"), bool(context), label

    return sorted(counts, key=rank)[:most]


def _is_secondary(label: str) -> bool:
    word = label.partition("[")[0].rpartition("/")[2].lower()
    return label.startswith("system/") or word in _SECONDARY or word.endswith(("_time", "_seconds"))
