"""Give every index that runs statements its columns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from runlore.errors import StoreError
from runlore.index.interface import IndexBusy, IndexUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from runlore.index.columns import RunColumns
    from runlore.index.columns_keys import Key
    from runlore.index.interface import Transaction

Answer = TypeVar("Answer")


class ColumnQueries(ABC):
    """A part of every index: questions about all runs at once."""

    @abstractmethod
    def _rows(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a statement that reads."""

    @abstractmethod
    def transaction(self, *, timeout_seconds: float) -> AbstractContextManager[Transaction]:
        """Begin a transaction that no other one overlaps."""

    def ask_columns(self, question: Callable[[RunColumns], Answer]) -> Answer:
        """Put a question to the columns of all runs; it may be asked again if they change."""
        from runlore.index.columns import ask

        return ask(self._rows, self._snapshot, self._keep, question)

    def prepare_columns(self, keys: Sequence[Key]) -> bool:
        """Pack a part of what questions about these fields read, see `Index`."""
        from runlore.index.columns import prepare

        return prepare(self._rows, self._snapshot, self._keep, keys)

    def _keep(self, packed: list[tuple[Any, ...]]) -> bool:
        """Write packed columns, unless another process is writing, or this one can't."""
        try:
            with self.transaction(timeout_seconds=0.0) as transaction:
                transaction.upsert("packed_columns", packed)
        except IndexUnusable:
            raise
        except (IndexBusy, StoreError):
            return False
        return True

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Let all that is asked meanwhile be answered as of one moment, where the engine can."""
        yield
