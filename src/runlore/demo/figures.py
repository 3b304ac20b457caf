"""Draw the demo's figures, without a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray


def confusion_figure(targets: NDArray[Any], predicted: NDArray[Any]) -> Figure:
    """Draw which class was taken for which."""
    counts = confusion_matrix(targets, predicted)
    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    axes.imshow(counts, cmap="Blues")
    for row, column in zip(*counts.nonzero(), strict=True):
        is_dark = counts[row, column] > counts.max() / 2
        axes.text(
            column, row, str(counts[row, column]), ha="center", va="center",
            fontsize=7, color="white" if is_dark else "black",
        )  # fmt: skip
    axes.set_xticks(range(len(counts)))
    axes.set_yticks(range(len(counts)))
    axes.set_xlabel("predicted")
    axes.set_ylabel("target")
    return figure


def residual_figure(targets: NDArray[Any], predicted: NDArray[Any]) -> Figure:
    """Draw how far each prediction is off."""
    figure = Figure(figsize=(4, 3), layout="constrained")
    axes = figure.subplots()
    axes.axhline(0, color="gray", linewidth=0.8)
    axes.scatter(predicted, targets - predicted, s=8)
    axes.set_xlabel("predicted")
    axes.set_ylabel("target − predicted")
    return figure
