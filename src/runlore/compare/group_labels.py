"""Call groups of runs by as few of their params as tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MOST_CHARACTERS = 40  # of one value
_LONGEST = 200  # of a whole name


def group_labels(groups: Sequence[Mapping[str, str]]) -> list[str]:
    """Name each group, given by its params as texts: `model=network, hidden=64`.

    No two names are the same. A single group without any param is "all runs".
    """
    chosen: list[list[str]] = [[] for _ in groups]
    keys = sorted({key for group in groups for key in group})
    _split(groups, range(len(groups)), keys, chosen)
    used = sorted({key for own in chosen for key in own}, key=lambda key: _place(key, groups))
    leaves = _leaves(used)
    labels = [
        shortened(", ".join(_said(group, key, leaves[key]) for key in used if key in own), _LONGEST)
        for group, own in zip(groups, chosen, strict=True)
    ]
    return distinct(labels, nothing="all runs")


def distinct(labels: Iterable[str], *, nothing: str) -> list[str]:
    """Number names that are the same; the empty one is called `nothing`."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        name = label or nothing
        seen[name] = seen.get(name, 0) + 1
        while seen[name] > 1 and f"{name} #{seen[name]}" in seen:
            seen[name] += 1
        if seen[name] > 1:
            name = f"{name} #{seen[name]}"
            seen[name] = 1
        found.append(name)
    return found


def natural(text: str) -> tuple[bool, float, str]:
    """Order values: numbers by size, then texts."""
    try:
        number = float(text)
    except ValueError:
        return True, 0.0, text
    is_number = number == number  # noqa: PLR0124 - NaN can't be sorted
    return (False, number, text) if is_number else (True, 0.0, text)


def shortened(text: str, most: int = _MOST_CHARACTERS) -> str:
    """Write a value on one line; of a long one both ends, for many differ in the last words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    kept = (most - 1) // 2
    return f"{line[: most - 1 - kept]}…{line[-kept:]}"


def _split(
    groups: Sequence[Mapping[str, str]],
    places: Sequence[int],
    keys: Sequence[str],
    chosen: list[list[str]],
) -> None:
    """Choose the param that tells most of some groups apart, then go on within its values.

    One that all of them have goes before one that some lack.
    """
    waiting = [(places, keys)]
    while waiting:
        places, keys = waiting.pop()
        differing = []
        for key in keys:
            values = {groups[place].get(key) for place in places}
            if len(values) > 1:
                differing.append((None in values, -len(values), key))
        if len(places) < 2 or not differing:
            continue
        key = min(differing)[2]
        parts: dict[str | None, list[int]] = {}
        for place in places:
            chosen[place].append(key)
            parts.setdefault(groups[place].get(key), []).append(place)
        rest = [name for _, _, name in differing if name != key]
        waiting += [(part, rest) for part in parts.values()]


def _place(key: str, groups: Sequence[Mapping[str, str]]) -> tuple[bool, int, str]:
    """Put what is a word, like the model, before numbers, and what all have before the rest."""
    values = [group[key] for group in groups if key in group]
    is_number = all(not natural(value)[0] for value in values)
    return is_number, -len(values), key


def _leaves(keys: Sequence[str]) -> dict[str, str]:
    """Write dotted keys by their last part, where that tells them apart."""
    lasts = [key.rpartition(".")[2] for key in keys]
    return {
        key: last if last and lasts.count(last) == 1 else key
        for key, last in zip(keys, lasts, strict=True)
    }


def _said(group: Mapping[str, str], key: str, leaf: str) -> str:
    return f"{shortened(leaf)}={shortened(group[key])}" if key in group else f"no {leaf}"
