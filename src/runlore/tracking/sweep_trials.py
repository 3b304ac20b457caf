"""Try combinations one by one or together, and record each as it ends."""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING, Any

from runlore.client.ending import described
from runlore.errors import RunloreError
from runlore.tracking.executing import Executor
from runlore.tracking.search_spaces import key_of, name_of
from runlore.tracking.splits import keep_splits
from runlore.tracking.sweep_progress import SweepProgress
from runlore.tracking.sweep_runs import close_part, open_part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runlore.tracking.bayesian import Proposals
    from runlore.tracking.evaluation import Data, Outcome, Recipe
    from runlore.tracking.search_spaces import Params
    from runlore.tracking.sweep_results import Combination
    from runlore.tracking.sweep_settings import Place
    from runlore.tracking.tracked import TrackedRun


class Trials:
    """The combinations of one search: those of before, those tried now."""

    def __init__(
        self,
        recipe: Recipe,
        data: Data,
        known: Mapping[str, Combination],
        *,
        n_jobs: int | None,
        backend: str | None,
        on_error: str,
        progress: bool | None,
    ) -> None:
        """Prepare; nothing is written yet. Raises as `Executor` does."""
        self.recipe = recipe
        self.data = data
        self.combinations: list[Combination] = []
        self._known = dict(known)
        self._executor = Executor(recipe, data, n_jobs, backend)
        self._raises = on_error == "raise"
        self._shows_progress = progress
        self._open: dict[int, TrackedRun] = {}
        self._best: float | None = None

    @property
    def score(self) -> str:
        """The score that ranks."""
        return self.recipe.scoring.main

    def begin(self, whole: TrackedRun, place: Place) -> None:
        """Record in this run from now on; keep the folds in it."""
        self._whole, self._place = whole, place
        whole.define_metric(f"best.{self.score}", direction="max")
        if self.data.splits is not None and not self._known:
            keep_splits(whole, self.data.splits)

    def try_all(self, combinations: Sequence[Params], label: str) -> None:
        """Try combinations, in whatever order workers end; known ones are taken over."""
        done: dict[int, Combination] = {}
        waiting: list[int] = []
        for at, params in enumerate(combinations):
            before = self._known.get(key_of(params))
            if before is None:
                waiting.append(at)
            else:
                done[at] = self._taken_over(before, params)
        with SweepProgress(label, len(combinations), is_shown=self._shows_progress) as progress:
            progress.advance(self._best, count=len(done))

            def ended(place: int, combination: Combination) -> None:
                done[waiting[place]] = combination
                progress.advance(self._best)

            try:
                self._run([combinations[at] for at in waiting], ended)
            finally:
                self.combinations = [done[at] for at in sorted(done)]

    def try_proposed(self, proposals: Proposals, count: int, label: str) -> None:
        """Ask for combinations, try them, and tell what they came to, `count` of them in all."""
        for key, before in self._known.items():
            params = proposals.add(before.params, before.scores[self.score])
            if params is not None:
                self._known[key] = self._taken_over(before, params)
                self.combinations.append(self._known[key])
        left = count - len(self.combinations)
        with SweepProgress(label, count, is_shown=self._shows_progress) as progress:
            progress.advance(self._best, count=count - left)
            while left > 0:
                asked = [proposals.ask() for _ in range(min(left, self._executor.worker_count))]
                self._try_batch(proposals, asked)
                left -= len(asked)
                progress.advance(self._best, count=len(asked))

    def _try_batch(self, proposals: Proposals, asked: list[tuple[Any, Params]]) -> None:
        """Try what was proposed; what was tried before is told, not run again."""
        fresh: dict[str, Params] = {}
        for _, params in asked:
            key = key_of(params)
            if key not in self._known:
                fresh.setdefault(key, params)
        keys = list(fresh)

        def ended(place: int, combination: Combination) -> None:
            self._known[keys[place]] = combination
            self.combinations.append(combination)

        self._run(list(fresh.values()), ended)
        for trial, params in asked:
            proposals.tell(trial, self._known[key_of(params)].scores.get(self.score))

    def _run(
        self, combinations: Sequence[Params], ended: Callable[[int, Combination], None]
    ) -> None:
        def began(place: int) -> None:
            self._open[place] = open_part(self._whole, self._place, combinations[place])

        try:
            with closing(self._executor.run(combinations, began)) as outcomes:
                for place, outcome in outcomes:
                    run = self._open.pop(place)
                    combination = close_part(run, combinations[place], outcome)
                    self._note_best(combination)
                    ended(place, combination)
                    if outcome.error is not None and self._raises:
                        raise _failure(combinations[place], outcome)
        except BaseException as error:
            self._end_open(error)
            raise

    def _end_open(self, error: BaseException) -> None:
        """End the runs of combinations that were under way when the search ended."""
        status, facts, reason = described(error)
        is_own = status == "failed" and self._executor.is_parallel
        for run in self._open.values():
            if is_own:
                run.end("stopped", None, "the search ended before it")
            else:
                run.end(status, facts, reason)
        self._open.clear()

    def _note_best(self, combination: Combination) -> None:
        score = combination.scores.get(self.score, math.nan)
        if not math.isnan(score) and (self._best is None or score > self._best):
            self._best = score

    def _taken_over(self, before: Combination, params: Params) -> Combination:
        """Give a combination of before its params as they are, not as texts."""
        from dataclasses import replace

        self._note_best(before)
        return replace(before, params=dict(params))


def _failure(params: Params, outcome: Outcome) -> Exception:
    named = name_of(params)
    if outcome.exception is not None:
        outcome.exception.add_note(f"with {named}")
        return outcome.exception
    facts = (outcome.error or ("", None, None))[1] or {}
    return RunloreError(
        f"the combination {named} failed: {facts.get('type')}: {facts.get('message')}",
        hint='on_error="record" goes on with the others',
    )
