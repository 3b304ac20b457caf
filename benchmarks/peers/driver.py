"""What every tracker must do to be measured, the bare file and Runlore included."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

METRIC = "loss"


class Driver(ABC):
    """Drive one tracker in a process of its own.

    A driver's module imports the tracker inside `start` and `prepare_reading`, for
    it is loaded where the tracker isn't installed, too. One driver starts one run.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    requirements: ClassVar[tuple[str, ...]] = ()
    environment: ClassVar[dict[str, str]] = {}
    timed_calls: ClassVar[int] = 20_000
    timed_calls_of_ten: ClassVar[int] = 5_000
    points: ClassVar[int] = 20_000

    @abstractmethod
    def start(self, folder: str) -> None:
        """Import the tracker and start a run that lies in `folder`."""

    @abstractmethod
    def log_one(self, step: int, value: float) -> None:
        """Log one metric, named METRIC."""

    @abstractmethod
    def log_ten(self, step: int, values: dict[str, float]) -> None:
        """Log ten metrics of one step, as one call where the tracker has one."""

    @abstractmethod
    def finish(self) -> None:
        """End the run as a user would."""

    @abstractmethod
    def prepare_reading(self, folder: str) -> None:
        """Import what reading needs, which isn't part of what is timed."""

    @abstractmethod
    def read(self, folder: str) -> int:
        """Read the only run's series METRIC back in full and return its number of points."""
