"""What a cross-validation found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.compare.markdown import escaped, markdown_table, number
from runlore.compare.wording import seconds_text
from runlore.errors import RunloreError
from runlore.reading.frames import Rows
from runlore.stats.describing import describe
from runlore.stats.folds import folds_interval

if TYPE_CHECKING:
    from runlore.stats.describing import Description
    from runlore.stats.intervals import Interval


@dataclass(frozen=True)
class FoldScores:
    """A score over the folds, `by_fold`: what it comes to, and an interval of their mean.

    The interval is widened for the data that folds share; None where there are too few folds.
    """

    name: str
    by_fold: tuple[float, ...]
    description: Description
    interval: Interval | None

    @property
    def mean(self) -> float:
        """The mean over the folds."""
        return self.description.mean

    @property
    def std(self) -> float | None:
        """The standard deviation of a sample; None for one fold."""
        return self.description.std

    def __str__(self) -> str:
        spread = "" if self.std is None else f" ± {number(self.std)}"
        said = f"{self.name} {number(self.mean)}{spread} over {self.description.n} folds"
        return said if self.interval is None else f"{said}, {self.interval}"


def fold_scores(name: str, values: list[float], test_share: float) -> FoldScores:
    """Sum up a score over the folds; what isn't finite is left out and noted.

    Raises:
        TooFew: if no value is finite.
    """
    described = describe(values, name=name)
    interval = None
    if described.n > 1:
        try:
            interval = folds_interval(values, test_share=test_share, not_finite="leave out")
        except RunloreError:
            interval = None
    return FoldScores(name, tuple(values), described, interval)


@dataclass(frozen=True)
class CrossValidation(Rows):
    """Scores of a model on each fold; `score` is the first that was asked for.

    `mean`, `std` and `interval` are of that one, `scores` has all. `errors` says, by fold, what
    ended those that failed.
    """

    run: str
    name: str
    score: str
    scores: dict[str, FoldScores]
    fit_seconds: tuple[float, ...]
    runs: tuple[str, ...] = ()
    models: tuple[Any, ...] = ()
    errors: dict[int, str] | None = None

    @property
    def mean(self) -> float:
        """The mean over the folds."""
        return self.scores[self.score].mean

    @property
    def std(self) -> float | None:
        """The standard deviation over the folds."""
        return self.scores[self.score].std

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the mean."""
        return self.scores[self.score].interval

    def __len__(self) -> int:
        return len(self.scores[self.score].by_fold)

    def to_dicts(self) -> list[dict[str, Any]]:
        """Give a dict for each fold."""
        return [
            {
                "fold": fold,
                **{name: one.by_fold[fold] for name, one in self.scores.items()},
                "fit_seconds": self.fit_seconds[fold],
            }
            for fold in range(len(self))
        ]

    def to_markdown(self) -> str:
        """Write a table of the folds, and what they come to."""
        names = list(self.scores)
        table = markdown_table(
            ["fold", *names, "fit time"],
            [True] * (len(names) + 2),
            [
                [
                    str(fold),
                    *(number(self.scores[name].by_fold[fold]) for name in names),
                    escaped(seconds_text(self.fit_seconds[fold])),
                ]
                for fold in range(len(self))
            ],
        )
        lines = [f"- {escaped(str(self.scores[name]))}" for name in names]
        interval = self.interval
        if interval is not None:
            lines.append(f"- {escaped(str(interval.method))}")
        lines += [f"- fold {fold} failed: {escaped(why)}" for fold, why in
                  (self.errors or {}).items()]  # fmt: skip
        return f"# {escaped(self.name)}\n\n{table}\n" + "\n".join(lines) + "\n"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"<CrossValidation {self.name!r}: {self.scores[self.score]}>"
