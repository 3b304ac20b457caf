"""The settings that there are."""

from __future__ import annotations

from runlore.errors import InvalidValue
from runlore.settings.durations import seconds_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


SQLITE = "sqlite"


class Key:
    """A setting: its name, its default as text, the variable that overrides it, what it is."""

    __slots__ = ("check", "default", "has_secrets", "name", "variable", "what")

    def __init__(
        self,
        name: str,
        default: str,
        what: str,
        check: Callable[[str], object],
        *,
        has_secrets: bool = False,
    ) -> None:
        self.name = name
        self.default = default
        self.variable = "RUNLORE_" + name.upper().replace(".", "_")
        self.what = what
        self.check = check
        self.has_secrets = has_secrets


def _address(text: str) -> None:
    if text not in ("", SQLITE) and not text.startswith(("postgresql://", "postgres://")):
        raise InvalidValue(
            "index is no address of a database",
            hint="write postgresql://user@host/database, or sqlite for a file",
        )


def _name(text: str) -> None:
    if len(text) > 1024 or not text.isprintable():
        raise InvalidValue(f"project is {text[:60]!r}", hint="give a name of one line")


def _captures(text: str) -> None:
    if not text.isascii() or not text.isprintable():
        raise InvalidValue(
            f"capture is {text[:60]!r}", hint="write off, git,packages or -diff,-console"
        )


def _keep(text: str) -> None:
    seconds_of(text, "trash.keep")


def _grace(text: str) -> None:
    if seconds_of(text, "gc.grace") < 3600:
        raise InvalidValue(
            f"gc.grace is {text!r}, too short for a writer to be through with a file",
            hint="give an hour or more: 1h",
        )


KEYS = {
    key.name: key
    for key in (
        Key("capture", "all", "what is captured beside a run: all, off, git,packages, -diff",
            _captures),
        Key("gc.grace", "1d", "how long gc leaves alone, and then keeps, what nobody uses", _grace),
        Key("index", "", "the database of the index; empty or sqlite: a file in the store",
            _address, has_secrets=True),
        Key("project", "", "the project of new runs; empty: the repository's name", _name),
        Key("trash.keep", "30d", "how long purge leaves deleted runs in the trash", _keep),
    )
}  # fmt: skip


def key_of(name: str) -> Key:
    """Return the setting of that name.

    Raises:
        InvalidValue: if there is none, with the nearest one.
    """
    key = KEYS.get(name)
    if key is None:
        from difflib import get_close_matches

        near = get_close_matches(name, KEYS, n=1)
        raise InvalidValue(
            f"there is no setting {name!r}",
            hint=f"did you mean {near[0]!r}?" if near else "there are " + ", ".join(KEYS),
        )
    return key
