"""P-values from rearranging the values themselves, exact where there are few of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.errors import TooFew
from runlore.stats.methods import Method, percent, scipy_stats

if TYPE_CHECKING:
    from runlore.stats.samples import Doubles

# All rearrangements are tried up to this many: 8 and 8 values, or 14 pairs.
MOST_EXACT = 20_000
RESAMPLES = 9999
_BATCH_NUMBERS = 2_000_000

PERMUTATION = Method(
    "permutation test of the difference of means",
    "independent values, alike in every way but where they lie",
    "Pitman 1937",
)
MANN_WHITNEY = Method(
    "Mann-Whitney U test, exact where n is small",
    "independent values, alike in every way but where they lie",
    "Mann and Whitney 1947",
)
SIGN_FLIPS = Method(
    "permutation test of paired differences, by flipping their signs",
    "independent pairs, differences symmetric around their middle",
    "Fisher 1935",
)
WILCOXON = Method(
    "Wilcoxon signed-rank test, ranks of zero differences kept, exact where n is small",
    "independent pairs, differences symmetric around their middle",
    "Wilcoxon 1945, Pratt 1959",
)


def permutation_p(first: Doubles, second: Doubles, *, seed: int) -> float:
    """Give the two-sided p-value of two groups' means; random beyond `MOST_EXACT` splits."""
    return _p_value((first, second), _difference_of_means, "independent", seed)


def mann_whitney_p(first: Doubles, second: Doubles, *, seed: int) -> float:
    """Give the two-sided p-value of two groups' ranks, exact with ties as well."""
    if _splits(len(first), len(second)) > MOST_EXACT:
        found = scipy_stats().mannwhitneyu(first, second, method="asymptotic")
        return float(found.pvalue) if np.ptp(np.concatenate((first, second))) else 1.0
    ranks = scipy_stats().rankdata(np.concatenate((first, second)))
    return permutation_p(ranks[: len(first)], ranks[len(first) :], seed=seed)


def sign_flip_p(differences: Doubles, *, seed: int) -> float:
    """Give the two-sided p-value of paired differences; random beyond `MOST_EXACT` flips."""
    return _p_value((differences,), np.mean, "samples", seed)


def wilcoxon_p(differences: Doubles, *, seed: int) -> float:
    """Give the two-sided p-value of the ranks of paired differences, exact with ties as well."""
    if not np.any(differences):
        return 1.0
    if _flips(len(differences)) > MOST_EXACT:
        found = scipy_stats().wilcoxon(differences, zero_method="pratt", method="asymptotic")
        return float(found.pvalue)
    ranks = scipy_stats().rankdata(np.abs(differences))
    return sign_flip_p(np.sign(differences) * ranks, seed=seed)


def refuse_few_splits(n_first: int, n_second: int, confidence: float, method: Method) -> None:
    """Raise `TooFew` if no split of two groups could be as rare as the confidence asks."""
    _refuse(2 / _splits(n_first, n_second), f"{n_first} and {n_second} values", confidence, method)


def refuse_few_flips(pairs: int, confidence: float, method: Method) -> None:
    """Raise `TooFew` if no flip of signs could be as rare as the confidence asks."""
    _refuse(2 / _flips(pairs), f"{pairs} pairs", confidence, method)


def _refuse(smallest: float, what: str, confidence: float, method: Method) -> None:
    if smallest > 1 - confidence + 1e-12:
        raise TooFew(
            f"{what} are too few for this at {percent(confidence)}: {method.name}; "
            f"its p-value can't be below {smallest:.2g}, however far apart they are",
            hint="4 and 4 values, or 6 pairs, are the fewest at 95 %; the t-tests need 3",
        )


def _splits(n_first: int, n_second: int) -> float:
    """Count the ways to split so many values; infinite where a float couldn't hold it."""
    total = n_first + n_second
    return math.comb(total, n_first) if total < 1000 else math.inf


def _flips(pairs: int) -> float:
    return 2.0**pairs if pairs < 1000 else math.inf


def _difference_of_means(first: Doubles, second: Doubles, axis: int = -1) -> Any:
    return np.mean(first, axis=axis) - np.mean(second, axis=axis)


def _p_value(samples: tuple[Doubles, ...], statistic: Any, kind: str, seed: int) -> float:
    count = _splits(*map(len, samples)) if len(samples) == 2 else _flips(len(samples[0]))
    found = scipy_stats().permutation_test(
        # In order, so that the same values give the same p-value however they come.
        tuple(np.sort(sample) for sample in samples),
        statistic,
        permutation_type=kind,
        vectorized=True,
        n_resamples=math.inf if count <= MOST_EXACT else RESAMPLES,
        batch=max(1, _BATCH_NUMBERS // sum(map(len, samples))),
        rng=np.random.default_rng(seed),
    )
    return float(found.pvalue)
