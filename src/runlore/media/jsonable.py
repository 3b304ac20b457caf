"""Python values as what JSON and YAML can hold."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import os
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, a_kind
from runlore.media.arrays import is_array, to_array
from runlore.media.libraries import comes_from, require

if TYPE_CHECKING:
    from pathlib import Path

_INDENTED_CHARACTERS = 65_536
_LINE_ENDS = frozenset("\r\x85\u2028\u2029")


def to_jsonable(value: object) -> Any:
    """Return `value` as dicts, lists, strings, numbers (NaN among them), booleans and None.

    Arrays and tensors become nested lists, dataclasses become dicts, sets become
    sorted lists, paths and times become text. Raises `InvalidType` for anything else.
    """
    try:
        return _convert(value)
    except RecursionError as error:
        raise InvalidType("the value contains itself, or is nested too deep") from error


def write_json(value: object, path: Path, extension: str) -> bool:
    """Write JSON in UTF-8; NaN and infinities as the words Python reads and writes."""
    del extension
    text = json_text(value)
    # Half characters (lone surrogates) have no UTF-8, but an escape.
    try:
        data = text.encode()
    except UnicodeEncodeError:
        data = json.dumps(to_jsonable(value)).encode()
    path.write_bytes(data)
    return True


def write_yaml(value: object, path: Path, extension: str) -> bool:
    """Write YAML in UTF-8 that a safe loader reads back."""
    del extension
    yaml = require("yaml", package="pyyaml", extra="yaml", purpose="writing YAML")
    with path.open("w", encoding="utf-8", newline="\n") as file:
        dumper = _yaml_dumper(yaml)
        yaml.dump(to_jsonable(value), file, dumper, sort_keys=False, allow_unicode=True)
    return True


def _yaml_dumper(yaml: Any) -> Any:
    """Return PyYAML's safe dumper, with the line ends that it would lose as escapes."""

    class Dumper(yaml.SafeDumper):  # type: ignore[misc]
        pass

    def represent(dumper: Any, text: str) -> object:
        style = '"' if _LINE_ENDS.intersection(text) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)

    Dumper.add_representer(str, represent)
    return Dumper


def json_text(value: object) -> str:
    """Return JSON, indented where it is small enough for a person to read."""
    jsonable = to_jsonable(value)
    _require_distinct_keys(jsonable)
    text = json.dumps(jsonable, ensure_ascii=False)
    if len(text) < _INDENTED_CHARACTERS:
        text = json.dumps(jsonable, ensure_ascii=False, indent=2) + "\n"
    return text


def _convert(value: object) -> object:
    if type(value) in {bool, int, float, str}:
        return value
    if is_missing(value):
        return None
    if isinstance(value, enum.Enum):
        return _convert(value.value)
    for plain in (int, float, str):  # classes derived from these
        if isinstance(value, plain) and not is_array(value):
            return plain(value)
    if isinstance(value, dict):
        return {_key(key): _convert(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_convert(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((_convert(item) for item in value), key=repr)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: _convert(getattr(value, field.name)) for field in fields}
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return _convert_foreign(value)


def _convert_foreign(value: Any) -> object:
    if comes_from(value, "plotly", "BaseFigure"):
        return json.loads(value.to_json())
    if comes_from(value, "pandas", "DataFrame"):
        if not value.columns.is_unique:
            raise InvalidType("two columns of the DataFrame have the same name")
        return _convert(value.to_dict(orient="list"))
    if comes_from(value, "pandas", "Series"):
        return _convert(value.to_dict())
    if comes_from(value, "polars", "DataFrame"):
        return _convert(value.to_dict(as_series=False))
    if comes_from(value, "polars", "Series"):
        return _convert(value.to_list())
    if is_array(value):
        array = to_array(value)
        if array.dtype.kind in "mM":
            return array.astype(str).tolist()
        if array.dtype.kind in "biufU":
            return array.tolist()
    raise InvalidType(
        f"{a_kind(value)} can't be written as JSON or YAML",
        hint="convert it to dicts, lists, strings and numbers, or use the extension .pkl",
    )


def is_missing(value: object) -> bool:
    """Say whether `value` is None or one of pandas' own words for it (NA, NaT)."""
    return value is None or comes_from(value, "pandas", "NAType", "NaTType")


def _key(key: object) -> str | int | float | bool | None:
    converted = _convert(key)
    if converted is None or isinstance(converted, str | int | float | bool):
        return converted
    raise InvalidType(
        f"{key!r} can't be a key in JSON or YAML", hint="use strings or numbers as keys"
    )


def _require_distinct_keys(jsonable: object) -> None:
    """Raise where two keys differ as Python values but not as JSON's strings, as 1 and "1"."""
    if isinstance(jsonable, dict):
        texts = {key if isinstance(key, str) else json.dumps(key) for key in jsonable}
        if len(texts) < len(jsonable):
            raise InvalidType(
                "two keys of a dict are the same text in JSON, like 1 and '1'",
                hint="make them differ as text",
            )
        for item in jsonable.values():
            _require_distinct_keys(item)
    elif isinstance(jsonable, list):
        for item in jsonable:
            _require_distinct_keys(item)
