"""Experiments side by side: the table, the best of each metric, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.compare.candidates import candidates_of
from runlore.compare.choosing import TIMES, companions_of, in_order, most_telling
from runlore.compare.findings import Findings
from runlore.compare.judging import judge
from runlore.compare.reasons import notes_of, reasons_of
from runlore.compare.report import markdown_of, text_of
from runlore.errors import InvalidType, InvalidValue, SeriesNotFound, a_kind
from runlore.reading.directions import direction_of
from runlore.reading.frames import Rows
from runlore.reading.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from runlore.compare.candidates import Candidate
    from runlore.reading.directions import Direction
    from runlore.reading.run import StoredRun

_MOST_METRICS = 8


@dataclass(frozen=True)
class ExperimentComparison(Findings, Rows):
    """Experiments side by side: the table, the best of each metric, and why."""

    def __repr__(self) -> str:
        best = f"best {self.best!r}" if self.best else "none best"
        return f"<{type(self).__name__} of {len(self.candidates)}: {best} by {self.by}>"

    def __str__(self) -> str:
        return text_of(self)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why this one, or why none: sentences computed from the data."""
        return tuple(reasons_of(self))

    @property
    def notes(self) -> tuple[str, ...]:
        """What wasn't counted: runs that failed or aren't over, values that aren't finite."""
        return tuple(notes_of(self))

    def to_dicts(self) -> list[dict[str, Any]]:
        """Return a dict per candidate.

        Keys: `experiment`, `status`, `runs`, `metrics.<label>` (the mean), `std.<label>`,
        `training_seconds`, `is_baseline`, `is_best`, `ids`.
        """
        rows = []
        for one in self.candidates:
            described = {label: self.verdicts[label].descriptions.get(one.name) for label in
                         self.metrics}  # fmt: skip
            rows.append({
                "experiment": one.name,
                "status": one.status,
                "runs": len(one.runs),
                **{f"metrics.{label}": found.mean if found else None
                   for label, found in described.items()},
                **{f"std.{label}": found.std if found else None
                   for label, found in described.items()},
                "training_seconds": one.seconds,
                "is_baseline": one.is_baseline,
                "is_best": one.name == self.best,
                "ids": [run.id for run in one.runs],
            })  # fmt: skip
        return rows

    def to_markdown(self) -> str:
        """Return the comparison in Markdown: the table, the best, why, and what was left out."""
        return markdown_of(self)

    def _repr_markdown_(self) -> str:
        """Show it in a notebook."""
        return self.to_markdown()


def compare_candidates(
    runs: Iterable[StoredRun],
    *,
    title: str,
    metrics: Iterable[str] | None = None,
    by: str | None = None,
    directions: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> ExperimentComparison:
    """Compare experiments that were read.

    Raises:
        SeriesNotFound: if none of them has one of `metrics`, `by` or `directions`.
        InvalidValue: for a direction that isn't "min" or "max".
        MissingExtra: if there is something to test and SciPy isn't installed.
    """
    candidates = tuple(candidates_of(runs))
    known = _known_labels(candidates)
    told = _checked_directions(directions, known)
    wanted = [by] if by is not None and metrics is None else []
    labels, left_out = _chosen(candidates, known, metrics, first=wanted)
    _require_known([by] if by is not None else [], known)
    if by is not None and by not in labels:
        labels.append(by)
    found = {
        label: judge(candidates, label, told.get(label) or _direction(candidates, label),
                     confidence=confidence)
        for label in labels
    }  # fmt: skip
    if by is None:
        ranked = [label for label in labels if found[label].best is not None]
        by = most_telling(ranked, {label: len(found[label].descriptions) for label in ranked})
    return ExperimentComparison(
        title, candidates, tuple(labels), tuple(left_out), by, found, confidence
    )


def _known_labels(candidates: Sequence[Candidate]) -> list[str]:
    """List the metrics there are, those looked at first in front."""
    count: dict[str, int] = {}
    for one in candidates:
        labels = set(one.values)
        for label in labels - _companions(one) - set(TIMES):
            count[label] = count.get(label, 0) + 1
    return in_order(count)


def _companions(one: Candidate) -> set[str]:
    """Name what a run logs beside a metric: its spread, its interval, what each fold has."""
    return companions_of(one.values) | ({"rows"} if one.folds else set())


def _chosen(
    candidates: Sequence[Candidate],
    known: Sequence[str],
    metrics: Iterable[str] | None,
    *,
    first: Sequence[str],
) -> tuple[list[str], list[str]]:
    """Choose what is compared; returns it and what there was no room for."""
    if metrics is not None:
        wanted = list(dict.fromkeys([metrics] if isinstance(metrics, str) else metrics))
        _require_known(wanted, known)
        return wanted, []
    # What can't be ranked comes behind what can.
    ranked = sorted(known, key=lambda label: (
        label not in first, _direction(candidates, label) is None
    ))  # fmt: skip
    chosen = set(ranked[:_MOST_METRICS])
    return [label for label in known if label in chosen], ranked[_MOST_METRICS:]


def _require_known(wanted: Iterable[str], known: Sequence[str]) -> None:
    for label in wanted:
        if label not in known:
            raise SeriesNotFound(
                f"none of the experiments has a metric {label!r}",
                hint=nearest(label, known, nothing="no finished one has logged a metric"),
            )


def _checked_directions(
    directions: Mapping[str, str] | None, known: Sequence[str]
) -> dict[str, Direction]:
    if directions is None:
        return {}
    if not hasattr(directions, "items"):
        raise InvalidType(
            f"the directions are {a_kind(directions)}", hint="directions={'score': 'max'}"
        )
    _require_known(directions, known)
    told: dict[str, Direction] = {}
    for label, direction in directions.items():
        if direction not in ("min", "max"):
            raise InvalidValue(
                f"the direction of {label!r} is {direction!r}", hint="say 'min' or 'max'"
            )
        told[label] = "min" if direction == "min" else "max"
    return told


def _direction(candidates: Sequence[Candidate], label: str) -> Direction | None:
    """Say which direction of a metric is better: as a run says, else as its name does."""
    runs = [run for one in candidates for run in one.runs if label in run.summaries]
    if not runs:
        return None
    name = runs[0].summaries[label].name
    definitions = [one for run in runs for one in run.metric_definitions.values()]
    return direction_of(name, definitions)
