"""Figures of searches and of cross-validation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.media.libraries import is_installed, require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from runlore.tracking.importance import Importances
    from runlore.tracking.splits import Split

_COLOUR = "#4c72b0"
_MOST_CLASSES = 12


def can_draw() -> bool:
    """Say whether figures can be drawn here."""
    return is_installed("matplotlib")


def _figure(width: float, height: float) -> Any:
    module = require("matplotlib.figure", package="matplotlib", extra="plots", purpose="a figure")
    return module.Figure(figsize=(width, height), layout="constrained")


def importance_figure(importances: Importances, score: str) -> Any:
    """Draw a bar for each param, with its interval."""
    params = importances.params[::-1]
    figure = _figure(6.4, 1.3 + 0.36 * len(params))
    axes = figure.subplots()
    means = np.array([one.importance for one in params])
    ends = np.array([[one.low, one.high] for one in params]).T
    axes.barh(
        [one.name for one in params],
        means,
        xerr=np.abs(ends - means),
        color=_COLOUR,
        ecolor="#333333",
        capsize=3,
    )
    axes.axvline(0, color="#333333", linewidth=0.8)
    axes.set_xlabel(f"part of the differences in {score}, with 95 % intervals")
    title = f"Importance of params, {importances.n} combinations"
    if not importances.explained > 0:
        title += "\n(the scores can't be predicted from them: this says nothing)"
    axes.set_title(title, fontsize=10)
    return figure


def folds_figure(
    scores: Mapping[str, Sequence[float]],
    intervals: Mapping[str, tuple[float, float] | None],
    y: Any,
    splits: Sequence[Split],
) -> Any:
    """Draw the scores of the folds, and how the targets are spread over them."""
    figure = _figure(9.0, 3.4)
    left, right = figure.subplots(1, 2)
    for place, (name, values) in enumerate(scores.items()):
        left.scatter(
            np.full(len(values), place), values, color=_COLOUR, alpha=0.7, label=name, zorder=3
        )
        mean = float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
        left.hlines(mean, place - 0.25, place + 0.25, color="#333333")
        interval = intervals.get(name)
        if interval is not None:
            left.vlines(place, *interval, color="#333333", linewidth=1)
    left.set_xticks(range(len(scores)), list(scores))
    left.set_xlim(-0.6, len(scores) - 0.4)
    left.set_title("scores of the folds, mean and 95 % interval", fontsize=10)
    _draw_targets(right, y, splits)
    return figure


def _draw_targets(axes: Any, y: Any, splits: Sequence[Split]) -> None:
    """Draw shares of classes for each fold, or quartiles of numbers."""
    axes.set_xlabel("fold")
    if y is None:
        axes.bar(range(len(splits)), [len(test) for _, test in splits], color=_COLOUR)
        axes.set_title("rows tested", fontsize=10)
        return
    targets = np.asarray(y)
    if targets.ndim > 1:
        targets = targets[:, 0]
    classes = np.unique(targets) if targets.dtype.kind != "O" else np.unique(targets.astype(str))
    targets = targets if targets.dtype.kind != "O" else targets.astype(str)
    if targets.dtype.kind == "f" or len(classes) > _MOST_CLASSES:
        if targets.dtype.kind not in "iufb":
            axes.set_axis_off()
            return
        axes.boxplot([targets[test] for _, test in splits], positions=range(len(splits)))
        axes.set_title("targets of the rows tested", fontsize=10)
        return
    bottom = np.zeros(len(splits))
    for one in classes:
        shares = np.array([float(np.mean(targets[test] == one)) for _, test in splits])
        axes.bar(range(len(splits)), shares, bottom=bottom, label=str(one))
        bottom += shares
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
    axes.set_title("classes of the rows tested", fontsize=10)
