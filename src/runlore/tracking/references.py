"""Refer to data that lies elsewhere: a commit of DVC, an object in a bucket.

The form of a reference is checked, and nothing else: no network is asked, no repository read,
so that a run never waits for another machine. Only a `file:` on this one must be there.
"""

from __future__ import annotations

import os

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.records import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMES = ("s3", "gs", "gcs", "az", "abfs", "abfss", "hdfs", "http", "https", "file")
DVC = "dvc"
_BUCKETS = frozenset({"s3", "gs", "gcs", "az"})
_SECRETS = ("signature", "token", "secret", "password", "sig=", "access_key", "accesskey")
_EXAMPLE = "give what names the data, like 'dvc:a3b8c9d' or 's3://bucket/data/v2024-01'"


class Reference:
    """A reference as it was given: `text`, its `scheme`, and, of DVC, the `revision`."""

    __slots__ = ("revision", "scheme", "text")

    def __init__(self, text: str, scheme: str, revision: str | None) -> None:
        """Hold what was found; use `reference_of`."""
        self.text = text
        self.scheme = scheme
        self.revision = revision

    def details(self) -> dict[str, object]:
        """Give what the record of an artifact holds of it."""
        found = {"url": self.text, "scheme": self.scheme, "revision": self.revision}
        return {"reference": {key: value for key, value in found.items() if value is not None}}


def reference_of(text: object, what: str) -> Reference:
    """Check the form of a reference, `dvc:…` or an address; `what` names it in a refusal.

    Raises:
        InvalidType: if it isn't text.
        InvalidValue: if it can't name anything, holds a secret, or a file isn't there.
    """
    if not isinstance(text, str):
        raise InvalidType(f"{what} is {a_kind(text)}: {text!r}", hint=_EXAMPLE)
    text = limits.name(text, what)
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not colon or not rest.strip("/") or any(sign.isspace() for sign in text):
        raise InvalidValue(f"{what} is {text!r}, which names no data", hint=_EXAMPLE)
    if scheme == DVC:
        return Reference(text, scheme, _revision(rest.removeprefix("//"), text, what))
    if scheme not in SCHEMES:
        raise InvalidValue(
            f"{what} is {text!r}, and {scheme!r} is no place that is known",
            hint=f"one of dvc:, {', '.join(f'{known}://' for known in SCHEMES)}",
        )
    _check_address(text, scheme, what)
    return Reference(text, scheme, None)


def references_in(names: Iterable[tuple[str, object]]) -> dict[str, Reference]:
    """Find the references among params: those called `data_…` whose value names a place.

    Raises:
        InvalidValue: for one that begins as a reference does and can't be one.
    """
    found = {}
    for name, value in names:
        if not name.rpartition(".")[2].startswith("data_") or not isinstance(value, str):
            continue
        scheme = value.partition(":")[0].lower()
        if ":" in value and (scheme == DVC or (scheme in SCHEMES and "://" in value)):
            found[name] = reference_of(value, name)
    return found


def _revision(rest: str, text: str, what: str) -> str:
    """Return the commit or the hash behind `dvc:`; a path may stand before it, with an @."""
    path, at, revision = rest.rpartition("@")
    if not revision or (at and not path):
        raise InvalidValue(
            f"{what} is {text!r}, which names no commit",
            hint="give dvc: and a commit or a hash, or a path, @ and a commit",
        )
    return revision


def _check_address(text: str, scheme: str, what: str) -> None:
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises for what is no number
    except ValueError as error:
        raise InvalidValue(f"{what} is no address: {error}", hint=_EXAMPLE) from None
    if "://" not in text:
        raise InvalidValue(f"{what} is {text!r}, without //", hint=_EXAMPLE)
    query = f"{parts.query}#{parts.fragment}".lower()
    if (parts.password is not None or any(word in query for word in _SECRETS)) or (
        parts.username is not None and scheme not in ("abfs", "abfss", "hdfs")
    ):
        raise InvalidValue(
            f"{what} holds a password or a signature, which would be kept with the run",
            hint="give the address without it",
        )
    if scheme == "file":
        path = unquote(parts.path)
        if not os.path.exists(path):
            raise InvalidValue(f"{what}: there is no file {path}", hint=_EXAMPLE)
    elif not parts.netloc:
        raise InvalidValue(f"{what} is {text!r}, which names no bucket or host", hint=_EXAMPLE)
    elif scheme in _BUCKETS and not _is_bucket(parts.netloc):
        raise InvalidValue(
            f"{what} is {text!r}, and no bucket can be called {parts.netloc!r}",
            hint="3 to 63 letters, digits, dots, dashes and underscores",
        )


def _is_bucket(name: str) -> bool:
    signs = name.replace(".", "").replace("-", "").replace("_", "")
    return 3 <= len(name) <= 222 and signs.isascii() and signs.isalnum()
