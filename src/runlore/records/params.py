"""Params as records hold them: flat dotted keys, each (JSON value, text as given, number)."""

from __future__ import annotations

from runlore.errors import InvalidType, TooLarge, a_kind
from runlore.records import limits
from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Param = list[object]  # [JSON value, text, number or None]

_MAX_DEPTH = 32
_MAX_ITEMS = 10_000
_MOST_ARRAY_ITEMS = 100
_MOST_INT_BITS = 14_000  # Python refuses to write more than 4,300 digits


def flatten(values: object, prefix: str = "") -> dict[str, Param]:
    """Flatten a mapping (or an object with fields) of params into records.

    Nested mappings, dataclasses, argparse namespaces, models of pydantic and objects of Param
    become dotted keys; an empty one stays a value. Other objects with `model_dump()`, `to_dict()`
    or a `__dict__` count as mappings at the top.

    Raises:
        InvalidType: if `values` has no fields, or a key isn't text.
        TooLarge: if one value is over 1 MiB or all together over 16 MiB.
    """
    records: dict[str, Param] = {}
    size_bytes = 0
    for key, value in _leaves(_mapping(values), prefix, 0):
        records[key] = param = record_of(key, value)
        size_bytes += _size_bytes(key, param)
        if size_bytes > limits.CALL_BYTES:
            raise TooLarge(
                "the params of this call are over 16 MiB in all",
                hint="keep large inputs as a file: run.save_artifact('config.json', values)",
            )
    return records


def chunks(records: dict[str, Param]) -> Iterator[dict[str, Param]]:
    """Divide flattened params into parts that each fit one record: 1 MiB, or a larger value."""
    chunk: dict[str, Param] = {}
    room = limits.TEXT_BYTES
    for key, param in records.items():
        size_bytes = _size_bytes(key, param)
        if chunk and size_bytes > room:
            yield chunk
            chunk, room = {}, limits.TEXT_BYTES
        chunk[key] = param
        room -= size_bytes
    if chunk:
        yield chunk


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


def _size_bytes(key: str, param: Param) -> int:
    return len(encode_json(key)) + len(encode_json(param)) + 4


def _is_dataclass(value: object) -> bool:
    return hasattr(value, "__dataclass_fields__") and not isinstance(value, type)


def _is_mapping(value: object) -> bool:
    return hasattr(value, "keys") and hasattr(value, "__getitem__")


def _is_branch(value: object) -> bool:
    """Tell whether a value has params inside, which become dotted keys."""
    if isinstance(value, type):
        return False
    has_fields = hasattr(type(value), "model_fields") or type(value).__module__ == "argparse"
    is_object = has_fields or _is_dataclass(value) or _is_parameterized(value)
    return is_object or (_is_mapping(value) and not _is_array(value))


def _is_parameterized(value: object) -> bool:
    """Tell whether a value is of a class of the library Param."""
    return hasattr(type(value), "_param__parameters")


def _param_values(values: Any) -> dict[object, object]:
    """Take the values of a typed configuration, or of any object of Param's but its own name."""
    if hasattr(type(values), "get_config"):
        return {**values.get_config()}
    found: dict[object, object] = values.param.values()
    return {name: value for name, value in found.items() if name != "name" and name[:1] != "_"}  # type: ignore[index]


def _mapping(values: Any) -> dict[object, object]:
    if _is_dataclass(values):  # with slots, it has no __dict__
        return {key: getattr(values, key) for key in values.__dataclass_fields__}
    if _is_parameterized(values):
        return _param_values(values)
    for convert in ("model_dump", "to_dict", "_asdict"):
        method = getattr(values, convert, None)
        if callable(method) and not isinstance(values, type):
            values = method()
            break
    if _is_mapping(values) and not isinstance(values, type):
        return {key: values[key] for key in values.keys()}  # noqa: SIM118 - not always iterable by key
    if hasattr(values, "__dict__") and not isinstance(values, type) and not callable(values):
        return {**vars(values)}
    raise InvalidType(
        f"params are {a_kind(values)}, which has no names",
        hint="give a dict: params={'lr': 0.001}",
    )


def _leaves(values: dict[Any, Any], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        name = prefix + limits.name(str(key) if isinstance(key, int) else key, "a param's name")
        inner = _mapping(value) if depth < _MAX_DEPTH and _is_branch(value) else None
        if inner:
            branch = limits.name(name, "a param's name") + "."
            yield from _leaves(inner, branch, depth + 1)
        else:
            yield limits.name(name, "a param's name"), value


def _plain(value: object, depth: int) -> object:
    """Return `value` as JSON can hold it; what JSON has no word for becomes its text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value) if value.bit_length() < _MOST_INT_BITS else hex(value)
    if isinstance(value, float):
        return float(value)
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", 1) == 0:
        return _plain(item(), depth) if depth < _MAX_DEPTH else str(value)
    if depth < _MAX_DEPTH:
        if _is_branch(value):
            return {str(key): _plain(inner, depth + 1) for key, inner in _mapping(value).items()}
        if _is_array(value):
            return _of_array(value, depth)
        if isinstance(value, set | frozenset):
            value = sorted(value, key=str)
        if type(value).__name__ == "ListConfig":  # of OmegaConf, with its references resolved
            value = [*value]  # type: ignore[misc]
        if isinstance(value, list | tuple | range) and len(value) <= _MAX_ITEMS:
            return [_plain(inner, depth + 1) for inner in value]
    return str(value)


def _is_array(value: object) -> bool:
    """Tell whether a value is an array, a tensor, a series or a table, of any library."""
    kind = type(value)  # a configuration may well have a shape, but as a value of its own
    is_typed = hasattr(kind, "shape") and (hasattr(kind, "dtype") or hasattr(kind, "dtypes"))
    return is_typed and isinstance(getattr(value, "shape", None), tuple)


def _of_array(value: Any, depth: int) -> object:
    """Return a small array as lists; of a large one, and of a table, only what it is."""
    count = 1
    for length in value.shape:
        count *= length
    if count <= _MOST_ARRAY_ITEMS and hasattr(value, "tolist"):
        return _plain(value.tolist(), depth + 1)
    kind = f"{value.dtype} " if hasattr(value, "dtype") else ""
    return f"{kind}{type(value).__name__} of shape {tuple(value.shape)}"


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
