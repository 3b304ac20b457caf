"""Names for runs that nobody named, in stores of any size: a sample tells how to name them."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.index.columns_chosen import ChosenColumns
from runlore.index.columns_keys import Key
from runlore.reading.derived_names import scheme_of
from runlore.reading.search_columns import newest_first, shown_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from runlore.index.columns import RunColumns
    from runlore.reading.derived_names import Scheme

    Place = tuple[int, int]  # the codes of a project and an experiment

_MOST_COMPARED = 128  # runs of an experiment, spread over all of it
_FEWEST_COMPARED = 32
_COMPARED_IN_ALL = 2000
_MOST_SECONDS = 30.0
_MOST_KEPT = 1000
_PREPARED_AT_ONCE, _MOST_PREPARED = 4, 400


class _Kept(NamedTuple):
    """A scheme, when it was made, and of how many runs."""

    scheme: Scheme
    made_at: float
    runs: int
    revision: int


def derived_names_in(
    columns: RunColumns, numbers: Sequence[int], chosen: ChosenColumns | None = None
) -> dict[int, str]:
    """Name runs by the params that differ in their experiments; by the index's own numbers.

    Whoever has chosen columns with these runs in them gives them: what is read there isn't again.
    """
    if not len(numbers):
        return {}
    own = np.array(numbers, np.int64)
    codes = _places(columns)
    places = [tuple(pair) for pair in codes[own].tolist()]
    schemes = _schemes(columns, codes, sorted(set(places)))
    keys = {key for scheme in schemes.values() for key in scheme.words}
    chosen = chosen or ChosenColumns(columns, own)
    texts = _texts(chosen, sorted(keys))
    names = {
        number: schemes[place].name_of(texts[at])
        for number, place, at in zip(numbers, places, chosen.places_of(numbers), strict=True)
    }
    return {number: name for number, name in names.items() if name is not None}


def prepare_names(columns: RunColumns) -> bool:
    """Find how the runs of some more experiments are named; tell whether there may be others.

    Whoever first sees runs of many experiments at once would wait for all of that.
    """
    codes = _places(columns)
    known: dict[Place, _Kept] = columns.kept("schemes of names", dict)
    unknown = [place for place in _members(columns, codes) if place not in known]
    some = unknown[:_PREPARED_AT_ONCE]
    if not some or len(known) >= _MOST_PREPARED:
        return False
    _schemes(columns, codes, some)
    return True


def _places(columns: RunColumns) -> NDArray[np.int32]:
    """Give the codes of each run's project and experiment, -1 for none."""
    names = ("project", "experiment")
    return columns.derived(
        "projects and experiments",
        lambda: np.stack([columns.texts("attribute", name).codes for name in names], axis=1),
    )


def _schemes(
    columns: RunColumns, codes: NDArray[np.int32], places: list[Place]
) -> dict[Place, Scheme]:
    """Find how the runs of some experiments are named."""
    known: dict[Place, _Kept] = columns.kept("schemes of names", dict)
    now = monotonic()
    found: dict[Place, Scheme] = {}
    samples: dict[Place, NDArray[np.int64]] = {}
    counts: dict[Place, int] = {}
    most = max(_FEWEST_COMPARED, min(_MOST_COMPARED, _COMPARED_IN_ALL // len(places)))
    members = _members(columns, codes)
    for place in places:
        own = members.get(place, np.empty(0, np.int64))
        counts[place] = len(own)
        kept = known.get(place)
        is_same = kept is not None and (
            kept.revision == columns.revision
            or (kept.runs == len(own) and now - kept.made_at < _MOST_SECONDS)
        )
        if kept is not None and is_same:
            found[place] = kept.scheme
        else:
            spread = np.linspace(0, len(own) - 1, min(most, len(own))).astype(np.int64)
            samples[place] = own[spread]
    if samples:
        if len(known) > _MOST_KEPT:
            known.clear()
        for place, scheme in _sampled(columns, samples).items():
            found[place] = scheme
            known[place] = _Kept(scheme, now, counts[place], columns.revision)
    return found


def _members(columns: RunColumns, codes: NDArray[np.int32]) -> dict[Place, NDArray[np.int64]]:
    """List the runs of each experiment, the newest first."""

    def collect() -> dict[Place, NDArray[np.int64]]:
        newest = newest_first(columns)
        newest = newest[shown_runs(columns, is_deleted=None)[newest]]
        own = codes[newest].astype(np.int64)
        joined = (own[:, 0] << 32) + own[:, 1]
        order = np.argsort(joined, kind="stable")
        starts = np.flatnonzero(np.diff(joined[order], prepend=joined[order][:1] - 1))
        parts = np.split(newest[order], starts[1:])
        return {tuple(codes[part[0]].tolist()): part for part in parts if len(part)}

    return columns.derived("runs by experiment", collect)


def _sampled(columns: RunColumns, samples: dict[Place, NDArray[np.int64]]) -> dict[Place, Scheme]:
    """Choose a scheme for each sample, all read together."""
    numbers = np.concatenate(list(samples.values()))
    keys = sorted(columns.members("names", "params").entries.items)
    texts = _texts(ChosenColumns(columns, numbers), keys)
    found, start = {}, 0
    for place, sample in samples.items():
        found[place] = scheme_of(texts[start : start + len(sample)])
        start += len(sample)
    return found


def _texts(chosen: ChosenColumns, keys: Sequence[str]) -> list[dict[str, str]]:
    """Give the texts of params of chosen runs, by key."""
    found: list[dict[str, str]] = [{} for _ in range(chosen.count)]
    chosen.load(*(Key("param", key) for key in keys))
    for key in keys:
        values = chosen.texts("param", key)
        items = values.entries.items
        for place, code in enumerate(values.codes.tolist()):
            if code >= 0:
                found[place][key] = items[code][1]
    return found
