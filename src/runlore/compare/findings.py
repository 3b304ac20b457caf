"""What a comparison of experiments found, before anything is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.errors import InvalidValue
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runlore.compare.candidates import Candidate
    from runlore.compare.judging import MetricVerdict


@dataclass(frozen=True)
class Findings:
    """Experiments side by side, each a candidate of one run or of several seeds.

    `metrics` are the labels compared, `left_out` those for which there was no room, `by` the one
    that chooses. `path` is the Markdown file that was written, None if there is none.
    """

    title: str
    candidates: tuple[Candidate, ...]
    metrics: tuple[str, ...]
    left_out: tuple[str, ...]
    by: str | None
    verdicts: Mapping[str, MetricVerdict]
    confidence: float
    path: str | None = None

    @property
    def verdict(self) -> MetricVerdict | None:
        """What is known about the metric that chooses."""
        return None if self.by is None else self.verdicts[self.by]

    @property
    def best(self) -> str | None:
        """The candidate that is best, if only because nothing was tested; None where none is.

        None where several are as good, and where the difference may be chance.
        """
        verdict = self.verdict
        is_one = verdict is not None and verdict.standing in ("clear", "untested", "alone")
        return verdict.best if verdict is not None and is_one else None

    @property
    def winner(self) -> str | None:
        """The candidate that is clearly best: over several seeds, by more than chance."""
        return None if self.verdict is None else self.verdict.winner

    @property
    def baselines(self) -> tuple[Candidate, ...]:
        """Those that are there to be beaten."""
        return tuple(one for one in self.candidates if one.is_baseline)

    def candidate(self, name: str) -> Candidate:
        """Return a candidate by its name in the table.

        Raises:
            InvalidValue: if there is none.
        """
        for one in self.candidates:
            if one.name == name:
                return one
        raise InvalidValue(
            f"there is no {name!r} in the comparison",
            hint=nearest(name, [one.name for one in self.candidates], nothing="it is empty"),
        )
