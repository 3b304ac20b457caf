"""Statistics over runs: pure functions on numbers, each result with its method in words.

`describe` one group, `unpaired_difference` and `paired_difference` of two,
`several_differences` of more, `leader` for which is best and whether the data decide it.
SciPy is loaded by the first call that needs it. docs/concepts/statistics.md says why each
default is what it is.
"""

from runlore.stats.corrections import benjamini_hochberg, holm
from runlore.stats.describing import Description, describe
from runlore.stats.differences import Difference, paired_difference, unpaired_difference
from runlore.stats.effects import Effect
from runlore.stats.folds import folds_difference, folds_interval
from runlore.stats.intervals import (
    Interval,
    bootstrap_interval,
    mean_interval,
    median_interval,
)
from runlore.stats.leading import leader
from runlore.stats.methods import Method
from runlore.stats.noise import NoiseFloor, is_within_noise, noise_floor, noise_margin
from runlore.stats.power import RunsNeeded, power_of, runs_needed
from runlore.stats.several import GroupPair, SeveralGroups, several_differences
from runlore.stats.verdicts import Leader, Rival, Standing

__all__ = [
    "Description",
    "Difference",
    "Effect",
    "GroupPair",
    "Interval",
    "Leader",
    "Method",
    "NoiseFloor",
    "Rival",
    "RunsNeeded",
    "SeveralGroups",
    "Standing",
    "benjamini_hochberg",
    "bootstrap_interval",
    "describe",
    "folds_difference",
    "folds_interval",
    "holm",
    "is_within_noise",
    "leader",
    "mean_interval",
    "median_interval",
    "noise_floor",
    "noise_margin",
    "paired_difference",
    "power_of",
    "runs_needed",
    "several_differences",
    "unpaired_difference",
]
