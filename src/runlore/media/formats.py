"""Which extension holds what, and what writes it."""

from __future__ import annotations

import mimetypes
import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from runlore.errors import InvalidType, MissingExtra
from runlore.media.arrays import write_npy, write_npz
from runlore.media.figures import write_figure
from runlore.media.images import write_image
from runlore.media.jsonable import write_json, write_yaml
from runlore.media.libraries import is_installed, loaded, require
from runlore.media.table_files import write_csv, write_parquet
from runlore.media.texts import write_text

if TYPE_CHECKING:
    from pathlib import Path

Kind = Literal["model", "figure", "image", "table", "array", "text", "json", "yaml", "data", "file"]
# Writes the value to the path and returns True, or returns False where it isn't one of its own.
Writer = Callable[[Any, "Path", str], bool]


@dataclass(frozen=True, slots=True)
class Format:
    """What files with one extension are: `takes` completes "a … file takes …"."""

    kind: Kind
    media_type: str
    takes: str
    writers: tuple[Writer, ...]
    # Bytes that begin so are such a file already; `None` where bytes are never one.
    magic: bytes | None = None
    # Whether a str is content, and not the path of a file that was meant.
    takes_text: bool = False


def write_pickle(value: object, path: Path, extension: str) -> bool:
    """Pickle with protocol 5, which keeps arrays compact."""
    del extension
    with path.open("wb") as file:
        pickle.dump(value, file, protocol=5)
    return True


def write_joblib(value: object, path: Path, extension: str) -> bool:
    """Write with joblib."""
    del extension
    joblib = require("joblib", package="joblib", extra="sklearn", purpose="writing .joblib files")
    joblib.dump(value, path)
    return True


def write_torch(value: object, path: Path, extension: str) -> bool:
    """Write with torch, which is imported already if the value is anything of its own."""
    torch = loaded("torch")
    if torch is None:
        if not is_installed("torch"):
            raise MissingExtra("torch", extra="torch", purpose=f"writing {extension} files")
        raise InvalidType(
            f"nothing in this {type(value).__qualname__} comes from torch",
            hint="use the extension .pkl",
        )
    torch.save(value, path)
    return True


_IMAGE_TAKES = (
    "a matplotlib or plotly figure, a PIL image, or an array (height, width[, 3 or 4]) "
    "of uint8 or of floats from 0 to 1"
)
_PHOTO_TAKES = "a PIL image, or an array (height, width[, 3 or 4]) of uint8 or floats from 0 to 1"
_TABLE_TAKES = "a DataFrame of pandas or polars, a list of dicts, a dict of columns, or a 2-D array"
_JSON_TAKES = "dicts, lists, strings, numbers, booleans, None, arrays and dataclasses"
_PICKLE_TAKES = "any object that can be pickled"
_YAML = Format("yaml", "application/yaml", _JSON_TAKES, (write_yaml,), takes_text=True)
_HTML = Format(
    "text",
    "text/html",
    "a str, bytes, a matplotlib or plotly figure, or an object with to_html",
    (write_figure, write_text),
)
_TORCH = Format(
    "model", "application/x-pytorch", "a torch module, tensor or state_dict", (write_torch,)
)
_JPEG = Format("image", "image/jpeg", _PHOTO_TAKES, (write_image,), magic=b"\xff\xd8\xff")
_PICKLE = Format("data", "application/x-pickle", _PICKLE_TAKES, (write_pickle,))

FORMATS: dict[str, Format] = {
    ".pkl": _PICKLE,
    ".pickle": _PICKLE,
    ".joblib": Format("data", "application/x-joblib", _PICKLE_TAKES, (write_joblib,)),
    ".npy": Format(
        "array",
        "application/x-npy",
        "an array, a tensor or a list of numbers",
        (write_npy,),
        magic=b"\x93NUMPY",
    ),
    ".npz": Format(
        "array",
        "application/x-npz",
        "an array, or a dict or list of arrays",
        (write_npz,),
        magic=b"PK\x03\x04",
    ),
    ".json": Format("json", "application/json", _JSON_TAKES, (write_json,), takes_text=True),
    ".yaml": _YAML,
    ".yml": _YAML,
    ".csv": Format("table", "text/csv", f"{_TABLE_TAKES}, or a str", (write_csv, write_text)),
    ".parquet": Format(
        "table", "application/vnd.apache.parquet", _TABLE_TAKES, (write_parquet,), magic=b"PAR1"
    ),
    ".png": Format(
        "image", "image/png", _IMAGE_TAKES, (write_figure, write_image), magic=b"\x89PNG"
    ),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": Format("image", "image/webp", _PHOTO_TAKES, (write_image,), magic=b"RIFF"),
    ".svg": Format(
        "figure",
        "image/svg+xml",
        "a matplotlib or plotly figure, or SVG as a str",
        (write_figure, write_text),
    ),
    ".pdf": Format(
        "figure",
        "application/pdf",
        "a matplotlib or plotly figure",
        (write_figure,),
        magic=b"%PDF",
    ),
    ".html": _HTML,
    ".htm": _HTML,
    ".md": Format(
        "text",
        "text/markdown",
        "a str, bytes, or an object with to_markdown or to_html",
        (write_text,),
        takes_text=True,
    ),
    ".txt": Format(
        "text",
        "text/plain",
        "a str, bytes, or an object with to_string",
        (write_text,),
        takes_text=True,
    ),
    ".pt": _TORCH,
    ".pth": _TORCH,
}

# The table that Python ships, not the machine's own files: everywhere the same answer.
_KNOWN_TYPES = mimetypes.MimeTypes()
_OTHER_TEXT = frozenset(
    {"", ".cfg", ".conf", ".diff", ".ini", ".jsonl", ".log", ".patch", ".sql", ".tex", ".toml"}
)


def extension_of(name: str) -> str:
    """Return the extension of an artifact's name in lower case, with its dot."""
    return os.path.splitext(name)[1].lower()


def format_of(name: str) -> Format:
    """Return the format for a name: text or bytes as they are where the extension is unknown."""
    extension = extension_of(name)
    known = FORMATS.get(extension)
    if known is not None:
        return known
    guessed = _KNOWN_TYPES.guess_type(f"x{extension}")[0]
    is_text = extension in _OTHER_TEXT or (guessed or "").startswith("text/")
    return Format(
        "text" if is_text else "file",
        guessed or ("text/plain" if is_text else "application/octet-stream"),
        "a str or bytes",
        (write_text,),
        takes_text=is_text,
    )
