"""Params as records hold them: flat dotted keys, each (JSON value, text as given, number)."""

from __future__ import annotations

from runlore.errors import InvalidType, TooLarge
from runlore.records import limits
from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Param = list[object]  # [JSON value, text, number or None]

_MAX_DEPTH = 32
_MAX_ITEMS = 10_000


def flatten(values: object, prefix: str = "") -> dict[str, Param]:
    """Flatten a mapping (or an object with fields) of params into records.

    Nested mappings become dotted keys; an empty one stays a value. Dataclasses, argparse
    namespaces and objects with `model_dump()` or `to_dict()` count as mappings at the top.

    Raises:
        InvalidType: if `values` has no fields, or a key isn't text.
        TooLarge: if one value is over 1 MiB or all together over 16 MiB.
    """
    records: dict[str, Param] = {}
    size_bytes = 0
    for key, value in _leaves(_mapping(values), prefix, 0):
        records[key] = param = record_of(key, value)
        size_bytes += len(key) + 2 * len(str(param[1]))
        if size_bytes > limits.CALL_BYTES:
            raise TooLarge(
                "the params of this call are over 16 MiB in all",
                hint="keep large inputs as a file: run.save_artifact('config.json', values)",
            )
    return records


def record_of(key: str, value: object) -> Param:
    """Return one param as (JSON value, text as given, number or None)."""
    plain = _plain(value, 0)
    shown = value if isinstance(value, str) else str(plain)
    if isinstance(plain, dict | list):
        shown = encode_json(plain).decode()
    shown = limits.text(shown, f"the value of param {key!r}")
    if isinstance(plain, str):
        plain = shown
    return [plain, shown, _number(plain, shown)]


def _mapping(values: Any) -> dict[object, object]:
    for convert in ("model_dump", "to_dict", "_asdict"):
        method = getattr(values, convert, None)
        if callable(method) and not isinstance(values, type):
            values = method()
            break
    if hasattr(values, "keys") and hasattr(values, "__getitem__"):
        return {key: values[key] for key in values.keys()}  # noqa: SIM118 - not always iterable by key
    if hasattr(values, "__dict__") and not isinstance(values, type) and not callable(values):
        return {**vars(values)}
    raise InvalidType(
        f"params are a {type(values).__name__}, which has no names",
        hint="give a dict: params={'lr': 0.001}",
    )


def _leaves(values: dict[Any, Any], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        name = prefix + limits.name(str(key) if isinstance(key, int) else key, "a param's name")
        is_branch = hasattr(value, "keys") and hasattr(value, "__getitem__")
        if is_branch and depth < _MAX_DEPTH and len(value):
            branch = limits.name(name, "a param's name") + "."
            yield from _leaves(_mapping(value), branch, depth + 1)
        else:
            yield limits.name(name, "a param's name"), value


def _plain(value: object, depth: int) -> object:
    """Return `value` as JSON can hold it; what JSON has no word for becomes its text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 1) == 0:
        return _plain(item(), depth) if depth < _MAX_DEPTH else str(value)
    if depth < _MAX_DEPTH:
        if hasattr(value, "keys") and hasattr(value, "__getitem__"):
            return {str(key): _plain(inner, depth + 1) for key, inner in _mapping(value).items()}
        if isinstance(value, set | frozenset):
            value = sorted(value, key=str)
        if isinstance(value, list | tuple | range) and len(value) <= _MAX_ITEMS:
            return [_plain(inner, depth + 1) for inner in value]
    return str(value)


def _number(plain: object, shown: str) -> float | None:
    if isinstance(plain, bool) or plain is None:
        return None
    if isinstance(plain, int | float | str):
        try:
            number = float(shown)
        except (ValueError, OverflowError):
            return None
        return number if number - number == 0 else None
    return None
