"""Images from arrays, PIL and files."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, a_kind
from runlore.media.arrays import is_array, to_array
from runlore.media.encoded import EncodedMedia
from runlore.media.libraries import comes_from, require
from runlore.media.png import encode_png, png_size

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

MAGIC = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".gif": b"GIF8",
    ".webp": b"RIFF",
}
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_PIL_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
_CHANNELS = (1, 3, 4)
# Arithmetic in float32 may end a little outside of 0..1.
_TOLERANCE = 1e-5
_TAKES = "pass an array (height, width) or (height, width, 3 or 4), a PIL image, or an image file"


def encode_image(value: object) -> EncodedMedia:
    """Encode an array or a PIL image as PNG; keep an image file, or its bytes, as it is.

    Arrays are (height, width) or (height, width, 1, 3 or 4): uint8 or whole numbers
    from 0 to 255, floats from 0 to 1, or booleans.
    """
    if isinstance(value, str | os.PathLike):
        value = _read_file(os.fspath(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return _keep_bytes(bytes(value))
    if comes_from(value, "PIL", "Image"):
        return _encoded(_pil_bytes(value, "PNG"))
    if is_array(value) or isinstance(value, list):
        return _encoded(encode_png(to_pixels(value)))
    raise InvalidType(
        f"an image can't be made from {a_kind(value)}",
        hint="log_figure takes figures" if comes_from(value, "matplotlib") else _TAKES,
    )


def write_image(value: Any, path: Path, extension: str) -> bool:
    """Write an array or a PIL image in the format of the extension."""
    if comes_from(value, "PIL", "Image"):
        path.write_bytes(_pil_bytes(value, _PIL_FORMATS[extension]))
        return True
    if not is_array(value):
        return False
    pixels = to_pixels(value)
    if extension == ".png":
        path.write_bytes(encode_png(pixels))
        return True
    pil = require(
        "PIL.Image", package="pillow", extra="images", purpose=f"writing {extension} images"
    )
    image = pil.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    path.write_bytes(_pil_bytes(image, _PIL_FORMATS[extension]))
    return True


def to_pixels(value: object) -> npt.NDArray[Any]:
    """Return an image's array as uint8 (height, width, 1, 3 or 4)."""
    import numpy as np

    array = to_array(value)
    shape = array.shape
    if array.ndim == 2:
        array = array[:, :, np.newaxis]
    if array.ndim != 3 or array.shape[2] not in _CHANNELS or not array.size:
        is_channels_first = array.ndim == 3 and array.shape[0] in _CHANNELS and array.size
        raise InvalidValue(
            f"an array of shape {shape} is no image",
            hint="channels come last: use .transpose(1, 2, 0) or .permute(1, 2, 0)"
            if is_channels_first
            else "pass one of shape (height, width) or (height, width, 3 or 4)",
        )
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind == "f":
        _require_range(array, -_TOLERANCE, 1 + _TOLERANCE, "floats must lie between 0 and 1")
        scaled: npt.NDArray[Any] = np.rint(np.clip(array.astype(np.float64), 0, 1) * 255)
        return scaled.astype(np.uint8)
    if array.dtype.kind in "iu":
        _require_range(array, 0, 255, "whole numbers must lie between 0 and 255")
        return np.ascontiguousarray(array, np.uint8)
    raise InvalidType(f"pixels can't be of the type {array.dtype}", hint="use uint8 or floats")


def _require_range(array: npt.NDArray[Any], low: float, high: float, rule: str) -> None:
    # Written so that NaN fails it.
    if not (array.min() >= low and array.max() <= high):
        raise InvalidValue(
            f"pixels reach from {array.min()} to {array.max()}: {rule}",
            hint="scale them first, e.g. (x - x.min()) / (x.max() - x.min())",
        )


def _pil_bytes(image: Any, format_name: str) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": 90} if format_name in {"JPEG", "WEBP"} else {}
    try:
        image.save(buffer, format=format_name, **options)
    except (OSError, ValueError) as error:
        raise InvalidType(
            f"an image of mode {image.mode} can't be written as {format_name}: {error}",
            hint="convert it first, e.g. image.convert('RGB')",
        ) from error
    return buffer.getvalue()


def _read_file(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        raise InvalidValue(f"{path!r} can't be read as an image: {error}", hint=_TAKES) from error


def _keep_bytes(data: bytes) -> EncodedMedia:
    extension = next((name for name, magic in MAGIC.items() if data.startswith(magic)), None)
    if extension is None:
        raise InvalidValue("the bytes are no PNG, JPEG, WebP or GIF image", hint=_TAKES)
    return _encoded(data, extension)


def _encoded(data: bytes, extension: str = ".png") -> EncodedMedia:
    size = png_size(data)
    if size is None:
        pil = require(
            "PIL.Image", package="pillow", extra="images", purpose=f"reading {extension} images"
        )
        try:
            with pil.open(io.BytesIO(data)) as image:
                size = image.size
        except (OSError, SyntaxError, ValueError) as error:
            raise InvalidValue(f"the image is damaged: {error}") from error
    return EncodedMedia(
        kind="image",
        media_type=MEDIA_TYPES[extension],
        extension=extension,
        payload=data,
        width=size[0],
        height=size[1],
    )
