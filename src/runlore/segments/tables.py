"""The tables that the frames of a journal file lean on: its process, runs and key sets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runlore.journal.frames import ACTOR, KEYS, RUN
from runlore.records.ids import is_id

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE_KINDS = frozenset((KEYS, RUN, ACTOR))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes into a run: an attempt of it and a rank."""

    run: str
    attempt: str
    rank: int


@dataclass(frozen=True, slots=True)
class KeySet:
    """What the values of a points frame are: names in a context of a writer's run."""

    run: str
    attempt: str
    rank: int
    context: str
    names: tuple[str, ...]

    @property
    def writer(self) -> Writer:
        """The writer of its points."""
        return Writer(self.run, self.attempt, self.rank)


class Tables:
    """What has been declared so far in a journal file."""

    def __init__(self) -> None:
        """Begin with nothing declared."""
        self.process: dict[str, Any] | None = None
        self._bodies: dict[tuple[int, int], bytes] = {}
        self._writers: dict[int, Writer] = {}
        self._keys: dict[int, tuple[int, str, tuple[str, ...]]] = {}

    def declare(self, kind: int, reference: int, body: bytes) -> bool:
        """Take in a table frame; false if it is malformed or contradicts an earlier one."""
        if self._bodies.get((kind, reference)) == body:
            return True
        try:
            is_consistent = self._apply(kind, reference, json.loads(body))
        except (ValueError, KeyError, TypeError, RecursionError):
            return False
        if is_consistent:
            self._bodies[kind, reference] = body
        return is_consistent

    def frames(self) -> Iterator[tuple[int, int, bytes]]:
        """Yield (type, reference, body) of each declaration, for `declare` to take in again."""
        for (kind, reference), body in self._bodies.items():
            yield kind, reference, body

    def writer(self, slot: int) -> Writer | None:
        """Return the writer that a run slot stands for."""
        return self._writers.get(slot)

    def writer_of(self, kind: int, reference: int) -> Writer | None:
        """Return the writer that a run or keys frame is for."""
        slot = reference if kind == RUN else self._keys.get(reference, (0,))[0]
        return self._writers.get(slot)

    def key_set(self, number: int) -> KeySet | None:
        """Return a key set, if it and its run were declared."""
        slot, context, names = self._keys.get(number, (0, "", ()))
        writer = self._writers.get(slot)
        if writer is None:
            return None
        return KeySet(writer.run, writer.attempt, writer.rank, context, names)

    def _apply(self, kind: int, reference: int, content: Any) -> bool:
        if kind == ACTOR:
            if not isinstance(content, dict):
                return False
            if self.process is None:
                self.process = content
            return self.process == content
        if kind == RUN:
            run, attempt, rank = content["run"], content["attempt"], content["rank"]
            # The ids become names of folders, so nothing but an id may pass.
            if reference < 1 or not is_id(run) or not is_id(attempt) or type(rank) is not int:
                return False
            writer = Writer(run, attempt, rank)
            return self._writers.setdefault(reference, writer) == writer
        slot, context, names = content["run"], content["context"], tuple(content["names"])
        if type(slot) is not int or not isinstance(content["names"], list):
            return False
        if not all(isinstance(text, str) for text in (context, *names)):
            return False
        return self._keys.setdefault(reference, (slot, context, names)) == (slot, context, names)
