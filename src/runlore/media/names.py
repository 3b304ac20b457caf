"""The names that artifacts and their versions may have."""

from __future__ import annotations

import re
import unicodedata

from runlore.errors import InvalidType, InvalidValue, a_kind

MAX_NAME_CHARACTERS = 1_024
LATEST = "latest"
_ENDS_NAME = frozenset("/:@")
_VERSION = re.compile(r"[vV][0-9]+")
_DRIVE = re.compile(r"[A-Za-z]:/")
# Cc: control characters. Cs: lone surrogates, which UTF-8 has no bytes for.
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs"})


def artifact_name(name: str) -> str:
    """Return `name` unchanged; raise `InvalidValue` unless artifacts may be called so.

    A name is relative, its parts are divided by forward slashes, and no part is empty,
    `.` or `..`. Everything else in Unicode but control characters is welcome.
    """
    if not isinstance(name, str):
        raise InvalidType(
            f"an artifact's name is {a_kind(name)}, not text: {name!r}",
            hint="use a relative name with forward slashes, like 'plots/confusion.png'",
        )
    reason = _fault(name)
    if reason is None:
        return name
    shown = repr(name if len(name) <= 100 else name[:100] + "…")
    raise InvalidValue(
        f"{shown} can't be an artifact's name: {reason}",
        hint="use a relative name with forward slashes, like 'plots/confusion.png'",
    )


def alias_name(alias: str) -> str:
    """Return `alias` unchanged; raise `InvalidValue` unless versions may be called so.

    It is neither `latest` nor `v` with digits behind it, which have a meaning of their own, and
    has nothing in it that ends a name: `:`, `@`, slashes, control characters.
    """
    if not isinstance(alias, str):
        raise InvalidType(
            f"an alias is {a_kind(alias)}, not text: {alias!r}", hint="use a word like 'best'"
        )
    reason = _alias_fault(alias)
    if reason is None:
        return alias
    raise InvalidValue(
        f"{alias[:100]!r} can't be an alias: {reason}", hint="use a word like 'best'"
    )


def is_alias(alias: str) -> bool:
    """Tell whether versions may be called so."""
    return _alias_fault(alias) is None


def _alias_fault(alias: str) -> str | None:
    if _ENDS_NAME.intersection(alias):
        return "it holds one of / : @"
    if alias == LATEST or _VERSION.fullmatch(alias):
        return "it has a meaning of its own"
    return _fault(alias)


def _fault(name: str) -> str | None:
    if not name:
        return "it is empty"
    if len(name) > MAX_NAME_CHARACTERS:
        return f"it has {len(name):,} characters, and {MAX_NAME_CHARACTERS:,} is the most"
    if any(unicodedata.category(character) in _REFUSED_CATEGORIES for character in name):
        return "it holds a control character or half a character"
    if "\\" in name:
        return "it holds a backslash"
    if name.startswith("/") or _DRIVE.match(name):
        return "it isn't relative"
    for part in name.split("/"):
        if not part:
            return "one of its parts is empty"
        if part in {".", ".."}:
            return f"one of its parts is {part!r}"
    return None
