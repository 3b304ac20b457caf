from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from runlore.index.summaries import Entry, EntryKey, PackedSummary, merge, pack, unpack

wide = st.integers(-(1 << 63), (1 << 63) - 1)
counts = st.integers(0, 1 << 40)
numbers = st.floats(allow_nan=True, allow_infinity=True)
keys = st.builds(EntryKey, st.integers(1, 70_000), st.integers(0, 300), counts, st.booleans())
entries = st.builds(Entry, *[counts] * 4, *[wide] * 4, counts, counts, wide, wide, *[numbers] * 4)


@given(st.dictionaries(keys, entries, max_size=12))
def test_a_packed_summary_holds_every_bit(summary: dict[EntryKey, Entry]) -> None:
    again = unpack(pack(summary))
    assert repr(sorted(again.items(), key=lambda item: item[0])) == repr(
        sorted(summary.items(), key=lambda item: item[0])
    )


@given(st.dictionaries(keys, entries, max_size=12), st.integers(1, 70_000))
def test_one_series_is_found_without_the_others(
    summary: dict[EntryKey, Entry], missing: int
) -> None:
    packed = PackedSummary(pack(summary))
    for series in {key.series for key in summary} | {missing}:
        found = dict(packed.entries(series))
        assert repr(found) == repr(
            {key: summary[key] for key in sorted(summary) if key.series == series}
        )


def _entry(step: int, time: int, journal: int, sequence: int, value: float) -> Entry:
    least = (value, 0.0) if math.isfinite(value) else (math.nan, 0.0)
    total = value if math.isfinite(value) else 0.0
    return Entry(
        1,
        0,
        0,
        0,
        step,
        time,
        step,
        time,
        journal,
        sequence,
        step,
        step,
        value,
        least[0],
        least[0],
        total,
    )


small = st.integers(0, 2)
single = st.builds(
    _entry, small, small, small, st.integers(0, 1 << 30), st.integers(0, 3).map(float)
)


@given(single, single, single, st.booleans())
def test_merging_is_associative_and_commutative(
    one: Entry, two: Entry, three: Entry, has_step: bool
) -> None:
    def order_of(journal: int) -> tuple[str, int]:
        return (str(-journal), journal)

    def joined(first: Entry, second: Entry) -> Entry:
        return merge(first, second, order_of, has_step=has_step)

    two = two._replace(last_sequence=one.last_sequence + 1 + two.last_sequence)
    three = three._replace(last_sequence=two.last_sequence + 1 + three.last_sequence)
    assert joined(joined(one, two), three) == joined(one, joined(two, three))
    assert joined(one, two) == joined(two, one)


def test_a_wide_run_takes_few_bytes_a_series() -> None:
    summary = {
        EntryKey(number, 0, 1, True): Entry(
            20, 0, 0, 0, 0, 1000, 19, 2000, 1, 500, number % 20, number % 19, *[number / 7] * 4
        )
        for number in range(1500)
    }
    assert len(pack(summary)) / len(summary) < 40
