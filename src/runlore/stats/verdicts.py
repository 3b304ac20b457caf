"""What is said of the best group: a verdict, with its reason in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlore.stats.methods import percent

if TYPE_CHECKING:
    from runlore.stats.describing import Description
    from runlore.stats.differences import Difference
    from runlore.stats.methods import Method
    from runlore.stats.power import RunsNeeded


class Standing(NamedTuple):
    """A group, with how many runs it has; without a description if no value is finite."""

    name: str
    runs: int
    description: Description | None


class Rival(NamedTuple):
    """Another group than the best: the best less this one, or the `obstacle` to a test.

    `p_adjusted` is for the claim that the best is ahead of all.
    """

    name: str
    difference: Difference | None
    p_adjusted: float | None
    obstacle: str


class Leader(NamedTuple):
    """The group with the best mean, and whether it is clearly ahead of all others.

    `rivals` and `standings` are in the order of their means, best first. `runs_needed` is how
    many would show the lead over the hardest rival in 80 % of cases, if it is truly as it looks.
    """

    best: str | None
    is_clear: bool
    reason: str
    standings: tuple[Standing, ...]
    rivals: tuple[Rival, ...]
    runs_needed: RunsNeeded | None
    direction: str
    is_paired: bool
    confidence: float
    least_difference: float
    method: Method

    @property
    def winner(self) -> str | None:
        """The best group where the data decide, else None."""
        return self.best if self.is_clear else None

    @property
    def hardest(self) -> Rival | None:
        """The tested rival that is hardest to tell from the best."""
        tested = [rival for rival in self.rivals if rival.p_adjusted is not None]
        return max(tested, key=lambda rival: rival.p_adjusted or 0.0, default=None)

    def lead(self, difference: Difference) -> float:
        """Give how much better the best is, above 0 in either direction."""
        return difference.value if self.direction == "max" else -difference.value

    def is_behind(self, rival: Rival) -> bool:
        """Say whether a rival is clearly behind, by as much as matters.

        The winner needs this of all; for claims about single ones use `several_differences`.
        """
        if rival.difference is None or rival.p_adjusted is None:
            return False
        lead = self.lead(rival.difference)
        is_beyond_chance = rival.p_adjusted <= 1 - self.confidence
        return is_beyond_chance and lead > 0 and lead >= self.least_difference


def reason_of(verdict: Leader) -> str:
    """Say in a sentence or two why there is a clear winner, or why not."""
    if verdict.is_clear:
        return _clear_reason(verdict)
    if verdict.best is None:
        return "no clear winner: no group has a finite value"
    if not verdict.rivals:
        return f"no clear winner: {verdict.best!r} is the only group, with nothing to compare it to"
    return "no clear winner: " + "; ".join(_obstacles(verdict, verdict.best))


def _clear_reason(verdict: Leader) -> str:
    rival = verdict.rivals[0]
    said = f"{verdict.best!r} is ahead of {rival.name!r} by {_numbers(verdict, rival)}"
    others = len(verdict.rivals) - 1
    return f"{said}, and clearly of {others} other{'s' * (others > 1)}" if others else said


def _obstacles(verdict: Leader, best: str) -> list[str]:
    found = []
    described = verdict.standings[0].description
    if described and described.not_finite:
        runs = verdict.standings[0].runs
        found.append(
            f"{described.not_finite} of {runs} runs of {best!r} are not finite, "
            "and leaving them out flatters it"
        )
    unclear = [rival for rival in verdict.rivals if not verdict.is_behind(rival)]
    untested = [rival for rival in unclear if rival.difference is None]
    found += [
        f"{best!r} is not tested against {rival.name!r}: {rival.obstacle}" for rival in untested[:2]
    ]
    if len(untested) > 2:
        found.append(f"nor against {len(untested) - 2} others")
    tested = [rival for rival in unclear if rival.difference is not None]
    if tested:
        # The one that stands nearest speaks for the others.
        found.append(_told_apart_not(verdict, best, tested[0]))
        if len(tested) > 1:
            found.append(f"nor is it clearly ahead of {_names(tested[1:])}")
    return found


def _told_apart_not(verdict: Leader, best: str, rival: Rival) -> str:
    assert rival.difference is not None  # noqa: S101 (for the type checker: it is a tested one)
    lead = verdict.lead(rival.difference)
    if lead == 0:
        return f"{best!r} and {rival.name!r} have the same mean"
    if lead < 0:
        return (
            f"{best!r} has the better mean, but is behind {rival.name!r} "
            f"on the seeds that both have, by {-lead:.3g}"
        )
    said = f"{best!r} is ahead of {rival.name!r} by {_numbers(verdict, rival)}"
    if rival.p_adjusted is not None and rival.p_adjusted <= 1 - verdict.confidence:
        return f"{said}, less than the {verdict.least_difference:g} that matters"
    said += ", which chance alone may do"
    if verdict.runs_needed and verdict.hardest and verdict.hardest.name == rival.name:
        runs = f"{verdict.runs_needed.n:,} runs of each"
        said += f"; about {runs} would show a lead of this size 4 times in 5"
    return said


def _numbers(verdict: Leader, rival: Rival) -> str:
    """Write the lead over a rival: its size, interval, test and p-value."""
    difference, p_value = rival.difference, rival.p_adjusted
    assert difference is not None  # noqa: S101 (for the type checker: only tested ones are written)
    assert p_value is not None  # noqa: S101
    low, high = difference.interval.low, difference.interval.high
    if verdict.direction == "min":
        low, high = -high, -low
    counts = (
        f"{difference.n_first} pairs"
        if difference.is_paired
        else f"{difference.n_first} and {difference.n_second} runs"
    )
    many = len(verdict.rivals)
    after = f" after correction for {many} comparisons" if many > 1 else ""
    return (
        f"{verdict.lead(difference):.3g} ({percent(verdict.confidence)} interval "
        f"{low:.3g} to {high:.3g}, {difference.test.name} of {counts}, p = {p_value:.2g}{after})"
    )


def _names(rivals: list[Rival]) -> str:
    names = [repr(rival.name) for rival in rivals[:3]]
    return ", ".join(names) + (f" and {len(rivals) - 3} more" if len(rivals) > 3 else "")
