"""Find the increment of SpecWeave that one works in, and what its runs are called there.

An increment is a folder `.specweave/increments/NNNN-what-it-is-about`. Its experiment is named
as the folder is, so that `increment:NNNN` selects its runs. A run's number there is a tag of the
run, `exp-003`.
"""

from __future__ import annotations

import os

from runlore.errors import Ambiguous, InvalidType, InvalidValue, NotFound, a_kind
from runlore.journal.location import main_worktree
from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

FOLDER = os.path.join(".specweave", "increments")
EXPERIMENTS = "experiments"
CLAIMS = ".runs"  # in the folder above: numbers that are taken, and marks of what isn't complete
# What SpecWeave writes as the status of an increment that no more work is done in.
CLOSED = frozenset(
    {"abandoned", "archived", "backlog", "cancelled", "closed", "completed", "done", "paused"}
)
METADATA = "metadata.yaml"
SERIES_TAG = "series"
BASELINE = "baseline"
_MOST_NAMED = 10
_NUMBER_PREFIX = "exp-"


class Increment:
    """An increment: its `name`, the folder's, its `number` in it, and where it lies, `path`."""

    __slots__ = ("name", "number", "path")

    def __init__(self, path: str) -> None:
        """Describe the increment in the folder `path`."""
        self.path = path
        self.name = os.path.basename(path)
        self.number = number_in(self.name) or 0

    def __repr__(self) -> str:
        return f"<Increment {self.name}>"

    @property
    def experiments(self) -> str:
        """The folder that its runs are kept in."""
        return os.path.join(self.path, EXPERIMENTS)

    @property
    def status(self) -> str:
        """What SpecWeave says of it in `metadata.json`; "" where it says nothing."""
        try:
            with open(os.path.join(self.path, "metadata.json"), encoding="utf-8") as file:
                content = file.read()
        except (OSError, UnicodeDecodeError):
            return ""
        import json

        try:
            found: Any = json.loads(content)
        except ValueError:
            return ""
        status = found.get("status") if isinstance(found, dict) else None
        return status.lower() if isinstance(status, str) else ""

    @property
    def is_open(self) -> bool:
        """Whether work is done in it: everything that isn't said to be over or put aside."""
        return self.status not in CLOSED


def marker(experiments: str, run: str) -> str:
    """Name the file that is there while the plain files of a run aren't complete."""
    return os.path.join(experiments, CLAIMS, f"{run}.open")


def write_mark(experiments: str, run: str, folder: str, store: str, actor: str) -> None:
    """Mark the files of a run as not complete; `folder` is relative, `actor` who writes it.

    Raises:
        OSError: if it can't be written.
    """
    fields = {"run": run, "folder": folder, "store": store, "actor": actor}
    place = marker(experiments, run)
    new = f"{place}.{os.getpid()}"
    with open(new, "wb") as file:
        file.write(encode_json(fields) + b"\n")
    os.replace(new, place)


def mark_changed(place: object, run: str, store: str) -> None:
    """Note that a run was edited whose plain files lie in an increment of where one is.

    `place` is what its context says under `increment`. Whoever looks next writes them anew; where
    that can't be noted, the store has the edit.
    """
    folder = increments_folder()
    if folder is None or not isinstance(place, dict):
        return
    name, own = place.get("name"), place.get("folder")
    if not isinstance(name, str) or not isinstance(own, str) or name != os.path.basename(name):
        return
    experiments = os.path.join(folder, name, EXPERIMENTS)
    if not os.path.exists(os.path.join(experiments, own, METADATA)):
        return
    try:  # noqa: SIM105 - contextlib costs the import budget
        write_mark(experiments, run, own, store, "")
    except OSError:
        pass  # somebody else's folder


def number_text(number: int) -> str:
    """Write a run's number as people give it, and as its tag is: `exp-003`."""
    return f"{_NUMBER_PREFIX}{number:03d}"


def number_in_tag(tag: str) -> int | None:
    """Return the number that the tag `exp-003` stands for, None for any other tag."""
    digits = tag.removeprefix(_NUMBER_PREFIX)
    is_number = digits != tag and digits.isascii() and digits.isdecimal() and 3 <= len(digits) < 10
    return int(digits) if is_number else None


def numbered_name(text: str) -> tuple[int, str | None] | None:
    """Take `exp-003` or `exp-003-xgboost` apart into (number, name or None); None for others."""
    digits, dash, name = text.removeprefix(_NUMBER_PREFIX).partition("-")
    is_number = text.startswith(_NUMBER_PREFIX) and digits.isascii() and digits.isdecimal()
    if not is_number or len(digits) > 9 or (dash and not name):
        return None
    return int(digits), name or None


def number_in(name: str) -> int | None:
    """Return the number that an increment's name begins with: 42 of `0042-x`, `0042`, `42`."""
    digits = name.partition("-")[0]
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else None


def is_baseline(name: str | None, tags: Iterable[str]) -> bool:
    """Tell whether a run is there to be beaten: tagged `baseline`, or named `baseline-…`.

    `…-baseline` and `baseline` alone are such names, too.
    """
    words = (name or "").lower().replace("_", "-").replace(" ", "-").split("-")
    return BASELINE in (words[0], words[-1]) or BASELINE in tags


def increments_folder(start: str | None = None) -> str | None:
    """Return the nearest `.specweave/increments` from `start` upwards, None where there is none.

    The search ends at the repository or the home folder, as that for the store does.
    """
    try:
        here = os.path.abspath(start or os.getcwd())
    except FileNotFoundError:
        return None
    home = os.path.expanduser("~")
    while True:
        candidate = os.path.join(here, FOLDER)
        if os.path.isdir(candidate):
            return candidate
        parent = os.path.dirname(here)
        if here in (parent, home) or main_worktree(here) is not None:
            return None
        here = parent


def list_increments(start: str | None = None) -> list[Increment]:
    """List the increments of where one is, by number and name."""
    folder = increments_folder(start)
    if folder is None:
        return []
    try:
        names = os.listdir(folder)
    except OSError:
        return []  # not for this user
    found = [
        Increment(os.path.join(folder, name))
        for name in names
        if number_in(name) is not None and os.path.isdir(os.path.join(folder, name))
    ]
    return sorted(found, key=lambda increment: (increment.number, increment.name))


def find_increment(given: str | int, start: str | None = None) -> Increment:
    """Return the increment of a number (`"0042"`, 42) or of a folder's whole name.

    Raises:
        NotFound: if there is none, with those that there are.
        Ambiguous: if two have the number.
    """
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise InvalidType(
            f"the increment is {a_kind(given)}: {given!r}",
            hint="give its number or its folder's name: increment='0042'",
        )
    wanted = str(given).strip()
    if not wanted:
        raise InvalidValue(
            "the increment is named by an empty text",
            hint="give its number or its folder's name: increment='0042'",
        )
    known = list_increments(start)
    found = [increment for increment in known if increment.name == wanted]
    if not found and wanted.isascii() and wanted.isdecimal():
        found = [increment for increment in known if increment.number == int(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(
            f"{len(found)} increments answer to {wanted!r}: "
            + ", ".join(increment.name for increment in found),
            hint=f"give the whole name: increment={found[0].name!r}",
        )
    folder = increments_folder(start)
    if folder is None:
        raise NotFound(
            f"no increment answers to {wanted!r}: there is no folder {FOLDER} here or above",
            hint="work in the repository that has it, or leave increment= out",
        )
    names = [increment.name for increment in known]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    raise NotFound(
        f"no increment in {folder} answers to {wanted!r}",
        hint="there are: " + ", ".join(names[-_MOST_NAMED:]) + more
        if names
        else f"make its folder: {os.path.join(FOLDER, wanted)}",
    )


def increment_of(given: str | int | None) -> Increment | None:
    """Return the increment that is named, or the open one; None where there is none, or for False.

    Raises:
        NotFound, Ambiguous: if no increment has that number, or two have.
    """
    if given is None or given is True:
        return open_increment()
    return None if given is False else find_increment(given)


def open_increment(start: str | None = None) -> Increment | None:
    """Return the open increment of where one is: the one that says `active`, else the newest.

    Of several the one with the highest number; None where there is none.
    """
    is_open = [increment for increment in list_increments(start) if increment.is_open]
    active = [increment for increment in is_open if increment.status in ("active", "in-progress")]
    chosen = active or is_open
    return chosen[-1] if chosen else None
