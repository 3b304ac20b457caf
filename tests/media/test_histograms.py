from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.errors import InvalidType, InvalidValue
from runlore.media.histograms import encode_histogram


def histogram(values: object, bins: int = 64) -> dict[str, Any]:
    encoded = encode_histogram(values, bins)
    assert encoded.payload is None
    assert encoded.data is not None
    return encoded.data


def test_values_are_counted_and_what_is_not_finite_apart() -> None:
    data = histogram([0, 1, 2, 3, 4, math.nan, math.inf, -math.inf, -math.inf], bins=2)
    assert data == {
        "edges": [0.0, 2.0, 4.0],
        "counts": [2, 3],
        "n": 9,
        "nan": 1,
        "inf": 3,
        "negative_inf": 2,
        "min": 0.0,
        "max": 4.0,
        "mean": 2.0,
        "std": pytest.approx(math.sqrt(2)),
    }


@given(values=st.lists(st.floats()), bins=st.integers(1, 512))
def test_every_value_is_counted_once(values: list[float], bins: int) -> None:
    data = histogram(values, bins)
    finite = [value for value in values if math.isfinite(value)]
    assert sum(data["counts"]) == len(finite)
    assert data["n"] == len(values) == len(finite) + data["nan"] + data["inf"]
    if not finite:
        assert (data["edges"], data["counts"], data["mean"]) == ([], [], None)
        return
    assert len(data["edges"]) == len(data["counts"]) + 1 <= bins + 1
    assert all(left < right for left, right in zip(data["edges"], data["edges"][1:], strict=False))
    assert all(map(math.isfinite, [*data["edges"], data["mean"], data["std"]]))
    assert (data["min"], data["max"]) == (min(finite), max(finite))


@pytest.mark.parametrize(
    "values",
    [
        np.full((3, 4), 7, np.uint8),
        [1e308, -1e308],
        [1.0, np.nextafter(1.0, 2.0)],
        [0.0, 5e-324],
        [True, False],
        np.float32(2.5),
        [1.7976931348623157e308],
    ],
)
def test_extreme_values_have_bins_too(values: object) -> None:
    data = histogram(values)
    assert sum(data["counts"]) == data["n"] == np.size(np.asarray(values))


def test_what_was_counted_already_is_kept() -> None:
    data = histogram((np.array([1, 0, 2]), [0.0, 0.5, 1.0, 4.0]))
    assert data["counts"] == [1, 0, 2]
    assert data["edges"] == [0.0, 0.5, 1.0, 4.0]
    assert (data["n"], data["mean"], data["min"]) == (3, None, None)


def test_a_pair_of_numbers_is_two_values() -> None:
    assert histogram((0.25, 0.75), bins=1)["n"] == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (([1, -1], [0, 1, 2]), "counts must be whole numbers"),
        (([1, 0.5], [0, 1, 2]), "counts must be whole numbers"),
        (([1, math.nan], [0, 1, 2]), "counts must be whole numbers"),
        (([1, 1], [0, 2, 1]), "edges must be finite and increasing"),
        (([1, 1], [0, 1, math.inf]), "edges must be finite and increasing"),
        (([], [0]), "a histogram has 1 to 512 bins, not 0"),
        ((range(513), range(514)), "a histogram has 1 to 512 bins, not 513"),
    ],
)
def test_a_wrong_count_is_refused(values: object, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        encode_histogram(values)


@pytest.mark.parametrize("bins", [0, 513, -1])
def test_bins_out_of_range_are_refused(bins: int) -> None:
    with pytest.raises(InvalidValue, match="between 1 and 512"):
        encode_histogram([1], bins)


@pytest.mark.parametrize("values", ["text", ["a"], [1j], [object()], {"a": 1}])
def test_what_is_no_number_is_refused(values: object) -> None:
    with pytest.raises(InvalidType):
        encode_histogram(values)
    with pytest.raises(InvalidType, match="bins must be a whole number"):
        encode_histogram([1], bins=True)
