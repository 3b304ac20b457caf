"""What the runs of groups came to, taken out of the columns of very many runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.client.increments import BASELINE, is_baseline
from runlore.compare.choosing import SECONDS
from runlore.compare.seed_groups import seed_groups, tagged_rows
from runlore.index.columns_chosen import ChosenColumns
from runlore.index.columns_keys import Key
from runlore.query.fields import Field
from runlore.reading.search_catalogue import catalogue_of
from runlore.reading.search_columns import STATUSES, SearchColumns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.compare.seed_groups import SeedGroups
    from runlore.index.columns import RunColumns
    from runlore.index.columns_values import NumberValues
    from runlore.query.columns import Booleans, Doubles, Integers
    from runlore.reading.store import StoreReader

_RUNNING, _FINISHED = STATUSES.index("running"), STATUSES.index("finished")
_MICROSECONDS = 1e6
MOST_ALONE = 20_000  # up to so many runs are read alone: columns of all runs take room for all
_MANY_PARAMS = 300  # of a store: from then on it is quicker to look which ones runs have


class Measured(NamedTuple):
    """The current value of a metric by run; NaN may be one, where `is_present`."""

    numbers: Doubles
    is_present: Booleans


class GroupResults(NamedTuple):
    """The runs of groups, by their places in `groups.rows`.

    `counted` are the places of the newest finished run of each group and seed, `replaced` counts
    the finished runs that gave way to those, `lost` are runs that ended without finishing and
    weren't repeated, `running` those that aren't over. `seconds` is how long each took;
    `baselines` are there to be beaten, by their tag (`tagged`) or name.
    """

    groups: SeedGroups
    ids: list[str]
    statuses: Integers
    seconds: Doubles
    baselines: Booleans
    tagged: Booleans
    counted: Integers
    lost: Integers
    running: Integers
    replaced: int
    metrics: Mapping[str, Measured]

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.groups.labels)

    def by_group(self, places: Integers) -> Integers:
        """Count runs at places by group."""
        return np.bincount(self.groups.groups[places], minlength=self.size)

    def values(self, label: str) -> dict[str, dict[str, float]]:
        """Give what counts of a metric by group and seed, groups in their order."""
        found: dict[str, dict[str, float]] = {}
        measured = self.metrics.get(label)
        if measured is None:
            return found
        labels, groups = self.groups.labels, self.groups.groups
        for place in self.counted[measured.is_present[self.counted]].tolist():
            own = found.setdefault(labels[groups[place]], {})
            own[self.groups.seed_text(place)] = float(measured.numbers[place])
        return {name: found[name] for name in labels if name in found}

    def count_having(self, label: str) -> int:
        """Count the groups in which a counted run has a metric."""
        measured = self.metrics[label]
        having = self.counted[measured.is_present[self.counted]]
        return len(np.unique(self.groups.groups[having]))


def statuses_of(reader: StoreReader, columns: RunColumns, is_shown: Booleans) -> Integers:
    """Say how runs stand as places in `STATUSES`, -1 for rows that aren't shown or are none."""
    codes = SearchColumns(reader, columns, is_shown).column(Field("attribute", "status")).codes
    return np.where(is_shown, codes, -1).astype(np.int64)


def group_results(
    columns: RunColumns,
    rows: Integers,
    statuses: Integers,
    metrics: Sequence[str],
    by: Sequence[str] | None = None,
    *,
    keys: Sequence[str] | None = None,
) -> GroupResults:
    """Group runs, newest first, and take out what their metrics came to.

    `statuses` are those of all rows of the columns. `keys` are params that runs may have, where
    the caller knows.
    """
    if len(rows) <= MOST_ALONE and not isinstance(columns, ChosenColumns):
        known = catalogue_of(columns).params
        found = group_results(
            ChosenColumns(columns, rows), np.arange(len(rows)), statuses[rows], metrics, by,
            keys=known if len(known) <= _MANY_PARAMS else None,
        )  # fmt: skip
        return found._replace(groups=found.groups._replace(rows=rows[found.groups.rows]))
    groups = seed_groups(columns, rows, by, keys)
    own = statuses[groups.rows]
    counted = groups.newest_of_each(own == _FINISHED)
    is_over = (own != _FINISHED) & (own != _RUNNING)
    wanted = list(dict.fromkeys((*metrics, *SECONDS)))
    measured = measured_by(columns, groups.rows, wanted)
    is_tagged: Booleans = np.isin(groups.rows, tagged_rows(columns, BASELINE))
    return GroupResults(
        groups=groups,
        ids=columns.ids.ids[groups.rows].astype("U32").tolist(),
        statuses=own,
        seconds=_seconds(columns, groups.rows, measured),
        baselines=is_tagged | _named_baseline(columns, groups.rows),
        tagged=is_tagged,
        counted=counted,
        lost=groups.without_any_of(is_over, counted),
        running=np.flatnonzero(own == _RUNNING),
        replaced=int((own == _FINISHED).sum()) - len(counted),
        metrics=measured,
    )


def measured_by(
    columns: RunColumns, rows: Integers, labels: Sequence[str], statistic: str = "last"
) -> dict[str, Measured]:
    """Give what metrics came to in some runs; what the store has no series of is left out."""
    loaded = columns.load(*(Key("metric", label, statistic) for label in labels))
    found: dict[str, Measured] = {}
    for label, values in zip(labels, loaded, strict=True):
        numbers: NumberValues = values  # type: ignore[assignment]
        found[label] = Measured(numbers.numbers[rows], numbers.is_present[rows])
    return found


def _seconds(columns: RunColumns, rows: Integers, measured: Mapping[str, Measured]) -> Doubles:
    """Say how long runs trained: as they say themselves, else from start to end."""
    counts = columns.numbers("attempts").numbers[rows]
    ended, created = columns.numbers("ended").numbers, columns.numbers("created").numbers
    whole = (ended[rows] - created[rows]) / _MICROSECONDS
    seconds = np.where(counts > 1, np.nan, whole)  # the times between attempts don't count
    for label in reversed(SECONDS):
        own = measured[label]
        is_said = own.is_present & np.isfinite(own.numbers)
        seconds = np.where(is_said, own.numbers, seconds)
    return seconds


def _named_baseline(columns: RunColumns, rows: Integers) -> Booleans:
    """Say which runs are there to be beaten by their names."""
    names = columns.texts("attribute", "name")
    is_name = np.array([*(is_baseline(name, ()) for name in names.entries.items), False], np.bool_)
    found: Booleans = is_name[names.codes[rows]]
    return found
