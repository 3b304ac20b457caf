"""What a search over params found."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.compare.markdown import escaped, markdown_table, number
from runlore.compare.wording import seconds_text
from runlore.errors import RunloreError, TooFew
from runlore.reading.frames import Rows, names_met
from runlore.tracking.search_spaces import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runlore.tracking.importance import Importances

_MOST_ROWS = 20


@dataclass(frozen=True)
class Combination:
    """A combination that was tried: its run, and its scores as means over the folds.

    `fold_scores` are the scores of each fold, `error` says what ended it if it failed. One that
    a halving search dropped isn't ranked: it was scored on fewer rows than those that were kept.
    """

    params: dict[str, Any]
    run: str
    status: str
    scores: dict[str, float]
    fold_scores: dict[str, tuple[float, ...]]
    fit_seconds: float | None
    error: str | None = None
    is_from_before: bool = False
    is_ranked: bool = True


@dataclass(frozen=True)
class SweepResults(Rows):
    """All combinations of a search, in the order they were tried; `score` is what ranks them.

    `best_model` is fitted anew on all rows; None if that wasn't wanted. `importances` is None
    where `importance_note` says why. `search` is scikit-learn's own object, if there was one.
    """

    run: str
    name: str
    score: str
    combinations: tuple[Combination, ...]
    best_model: Any = None
    importances: Importances | None = None
    importance_note: str | None = None
    has_shared_folds: bool = False
    search: Any = None

    def __len__(self) -> int:
        return len(self.combinations)

    def __iter__(self) -> Iterator[Combination]:
        return iter(self.combinations)

    def ranked(self) -> list[Combination]:
        """List the combinations that have a score, best first; of equals the one tried first."""
        kept = [one for one in self.combinations if one.status == "finished" and one.is_ranked]
        scored = [one for one in kept if not math.isnan(one.scores.get(self.score, math.nan))]
        return sorted(scored, key=lambda one: -one.scores[self.score])

    @property
    def failed(self) -> list[Combination]:
        """The combinations that failed."""
        return [one for one in self.combinations if one.status == "failed"]

    @property
    def best(self) -> Combination | None:
        """The combination with the highest score; None if none has any."""
        ranked = self.ranked()
        return ranked[0] if ranked else None

    @property
    def best_params(self) -> dict[str, Any] | None:
        """The params of the best combination."""
        return None if self.best is None else self.best.params

    @property
    def best_score(self) -> float | None:
        """The score of the best combination."""
        return None if self.best is None else self.best.scores[self.score]

    @property
    def best_run(self) -> str | None:
        """The id of the run of the best combination."""
        return None if self.best is None else self.best.run

    def verdict(self) -> str:
        """Say which combination leads, by how much, and whether the folds decide it."""
        ranked = self.ranked()
        if not ranked:
            return "No combination has a score."
        best = ranked[0]
        said = f"Best {self.score}: {number(best.scores[self.score])} with {name_of(best.params)}."
        if len(ranked) < 2:
            return said
        said += f" The next, {name_of(ranked[1].params)},"
        ahead = best.scores[self.score] - ranked[1].scores[self.score]
        if ahead == 0:
            others = sum(one.scores[self.score] == best.scores[self.score] for one in ranked[2:])
            more = f", and so {'have' if others > 1 else 'has'} {others} more" if others else ""
            return f"{said} has the same{more}."
        return f"{said} is {number(ahead)} behind{self._decided(best, ranked[1])}."

    def _decided(self, best: Combination, second: Combination) -> str:
        if not self.has_shared_folds:
            return "; one score each says nothing about the spread"
        from runlore.stats.folds import folds_difference

        try:
            difference = folds_difference(
                best.fold_scores[self.score],
                second.fold_scores[self.score],
                names=("best", "next"),
            )
        except TooFew:
            return f"; {len(best.fold_scores[self.score])} folds are too few to decide it"
        except (RunloreError, KeyError):
            return ""
        verdict = "not decided" if difference.p_value > 0.05 else "decided"
        return f" ({difference.interval}): {verdict} by the folds"

    def to_dicts(self) -> list[dict[str, Any]]:
        """Give a dict for each combination: params, scores, how long it took, its run."""
        return [
            {
                **{f"params.{name}": value for name, value in one.params.items()},
                **one.scores,
                "fit_seconds": one.fit_seconds,
                "status": one.status,
                "error": one.error,
                "run": one.run,
            }
            for one in self.combinations
        ]

    def _columns(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        return names_met(rows)  # params first: they are what a search is about

    def to_markdown(self, most: int = _MOST_ROWS) -> str:
        """Write the best combinations as a table, the verdict and the importances."""
        names = list(dict.fromkeys(name for one in self.combinations for name in one.params))
        scores = list(dict.fromkeys(name for one in self.combinations for name in one.scores))
        ranked = self.ranked()
        table = markdown_table(
            [*names, *scores, "fit time"],
            [False] * len(names) + [True] * (len(scores) + 1),
            [
                [
                    *(escaped(_shown(one.params.get(name, ""))) for name in names),
                    *(number(one.scores[name]) if name in one.scores else "" for name in scores),
                    escaped(seconds_text(one.fit_seconds)),
                ]
                for one in ranked[:most]
            ],
        )
        parts = [f"# {escaped(self.name)}\n", table, escaped(self.verdict()) + "\n"]
        left_out = len(ranked) - most
        if left_out > 0:
            parts.insert(2, f"and {left_out} more combinations\n")
        if self.failed:
            parts.append(f"{len(self.failed)} of {len(self)} combinations failed.\n")
        parts.append(self._importance_markdown())
        return "\n".join(parts)

    def _importance_markdown(self) -> str:
        if self.importances is None:
            note = self.importance_note
            return f"Importance of params: {note}.\n" if note else ""
        rows = [
            [escaped(one.name), number(one.importance), f"{one.low:.3g} to {one.high:.3g}"]
            for one in self.importances.params
        ]
        said = [
            f"{self.importances.method}.",
            f"The surrogate explains {100 * self.importances.explained:.0f} % of unseen scores.",
            *(f"Note: {note}." for note in self.importances.notes),
        ]
        table = markdown_table(["param", "importance", "95 % interval"], [False, True, True], rows)
        return f"## Importance of params\n\n{table}\n{escaped(' '.join(said))}\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"<SweepResults {self.name!r} {len(self)} combinations: {self.verdict()}>"


def _shown(value: Any) -> str:
    return number(value) if isinstance(value, float) else str(value)
