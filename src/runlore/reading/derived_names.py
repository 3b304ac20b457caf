"""Name runs that nobody named by the params that differ: `lr=0.001_seed=0`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlore.helper.seeds import seed_like_params

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


class Scheme(NamedTuple):
    """How runs of one experiment are named: the params to show, each with the word for it."""

    words: dict[str, str]

    def name_of(self, texts: Mapping[str, str]) -> str | None:
        """Name a run from its params; None where it has none of those that differ."""
        present = [key for key in self.words if key in texts][:_MOST_PARAMS]
        name = "_".join(f"{self.words[key]}={_shortened(texts[key])}" for key in present)
        return (name if len(name) <= _MOST_IN_ALL else name[: _MOST_IN_ALL - 1] + "…") or None


def scheme_of(params: Collection[Mapping[str, str]]) -> Scheme:
    """Choose what names the runs of one experiment, from the params of these, key -> text.

    The params that differ, in the order of their keys, six at the most; of dotted keys the
    last part, where it tells them apart. A seed that some runs lack and the others have in
    common is left out where nothing depends on it.
    """
    given = [texts for texts in params if texts]
    keys = _without_common_seeds(differing_keys(given), given)
    leaves = [key.rpartition(".")[2] for key in keys]
    return Scheme({
        key: leaf if leaf and leaves.count(leaf) == 1 else key
        for key, leaf in zip(keys, leaves, strict=True)
    })  # fmt: skip


def derived_names(params: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Name the runs of one experiment from their params, run -> key -> text.

    Runs without any of the params that differ aren't in the result.
    """
    scheme = scheme_of(params.values())
    names = {run: scheme.name_of(texts) for run, texts in params.items()}
    return {run: name for run, name in names.items() if name is not None}


def _without_common_seeds(keys: list[str], params: Collection[Mapping[str, str]]) -> list[str]:
    """Leave out the seeds that all who have one have in common, if no two runs need them."""
    for seed in seed_like_params(dict.fromkeys(keys)):
        others = [key for key in keys if key != seed]
        is_common = len({texts[seed] for texts in params if seed in texts}) == 1
        if is_common and _count_different(others, params) == _count_different(keys, params):
            keys = others
    return keys


def _count_different(keys: Collection[str], params: Collection[Mapping[str, str]]) -> int:
    return len({tuple(texts.get(key) for key in keys) for texts in params})


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"
