"""Fingerprints of the inputs of a stage: equal exactly where the inputs are."""

from __future__ import annotations

import hashlib
import os
import pickle
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue

if TYPE_CHECKING:
    from hashlib import _Hash

_CHUNK_BYTES = 1 << 20


def hash_inputs(inputs: Any) -> str:
    """Hash inputs whole: files by their content, arrays by their bytes, others as pickled.

    Raises:
        InvalidValue: if a file isn't there.
        InvalidType: for an object that can't be pickled.
    """
    digest = hashlib.sha256()
    _add(digest, inputs)
    return digest.hexdigest()


def _add(digest: _Hash, value: Any) -> None:
    """Add a value with its kind and length, so that no two values add the same bytes."""
    if isinstance(value, os.PathLike):
        _add_path(digest, os.fsdecode(value))
    elif isinstance(value, dict):
        _add_parts(digest, "dict", sorted(value.items(), key=lambda item: repr(item[0])))
    elif isinstance(value, (list, tuple)):
        _add_parts(digest, type(value).__name__, value)
    elif isinstance(value, (set, frozenset)):
        _add_parts(digest, "set", sorted(hash_inputs(one) for one in value))
    elif hasattr(value, "dtype") and hasattr(value, "tobytes") and value.dtype.kind != "O":
        digest.update(f"array {value.dtype.str} {value.shape}\n".encode())
        digest.update(value.tobytes())
    else:
        _add_object(digest, value)


def _add_parts(digest: _Hash, kind: str, parts: Any) -> None:
    digest.update(f"{kind} {len(parts)}\n".encode())
    for part in parts:
        _add(digest, part)


def _add_object(digest: _Hash, value: Any) -> None:
    try:
        content = pickle.dumps(value, protocol=5)
    except Exception as error:
        raise InvalidType(
            f"an input, a {type(value).__qualname__}, can't be compared: {error}",
            hint="give what it is made from: a file, an array, a version",
        ) from error
    digest.update(f"{type(value).__qualname__} {len(content)}\n".encode())
    digest.update(content)


def _add_path(digest: _Hash, path: str) -> None:
    if os.path.isdir(path):
        names = sorted(os.listdir(path))
        digest.update(f"folder {len(names)}\n".encode())
        for name in names:
            digest.update(f"{name!r}\n".encode())
            _add_path(digest, os.path.join(path, name))
        return
    try:
        with open(path, "rb") as file:
            digest.update(f"file {os.fstat(file.fileno()).st_size}\n".encode())
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise InvalidValue(
            f"the input {path} can't be read: {error.strerror or error}",
            hint="give the path of a file or folder that exists",
        ) from error
