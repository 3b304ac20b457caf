"""Which combinations of params are tried: all of a grid, or some of a space at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits
from runlore.records.params import flatten
from runlore.tracking.estimators import require_sklearn

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_DIGITS = 8
SEARCHES = ("grid", "random", "bayesian")

Space = dict[str, Any]  # name -> list of choices, or a distribution
Params = dict[str, Any]


def spaces_of(param_grid: Any, *, allows_distributions: bool) -> list[Space]:
    """Check a grid, or several, and return each with its choices as lists.

    Raises:
        InvalidValue: if there is nothing to try.
        InvalidType: if it is no grid.
    """
    if isinstance(param_grid, Mapping):
        param_grid = [param_grid]
    is_list = isinstance(param_grid, Iterable) and not isinstance(param_grid, str | bytes)
    if not is_list:
        raise InvalidType(
            f"param_grid is {a_kind(param_grid)}",
            hint="give a dict of lists: {'max_depth': [3, 6, 9]}",
        )
    found = []
    for space in param_grid:
        if not isinstance(space, Mapping):
            raise InvalidType(
                f"param_grid holds {a_kind(space)}", hint="give a dict, or a list of dicts"
            )
        checked = {
            limits.name(name, "a param's name"): _choices(name, values, allows_distributions)
            for name, values in space.items()
        }
        found.append(checked)
    if not any(found):
        raise InvalidValue(
            "param_grid is empty: there is nothing to try",
            hint="name params and their values: {'max_depth': [3, 6, 9]}",
        )
    return found


def _choices(name: str, values: Any, allows_distributions: bool) -> Any:  # noqa: FBT001 - one caller
    if is_distribution(values):
        if not allows_distributions:
            raise InvalidType(
                f"param {name!r} is a distribution, which has no end of values",
                hint="search='random' or search='bayesian' draws from it",
            )
        return values
    is_list = isinstance(values, Iterable) and not isinstance(values, str | bytes | Mapping)
    if not is_list:
        raise InvalidType(
            f"the values of param {name!r} are {a_kind(values)}: {values!r:.60}",
            hint=f"give a list, though it has one value: {{{name!r}: [{values!r:.40}]}}",
        )
    choices = values.tolist() if hasattr(values, "tolist") else list(values)
    if not choices:
        raise InvalidValue(
            f"param {name!r} has no values to try", hint="give one at least, or leave it out"
        )
    return choices


def is_distribution(values: Any) -> bool:
    """Tell whether values are drawn, as from SciPy's and Optuna's distributions."""
    return hasattr(values, "rvs") or hasattr(values, "to_internal_repr")


def combinations_of(spaces: Sequence[Space]) -> list[Params]:
    """List all combinations of grids, each once."""
    grid = require_sklearn("a search").ParameterGrid
    return _distinct(grid(list(spaces)))


def sampled(spaces: Sequence[Space], count: int, seed: int) -> list[Params]:
    """Draw combinations at random: without repetition where the space is finite."""
    selection = require_sklearn("a search")
    drawn = [{name: _as_scipy(name, values) for name, values in space.items()} for space in spaces]
    if not any(is_distribution(values) for space in drawn for values in space.values()):
        count = min(count, len(selection.ParameterGrid(drawn)))
    found = selection.ParameterSampler(drawn, count, random_state=seed)
    return _distinct({name: _plain(one) for name, one in params.items()} for params in found)


def _plain(value: Any) -> Any:
    """Make Python's number of NumPy's, as which SciPy draws them."""
    return value.item() if isinstance(value, np.generic) else value


def _as_scipy(name: str, values: Any) -> Any:
    """Make SciPy's distribution of Optuna's, which can't be drawn from by itself."""
    if not hasattr(values, "to_internal_repr"):
        return values
    from scipy import stats

    if hasattr(values, "choices"):
        return list(values.choices)
    low, high, step = values.low, values.high, values.step
    is_whole = type(values).__name__ == "IntDistribution"
    if step is not None and not (is_whole and step == 1):
        return [low + step * place for place in range(int((high - low) / step + 1e-9) + 1)]
    if is_whole and not values.log:
        return stats.randint(low, high + 1)
    if is_whole:
        raise InvalidType(
            f"param {name!r} is drawn from a logarithmic range of whole numbers",
            hint="give a list for search='random', or use search='bayesian'",
        )
    return stats.loguniform(low, high) if values.log else stats.uniform(low, high - low)


def key_of(params: Mapping[str, Any]) -> str:
    """Write a combination so that the same one is the same text, also as it is read back."""
    return text_key({name: str(param[1]) for name, param in flatten(params).items()})


def text_key(texts: Mapping[str, str]) -> str:
    """Write the texts of a combination's params as a key."""
    return "\n".join(f"{name}={texts[name]}" for name in sorted(texts))


def name_of(params: Mapping[str, Any]) -> str | None:
    """Name a combination after its params: `max_depth=3 learning_rate=0.1`.

    Numbers with many digits, as they are drawn, are shortened to four.
    """
    shown = " ".join(
        f"{name}={_shortened(param[0], str(param[1]))}" for name, param in flatten(params).items()
    )
    shown = " ".join(shown.split())
    return shown if len(shown) <= 100 else f"{shown[:99]}…"


def _shortened(value: Any, text: str) -> str:
    is_long = isinstance(value, float) and len(text) > _MOST_DIGITS
    return f"{value:.4g}" if is_long else text


def space_text(spaces: Sequence[Space]) -> str:
    """Write a space so that the same one is the same text."""
    return repr([
        {name: _text_of(space[name]) for name in sorted(space)} for space in spaces
    ])  # fmt: skip


def _text_of(values: Any) -> str:
    if hasattr(values, "rvs"):  # frozen, whose repr is an address
        named = getattr(getattr(values, "dist", None), "name", type(values).__name__)
        return f"{named}{getattr(values, 'args', ())}{getattr(values, 'kwds', {})}"
    if is_distribution(values):
        return repr(values)
    return repr([str(flatten({"value": value})) for value in values])


def _distinct(combinations: Iterable[Params]) -> list[Params]:
    return list({key_of(params): params for params in combinations}.values())
