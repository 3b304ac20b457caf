from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runlore.reading.downsampling import chosen_places

values = st.lists(
    st.one_of(st.integers(-3, 3).map(float), st.sampled_from([np.nan, np.inf, -np.inf])),
    min_size=1,
    max_size=200,
)


@given(values, st.integers(4, 60))
def test_every_bucket_keeps_its_first_last_least_and_greatest(
    numbers: list[float], most: int
) -> None:
    value = np.array(numbers)
    places = chosen_places(value, most)
    assert len(places) <= most or len(places) == len(value)
    assert (np.diff(places) > 0).all()
    if len(value) <= most:
        assert len(places) == len(value)
        return
    edges = np.linspace(0, len(value), most // 4 + 1).astype(int)
    for begin, end in pairwise(edges):
        kept = places[(places >= begin) & (places < end)]
        assert kept[0] == begin
        assert kept[-1] == end - 1
        finite = value[begin:end][np.isfinite(value[begin:end])]
        kept_values = value[kept][np.isfinite(value[kept])]
        if len(finite):
            assert kept_values.min() == finite.min()
            assert kept_values.max() == finite.max()


@given(st.integers(0, 9_999), st.sampled_from([-1.0, 1.0]))
def test_a_spike_of_one_point_survives_wherever_it_is(place: int, height: float) -> None:
    value = np.zeros(10_000)
    value[place] = height
    assert place in chosen_places(value, 40)
