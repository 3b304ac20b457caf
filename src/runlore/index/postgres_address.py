"""Read the address of a database, and name it without its secrets."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import unquote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from runlore.errors import InvalidValue

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMES = ("postgresql://", "postgres://")
_LONGEST_NAME_BYTES = 63
_EXAMPLE = "postgresql://user@host/database"


class Address:
    """Where an index lies: what to connect with, the schema, and a name that may be shown.

    `conninfo` may hold a password: it is never part of a message, nor of this object's text.
    """

    __slots__ = ("_secrets", "conninfo", "place", "role", "schema")

    def __init__(self, url: str, store_id: str) -> None:
        """Take a URL apart; `?schema=` names another schema than `runlore_<store id>`.

        Raises:
            InvalidValue: if it isn't the address of a PostgreSQL database.
        """
        if not url.startswith(SCHEMES):
            raise _refused("it doesn't begin with postgresql://")
        self.conninfo, schema = _without_schema(url)
        try:
            known = conninfo_to_dict(self.conninfo)
        except ProgrammingError:
            # The engine's own message quotes from the address, which may hold a password.
            raise _refused("it can't be taken apart") from None
        self.schema = f"runlore_{store_id}" if schema is None else _checked(schema)
        self._secrets = [str(known[key]) for key in ("password", "sslpassword") if known.get(key)]
        self.role = str(known.get("user") or "")
        self.place = _place(known)

    def __repr__(self) -> str:
        return f"Address({self.place!r})"

    @property
    def quoted_schema(self) -> str:
        """The schema as a statement names it."""
        return '"' + self.schema.replace('"', '""') + '"'

    @property
    def lock_number(self) -> int:
        """The number, within the database, of the lock that appliers of this index share."""
        digest = sha256(f"runlore {self.schema}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def without_secrets(self, text: str) -> str:
        """Take the passwords out of a text of the engine's, and all but its first line."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return text.strip().partition("\n")[0]


def _without_schema(url: str) -> tuple[str, str | None]:
    """Take the `schema` out of a URL, which the engine wouldn't know."""
    base, mark, query = url.partition("?")
    given = query.split("&") if mark else []
    names = [unquote(one.partition("=")[2]) for one in given if one.startswith("schema=")]
    rest = [one for one in given if not one.startswith("schema=")]
    return base + ("?" + "&".join(rest) if rest else ""), names[-1] if names else None


def _checked(schema: str) -> str:
    size = len(schema.encode("utf-8", "replace"))
    if not schema.isprintable() or not 0 < size <= _LONGEST_NAME_BYTES or schema[:3] == "pg_":
        raise InvalidValue(
            f"{schema[:80]!r} is no name for a schema of the index",
            hint=f"use 1 to {_LONGEST_NAME_BYTES} bytes, and no pg_ in front",
        )
    return schema


def _place(known: Mapping[str, object]) -> str:
    user = f"{known['user']}@" if known.get("user") else ""
    host = known.get("host") or known.get("hostaddr") or ""
    port = f":{known['port']}" if known.get("port") else ""
    return f"postgresql://{user}{host}{port}/{known.get('dbname') or ''}"


def _refused(why: str) -> InvalidValue:
    return InvalidValue(
        f"the address of the index is not one of a PostgreSQL database: {why}",
        hint=f"write it like {_EXAMPLE} (in RUNLORE_INDEX or the store's settings)",
    )
