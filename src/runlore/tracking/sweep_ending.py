"""What a search leaves behind when all combinations are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidValue, MissingExtra, RunloreError
from runlore.tracking.importance import importances_of
from runlore.tracking.search_figures import can_draw, importance_figure
from runlore.tracking.sweep_results import SweepResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runlore.tracking.importance import Importances
    from runlore.tracking.sweep_results import Combination
    from runlore.tracking.sweep_trials import Trials
    from runlore.tracking.tracked import TrackedRun


def finish_sweep(
    whole: TrackedRun, trials: Trials, *, refit: bool, importance: str | bool, seed: int
) -> SweepResults:
    """Refit the best model, estimate importances, and keep both with the table.

    Raises:
        InvalidValue: if all combinations failed.
    """
    combinations = tuple(trials.combinations)
    refuse_if_all_failed(combinations, whole)
    found = SweepResults(
        whole.id, whole.name or "", trials.score, combinations,
        has_shared_folds=trials.data.fold_count > 1,
    )  # fmt: skip
    model = None
    if refit and found.best is not None:
        model = trials.recipe.maker(found.best.params)
        model.fit(trials.data.X, trials.data.y, **trials.recipe.fit_params)
    return keep_results(whole, found, model, importance=importance, seed=seed)


def refuse_if_all_failed(combinations: Sequence[Combination], whole: TrackedRun) -> None:
    """Raise `InvalidValue` if no combination could be fitted and scored."""
    if combinations and all(one.status == "failed" for one in combinations):
        count = len(combinations)
        which = f"all {count} combinations failed; the first" if count > 1 else "the fit failed"
        raise InvalidValue(
            f"{which}: {combinations[0].error}",
            hint=f"runlore show {whole.short_id} lists them; "
            'on_error="raise" shows where the first one fails',
        )


def keep_results(
    whole: TrackedRun, found: SweepResults, model: Any, *, importance: str | bool, seed: int
) -> SweepResults:
    """Keep the best model, the importances with their figure and the table; return all of it."""
    from dataclasses import replace

    importances, note = _importances(found, importance, seed)
    found = replace(found, best_model=model, importances=importances, importance_note=note)
    if model is not None:
        try:
            whole.save_model(model)
        except RunloreError as error:
            whole.log_note(f"The best model isn't kept: {error.message}")
    if found.best is not None:
        whole.log_params({"best": found.best.params})
        whole.log({f"best.{found.score}": found.best.scores[found.score]})
    whole.log({
        "combinations_tried": len(found), "combinations_failed": len(found.failed),
    })  # fmt: skip
    whole.log_note(found.verdict())
    whole.save_artifact("results.md", found.to_markdown())
    if importances is not None:
        _keep_importances(whole, importances, found.score)
    return found


def _importances(
    found: SweepResults,
    importance: str | bool,  # noqa: FBT001 - as users say it
    seed: int,
) -> tuple[Importances | None, str | None]:
    """Estimate importances, or say why they aren't known."""
    if importance is False:
        return None, None
    method = "permutation" if importance is True else importance
    finished = [one for one in found.combinations if one.status == "finished"]
    try:
        return importances_of(
            [one.params for one in finished],
            [one.scores[found.score] for one in finished],
            method=method,
            seed=seed,
        ), None
    except MissingExtra:
        raise
    except RunloreError as error:
        return None, error.message


def _keep_importances(whole: TrackedRun, importances: Importances, score: str) -> None:
    lines = ["param,importance,low,high"]
    for one in importances.params:
        name = '"' + one.name.replace('"', '""') + '"' if set(one.name) & set(',"\n') else one.name
        lines.append(f"{name},{one.importance!r},{one.low!r},{one.high!r}")
    whole.save_artifact("importance.csv", "\n".join(lines) + "\n")
    if not can_draw():
        whole.log_note("The figure of importances takes matplotlib: pip install 'runlore[plots]'")
        return
    whole.save_artifact("importance.png", importance_figure(importances, score))
