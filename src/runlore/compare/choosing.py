"""Which metrics tell most about what is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.compare.wording import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# How long training took, where a run says so itself.
SECONDS = ("fit_seconds", "training_seconds")
TIMES = (*SECONDS, "score_seconds")
_COMPANIONS = ("_std", "_low", "_high", "[fold]")


def companions_of(labels: Iterable[str]) -> set[str]:
    """Name what stands beside metrics: a spread, an interval, what each fold has."""
    return {f"{label}{end}" for label in {*TIMES}.union(labels) for end in _COMPANIONS}


def in_order(counts: Mapping[str, int]) -> list[str]:
    """Sort metrics, with how many have each: those looked at first in front."""
    return sorted(counts, key=lambda label: (place_of(label)[:2], -counts[label], label))


def most_telling(labels: Sequence[str], counts: Mapping[str, int]) -> str | None:
    """Choose the metric that most have; of equals, the one looked at first.

    `labels` are those that can be ranked, in order; one of training comes last.
    """
    return max(labels, key=lambda label: (-place_of(label)[0], counts[label]), default=None)
