"""How much each param matters for the metric that decides, with how sure that is."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from runlore.tracking.importance import LEAST_COMBINATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.actions.side_by_side import SideBySide
    from runlore.query.columns import Doubles

MOST_GROUPS = 500
_TIMEOUT_SECONDS = 30
_MOST_KEPT = 32
_LEAST_FOR_CORRELATION = 4
_PROGRAM = (
    "import sys; sys.path[:0] = [sys.argv[1]]; "
    "from runlore.tracking.importance_program import main; main()"
)
_kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Importance:
    """How much of the difference a param makes, its 95 % interval, and its rank correlation."""

    param: str
    importance: float
    low: float
    high: float
    correlation: float | None


def importances_between(found: SideBySide) -> tuple[list[Importance] | None, str | None]:
    """Estimate how much params matter, by the means of groups; None, with why, where none can."""
    if found.judgement is None:
        return None, "no metric decides here"
    groups = [one for one in found.judgement.ranked if one.key][:MOST_GROUPS]
    if len(groups) < LEAST_COMBINATIONS:
        return None, (
            f"{len(groups)} groups have a value; the importance of params needs "
            f"{LEAST_COMBINATIONS}"
        )
    keys = list(found.material.results.groups.by)
    combinations = [
        {key: _plain(group.key[key]) for key in keys if key in group.key} for group in groups
    ]
    scores = [group.mean for group in groups if group.mean is not None]
    answer = _asked(combinations, scores)
    if "refusal" in answer:
        hint = f" ({answer['hint']})" if answer.get("hint") else ""
        return None, f"{answer['refusal']}{hint}"
    explained = float(answer["explained"])
    if not explained > 0:
        return None, (
            f"{answer['n']} groups are too few, or too noisy, to tell: a tree fitted to them "
            "predicts unseen ones no better than their mean"
        )
    important = [
        Importance(name, mean, low, high, _correlation(combinations, name, scores))
        for name, mean, low, high in answer["params"]
    ]
    note = (
        f"the part of the variance that a tree fitted to {answer['n']} groups loses without the "
        f"param; such trees explain {explained:.0%} of unseen groups, intervals by resampling"
    ).replace("%", " %")
    return important, "; ".join([note, *answer["notes"]])


def _asked(combinations: Sequence[dict[str, Any]], scores: Sequence[float]) -> dict[str, Any]:
    """Ask a process of its own, once for each question."""
    question = json.dumps({"combinations": combinations, "scores": scores}, sort_keys=True)
    with _lock:
        known = _kept.get(question)
    if known is not None:
        return known
    # The folder that holds the package; -P: nothing of the user's folder is imported.
    parent = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _PROGRAM, parent],
            input=question, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"refusal": f"the importance of params took over {_TIMEOUT_SECONDS} s"}
    except OSError as error:
        return {"refusal": f"the importance of params couldn't be estimated: {error.strerror}"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["without a word"])[-1]
        return {"refusal": f"the importance of params couldn't be estimated: {last[:200]}"}
    answer: dict[str, Any] = json.loads(done.stdout)
    with _lock:
        _kept[question] = answer
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return answer


def _plain(text: str) -> float | str:
    """Give a param as the number it is, where it is one."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _correlation(
    combinations: Sequence[dict[str, Any]], name: str, scores: Sequence[float]
) -> float | None:
    """Correlate the ranks of a param and of the scores (Spearman 1904); None for words."""
    pairs = [(one.get(name), score) for one, score in zip(combinations, scores, strict=True)]
    known = [(value, score) for value, score in pairs if isinstance(value, float)]
    if len(known) < max(_LEAST_FOR_CORRELATION, len(pairs)):
        return None
    first, second = (_ranks(np.array(column)) for column in zip(*known, strict=True))
    if not np.ptp(first) or not np.ptp(second):
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Doubles) -> Doubles:
    """Rank values, equal ones by the mean of their places."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: Doubles = (ends - (counts - 1) / 2)[places]
    return means
