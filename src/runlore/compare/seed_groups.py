"""Runs that differ in nothing but their seed as one group, over the columns of very many runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from runlore.compare.candidates import COMPARISON_TAG
from runlore.compare.group_labels import distinct, group_labels, natural, shortened
from runlore.helper.seeds import seed_like_params
from runlore.index.columns_keys import Key
from runlore.reading.group_columns import partition, parts_of, same_values
from runlore.reading.search_catalogue import catalogue_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.index.columns import RunColumns
    from runlore.query.columns import Booleans, Integers

SWEEP_TAG = "sweep"
NAME = "name"
_MOST_CHARACTERS = 500  # of a value, as it is shown


class VariedKey(NamedTuple):
    """A param that isn't the same in all runs, with its values as given, in their order."""

    key: str
    values: list[str]
    is_seed: bool


class SeedGroups(NamedTuple):
    """Runs by group and seed: `rows` are the index's numbers of runs, newest first.

    `by` are the params that tell groups apart, `is_by_name` says that their names do, too;
    `seed_keys` are the seeds that differ, or all where none does.
    `labels` and `keys` (params as given) go by group; `groups` and `seeds` by run. A seed is a
    place in `seed_texts`, one of its own for each run without any.
    """

    rows: Integers
    by: tuple[str, ...]
    seed_keys: tuple[str, ...]
    is_by_name: bool
    labels: list[str]
    keys: list[dict[str, str]]
    groups: Integers
    seeds: Integers
    seed_texts: list[str]
    varied: list[VariedKey]
    parts: int  # runs left out since they are parts of others

    def is_seeded(self, seed: int) -> bool:
        """Say whether a seed is one that a run gave."""
        return seed < len(self.seed_texts)

    def seed_text(self, place: int) -> str:
        """Give what pairs a run with those of other groups."""
        seed = int(self.seeds[place])
        return self.seed_texts[seed] if self.is_seeded(seed) else f"run {place}"

    def newest_of_each(self, is_chosen: Booleans) -> Integers:
        """Pick the places of the newest chosen run of each group and seed."""
        places = np.flatnonzero(is_chosen)
        codes = self._codes()[places]
        return np.sort(places[np.unique(codes, return_index=True)[1]])

    def without_any_of(self, is_chosen: Booleans, counted: Integers) -> Integers:
        """Pick the places of chosen runs whose group and seed has none that is counted."""
        codes = self._codes()
        return np.flatnonzero(is_chosen & ~np.isin(codes, codes[counted]))

    def _codes(self) -> Integers:
        return self.groups * (int(self.seeds.max(initial=0)) + 1) + self.seeds


def seed_groups(
    columns: RunColumns,
    rows: Integers,
    by: Sequence[str] | None = None,
    keys: Sequence[str] | None = None,
) -> SeedGroups:
    """Group runs, newest first, by all of their params but the seeds, or by those of `by`.

    Names count beside the params where runs of several seeds share one, or where nothing else
    differs; groups that have a name each are called by it. Runs within another run are parts
    of it and left out, except those of a comparison, and of sweeps where there is nothing
    else. `keys` are params that runs may have, where the caller knows.
    """
    every = len(rows)
    rows = _compared(columns, rows)
    present = _present(columns, rows, keys)
    seed_keys = tuple(key for key in present if key in seed_like_params(dict.fromkeys(present)))
    differing = [key for key in present if _differs(columns, key, rows)]
    if by is None:
        chosen = [key for key in differing if key not in seed_keys]
    else:
        chosen = [key for key in by if key in present]
        seed_keys = tuple(key for key in seed_keys if key not in chosen)
    # A seed that is always the same tells no run from another.
    telling = [key for key in seed_keys if key in differing] or seed_keys
    seeds, seed_texts = _seeds(columns, rows, telling)
    parts = partition(columns, chosen, rows)
    names = columns.texts("attribute", NAME)
    codes = names.codes[rows].astype(np.int64)
    is_by_name = by is None and _names_count(codes, seeds, len(seed_texts), is_varied=bool(chosen))
    if is_by_name:
        parts = parts_of(parts.groups * (len(names.entries) + 1) + codes + 1)
    settings = _keys(columns, chosen, rows[parts.firsts])
    labels = group_labels(settings)
    if is_by_name or _is_a_name_each(parts.groups, codes, parts.size):
        called = [names.entries.items[code] if code >= 0 else None for code in codes[parts.firsts]]
        labels = _named(called, labels)
        for own, name in zip(settings, called, strict=True):
            own.update({NAME: name} if name is not None and is_by_name else {})
    return SeedGroups(
        rows, tuple(chosen), tuple(telling), is_by_name, labels, settings, parts.groups, seeds,
        seed_texts,
        [_varied(columns, key, rows, is_seed=key in seed_keys) for key in differing],
        every - len(rows),
    )  # fmt: skip


def _compared(columns: RunColumns, rows: Integers) -> Integers:
    """Leave out the runs that are parts of others."""
    parents = columns.texts("attribute", "parent")
    codes = parents.codes[rows]
    if (codes < 0).all():
        return rows
    ids = columns.ids.ids[rows]
    used = np.unique(codes[codes >= 0])
    wholes = np.array([parents.entries.items[code].encode() for code in used.tolist()], "S32")
    is_here = np.isin(wholes, ids)
    is_whole = np.isin(ids, wholes)
    is_comparison = is_whole & np.isin(rows, tagged_rows(columns, COMPARISON_TAG))
    is_sweep = is_whole & ~is_comparison & np.isin(rows, tagged_rows(columns, SWEEP_TAG))

    def within(is_it: Booleans) -> Booleans:
        return np.isin(codes, used[np.isin(wholes, ids[is_it])])

    is_alone = ~np.isin(codes, used[is_here])  # also those whose whole isn't here
    compared = (is_alone | within(is_comparison)) & ~is_comparison
    if (compared & ~is_sweep).any():
        return rows[compared]
    return rows[(compared & ~is_sweep) | within(is_sweep)]


def tagged_rows(columns: RunColumns, tag: str) -> Integers:
    """List the rows of runs that have a tag."""
    tags = columns.members("tags")
    items = tags.entries.items
    return tags.rows[tags.codes == items.index(tag)] if tag in items else np.empty(0, np.int64)


def _present(columns: RunColumns, rows: Integers, keys: Sequence[str] | None) -> list[str]:
    """Name the params that at least one of the runs has."""
    keys = catalogue_of(columns).params if keys is None else keys
    columns.load(*(Key("param", key) for key in keys))
    return [key for key in keys if (columns.texts("param", key).codes[rows] >= 0).any()]


def _differs(columns: RunColumns, key: str, rows: Integers) -> bool:
    codes = same_values(columns, key)[rows]
    return len(codes) > 1 and bool((codes != codes[0]).any())


def _seeds(columns: RunColumns, rows: Integers, keys: Sequence[str]) -> tuple[Integers, list[str]]:
    """Number the seeds of runs, those beyond the texts for runs that gave none."""
    parts = partition(columns, keys, rows)
    texts = [_seed_text(own) for own in _keys(columns, keys, rows[parts.firsts])]
    known = sorted({text for text in texts if text is not None}, key=natural)
    places = np.array([-1 if text is None else known.index(text) for text in texts], np.int64)
    seeds = places[parts.groups] if len(rows) else np.empty(0, np.int64)
    return np.where(seeds < 0, len(known) + np.arange(len(rows)), seeds), known


def _seed_text(own: dict[str, str]) -> str | None:
    """Write the seed of a run, or several by name."""
    different = set(own.values())
    if len(different) == 1:
        return different.pop()
    return ", ".join(f"{key}={text}" for key, text in own.items()) or None


def _keys(columns: RunColumns, keys: Sequence[str], rows: Integers) -> list[dict[str, str]]:
    """Give params as texts; what is the same number has the same text."""
    found: list[dict[str, str]] = [{} for _ in range(len(rows))]
    for key in keys:
        values = columns.texts("param", key)
        same = same_values(columns, key)[rows].tolist()
        texts: dict[int, str] = {}
        for own, code, value in zip(found, values.codes[rows].tolist(), same, strict=True):
            if code >= 0:
                text = values.entries.items[code][1]
                own[key] = texts.setdefault(value, shortened(text, _MOST_CHARACTERS))
    return found


def _names_count(names: Integers, seeds: Integers, seeded: int, *, is_varied: bool) -> bool:
    """Say whether names tell what was run, and not which of several runs of it it is."""
    if len(np.unique(names[names >= 0])) < 2:
        return False
    has_seed = (seeds < seeded) & (names >= 0)
    if not is_varied and len(np.unique(seeds[has_seed])) < 2:
        return True
    pairs = np.unique(np.stack([names[has_seed], seeds[has_seed]]), axis=1)
    return bool(pairs.shape[1] > len(np.unique(pairs[0])))


def _is_a_name_each(groups: Integers, names: Integers, size: int) -> bool:
    """Say whether each group has a name of its own, which all of its runs share."""
    if not len(names) or names.min() < 0:
        return False
    pairs = np.unique(np.stack([groups, names]), axis=1)
    return bool(pairs.shape[1] == size == len(np.unique(names)))


def _named(names: Sequence[str | None], labels: Sequence[str]) -> list[str]:
    """Call groups by the names of their runs, where these tell them apart."""
    repeated = {name for name in names if name is not None and names.count(name) > 1}
    return distinct(
        (
            label if name is None else f"{name}: {label}" if name in repeated else name
            for name, label in zip(names, labels, strict=True)
        ),
        nothing="unnamed",
    )


def _varied(columns: RunColumns, key: str, rows: Integers, *, is_seed: bool) -> VariedKey:
    values = columns.texts("param", key)
    same = same_values(columns, key)[rows]
    _, firsts = np.unique(same, return_index=True)
    codes = values.codes[rows[firsts]].tolist()
    texts = [
        shortened(values.entries.items[code][1], _MOST_CHARACTERS) for code in codes if code >= 0
    ]
    return VariedKey(key, sorted(texts, key=natural), is_seed)
