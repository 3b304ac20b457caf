"""Models as files, each in the format of its framework, and what describes them."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.media.formats import FORMATS, extension_of
from runlore.media.jsonable import to_jsonable
from runlore.media.libraries import comes_from
from runlore.media.writing import WrittenObject, replacing, write_object

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

MAX_TEXT_CHARACTERS = 500
_GENERIC = {".pkl": "pickle", ".pickle": "pickle", ".joblib": "joblib"}


def save_model(
    model: object, destination: str | os.PathLike[str]
) -> tuple[WrittenObject, dict[str, Any]]:
    """Write a model and return the file and a description of the model.

    In a folder the file is called `model` with the extension of the framework's own
    format: `.pt` (a state_dict) for torch modules, `.keras`, `.ubj` for XGBoost, `.txt`
    for LightGBM boosters, `.pkl` for scikit-learn and everything else. A file is
    written in the format of its extension: that one, `.pkl` or `.joblib` (the object
    itself), or `.pt` for all that torch can write. LightGBM's scikit-learn classes are
    pickled, for their native format forgets the labels of classes.
    """
    if model is None or isinstance(model, type | str | bytes):
        raise InvalidType(f"{model!r} is not a model", hint="pass the fitted object itself")
    extension, form, write = _native(model)
    path = Path(destination)
    if path.is_dir():
        path /= f"model{extension}"
    wanted = extension_of(path.name) or extension
    if wanted == extension and write is not None:
        with replacing(path, extension) as temporary:
            try:
                write(str(temporary))
            except (MemoryError, OSError):
                raise
            except Exception as error:
                raise InvalidType(
                    f"the {type(model).__qualname__} could not be saved: {error}",
                    hint="a path that ends in .pkl pickles it instead",
                ) from error
        written = WrittenObject(path, "model", _media_type(extension), path.stat().st_size)
    elif wanted in _GENERIC or (wanted in {".pt", ".pth"} and comes_from(model, "torch")):
        form = _GENERIC.get(wanted, "torch")
        generic = write_object(f"model{wanted}", model, path)
        written = WrittenObject(path, "model", generic.media_type, generic.size_bytes)
    else:
        raise InvalidValue(
            f"{a_kind(model)} can't be saved as {wanted!r}",
            hint="use one of " + ", ".join(dict.fromkeys([extension, ".pkl", ".joblib"])),
        )
    return written, {**describe_model(model), "format": form}


def describe_model(model: Any) -> dict[str, Any]:
    """Return class, library, version and hyper-parameters, fit for strict JSON.

    Hyper-parameters are those of `get_params()`, with flat dotted keys; NaN and
    infinities are text, and long texts are cut.
    """
    cls = type(model)
    library = cls.__module__.partition(".")[0]
    version = getattr(sys.modules.get(library), "__version__", None)
    description: dict[str, Any] = {
        "class": f"{cls.__module__}.{cls.__qualname__}",
        "library": library,
        "library_version": version if isinstance(version, str) else None,
    }
    get_params = getattr(model, "get_params", None)
    if callable(get_params):
        try:
            params = dict(get_params())
        except Exception as error:  # noqa: BLE001  a class of the user's; the model itself is saved
            description["params_error"] = f"{type(error).__name__}: {error}"
        else:
            description["params"] = {
                str(key).replace("__", "."): _simple(item) for key, item in params.items()
            }
    return description


def _native(model: Any) -> tuple[str, str, Callable[[str], object] | None]:
    """Return extension, format and writer of the framework's own; no writer means pickle."""
    # Before torch: on that backend a model of Keras is a module of torch as well.
    if comes_from(model, "keras", "Model") or comes_from(model, "tf_keras", "Model"):
        return ".keras", "keras", model.save
    if comes_from(model, "torch", "Module"):
        torch = sys.modules["torch"]
        return ".pt", "torch-state-dict", lambda path: torch.save(model.state_dict(), path)
    if comes_from(model, "xgboost", "Booster", "XGBModel"):
        return ".ubj", "xgboost", model.save_model
    if comes_from(model, "lightgbm", "Booster"):
        return ".txt", "lightgbm", model.save_model
    return ".pkl", "pickle", None


def _media_type(extension: str) -> str:
    form = FORMATS.get(extension)
    return form.media_type if form is not None else "application/octet-stream"


def _simple(value: object) -> object:
    """Return what strict JSON holds for a hyper-parameter: itself, or its text, cut."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if callable(getattr(value, "get_params", None)):
        return type(value).__qualname__  # its own params follow under their own keys
    if isinstance(value, str):
        return value[:MAX_TEXT_CHARACTERS]
    try:
        jsonable = to_jsonable(value)
        if len(json.dumps(jsonable, allow_nan=False)) <= MAX_TEXT_CHARACTERS:
            return jsonable
    except (InvalidType, ValueError):
        pass
    return repr(value)[:MAX_TEXT_CHARACTERS]
