"""What a measurement found, and the bar it is held to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bar:
    """A promise: a number that stays at most, or at least, at a limit."""

    limit: float
    unit: str
    at_least: bool = False

    def holds(self, number: float) -> bool:
        """Say whether `number` keeps the promise."""
        return number >= self.limit if self.at_least else number <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {amount(self.limit, self.unit)}"


@dataclass(frozen=True)
class Finding:
    """One row of the table.

    `judged` is the number that is held to the bar; `ratio` is `figure` over
    `beside`, a physical limit or a peer measured in the same run. Both texts carry units.
    `shape` names generator, seed, size and method.
    """

    what: str
    figure: str
    beside: str
    ratio: float | None
    shape: str
    judged: float | None = None
    bar: Bar | None = None

    @property
    def holds(self) -> bool | None:
        """Say whether the bar is kept, or None where there is none."""
        if self.bar is None or self.judged is None:
            return None
        return self.bar.holds(self.judged)


@dataclass(frozen=True)
class Table:
    """Rows for people that belong to no bar, such as one row for each peer."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass
class Results:
    """Everything one command found; `skipped` says loudly what could not be measured."""

    findings: list[Finding] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def amount(number: float, unit: str) -> str:
    """Write a number with three significant digits, thousands set apart, and its unit."""
    text = f"{number:.3g}" if number and abs(number) < 100 else f"{round(number):,}"
    return f"{text}{unit}" if unit in ("x", "") else f"{text} {unit}"
