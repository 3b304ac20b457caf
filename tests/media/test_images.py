from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from runlore.errors import InvalidType, InvalidValue
from runlore.media.images import encode_image, to_pixels
from runlore.media.reading import read_object
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

PHOTO = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


@pytest.fixture
def pil() -> Any:
    return pytest.importorskip("PIL.Image")


@pytest.mark.parametrize(
    ("value", "pixel"),
    [
        (np.array([[255]], np.uint8), 255),
        (np.array([[True]]), 255),
        (np.array([[200]], np.int64), 200),
        (np.array([[1.0]]), 255),
        (np.array([[0.5]], np.float32), 128),
        (np.array([[1.000001]]), 255),
        ([[0.0]], 0),
    ],
)
def test_every_way_to_say_a_pixel(value: object, pixel: int) -> None:
    assert to_pixels(value).tolist() == [[[pixel]]]


@pytest.mark.parametrize(
    ("array", "said", "hint"),
    [
        (np.zeros((3, 8, 8)), r"shape \(3, 8, 8\) is no image", "channels come last"),
        (np.zeros(5), r"shape \(5,\) is no image", "pass one of shape"),
        (np.zeros((2, 2, 2)), "is no image", "pass one of shape"),
        (np.zeros((0, 4)), "is no image", "pass one of shape"),
        (np.array([[2.0]]), "floats must lie between 0 and 1", "scale them"),
        (np.array([[np.nan]]), "from nan to nan", "scale them"),
        (np.array([[256]]), "whole numbers must lie between 0 and 255", "scale them"),
        (np.array([[-1]]), "from -1 to -1", "scale them"),
    ],
)
def test_what_is_no_image_is_refused(array: npt.NDArray[Any], said: str, hint: str) -> None:
    with pytest.raises(InvalidValue, match=said) as caught:
        encode_image(array)
    assert hint in str(caught.value.hint)


def test_an_array_becomes_a_png_of_its_size() -> None:
    encoded = encode_image(PHOTO)
    assert (encoded.kind, encoded.media_type, encoded.extension) == ("image", "image/png", ".png")
    assert (encoded.width, encoded.height) == (6, 4)
    assert encoded == encode_image(PHOTO.copy()), "the same pixels are the same bytes"


def test_pil_images_lose_nothing(pil: Any) -> None:
    encoded = encode_image(pil.fromarray(PHOTO))
    assert encoded.payload is not None
    with pil.open(io.BytesIO(encoded.payload)) as image:
        np.testing.assert_array_equal(np.asarray(image), PHOTO)


@pytest.mark.parametrize("format_name", ["PNG", "JPEG", "WEBP", "GIF"])
def test_image_files_are_kept_as_they_are(pil: Any, tmp_path: Path, format_name: str) -> None:
    path = tmp_path / "image"
    pil.fromarray(PHOTO).save(path, format=format_name)
    for value in (path, str(path), path.read_bytes()):
        encoded = encode_image(value)
        assert encoded.payload == path.read_bytes()
        assert encoded.media_type == f"image/{format_name.lower()}"
        assert (encoded.width, encoded.height) == (6, 4)


@pytest.mark.parametrize("value", [b"no image", "missing.png", "\0", b"\xff\xd8\xffcut off"])
def test_bytes_and_files_that_are_no_image_are_refused(pil: Any, value: object) -> None:
    assert pil is not None
    with pytest.raises(InvalidValue):
        encode_image(value)


def test_other_objects_are_refused() -> None:
    with pytest.raises(InvalidType, match="an image can't be made from a dict"):
        encode_image({})


@pytest.mark.parametrize("extension", [".png", ".jpg", ".jpeg", ".webp"])
@pytest.mark.parametrize("shape", [(16, 12), (16, 12, 3)])
def test_arrays_and_pil_images_become_files(
    pil: Any, tmp_path: Path, extension: str, shape: tuple[int, ...]
) -> None:
    array = np.full(shape, 100, np.uint8)
    for value in (array, pil.fromarray(array)):
        written = write_object(f"a{extension}", value, tmp_path / "a")
        assert written.kind == "image"
        image: Any = read_object(tmp_path / "a", name=f"a{extension}")
        assert image.size == (12, 16)
        assert np.abs(np.asarray(image).astype(int) - 100).max() <= 2


def test_a_mode_that_the_format_lacks_is_refused(pil: Any, tmp_path: Path) -> None:
    for value in (np.zeros((2, 2, 4)), pil.new("RGBA", (2, 2))):
        with pytest.raises(InvalidType, match="mode RGBA can't be written as JPEG") as caught:
            write_object("a.jpg", value, tmp_path / "a.jpg")
        assert "convert('RGB')" in str(caught.value.hint)
    assert list(tmp_path.iterdir()) == []
