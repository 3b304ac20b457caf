"""What one command is going to measure, and how thoroughly."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Quick: smaller shapes, fewer rounds and no peers."""

    is_quick: bool
    rounds: int
    peers: tuple[str, ...] = ()

    def sized(self, full: int, quick: int) -> int:
        """Return the size of a shape in this plan."""
        return quick if self.is_quick else full
