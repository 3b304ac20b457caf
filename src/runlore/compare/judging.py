"""Which candidate is best by a metric, and whether the data say more than chance would."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runlore.compare.candidates import values_of
from runlore.compare.wording import listed
from runlore.errors import InvalidValue, TooFew
from runlore.stats import folds_difference, holm, leader
from runlore.stats.samples import MOST_MAGNITUDE
from runlore.stats.verdicts import Rival, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlore.compare.candidates import Candidate
    from runlore.reading.directions import Direction
    from runlore.stats import Description, Difference, Leader

Standing = Literal[
    "clear", "within noise", "tied", "untested", "flattered", "alone", "no values",
    "unknown direction",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetricVerdict:
    """What is known about one metric.

    `standing` says in a word or two whether there is a winner: "clear"; "within noise" if
    chance alone may do it, by a test or, where runs are too few for one, because runs of the
    same group differ by as much; "tied" if several have the best value; "untested" if a spread
    is unknown; "flattered" if runs of the best are lost or not finite; "alone"; "no values"; or
    "unknown direction". `best` has the best mean, `tied` names all that have it, `missing` those
    without a finite value. `lead` is by how much the best is better than the next.
    """

    label: str
    direction: Direction | None
    standing: Standing
    reason: str
    best: str | None
    tied: tuple[str, ...]
    runner_up: str | None
    lead: float | None
    missing: tuple[str, ...]
    descriptions: Mapping[str, Description]
    leader: Leader | None

    @property
    def winner(self) -> str | None:
        """The best candidate where the data decide it, else None."""
        return self.best if self.standing == "clear" else None

    @property
    def close(self) -> tuple[str, ...]:
        """Those that have the best value, or were tested and can't be told from the best."""
        if self.leader is None or self.standing == "tied":
            return self.tied
        unclear = [
            rival.name for rival in self.leader.rivals
            if rival.difference is not None and not self.leader.is_behind(rival)
        ]  # fmt: skip
        return (*self.tied, *unclear, *(rival.name for rival in _within_spread(self.leader)))

    def mean(self, name: str) -> float | None:
        """Give the mean of a candidate's finite values."""
        found = self.descriptions.get(name)
        return None if found is None else found.mean


def judge(
    candidates: Sequence[Candidate],
    label: str,
    direction: Direction | None,
    *,
    confidence: float = 0.95,
) -> MetricVerdict:
    """Say which candidate is best by a metric, and whether that is more than chance.

    Over seeds it is `stats.leader` that decides; where each candidate is one run with a
    cross-validation, the corrected test of their folds.

    Raises:
        MissingExtra: if there is something to test and SciPy isn't installed.
    """
    folds = _over_folds(candidates, label)
    return judge_groups(
        folds or values_of(candidates, label), label, direction,
        names=[one.name for one in candidates],
        lost={one.name: len(one.lost) for one in candidates},
        splits=None if folds is None else {one.name: one.splits for one in candidates},
        confidence=confidence,
    )  # fmt: skip


def judge_groups(
    values: Mapping[str, Mapping[Any, float]],
    label: str,
    direction: Direction | None,
    *,
    names: Iterable[str] | None = None,
    lost: Mapping[str, int] | None = None,
    splits: Mapping[str, str | None] | None = None,
    confidence: float = 0.95,
) -> MetricVerdict:
    """Judge values by group and seed as `judge` does those of candidates.

    Args:
        values: what the finished runs of each group came to, by seed.
        label: of the metric.
        direction: which is better, less or more.
        names: of all groups, those without a value included.
        lost: how many runs of each group ended without finishing.
        splits: with it, values are those of the folds of one run each; what tells one division
            into folds from another.
        confidence: of the verdict.

    Raises:
        MissingExtra: if there is something to test and SciPy isn't installed.
    """
    groups = {
        name: {key: value if can_be_ranked(value) else math.nan for key, value in own.items()}
        for name, own in values.items()
        if any(map(can_be_ranked, own.values()))
    }
    found = leader(groups, direction=direction or "max", confidence=confidence) if groups else None
    if found is not None and splits is not None:
        found = _tested_on_folds(found, groups, splits)
    descriptions = {} if found is None else _descriptions(found)
    missing = tuple(name for name in names or values if name not in descriptions)
    if found is None or found.best is None or direction is None:
        is_known = direction is not None
        return MetricVerdict(
            label, direction, "no values" if is_known or not descriptions else "unknown direction",
            _NO_VALUES if is_known or not descriptions else _NO_DIRECTION,
            None, (), None, None, missing, descriptions, found,
        )  # fmt: skip
    order = [one.name for one in found.standings if one.name in descriptions]
    best = descriptions[order[0]].mean
    tied = tuple(name for name in order if math.isclose(descriptions[name].mean, best))
    runner_up = order[1] if len(order) > 1 else None
    lead = None if runner_up is None else abs(best - descriptions[runner_up].mean)
    lost_runs = (lost or {}).get(order[0], 0)
    standing = _standing(found, tied, lost_runs)
    return MetricVerdict(
        label, direction, standing, _reason(found, standing, tied, lost_runs),
        order[0], tied, runner_up, lead, missing, descriptions, found,
    )  # fmt: skip


def can_be_ranked(value: float) -> bool:
    """Tell whether a value is finite, and small enough to be computed with."""
    return abs(value) <= MOST_MAGNITUDE


_NO_VALUES = "no finished run has a finite value"
_NO_DIRECTION = (
    "it isn't known whether less or more is better: say so with directions={…}, "
    "or run.define_metric(name, direction=…)"
)


def _standing(found: Leader, tied: tuple[str, ...], lost: int) -> Standing:
    if found.is_clear:
        return "flattered" if lost else "clear"
    if len(tied) > 1:
        return "tied"
    if not found.rivals:
        return "alone"
    unclear = [rival for rival in found.rivals if not found.is_behind(rival)]
    if any(rival.difference is not None for rival in unclear) or _within_spread(found):
        return "within noise"
    return "untested" if unclear else "flattered"


def _within_spread(found: Leader) -> list[Rival]:
    """List the rivals without a test whose distance is no more than runs of one group differ."""
    return [rival for rival in found.rivals if rival.difference is None and _is_near(found, rival)]


def _is_near(found: Leader, rival: Rival) -> bool:
    lead, spread = _lead_and_spread(found, rival)
    return spread > 0 and lead <= spread


def _lead_and_spread(found: Leader, rival: Rival) -> tuple[float, float]:
    """Return the distance to a rival, and the larger of the two standard deviations, if any."""
    described = _descriptions(found)
    best, other = described.get(found.best or ""), described.get(rival.name)
    if best is None or other is None:
        return math.inf, 0.0
    return abs(best.mean - other.mean), max(best.std or 0.0, other.std or 0.0)


def _reason(found: Leader, standing: Standing, tied: tuple[str, ...], lost: int) -> str:
    best = found.best or ""
    if standing == "tied":
        return f"no clear winner: {listed([*map(repr, tied)])} have the same value"
    if standing == "flattered" and lost:
        return (
            f"no clear winner: {lost} of the runs of {best!r} did not finish, "
            "and leaving them out flatters it"
        )
    if standing == "untested" and all(one.runs == 1 for one in found.standings):
        return (
            "the spread is unknown: there is a single run of each, "
            "and another seed may turn the order"
        )
    near = _within_spread(found)
    if standing == "within noise" and near and found.hardest is None:
        lead, spread = _lead_and_spread(found, near[0])
        return (
            f"no clear winner: {best!r} is ahead of {near[0].name!r} by {lead:.3g}, and runs of "
            f"one and the same differ as much (standard deviation {spread:.2g}); not tested: "
            f"{near[0].obstacle}"
        )
    return found.reason


def _descriptions(found: Leader) -> dict[str, Description]:
    return {one.name: one.description for one in found.standings if one.description is not None}


def _over_folds(
    candidates: Sequence[Candidate], label: str
) -> dict[str, Mapping[Any, float]] | None:
    """Give the values of folds, if all that have the metric have them."""
    having = [one for one in candidates if label in one.values]
    is_of_folds = having and all(len(one.folds.get(label, ())) > 1 for one in having)
    return {one.name: one.folds[label] for one in having} if is_of_folds else None


def _tested_on_folds(
    found: Leader,
    groups: Mapping[str, Mapping[Any, float]],
    splits: Mapping[str, str | None],
) -> Leader:
    """Put the tests of folds in the place of those that take runs for independent."""
    best = found.best
    if best is None:
        return found
    tested: list[tuple[str, Difference | None, str]] = []
    for rival in found.rivals:
        difference, obstacle = None, ""
        if splits[best] is None or splits[best] != splits[rival.name]:
            obstacle = "nothing says that they were tested on the same folds"
        else:
            try:
                difference = folds_difference(
                    groups[best], groups[rival.name], confidence=found.confidence,
                    names=(best, rival.name), not_finite="leave out",
                )  # fmt: skip
            except (TooFew, InvalidValue) as error:
                obstacle = error.message
        tested.append((rival.name, difference, obstacle))
    adjusted = holm([one.p_value if one else 1.0 for _, one, _ in tested])
    rivals = tuple(
        Rival(name, difference, p_value if difference else None, obstacle)
        for (name, difference, obstacle), p_value in zip(tested, adjusted, strict=True)
    )
    changed = found._replace(rivals=rivals, runs_needed=None, is_paired=True, is_clear=False)
    description = found.standings[0].description
    is_whole = description is not None and not description.not_finite
    is_clear = bool(rivals) and is_whole and all(changed.is_behind(rival) for rival in rivals)
    changed = changed._replace(is_clear=is_clear)
    return changed._replace(reason=reason_of(changed))
