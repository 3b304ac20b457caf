"""Sounds from arrays and files."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue, TooLarge, a_kind
from runlore.media.arrays import is_array, to_array
from runlore.media.encoded import EncodedMedia

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_SIZE_BYTES = 64 * 1024 * 1024
MAX_SAMPLE_RATE = 768_000
_MAX_CHANNELS = 8
_PCM, _FLOAT = 1, 3  # the formats of WAV
_MAGIC = (  # extension, media type, where it stands, what
    (".wav", "audio/wav", 8, b"WAVE"),
    (".flac", "audio/flac", 0, b"fLaC"),
    (".ogg", "audio/ogg", 0, b"OggS"),
    (".mp3", "audio/mpeg", 0, b"ID3"),
    (".mp3", "audio/mpeg", 0, b"\xff\xfb"),
    (".mp3", "audio/mpeg", 0, b"\xff\xf3"),
    (".mp3", "audio/mpeg", 0, b"\xff\xf2"),
    (".m4a", "audio/mp4", 4, b"ftypM4A"),
)
_TAKES = "pass an array (samples) or (samples, channels) with sample_rate=…, or a sound file"


def encode_sound(value: object, sample_rate: object = None) -> EncodedMedia:
    """Encode an array as WAV; keep a sound file (WAV, MP3, FLAC, Ogg, M4A), or its bytes, as it is.

    Arrays are (samples) or (samples, channels): floats, of which those from -1 to 1 can be heard
    as they are, or 16-bit whole numbers. Both are kept exactly.

    Raises:
        UsageError: if it is no sound, or over 64 MiB.
    """
    if isinstance(value, str | os.PathLike):
        value = _read_file(os.fspath(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return _keep_bytes(bytes(value))
    if not (is_array(value) or isinstance(value, list)):
        raise InvalidType(f"a sound can't be made from {a_kind(value)}", hint=_TAKES)
    rate = _checked_rate(sample_rate)
    samples = _samples(value)
    if samples.nbytes > MAX_SIZE_BYTES:
        raise _too_large(samples.nbytes)
    return EncodedMedia(
        kind="audio",
        media_type="audio/wav",
        extension=".wav",
        payload=_wav(samples, rate),
        seconds=len(samples) / rate,
    )


def _samples(value: object) -> npt.NDArray[Any]:
    import numpy as np

    array = to_array(value)
    shape = array.shape
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or not array.size or array.shape[1] > _MAX_CHANNELS:
        is_channels_first = array.ndim == 2 and 0 < array.shape[0] <= _MAX_CHANNELS
        raise InvalidValue(
            f"an array of shape {shape} is no sound",
            hint="channels come last: use .T" if is_channels_first else _TAKES,
        )
    if array.dtype.kind == "f":
        return np.ascontiguousarray(array, "<f4")
    if array.dtype == np.int16:
        return np.ascontiguousarray(array, "<i2")
    raise InvalidType(
        f"samples can't be of the type {array.dtype}", hint="use floats from -1 to 1, or int16"
    )


def _wav(samples: npt.NDArray[Any], rate: int) -> bytes:
    """Write a WAV file (Microsoft's RIFF with `fmt `, `fact` and `data`)."""
    size, channels = samples.dtype.itemsize, samples.shape[1]
    kind = _FLOAT if samples.dtype.kind == "f" else _PCM
    form = struct.pack(
        "<HHIIHHH", kind, channels, rate, rate * channels * size, channels * size, 8 * size, 0
    )
    data = samples.tobytes()
    chunks = b"".join((
        *(b"fmt ", struct.pack("<I", len(form)), form),
        *(b"fact", struct.pack("<II", 4, len(samples))),
        *(b"data", struct.pack("<I", len(data)), data, b"\0" * (len(data) % 2)),
    ))  # fmt: skip
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def _checked_rate(rate: object) -> int:
    if rate is None:
        raise InvalidValue(
            "how many samples a second there are isn't said", hint="sample_rate=16_000, for example"
        )
    if isinstance(rate, bool) or not hasattr(rate, "__index__"):
        raise InvalidType(f"sample_rate is {rate!r}, not a whole number")
    found = int(rate.__index__())
    if not 1 <= found <= MAX_SAMPLE_RATE:
        raise InvalidValue(f"sample_rate is {found}", hint="it is samples a second, like 16_000")
    return found


def _read_file(path: str) -> bytes:
    try:
        if os.path.getsize(path) > MAX_SIZE_BYTES:
            raise _too_large(os.path.getsize(path))
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        if isinstance(error, TooLarge):
            raise
        raise InvalidValue(f"{path!r} can't be read as a sound: {error}", hint=_TAKES) from error


def _keep_bytes(data: bytes) -> EncodedMedia:
    if len(data) > MAX_SIZE_BYTES:
        raise _too_large(len(data))
    for extension, media_type, place, magic in _MAGIC:
        if data[place : place + len(magic)] == magic:
            return EncodedMedia(
                kind="audio", media_type=media_type, extension=extension, payload=data
            )
    raise InvalidValue("the bytes are no WAV, MP3, FLAC, Ogg or M4A sound", hint=_TAKES)


def _too_large(size_bytes: int) -> TooLarge:
    return TooLarge(
        f"a sound at a step holds at most 64 MiB, and this has {size_bytes / 2**20:,.0f}",
        hint="keep it as a file: run.log_artifact(path)",
    )
