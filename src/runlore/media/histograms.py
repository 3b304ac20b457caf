"""Histograms at a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runlore.errors import InvalidType, InvalidValue
from runlore.media.arrays import to_array
from runlore.media.encoded import EncodedMedia

if TYPE_CHECKING:
    import numpy.typing as npt

MAX_BINS = 512
# Above this a sum of squares is no longer a float64.
_LARGE = 1e140


def encode_histogram(values: object, bins: int = 64) -> EncodedMedia:
    """Count `values` in `bins` intervals of equal width between the smallest and the largest.

    There are fewer where floats are too coarse for so many.

    `values` are numbers of any shape, or a pair (counts, edges) that was counted
    already. Every bin holds its left edge, the last also its right one. NaN and
    infinities are counted apart: `n` counts everything, `nan` and `inf` what is in no
    bin, `negative_inf` how many of `inf` are negative. `mean` and `std` (of the
    population, divided by n) are of the finite values, and None where unknown.
    """
    if isinstance(bins, bool) or not isinstance(bins, int):
        raise InvalidType(f"bins must be a whole number, not {bins!r}")
    if not 1 <= bins <= MAX_BINS:
        raise InvalidValue(
            f"bins must be between 1 and {MAX_BINS}, not {bins}", hint="64 is the default"
        )
    counted = _as_counted(values)
    data = _from_counted(*counted) if counted is not None else _from_values(values, bins)
    return EncodedMedia(kind="histogram", media_type="application/json", data=data)


def _as_counted(values: object) -> tuple[object, object] | None:
    """Return (counts, edges): a pair whose second has one more than the first."""
    if not isinstance(values, tuple) or len(values) != 2:
        return None
    try:
        return values if len(values[1]) == len(values[0]) + 1 else None
    except TypeError:  # two numbers
        return None


def _from_counted(counts: object, edges: object) -> dict[str, Any]:
    import numpy as np

    heights = _numbers(counts)
    places = _numbers(edges)
    if not 1 <= len(heights) <= MAX_BINS:
        raise InvalidValue(f"a histogram has 1 to {MAX_BINS} bins, not {len(heights)}")
    is_whole = np.isfinite(heights) & (heights >= 0) & (heights == np.floor(heights))
    if not is_whole.all():
        raise InvalidValue(
            "counts must be whole numbers from 0 on",
            hint="pass counts, not densities or weights",
        )
    if not np.isfinite(places).all() or not (np.diff(places) > 0).all():
        raise InvalidValue("edges must be finite and increasing")
    whole = [int(height) for height in heights]
    return {
        "edges": places.tolist(),
        "counts": whole,
        "n": sum(whole),
        "nan": 0,
        "inf": 0,
        "negative_inf": 0,
        "min": None,
        "max": None,
        "mean": None,
        "std": None,
    }


def _from_values(values: object, bins: int) -> dict[str, Any]:
    import numpy as np

    numbers = _numbers(values).ravel()
    finite = numbers[np.isfinite(numbers)]
    nan = int(np.isnan(numbers).sum())
    data: dict[str, Any] = {
        "edges": [],
        "counts": [],
        "n": int(numbers.size),
        "nan": nan,
        "inf": int(numbers.size - finite.size - nan),
        "negative_inf": int(np.isneginf(numbers).sum()),
        "min": None,
        "max": None,
        "mean": None,
        "std": None,
    }
    if not finite.size:
        return data
    largest = float(np.abs(finite).max())
    # A power of two, so that scaling there and back changes no digit.
    scale = 2.0 ** -(np.frexp(largest)[1] - 1) if largest > _LARGE else 1.0
    scaled = finite * scale
    if scale < 1 and scaled.min() == scaled.max():
        # NumPy's edges, half a unit to both sides, would be out of a float's range.
        counts, edges = np.array([finite.size]), _one_bin(scaled[0], scaled[0])
    else:
        counts, edges = _count(scaled, bins)
    data["edges"] = (edges / scale).tolist()
    data["counts"] = counts.tolist()
    data["min"] = float(finite.min())
    data["max"] = float(finite.max())
    data["mean"] = float(scaled.mean() / scale)
    data["std"] = float(scaled.std() / scale)
    return data


def _count(finite: npt.NDArray[Any], bins: int) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    import numpy as np

    low, high = finite.min(), finite.max()
    while True:
        try:
            counts, edges = np.histogram(finite, bins)
        except ValueError:  # the range has fewer floats than edges are wanted
            pass
        else:
            if (np.diff(edges) > 0).all():
                return counts, edges
        if bins == 1:
            return np.array([finite.size]), _one_bin(low, high)
        bins //= 2


def _one_bin(low: float, high: float) -> npt.NDArray[Any]:
    import numpy as np

    if low == high:  # towards zero, for on the other side may be infinity
        inner = np.nextafter(low, 0) if low else 1.0
        low, high = min(low, inner), max(low, inner)
    return np.array([low, high])


def _numbers(values: object) -> npt.NDArray[Any]:
    import numpy as np

    array = to_array(values)
    if array.dtype.kind not in "biuf":
        raise InvalidType(
            f"a histogram is made of real numbers, not of {array.dtype}",
            hint="pass a list, an array or a tensor of numbers",
        )
    return array.astype(np.float64)
