from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from runlore.media.png import encode_png, png_size

if TYPE_CHECKING:
    import numpy.typing as npt

PIXELS = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4])).flatmap(
    lambda shape: hnp.arrays(np.uint8, shape)
)


@given(pixels=PIXELS)
def test_an_imaging_library_reads_the_same_pixels(pixels: npt.NDArray[Any]) -> None:
    pil = pytest.importorskip("PIL.Image")
    data = encode_png(pixels)
    height, width, channels = pixels.shape
    assert png_size(data) == (width, height)
    with pil.open(io.BytesIO(data)) as image:
        read = np.asarray(image).reshape(height, width, channels)
    np.testing.assert_array_equal(read, pixels)


def test_a_smooth_image_is_filtered_and_small() -> None:
    ramp = np.add.outer(np.arange(256), np.arange(256)).astype(np.uint8)[:, :, np.newaxis]
    assert len(encode_png(ramp)) < ramp.size / 50


WHOLE = encode_png(np.zeros((1, 1, 1), np.uint8))


@pytest.mark.parametrize("data", [b"", WHOLE[:8], WHOLE[:20], b"GIF89a"])
def test_what_is_no_png_has_no_size(data: bytes) -> None:
    assert png_size(data) is None
