"""Say how many were found."""

from __future__ import annotations

from runlore.cli.output import talk
from runlore.cli.wording import count

SHOWN = 50  # runs or groups in a table without a limit


def tell_found(
    shown: int, total: int, notes: tuple[str, ...], noun: str, *, is_silent: bool
) -> None:
    """Say on standard error how many were found, and what may not be as it was meant."""
    if not total:
        talk(f"no {noun}s found")
    elif not is_silent:
        more = f", {shown:,} shown; more: --limit N" if shown < total else ""
        talk(f"{count(total, noun)} found{more}")
    for note in notes:
        talk(f"note: {note}")
