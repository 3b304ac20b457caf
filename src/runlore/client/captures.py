"""What is captured beside a run, and how to have less of it.

Everything is, unless the argument `capture` of `start_run` or the variable RUNLORE_CAPTURE says
no. What one of the two turns off, the other can't turn on.
"""

from __future__ import annotations

from runlore.errors import InvalidType, InvalidValue, a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

# In the order in which people are told; docs/guides/context-and-privacy.md says what each holds.
CAPTURES = (
    "command",  # script, arguments, working directory
    "git",  # repository, commit, branch, remote
    "diff",  # uncommitted changes
    "untracked",  # source files that git doesn't have
    "packages",  # the interpreter and what is installed
    "env",  # environment variables of interest
    "machine",  # host, processors, GPUs, container, cloud, scheduler
    "load",  # how busy the machine is, every few seconds
    "console",  # what is printed
)
VARIABLE = "RUNLORE_CAPTURE"
_ALL = frozenset(CAPTURES)
_NONE: frozenset[str] = frozenset()
_WORDS = {
    "": _ALL, "1": _ALL, "all": _ALL, "on": _ALL, "true": _ALL, "yes": _ALL,
    "0": _NONE, "false": _NONE, "no": _NONE, "none": _NONE, "off": _NONE,
}  # fmt: skip


def wanted_captures(given: Any, environment: Mapping[str, str]) -> frozenset[str]:
    """Return the names in CAPTURES that are wanted by the argument and by the environment.

    `given` is None or True (all), False (none), a mapping from names to booleans (the others
    are wanted), or a collection of names (only these). The variable reads `off`, `on`,
    `git,packages` (only these) or `-diff,-console` (all but these).

    Raises:
        InvalidValue: for an unknown name.
        InvalidType: for anything else than the above.
    """
    return _from_argument(given) & _from_text(environment.get(VARIABLE, ""))


def names_text(captures: Iterable[str]) -> str:
    """Write names as one word without spaces; `-` for none."""
    return ",".join(name for name in CAPTURES if name in captures) or "-"


def from_names_text(text: str) -> frozenset[str]:
    """Read what `names_text` wrote; names of a later release are passed over."""
    return _ALL.intersection(text.split(","))


def _from_argument(given: Any) -> frozenset[str]:
    if given is None or given is True:
        return _ALL
    if given is False:
        return _NONE
    if hasattr(given, "keys") and hasattr(given, "__getitem__"):
        return _from_mapping(given)
    if isinstance(given, (str, bytes)) or not hasattr(given, "__iter__"):
        raise InvalidType(
            f"capture takes a bool, a dict or a list of names, not {a_kind(given)}",
            hint='capture=False for nothing, capture={"diff": False} for all but the diff',
        )
    return frozenset([_known(name, "capture") for name in given])


def _from_mapping(given: Any) -> frozenset[str]:
    unwanted = set()
    for name in given.keys():  # noqa: SIM118 - all that is known is that it has keys
        is_wanted = given[name]
        if not isinstance(is_wanted, bool):
            raise InvalidType(
                f"capture[{name!r}] takes True or False, not {a_kind(is_wanted)}",
                hint=f"capture={{{name!r}: False}} turns it off",
            )
        if not is_wanted:
            unwanted.add(_known(name, "capture"))
        else:
            _known(name, "capture")
    return _ALL - unwanted


def _from_text(text: str) -> frozenset[str]:
    text = text.strip().lower()
    if text in _WORDS:
        return _WORDS[text]
    names = [name.strip() for name in text.split(",") if name.strip()]
    unwanted = {_known(name[1:], VARIABLE) for name in names if name[0] == "-"}
    wanted = {_known(name, VARIABLE) for name in names if name[0] != "-"}
    return (frozenset(wanted) if wanted else _ALL) - unwanted


def _known(name: object, where: str) -> str:
    if not isinstance(name, str) or name not in _ALL:
        raise InvalidValue(
            f"{where} knows nothing named {name!r}",
            hint="one of " + ", ".join(CAPTURES),
        )
    return name
