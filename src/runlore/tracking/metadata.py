"""What is said of an experiment beside its params and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.client.values import tags_of
from runlore.errors import InvalidValue
from runlore.records import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class ExperimentMetadata:
    """Who tries what on which data: given to `track_experiment` in place of a name.

    The description becomes the run's goal, the data version its param `data_version`; a commit
    given here stands beside the one that is captured. All of it is checked when it is made.

    Raises:
        UsageError: for what can't be kept.
    """

    name: str
    description: str | None = None
    tags: Iterable[str] | Mapping[str, str | None] = field(default_factory=list)
    git_commit: str | None = None
    data_version: str | None = None
    author: str | None = None

    def __post_init__(self) -> None:
        limits.name(self.name, "the experiment's name")
        if self.description is not None:
            limits.text(self.description, "the description")
        object.__setattr__(self, "tags", tags_of(self.tags))
        for what in ("git_commit", "data_version", "author"):
            value = getattr(self, what)
            if value is not None:
                limits.name(value, what)
        if self.git_commit is not None and len(self.git_commit.split()) != 1:
            raise InvalidValue(
                f"git_commit is {self.git_commit!r}, not a commit",
                hint="give what `git rev-parse --short HEAD` prints, like 'a3b8c9d'",
            )

    def facts(self) -> dict[str, object]:
        """Give what no param, tag or goal holds."""
        found = {
            "git_commit": self.git_commit,
            "data_version": self.data_version,
            "author": self.author,
        }
        return {key: value for key, value in found.items() if value is not None}
