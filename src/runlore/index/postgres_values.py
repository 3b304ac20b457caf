"""Hand values to PostgreSQL and take them back as SQLite would give them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import count
from struct import Struct, pack
from typing import TYPE_CHECKING, Any

from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader

from runlore.records.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from psycopg import Connection
    from psycopg.abc import AdaptContext, Buffer

_MARK = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\?""")
_HEADER = Struct(">iiIii")  # dimensions, may hold NULL, type of the elements, how many, from 1
_SIZE = Struct(">i")
_INT = Struct(">iq")
_REAL = Struct(">id")
_NULL = _SIZE.pack(-1)
_BIGINT, _REAL_8, _TEXT, _BYTES = 20, 701, 25, 17  # object ids that never change


class _Column:
    """The values of a column for many rows, as an array in PostgreSQL's binary form."""

    __slots__ = ("packed",)

    def __init__(self, packed: bytes) -> None:
        self.packed = packed


class _IntColumn(_Column):
    """An array of 64-bit integers."""


class _RealColumn(_Column):
    """An array of 64-bit floating point numbers."""


class _TextColumn(_Column):
    """An array of texts."""


class _BytesColumn(_Column):
    """An array of byte strings."""


class _ColumnDumper(Dumper):
    """Hand over what is packed already."""

    format = Format.BINARY

    def dump(self, obj: Any) -> Buffer | None:
        """Give the bytes to send."""
        return bytes(obj.packed)


class _IntColumnDumper(_ColumnDumper):
    oid = 1016


class _RealColumnDumper(_ColumnDumper):
    oid = 1022


class _TextColumnDumper(_ColumnDumper):
    oid = 1009


class _BytesColumnDumper(_ColumnDumper):
    oid = 1001


class _IntDumper(Int8BinaryDumper):
    """Hand over every integer as one of 64 bits, a truth value as 0 or 1."""

    def dump(self, obj: Any) -> Buffer | None:
        """Give the bytes to send."""
        return super().dump(int(obj))


class _NumericLoader(Loader):
    """Read a sum of integers as an integer, a mean as a float: as SQLite gives them."""

    format = Format.BINARY

    def __init__(self, oid: int, context: AdaptContext | None = None) -> None:
        super().__init__(oid, context)
        self._loader = NumericBinaryLoader(oid, context)

    def load(self, data: Buffer) -> int | float:
        """Read what was sent."""
        number = self._loader.load(data)
        return int(number) if number.as_tuple().exponent == 0 else float(number)


def pack_column(kind: str, values: Sequence[Any]) -> _Column:
    """Pack the values of a column of the declared kind (int, real, text, blob)."""
    return _PACKERS[kind](values)


def adapt(connection: Connection[Any]) -> None:
    """Teach a connection these forms."""
    adapters = connection.adapters
    for kind in (int, bool):
        adapters.register_dumper(kind, _IntDumper)
    adapters.register_dumper(_IntColumn, _IntColumnDumper)
    adapters.register_dumper(_RealColumn, _RealColumnDumper)
    adapters.register_dumper(_TextColumn, _TextColumnDumper)
    adapters.register_dumper(_BytesColumn, _BytesColumnDumper)
    adapters.register_loader("numeric", _NumericLoader)


@lru_cache(512)
def numbered(statement: str) -> str:
    """Write `?` marks as PostgreSQL's, `$1` and on, but not those within quotes."""
    numbers = count(1)
    return _MARK.sub(lambda mark: f"${next(numbers)}" if mark[0] == "?" else mark[0], statement)


def argument(value: object) -> object:
    """Give an argument of a question a form that PostgreSQL takes."""
    return clean(value) if isinstance(value, str) else value


def _ints(values: Sequence[Any]) -> _Column:
    if None not in values:
        mixed = [8] * (2 * len(values))
        mixed[1::2] = values
        return _IntColumn(_header(_BIGINT, len(values)) + pack(">" + "iq" * len(values), *mixed))
    parts = [_NULL if value is None else _INT.pack(8, value) for value in values]
    return _IntColumn(_header(_BIGINT, len(values)) + b"".join(parts))


def _reals(values: Sequence[Any]) -> _Column:
    # SQLite keeps nothing instead of NaN, and 0 instead of -0; so that both answer the same,
    # so does this.
    parts = [
        _NULL if value is None or value != value else _REAL.pack(8, value + 0.0)  # noqa: PLR0124
        for value in values
    ]
    return _RealColumn(_header(_REAL_8, len(values)) + b"".join(parts))


def _texts(values: Sequence[Any]) -> _Column:
    encoded = [None if value is None else clean(value).encode() for value in values]
    return _TextColumn(_header(_TEXT, len(values)) + _sized(encoded))


def _blobs(values: Sequence[Any]) -> _Column:
    return _BytesColumn(_header(_BYTES, len(values)) + _sized(values))


def _header(kind: int, count: int) -> bytes:
    return _HEADER.pack(1, 1, kind, count, 1)


def _sized(values: Sequence[bytes | None]) -> bytes:
    parts = []
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            parts += (_SIZE.pack(len(value)), value)
    return b"".join(parts)


_PACKERS: dict[str, Callable[[Sequence[Any]], _Column]] = {
    "int": _ints,
    "real": _reals,
    "text": _texts,
    "blob": _blobs,
}
