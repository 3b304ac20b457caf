"""Arrays of any framework as NumPy's, and the files .npy and .npz."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, a_kind
from runlore.media.libraries import comes_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt


def is_array(value: object) -> bool:
    """Say whether `value` is an array, a tensor or a scalar of some framework."""
    return hasattr(value, "__array__") and hasattr(value, "dtype") and hasattr(value, "shape")


def to_array(value: object) -> npt.NDArray[Any]:
    """Return numbers, nested lists of them or any framework's tensor as a NumPy array.

    Tensors are copied from their device; element types that NumPy lacks (bfloat16)
    become float32, which holds all their values. Raises `InvalidType` for what has no
    plain element type, and for masked arrays, whose mask would be lost.
    """
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        raise InvalidType(
            "a masked array would lose its mask", hint="use .filled(…), or the extension .pkl"
        )
    if comes_from(value, "torch", "Tensor"):
        value = _from_torch(value)
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InvalidType(
            f"{a_kind(value)} can't be an array: {error}",
            hint="rows must have the same length; .npz takes a list of different arrays",
        ) from error
    if array.dtype.kind == "V" and array.dtype.names is None:
        try:
            array = array.astype(np.float32)
        except (ValueError, TypeError) as error:
            raise InvalidType(f"arrays of {array.dtype} are not supported") from error
    if array.dtype.hasobject:
        raise InvalidType(
            f"{a_kind(value)} holds objects that are not numbers",
            hint="convert it to an array of numbers, or use the extension .pkl",
        )
    return array


def _from_torch(tensor: Any) -> object:
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point() and str(tensor.dtype) not in {
        "torch.float16",
        "torch.float32",
        "torch.float64",
    }:
        tensor = tensor.float()
    result: object = tensor.resolve_conj().resolve_neg().numpy()
    return result


def write_npy(value: object, path: Path, extension: str) -> bool:
    """Write one array, without pickling anything."""
    del extension
    import numpy as np

    if isinstance(value, str | bytes | dict | set):
        return False
    with path.open("wb") as file:
        np.lib.format.write_array(file, to_array(value), allow_pickle=False)
    return True


def write_npz(value: object, path: Path, extension: str) -> bool:
    """Write a dict or list of arrays, or one, without pickling anything."""
    del extension
    import numpy as np

    arrays = _named_arrays(value)
    if arrays is None:
        return False
    # Not np.savez, whose own parameters are names that a dict could not have.
    with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, to_array(array), allow_pickle=False)
    return True


def _named_arrays(value: object) -> Mapping[str, object] | None:
    if isinstance(value, dict):
        if not all(isinstance(name, str) for name in value):
            raise InvalidType("the names of arrays in an .npz must be strings")
        return value
    if isinstance(value, list | tuple):
        return {f"arr_{index}": array for index, array in enumerate(value)}
    return {"arr_0": value} if is_array(value) else None
