"""Where the runs of a search go, and what tells one search from another."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from runlore.client.increments import find_increment, open_increment
from runlore.client.values import tags_of
from runlore.errors import InvalidType
from runlore.reading.suggestions import nearest
from runlore.tracking.splits import row_count, rows

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

_HASHED_ROWS = 4096
_HASHED_BYTES = 16 << 20
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Place:
    """The arguments of `track_experiment` that a search hands on."""

    increment: Any = None
    experiment: str | None = None
    project: str | None = None
    store: str | os.PathLike[str] | None = None
    capture: Any = None
    tags: Mapping[str, str | None] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        """Return them by name, but for the tags, which the whole alone gets."""
        return {
            "increment": self.increment,
            "experiment": self.experiment,
            "project": self.project,
            "store": self.store,
            "capture": self.capture,
        }

    def experiment_name(self) -> str | None:
        """Name the experiment that the runs will belong to.

        Raises:
            NotFound, Ambiguous: if the increment isn't there, or two are.
        """
        if self.experiment is not None or self.increment is False:
            return self.experiment
        given = self.increment
        is_open = given is None or given is True
        chosen = open_increment() if is_open else find_increment(given)
        return None if chosen is None else chosen.name


class PlaceArguments(TypedDict, total=False):
    """The arguments of `track_experiment` that a search or a cross-validation takes, too."""

    increment: str | int | None
    experiment: str | None
    project: str | None
    tags: Iterable[str] | Mapping[str, str | None] | None
    store: str | os.PathLike[str] | None
    capture: bool | Mapping[str, bool] | Iterable[str] | None


def place_of(function: str, given: PlaceArguments) -> Place:
    """Check and keep where the runs go; `function` is what was called.

    Raises:
        UsageError: for an argument that there isn't, and for tags that can't be.
        NotFound, Ambiguous: if the increment isn't there, or two are.
    """
    for argument in given:
        if argument not in PlaceArguments.__annotations__:
            raise InvalidType(
                f"{function} has no argument {argument!r}",
                hint=nearest(argument, _arguments_of(function), nothing=""),
            )
    others: dict[str, Any] = {**given, "tags": tags_of(given.get("tags"))}
    place = Place(**others)
    place.experiment_name()
    return place


def _arguments_of(function: str) -> list[str]:
    import runlore

    named = getattr(runlore, function).__code__
    own = named.co_varnames[: named.co_argcount + named.co_kwonlyargcount]
    return [*own, *PlaceArguments.__annotations__]


def fingerprint(*parts: Any) -> str:
    """Hash what a search depends on, so that only the same one is continued."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(_ADDRESS.sub("", repr(part)).encode()).digest())
    return digest.hexdigest()[:32]


def data_fingerprint(values: Any) -> str:
    """Hash data: all of it up to 16 MiB, else its shape and 4,096 rows of it."""
    import joblib

    if values is None:
        return ""
    size = getattr(values, "nbytes", None)
    if size is None or not isinstance(size, int):
        size = 0 if row_count(values) <= _HASHED_ROWS else _HASHED_BYTES + 1
    if size > _HASHED_BYTES:
        count = row_count(values)
        places = np.unique(np.linspace(0, count - 1, _HASHED_ROWS).astype(np.intp))
        shown = str(joblib.hash(rows(values, places)))
        return f"{type(values).__name__} {getattr(values, 'shape', count)} {shown}"
    return str(joblib.hash(values))
