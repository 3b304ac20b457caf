"""What the page says of the demo's experiments, recomputed with SciPy from the runs one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

import runlore
from runlore.actions.experiments import WantedView, show_experiment
from runlore.helper.seeds import seed_like_params
from runlore.reading.store import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from runlore.actions.verdicts import Verdict

METRICS = {"digits": "accuracy[test]", "breast-cancer": "accuracy[test]", "diabetes": "test_r2"}


def check_verdicts(store: Path) -> None:
    """Hold the verdict on each experiment against one of our own."""
    with open_reader(store, budget_seconds=None) as reader:
        for experiment, metric in METRICS.items():
            verdict = show_experiment(reader, WantedView(experiment)).verdict
            assert verdict is not None
            assert verdict.metric == metric
            _check(verdict, _values(store, experiment, metric))


def _values(store: Path, experiment: str, metric: str) -> dict[frozenset[str], dict[str, float]]:
    """Collect the last values of finished runs by their ids, by seed."""
    found: dict[tuple[str, ...], dict[str, float]] = {}
    ids: dict[tuple[str, ...], set[str]] = {}
    for run in runlore.list_runs(experiment, store=store):
        if run.status != "finished":
            continue
        texts = run.param_texts
        rest = tuple(f"{key}={text}" for key, text in texts.items()
                     if key not in seed_like_params(texts))  # fmt: skip
        found.setdefault(rest, {})[texts["seed"]] = run.metrics[metric]
        ids.setdefault(rest, set()).add(run.id)
    return {frozenset(ids[rest]): values for rest, values in found.items()}


def _check(verdict: Verdict, groups: dict[frozenset[str], dict[str, float]]) -> None:
    order = sorted(groups, key=lambda ids: -float(np.mean([*groups[ids].values()])))
    shown = [group for group in verdict.groups if group.mean is not None]
    assert [frozenset(group.runs) for group in shown] == order
    best = groups[order[0]]
    p_values = []
    for group, ids in zip(shown[1:], order[1:], strict=True):
        lead = float(np.mean([*best.values()]) - np.mean([*groups[ids].values()]))
        if len(best) < 3 or len(groups[ids]) < 3:
            assert group.p_value is None
            continue
        assert group.difference is not None
        assert np.isclose(group.difference, lead)
        pairs = [(best[seed], groups[ids][seed]) for seed in best]
        p_values.append(float(stats.ttest_rel(*np.array(pairs).T).pvalue))
    adjusted = _holm(p_values)
    assert np.allclose(
        adjusted, [group.p_value for group in shown[1:] if group.p_value is not None]
    )
    is_decided = bool(adjusted) and max(adjusted) <= 0.05
    assert (verdict.standing == "clear") == is_decided
    words = ("leads on",) if is_decided else ("Nothing is decided", "The data don't decide")
    assert any(one in verdict.headline for one in words)
    assert shown[0].label in verdict.headline
    if adjusted and not is_decided:
        assert "within the noise" in verdict.headline
    if not adjusted:
        assert "untested" in verdict.headline


def _holm(p_values: list[float]) -> list[float]:
    """Correct p-values as Holm does."""
    found = [0.0] * len(p_values)
    reached = 0.0
    for rank, place in enumerate(np.argsort(p_values).tolist()):
        reached = max(reached, min(1.0, (len(p_values) - rank) * p_values[place]))
        found[place] = reached
    return found
