"""Which of several groups is best, and whether the data decide it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from runlore.errors import InvalidValue, TooFew
from runlore.stats.corrections import holm
from runlore.stats.describing import describe
from runlore.stats.differences import paired_difference, unpaired_difference
from runlore.stats.methods import Method, checked_choice, checked_confidence
from runlore.stats.power import runs_needed
from runlore.stats.samples import check_groups, numbers_of
from runlore.stats.verdicts import Leader, Rival, Standing, reason_of

if TYPE_CHECKING:
    from runlore.stats.differences import Difference
    from runlore.stats.power import RunsNeeded
    from runlore.stats.samples import Values

Direction: TypeAlias = Literal["min", "max"]

LEADER = Method(
    "t-tests of the best mean against every other, all passed after Holm's correction",
    "what the tests assume; picking the leader by the data is allowed for",
    "Gutmann and Maymin 1987, Hung and Fithian 2019, Holm 1979",
)


def leader(
    groups: Mapping[str, Values],
    *,
    direction: Direction,
    is_paired: bool | None = None,
    confidence: float = 0.95,
    least_difference: float = 0.0,
) -> Leader:
    """Say which group is best, by how much, and whether more than chance says so.

    NaN and infinities are left out and counted; a group that had some is no clear winner.

    Args:
        groups: by name; one value a run, by seed (`{0: 0.91, 1: 0.93}`) where there are seeds.
        direction: "max" if more is better, "min" if less is.
        is_paired: whether runs are compared seed by seed; by default if all groups have
            the same seeds.
        confidence: of the intervals and of the verdict.
        least_difference: a lead below this is none that matters.

    Raises:
        InvalidValue: if there is no group, or an argument is out of range.
        InvalidType: if a value isn't a number.
    """
    checked_confidence(confidence)
    checked_choice(direction, ("min", "max"), what="direction")
    check_groups(groups)
    if not groups:
        raise InvalidValue("there is no group to compare")
    if not (math.isfinite(least_difference) and least_difference >= 0):
        raise InvalidValue(f"a least difference is 0 or more, and not {least_difference!r}")
    standings = _standings(groups, direction, confidence)
    if is_paired is None:
        is_paired = _have_the_same_seeds(groups)
    best = standings[0]
    tested = [] if best.description is None else standings[1:]
    rivals = _rivals(groups, best, tested, is_paired=is_paired, confidence=confidence)
    verdict = Leader(
        best=best.name if best.description else None,
        is_clear=False,
        reason="",
        standings=tuple(standings),
        rivals=tuple(rivals),
        runs_needed=None,
        direction=direction,
        is_paired=is_paired,
        confidence=confidence,
        least_difference=least_difference,
        method=LEADER,
    )
    is_clear = bool(rivals) and all(verdict.is_behind(rival) for rival in rivals)
    is_clear = is_clear and not (best.description and best.description.not_finite)
    verdict = verdict._replace(is_clear=is_clear, runs_needed=_runs_needed(verdict))
    return verdict._replace(reason=reason_of(verdict))


def _standings(
    groups: Mapping[str, Values], direction: Direction, confidence: float
) -> list[Standing]:
    """Describe the groups, best mean first, those without a finite value last."""
    sign = -1 if direction == "max" else 1
    found = []
    for name, values in groups.items():
        array = numbers_of(values, name)
        try:
            description = describe(array, confidence=confidence, name=name)
        except TooFew:
            description = None
        found.append(Standing(name, len(array), description))
    return sorted(
        found, key=lambda one: sign * one.description.mean if one.description else math.inf
    )


def _have_the_same_seeds(groups: Mapping[str, Values]) -> bool:
    seeds = [set(values) for values in groups.values() if isinstance(values, Mapping)]
    return len(seeds) == len(groups) and all(one == seeds[0] for one in seeds)


def _rivals(
    groups: Mapping[str, Values],
    best: Standing,
    others: list[Standing],
    *,
    is_paired: bool,
    confidence: float,
) -> list[Rival]:
    """Test the best against each other; what can't be tested counts as not told apart."""
    found: list[tuple[str, Difference | None, str]] = []
    for other in others:
        difference, obstacle = None, ""
        single = [one.name for one in (best, other) if one.description and one.description.n == 1]
        if single:
            obstacle = f"{single[0]!r} has a single run, so its spread is unknown"
        else:
            try:
                difference = _difference(
                    groups, best.name, other.name, is_paired=is_paired, confidence=confidence
                )
            except (TooFew, InvalidValue) as error:
                obstacle = error.message
        found.append((other.name, difference, obstacle))
    adjusted = holm([difference.p_value if difference else 1.0 for _, difference, _ in found])
    return [
        Rival(name, difference, p_value if difference else None, obstacle)
        for (name, difference, obstacle), p_value in zip(found, adjusted, strict=True)
    ]


def _difference(
    groups: Mapping[str, Values], first: str, second: str, *, is_paired: bool, confidence: float
) -> Difference:
    options: dict[str, Any] = {
        "confidence": confidence,
        "names": (first, second),
        "not_finite": "leave out",
    }
    compare = paired_difference if is_paired else unpaired_difference
    return compare(groups[first], groups[second], **options)


def _runs_needed(verdict: Leader) -> RunsNeeded | None:
    """Count the runs that would show the lead over the closest rival, if it is as it looks."""
    rival = verdict.hardest
    if verdict.is_clear or rival is None or rival.difference is None:
        return None
    lead = verdict.lead(rival.difference)
    if lead <= 0 or rival.difference.std <= 0:
        return None
    try:
        needed = runs_needed(
            lead,
            rival.difference.std,
            confidence=verdict.confidence,
            is_paired=verdict.is_paired,
        )
    except InvalidValue:
        return None  # more than a million
    return needed if needed.n > min(rival.difference.n_first, rival.difference.n_second) else None
