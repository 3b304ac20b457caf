"""Simulate what statistics over a few seeds are worth: `python -m benchmarks.few_seeds`.

Prints the tables that docs/concepts/statistics.md and decision 0026 speak of. All at 95 %,
from values drawn with a fixed seed, so that every machine prints the same.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.stats

from runlore.stats import leader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runlore.stats.samples import Doubles

DRAWS = 20_000
GENERATOR = np.random.default_rng(0)


def normal(*shape: int) -> Doubles:
    """Draw values from the normal distribution."""
    return GENERATOR.normal(size=shape)


def skewed(*shape: int) -> Doubles:
    """Draw values from a log-normal distribution (sigma 0.5) with mean 0."""
    return GENERATOR.lognormal(0, 0.5, size=shape) - float(np.exp(0.125))


def heavy(*shape: int) -> Doubles:
    """Draw values from Student's t with three degrees of freedom."""
    return GENERATOR.standard_t(3, size=shape)


SHAPES: dict[str, Callable[..., Doubles]] = {"normal": normal, "skewed": skewed, "heavy": heavy}


def intervals() -> Iterator[str]:
    """How often an interval of the mean holds it: Student's t, and the BCa bootstrap."""
    yield "| values | n | t | bootstrap |\n|---|---|---|---|"
    for name, draw in SHAPES.items():
        for n in (3, 5, 8, 10, 20):
            values = draw(DRAWS, n)
            error = values.std(axis=1, ddof=1) / np.sqrt(n)
            student = np.abs(values.mean(axis=1)) <= scipy.stats.t.ppf(0.975, n - 1) * error
            found = scipy.stats.bootstrap(
                (values[:1500],), np.mean, axis=1, n_resamples=999, batch=100, rng=1
            ).confidence_interval
            bootstrap = (found.low <= 0) & (found.high >= 0)
            yield f"| {name} | {n} | {_percent(student)} | {_percent(bootstrap)} |"


def false_findings() -> Iterator[str]:
    """How often two equally good groups are found to differ; the first spreads three times."""
    yield "| values | n | Welch | Student |\n|---|---|---|---|"
    for name, draw in SHAPES.items():
        for n_first, n_second in ((2, 2), (3, 3), (5, 5), (10, 10), (3, 10)):
            first, second = 3 * draw(DRAWS, n_first), draw(DRAWS, n_second)
            found = [_p_values(first, second, equal_var=equal) < 0.05 for equal in (False, True)]
            rates = " | ".join(map(_percent, found))
            yield f"| {name} | {n_first} and {n_second} | {rates} |"


def pairing() -> Iterator[str]:
    """How often a lead of one standard deviation is seen, by how alike equal seeds are."""
    yield "| n | correlation | unpaired | paired |\n|---|---|---|---|"
    for n in (3, 5, 10):
        for correlation in (0.0, 0.5, 0.9):
            shared = np.sqrt(correlation) * normal(DRAWS, n)
            first, second = (
                shared + np.sqrt(1 - correlation) * normal(DRAWS, n) + lead for lead in (1, 0)
            )
            unpaired = _p_values(first, second, equal_var=False) < 0.05
            paired = scipy.stats.ttest_rel(first, second, axis=1).pvalue < 0.05
            yield f"| {n} | {correlation:g} | {_percent(unpaired)} | {_percent(paired)} |"


def false_winners() -> Iterator[str]:
    """How often `leader` names a winner that isn't best, and how often a rival seems behind."""
    yield "| groups | n | all equal: winner | a rival behind | two ahead: winner |"
    yield "|---|---|---|---|---|"
    for count in (2, 3, 5, 10):
        for n in (3, 5, 10):
            winner, rival = _false_claims(count, n, 0.0)
            yield f"| {count} | {n} | {winner} | {rival} | {_false_claims(count, n, 3.0)[0]} |"


def _false_claims(count: int, n: int, behind: float) -> tuple[str, str]:
    values = normal(1000, count, n)
    values[:, 2:] -= behind
    found = [
        leader({str(place): group for place, group in enumerate(draw)}, direction="max")
        for draw in values
    ]
    is_any_behind = [any(map(one.is_behind, one.rivals)) for one in found]
    return _percent([one.is_clear for one in found]), _percent(is_any_behind)


def _p_values(first: Doubles, second: Doubles, *, equal_var: bool) -> Any:
    return scipy.stats.ttest_ind(first, second, axis=1, equal_var=equal_var).pvalue


def _percent(is_so: Any) -> str:
    return f"{100 * float(np.mean(is_so)):.1f} %"


def main() -> None:
    """Print all tables."""
    # Resamples of three values are often all equal, for which SciPy has no interval.
    warnings.simplefilter("ignore")
    for table in (intervals, false_findings, pairing, false_winners):
        print(f"\n{table.__doc__}\n")
        for line in table():
            print(line, flush=True)


if __name__ == "__main__":
    main()
