"""Which metrics tell most about what is compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.compare.wording import place_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

# How long training took, where a run says so itself.
SECONDS = ("fit_seconds", "training_seconds")
TIMES = (*SECONDS, "score_seconds")
_HELD_OUT = frozenset(
    ("test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev", "holdout")
)
_OF_TRAINING = frozenset(("train", "training"))
_WORDS = re.compile(r"[a-z]+\d*")
_COMPANIONS = ("_std", "_low", "_high", "[fold]")


def companions_of(labels: Iterable[str]) -> set[str]:
    """Name what stands beside metrics: a spread, an interval, what each fold has."""
    return {f"{label}{end}" for label in {*TIMES}.union(labels) for end in _COMPANIONS}


def in_order(counts: Mapping[str, int]) -> list[str]:
    """Sort metrics, with how many have each: those looked at first in front."""
    return sorted(counts, key=lambda label: (place_of(label)[:2], -counts[label], label))


def most_telling(
    labels: Sequence[str], counts: Mapping[str, int], *, said: Container[str] = ()
) -> str | None:
    """Choose the metric that tells how good a model is.

    What is measured on held-out data comes before the rest, and what is measured while training
    comes last; then those of which somebody has said which way is better, and those whose name
    isn't a detail of a detail (`val/calibration/error`); then what most have; then what is looked
    at first. What less than half as many have as the most common one is chosen only where nothing
    else is left.

    `labels` are those that can be ranked, in order.
    """
    enough = max((counts[label] for label in labels), default=0) / 2
    return max(
        labels,
        key=lambda label: (
            counts[label] >= enough,
            -_distance(label),
            label in said,
            -max(1, label.count("/")),
            counts[label],
        ),
        default=None,
    )


def _distance(label: str) -> int:
    """Say how far a metric is from telling how good a model is: 0 held-out, 2 of training."""
    words = {word.rstrip("0123456789") for word in _WORDS.findall(label.lower())}
    return 0 if words & _HELD_OUT else 2 if words & _OF_TRAINING else 1
