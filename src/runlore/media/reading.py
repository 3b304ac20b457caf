"""A file as the object it holds, where that is safe."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runlore.errors import ArtifactNotFound, InvalidValue, RunloreError
from runlore.media.formats import extension_of
from runlore.media.libraries import is_installed, require

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

TableLibrary = Literal["pandas", "polars", "plain"]
_TEXTS = frozenset({".txt", ".md", ".html", ".htm", ".svg"})
_IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
# The words that mean missing, and no others: "NA" and "None" are texts like any.
_MISSING_WORDS = ["", "NaN", "nan"]


def read_object(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    trusted: bool = False,
    tables: TableLibrary | None = None,
) -> object:
    """Return what a file holds, chosen by the extension of `name` (else of the path).

    Tables come as DataFrames of pandas where it is installed, else of polars, else (CSV
    only) as a list of dicts; `tables` names one of these. Pickles (.pkl, .joblib, whole
    torch objects) can run any code when read, and are refused unless `trusted`. A file
    with another extension is returned as bytes.
    """
    place = Path(path)
    shown = name or str(path)
    extension = extension_of(shown)
    if not place.is_file():
        raise ArtifactNotFound(f"there is no file {str(path)!r}", hint="check the path")
    if extension in {".pkl", ".pickle", ".joblib"} and not trusted:
        raise InvalidValue(
            f"{shown!r} is a pickle, and reading one can run any code that it holds",
            hint="pass trusted=True if you know who wrote it",
        )
    try:
        if extension in {".csv", ".parquet"}:
            return _read_table(place, extension, tables or _table_library())
        if extension in {".pt", ".pth"}:
            return _read_torch(place, trusted=trusted)
        if extension in _TEXTS:
            return place.read_bytes().decode()
        return _READERS.get(extension, Path.read_bytes)(place)
    except (RunloreError, MemoryError):
        raise
    except Exception as error:
        raise InvalidValue(f"{shown!r} can't be read as {extension or 'bytes'}: {error}") from error


def _read_json(path: Path) -> object:
    result: object = json.loads(path.read_bytes())
    return result


def _read_yaml(path: Path) -> object:
    yaml = require("yaml", package="pyyaml", extra="yaml", purpose="reading YAML")
    result: object = yaml.safe_load(path.read_bytes())
    return result


def _read_npy(path: Path) -> object:
    import numpy as np

    result: object = np.load(path, allow_pickle=False)
    return result


def _read_npz(path: Path) -> object:
    import numpy as np

    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def _read_pickle(path: Path) -> object:
    import pickle

    with path.open("rb") as file:
        result: object = pickle.load(file)  # noqa: S301  the caller said that it is trusted
    return result


def _read_joblib(path: Path) -> object:
    joblib = require("joblib", package="joblib", extra="sklearn", purpose="reading .joblib files")
    result: object = joblib.load(path)
    return result


def _read_image(path: Path) -> object:
    pil = require("PIL.Image", package="pillow", extra="images", purpose="reading images")
    image = pil.open(io.BytesIO(path.read_bytes()))
    image.load()
    result: object = image
    return result


_READERS: dict[str, Callable[[Path], object]] = {
    ".json": _read_json,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".pkl": _read_pickle,
    ".pickle": _read_pickle,
    ".joblib": _read_joblib,
    **dict.fromkeys(_IMAGES, _read_image),
}


def _read_torch(path: Path, *, trusted: bool) -> object:
    torch = require("torch", package="torch", extra="torch", purpose="reading .pt files")
    # weights_only unpickles tensors and plain containers, and nothing that runs code.
    result: object = torch.load(path, weights_only=not trusted, map_location="cpu")
    return result


def _table_library() -> TableLibrary:
    if is_installed("pandas"):
        return "pandas"
    return "polars" if is_installed("polars") else "plain"


def _read_table(path: Path, extension: str, library: TableLibrary) -> object:
    if library == "plain":
        if extension == ".csv":
            return _read_plain_csv(path)
        arrow = require(
            "pyarrow.parquet", package="pyarrow", extra="pandas", purpose="reading Parquet"
        )
        rows: object = arrow.read_table(path).to_pylist()
        return rows
    frames: Any = require(
        library, package=library, extra=library, purpose=f"reading tables with {library}"
    )
    result: object
    if extension == ".parquet":
        if library == "pandas":
            require("pyarrow", package="pyarrow", extra="pandas", purpose="reading Parquet")
        result = frames.read_parquet(path)
    elif library == "pandas":
        result = frames.read_csv(
            path, keep_default_na=False, na_values=_MISSING_WORDS, encoding="utf-8"
        )
    else:
        result = frames.read_csv(path, null_values=[""], infer_schema_length=None)
    return result


def _read_plain_csv(path: Path) -> list[dict[str, Any]]:
    """Read rows as dicts: nothing is None, and a column of numbers alone becomes numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    columns = [_parsed([line[place] for line in lines]) for place in range(len(header))]
    return [dict(zip(header, row, strict=True)) for row in zip(*columns, strict=True)]


def _parsed(texts: list[str]) -> list[Any]:
    for number in (int, float):
        try:
            return [number(text) if text else None for text in texts]
        except ValueError:
            continue
    return [text or None for text in texts]
