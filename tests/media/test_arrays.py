from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from runlore.errors import InvalidType
from runlore.media.arrays import to_array
from runlore.media.reading import read_object
from runlore.media.writing import write_object

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

PLAIN_TYPES = (
    hnp.boolean_dtypes()
    | hnp.integer_dtypes()
    | hnp.floating_dtypes()
    | hnp.complex_number_dtypes()
    | hnp.datetime64_dtypes()
)
ARRAYS = hnp.arrays(PLAIN_TYPES, hnp.array_shapes(min_dims=0, max_dims=3, max_side=4))


@given(array=ARRAYS)
def test_any_array_comes_back_from_npy(
    tmp_path_factory: pytest.TempPathFactory, array: npt.NDArray[Any]
) -> None:
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    written = write_object("a.npy", array, path)
    assert (written.kind, written.size_bytes) == ("array", path.stat().st_size)
    back = read_object(path)
    assert isinstance(back, np.ndarray)
    assert back.dtype == array.dtype
    np.testing.assert_array_equal(back, array)


@given(arrays=st.dictionaries(st.text("abc/.é ", min_size=1, max_size=5), ARRAYS, max_size=3))
def test_any_dict_of_arrays_comes_back_from_npz(
    tmp_path_factory: pytest.TempPathFactory, arrays: dict[str, npt.NDArray[Any]]
) -> None:
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    write_object("a.npz", arrays, path)
    back = read_object(path)
    assert isinstance(back, dict)
    assert set(back) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(back[name], array)


def test_an_npz_takes_one_array_a_list_and_the_name_file(tmp_path: Path) -> None:
    for value, names in [
        (np.ones(2), {"arr_0"}),
        ([[1], [2, 3]], {"arr_0", "arr_1"}),
        ({"file": [1]}, {"file"}),
    ]:
        write_object("a.npz", value, tmp_path / "a.npz")
        back = read_object(tmp_path / "a.npz")
        assert isinstance(back, dict)
        assert set(back) == names


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ([[1], [2, 3]], "can't be an array"),
        ([object()], "objects that are not numbers"),
        (np.ma.masked_equal([1, 2], 2), "lose its mask"),
        ({"a": 1}, "a dict can't be written as a .npy file"),
        ("text", "a str can't be written as a .npy file"),
    ],
)
def test_what_is_no_plain_array_is_refused(tmp_path: Path, value: object, said: str) -> None:
    with pytest.raises(InvalidType, match=said) as caught:
        write_object("a.npy", value, tmp_path / "a.npy")
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.wide("torch")
def test_tensors_become_arrays() -> None:
    torch = pytest.importorskip("torch")
    assert to_array(torch.ones(2, requires_grad=True)).tolist() == [1.0, 1.0]
    half = to_array(torch.tensor([1.5], dtype=torch.bfloat16))
    assert (half.dtype, half.tolist()) == (np.dtype(np.float32), [1.5])
