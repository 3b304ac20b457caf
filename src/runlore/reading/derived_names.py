"""Name runs that nobody named by the params that differ: `lr=0.001_seed=0`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_MOST_PARAMS = 6
_MOST_CHARACTERS = 24  # of one value
_MOST_IN_ALL = 80


def differing_keys(params: Collection[Mapping[str, str]]) -> list[str]:
    """List the keys that don't have the same text in all runs, sorted; absence differs, too."""
    seen: dict[str, str] = {}
    counts: dict[str, int] = {}
    differing: set[str] = set()
    for texts in params:
        for key, text in texts.items():
            counts[key] = counts.get(key, 0) + 1
            if seen.setdefault(key, text) != text:
                differing.add(key)
    differing.update(key for key, count in counts.items() if count < len(params))
    return sorted(differing)


def derived_names(params: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Name the runs of one experiment from their params, run -> key -> text.

    The params that differ, in the order of their keys, six at the most; of dotted keys the
    last part, where it tells them apart. Runs without any of these aren't in the result.
    """
    keys = differing_keys([texts for texts in params.values() if texts])
    leaves = [key.rpartition(".")[2] for key in keys]
    shown = {
        key: leaf if leaf and leaves.count(leaf) == 1 else key
        for key, leaf in zip(keys, leaves, strict=True)
    }
    names = {}
    for run, texts in params.items():
        present = [key for key in keys if key in texts][:_MOST_PARAMS]
        name = "_".join(f"{shown[key]}={_shortened(texts[key])}" for key in present)
        if name:
            names[run] = name if len(name) <= _MOST_IN_ALL else name[: _MOST_IN_ALL - 1] + "…"
    return names


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"
