"""What a tracked call keeps of its arguments and of what it returns."""

from __future__ import annotations

import datetime
import enum
import os
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from runlore.errors import RunloreError
from runlore.media.libraries import comes_from
from runlore.records.params import flatten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_ITEMS = 64
_MOST_CHARACTERS = 1000
_MOST_DEPTH = 6
_PLAIN = (int, float, str, bool, type(None))


def params_of(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Turn arguments into params; what is large is described, never copied or printed."""
    params: dict[str, Any] = {}
    for name, value in arguments.items():
        try:
            summary = _masked(name, summarised(value))
            flatten({name: summary})
        except Exception:  # noqa: BLE001 - an object that can't even be looked at
            summary = f"<{type(value).__qualname__}>"
        params[name] = summary
    return params


def _masked(name: str, value: Any) -> Any:
    """Mask what is a secret by the name of the argument, or by its form."""
    if isinstance(value, dict):
        return {key: _masked(key, one) for key, one in value.items()}
    if not isinstance(value, str):
        return value
    from runlore.helper.redaction import mask, mask_text
    from runlore.helper.secret_names import is_common_name, is_secret_name

    is_secret = is_secret_name(name) and not is_common_name(name)
    return mask(value) if is_secret else mask_text(value)


def summarised(value: Any, depth: int = 0) -> Any:
    """Return a value as a param: itself if it is small and plain, else what it is."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, str) and len(value) > _MOST_CHARACTERS:
        return f"{value[:_MOST_CHARACTERS]}… ({len(value)} characters)"
    if type(value) in _PLAIN:
        return value
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
        return str(value)
    return _of_object(value, depth)


def _of_object(value: Any, depth: int) -> Any:
    if hasattr(value, "shape"):
        return _of_array(value)
    if is_estimator(value):
        return {"class": type(value).__qualname__, **hyper_parameters(value)}
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value)} bytes"
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        return _of_collection(value, depth)
    if is_dataclass(value) and not isinstance(value, type) and depth < _MOST_DEPTH:
        found = {field.name: getattr(value, field.name, None) for field in fields(value)}
        return {name: summarised(one, depth + 1) for name, one in found.items()}
    if isinstance(value, (int, float, str)):  # of a derived class
        return value
    named = getattr(value, "__qualname__", None)
    if isinstance(named, str):
        return f"{getattr(value, '__module__', '')}.{named}"
    return f"<{type(value).__qualname__}>"


def _of_array(value: Any) -> Any:
    shape = tuple(value.shape)
    if not shape and callable(getattr(value, "item", None)):
        return value.item()
    dtype = getattr(value, "dtype", None)
    kind = type(value).__name__ if dtype is None else f"{dtype} {type(value).__name__}"
    return f"{kind} of shape {shape}"


def _of_collection(value: Any, depth: int) -> Any:
    if len(value) > _MOST_ITEMS or depth >= _MOST_DEPTH:
        return f"{type(value).__name__} of {len(value)} items"
    if isinstance(value, dict):
        return {str(key): summarised(one, depth + 1) for key, one in value.items()}
    items = [summarised(one, depth + 1) for one in value]
    return sorted(items, key=repr) if isinstance(value, (set, frozenset)) else items


def is_estimator(value: object) -> bool:
    """Tell whether a value is a model: it can be fitted, or comes from Keras or PyTorch."""
    if isinstance(value, type):
        return False
    if comes_from(value, "torch", "Module") or comes_from(value, "keras", "Model"):
        return True
    if comes_from(value, "xgboost", "Booster") or comes_from(value, "lightgbm", "Booster"):
        return True
    return callable(getattr(value, "fit", None)) and callable(getattr(value, "get_params", None))


def hyper_parameters(model: Any) -> dict[str, Any]:
    """Return the hyper-parameters of a model, those of its parts too; none if it can't say."""
    try:
        found = model.get_params(deep=True)
        return {
            str(name): type(one).__qualname__ if is_estimator(one) else summarised(one, 1)
            for name, one in found.items()
            if name != "steps"
        }
    except Exception:  # noqa: BLE001 - of an estimator that breaks the rules
        return {}


# -- what is returned ------------------------------------------------------------------------


def named_parts(value: Any) -> dict[str, Any] | None:
    """Return the parts of a value that names its parts: dict, named tuple, dataclass; or None."""
    if isinstance(value, dict):
        return {str(name): one for name, one in value.items()}
    names = getattr(value, "_fields", None)
    if isinstance(value, tuple) and names is not None:
        return dict(zip(names, value, strict=True))
    if is_dataclass(value) and not isinstance(value, type) and not is_estimator(value):
        return {field.name: getattr(value, field.name, None) for field in fields(value)}
    return None


def leaves_of(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Go through a value and the parts it names: `scores.accuracy`."""
    parts = named_parts(value)
    if parts is None or depth >= _MOST_DEPTH:
        yield name, value
        return
    for part, one in parts.items():
        yield from leaves_of(f"{name}.{part}" if name else part, one, depth + 1)


def number_in(value: Any) -> float | None:
    """Return a number of any library as a float; None for what isn't one."""
    from runlore.client.values import number_of

    if isinstance(value, bool):
        return float(value)
    if isinstance(value, (str, bytes)) or value is None:
        return None
    if getattr(value, "shape", ()) != ():
        return None
    try:
        return float(number_of("result", value))
    except (RunloreError, TypeError, ValueError):
        return None
