"""Sounds are kept exactly, and nothing else passes for one."""

from __future__ import annotations

import io
import struct
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue, TooLarge
from runlore.media import sounds
from runlore.media.sounds import encode_sound

if TYPE_CHECKING:
    from pathlib import Path


def test_whole_numbers_are_read_back_by_others() -> None:
    samples = np.arange(-6, 6, dtype=np.int16).reshape(6, 2)
    found = encode_sound(samples, 8_000)
    assert (found.kind, found.extension, found.seconds) == ("audio", ".wav", 6 / 8_000)
    assert found.payload is not None
    with wave.open(io.BytesIO(found.payload)) as file:
        assert file.getparams()[:4] == (2, 2, 8_000, 6)
        assert file.readframes(6) == samples.tobytes()


def test_floats_are_kept_as_they_are_whatever_their_range() -> None:
    samples = np.array([0.5, -2.0, np.nan, np.inf])
    found = encode_sound(samples, np.int64(16_000))
    data = found.payload
    assert data is not None
    assert struct.unpack("<4sI4s4sIHHI", data[:28]) == (
        *(b"RIFF", len(data) - 8, b"WAVE", b"fmt "),
        *(18, 3, 1, 16_000),
    )
    assert np.array_equal(np.frombuffer(data[-16:], "<f4"), samples, equal_nan=True)
    assert encode_sound([0.0, 0.25], 10).seconds == 0.2


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", ".wav"),
        (b"fLaC\0\0", ".flac"),
        (b"OggS\0\2", ".ogg"),
        (b"ID3\4\0", ".mp3"),
        (b"\xff\xfb\x90", ".mp3"),
        (b"\0\0\0\x20ftypM4A ", ".m4a"),
    ],
)
def test_a_sound_file_is_kept_as_it_is(tmp_path: Path, data: bytes, extension: str) -> None:
    (tmp_path / "sound").write_bytes(data)
    for given in (data, bytearray(data), tmp_path / "sound", str(tmp_path / "sound")):
        found = encode_sound(given)
        assert (found.payload, found.extension, found.seconds) == (data, extension, None)


@pytest.mark.parametrize(
    ("value", "rate", "error"),
    [
        (np.zeros(3), None, InvalidValue),
        (np.zeros(3), 0, InvalidValue),
        (np.zeros(3), 44.1, InvalidType),
        (np.zeros(3), True, InvalidType),
        (np.zeros((2, 16_000)), 16_000, InvalidValue),
        (np.zeros((2, 2, 2)), 16_000, InvalidValue),
        (np.zeros(0), 16_000, InvalidValue),
        (np.zeros(3, np.int64), 16_000, InvalidType),
        (b"<script>", None, InvalidValue),
        (b"", None, InvalidValue),
        ("no such file.wav", None, InvalidValue),
        (3, 16_000, InvalidType),
    ],
)
def test_what_is_no_sound_is_refused(value: object, rate: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        encode_sound(value, rate)


def test_a_sound_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sounds, "MAX_SIZE_BYTES", 10)
    (tmp_path / "sound.flac").write_bytes(b"fLaC" + b"x" * 10)
    for value in (np.zeros(3), b"fLaC" + b"x" * 10, tmp_path / "sound.flac"):
        with pytest.raises(TooLarge):
            encode_sound(value, 1)
