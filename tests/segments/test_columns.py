from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.segments.columns import (
    CONSTANT,
    PCODEC,
    PROGRESSION,
    RAW,
    decode_column,
    encode_column,
)

BITS = st.lists(st.integers(0, 2**64 - 1), max_size=40) | st.lists(
    st.sampled_from((0, 1, 0x7FF0 << 48, 0x7FF8 << 48, 0xFFF8 << 48 | 1, 1 << 63)), max_size=400
)


@given(BITS, st.sampled_from(("i8", "f8")), st.booleans())
def test_every_bit_comes_back(bits: list[int], dtype: str, with_pcodec: bool) -> None:
    values = np.array(bits, np.uint64).view(dtype)
    data = encode_column(values, with_pcodec=with_pcodec)
    back = decode_column(data, len(values), dtype)
    assert back.tobytes() == values.tobytes()
    assert len(data) <= 1 + values.nbytes or len(values) < 2


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(2, 50))
def test_a_progression_takes_two_numbers(first: int, difference: int, count: int) -> None:
    wrapped = [(first + number * difference) % 2**64 for number in range(count)]
    values = np.array(wrapped, np.uint64).view(np.int64)
    data = encode_column(values)
    assert len(data) == (17 if difference else 9)
    assert decode_column(data, count, np.int64).tolist() == values.tolist()


@pytest.mark.parametrize(
    ("values", "codec"),
    [
        (np.zeros(1000), CONSTANT),
        (np.full(1000, np.nan), CONSTANT),
        (np.arange(1000), PROGRESSION),
        (np.arange(1000.0), PCODEC),
        (np.arange(1000) ** 2, PCODEC),
        (np.array([0.0, -0.0]), RAW),
        (np.array([], np.int64), RAW),
    ],
)
def test_the_smallest_codec_is_taken(values: np.ndarray[Any, Any], codec: int) -> None:
    assert encode_column(values)[0] == codec


def test_noise_costs_less_than_its_doubles() -> None:
    noise = np.exp(-np.arange(4096) / 2e5) + np.random.default_rng(0).normal(0, 0.02, 4096)
    assert len(encode_column(noise)) < 6.6 * 4096


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"\1", b"\2" + bytes(8), b"\3", b"\3pco!", b"\4" + bytes(24), bytes(26)],
)
def test_what_is_no_column_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="column"):
        decode_column(data, 3, np.int64)


def test_a_column_of_another_length_or_type_is_refused() -> None:
    data = encode_column(np.arange(1000) ** 2)
    for count, dtype in ((999, "i8"), (1001, "i8"), (1000, "f8")):
        with pytest.raises(ValueError, match="column"):
            decode_column(data, count, dtype)


def test_only_64_bit_numbers_are_taken() -> None:
    with pytest.raises(TypeError, match="int32"):
        encode_column(np.zeros(3, np.int32))
