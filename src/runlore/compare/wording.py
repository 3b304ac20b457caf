"""How a comparison writes metrics, values and times."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from runlore.compare.markdown import number

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_DIGITS, _LARGE = 8, 1e9  # beyond these, numbers read better in powers of ten
_PLAIN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_INITIALS = frozenset(("auc", "f1", "mae", "mse", "r2", "rmse", "mape", "mcc", "iou"))
# What is looked at first, as a classifier's and a regressor's metrics are listed.
_ORDER = ("accuracy", "precision", "recall", "f1", "roc_auc", "auc", "r2", "rmse", "mae", "loss")

# A difference of many times the value says nothing as a share of it.
_MOST_PERCENT = 10_000


def title_of(label: str) -> str:
    """Write a metric's label as a heading: `Accuracy`, `ROC AUC`, `F1`."""
    if not _PLAIN.fullmatch(label):
        return label
    words = [
        word.upper() if word in _INITIALS or word == "roc" else word for word in label.split("_")
    ]
    first = words[0] if words[0].isupper() else words[0].capitalize()
    return " ".join([first, *words[1:]])


def place_of(label: str) -> tuple[int, int, str]:
    """Order metrics: those of training last, then the well-known ones first, then by name."""
    name = label.partition("[")[0]
    words = re.findall(r"[a-z0-9]+", label.lower())
    is_of_training = "train" in words or "training" in words
    known = _ORDER.index(name) if name in _ORDER else len(_ORDER)
    return int(is_of_training), known, label


def value_text(mean: float, std: float | None = None) -> str:
    """Write a value, and behind it the spread where one is known: `0.87 ± 0.0041`."""
    return number(mean) if std is None else f"{number(mean)} ± {std:.2g}"


def figure_text(mean: float, std: float | None = None, unit: str | None = None) -> str:
    """Write a mean in the digits that its spread leaves, with both: `0.873 ± 0.004 %`."""
    behind = f" {unit}" if unit else ""
    if std is None:
        return f"{mean:.4g}{behind}"
    if not (math.isfinite(std) and std > 0):
        return f"{mean:.4g} ± 0{behind}"
    digits = 1 - math.floor(math.log10(std))
    if not 0 <= digits <= _MOST_DIGITS or abs(mean) >= _LARGE:
        return f"{value_text(mean, std)}{behind}"
    return f"{mean:.{digits}f} ± {std:.{digits}f}{behind}"


def percent_text(difference: float, reference: float) -> str:
    """Write a difference in percent of a value: `1.2 %`; nothing where that has no sense."""
    if not (math.isfinite(difference) and math.isfinite(reference)) or reference <= 0:
        return ""
    percent = abs(difference / reference) * 100
    if percent >= _MOST_PERCENT:
        return ""
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def seconds_text(seconds: float | None) -> str:
    """Write how long training took: `34ms`, `2.1s`, `320s`."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 0.001:
        return "<1ms"
    if seconds < 0.095:
        return f"{seconds * 1000:.0f}ms"
    return f"{seconds:.1f}s" if seconds < 9.95 else f"{seconds:.0f}s"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Name things in a row: `a, b and c`."""
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
