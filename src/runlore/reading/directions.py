"""Tell whether less or more of a metric is better."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runlore.index.rows import MetricDefinition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Literal

    from runlore.index.presentation_rows import MetricDescription

    Direction = Literal["min", "max"]

# Only words that leave no doubt, and only as the last of a name: `loss_scale` is no loss.
_LESS = frozenset(("loss", "error", "err", "mse", "rmse", "mae", "nll", "perplexity", "ppl", "wer"))
_MORE = frozenset((
    "acc", "accuracy", "auc", "auroc", "precision", "recall", "f1", "r2", "bleu", "dice", "iou"
))  # fmt: skip
_WORDS = re.compile(r"[A-Za-z]+\d*|\d+")


def direction_of(name: str, definitions: Iterable[MetricDefinition]) -> Direction | None:
    """Return `min`, `max`, or None where nobody can tell.

    The first definition that says it decides; else the name, where its last word is one of
    those whose direction is certain, like `val_loss` or `test/acc`. With `neg` in front, as
    scikit-learn has it in `neg_log_loss`, more is better.
    """
    for definition in definitions:
        if definition.name == name and definition.direction in ("min", "max"):
            return "min" if definition.direction == "min" else "max"
    words = _WORDS.findall(name.lower())
    if not words:
        return None
    if "neg" in words[:-1] and words[-1] in _LESS:
        return "max"
    return "min" if words[-1] in _LESS else "max" if words[-1] in _MORE else None


def described(
    defined: Mapping[str, MetricDefinition],
    descriptions: Iterable[MetricDescription],
    experiment: str | None,
) -> dict[str, MetricDefinition]:
    """Put what was said of an experiment, or of the whole store, over what a run has defined."""
    found = dict(defined)
    for one in descriptions:  # those of the whole store come first
        if one.experiment in ("", experiment):
            known = found.get(one.name) or MetricDefinition(one.name, None, None, None)
            found[one.name] = known._replace(
                unit=one.unit or known.unit, direction=one.direction or known.direction
            )
    return found
