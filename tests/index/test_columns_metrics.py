from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.index import columns_metrics
from runlore.index.columns_keys import Key, Selection
from runlore.index.columns_metrics import STATISTICS, read_metrics
from runlore.index.summaries import Entry, EntryKey, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

SERIES = [("loss", "", 1), ("loss", "val", 2), ("a[b]", "", 3), ("a", "b", 4)]
KEYS = [Key("metric", label, name) for label in ("loss", "loss[val]", "a[b]", "no")
        for name in STATISTICS]  # fmt: skip

counts = st.integers(0, 3)
steps = st.integers(-(1 << 62), 1 << 62) | st.integers(0, 300)
values = st.floats() | st.sampled_from([0.5, float("nan"), float("inf")])


def _consistent(entry: Entry) -> Entry:
    """Give extremes to entries that have finite values, and only to those."""
    finite = entry.points - entry.nan - entry.positive_infinities - entry.negative_infinities
    if not finite:
        return entry._replace(minimum=math.nan, maximum=math.nan, total=0.0)
    return entry._replace(minimum=-1.5, maximum=entry.total if entry.total > 0 else 7.0)


entries = st.builds(
    Entry, st.integers(9, 12), *[counts] * 3, *[steps] * 4, counts, counts, steps, steps,
    *[values] * 4,
).map(_consistent)  # fmt: skip
keys = st.builds(EntryKey, st.integers(1, 4), st.integers(0, 2), st.just(1), st.booleans())
summaries = st.dictionaries(keys, entries, max_size=5)


class Rows:
    """The rows of an index, for the questions that reading metrics asks."""

    def __init__(self, packed: list[bytes]) -> None:
        self._packed = packed

    def __call__(self, statement: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if "FROM summaries" in statement:
            return list(enumerate(self._packed))
        if "FROM journals" in statement:
            return [(f"{arguments[0]:032x}", 1)]
        assert "FROM series" in statement
        return [row for row in SERIES if not arguments or row[0] in arguments]


@settings(max_examples=60, deadline=None)
@given(st.lists(summaries, max_size=4), st.lists(st.integers(0, 3), max_size=12))
def test_many_summaries_at_once_say_what_each_says(
    given_summaries: list[dict[EntryKey, Entry]], places: list[int]
) -> None:
    known = [pack(summary) for summary in given_summaries]
    rows = Rows([known[place] for place in places if place < len(known)])
    found = []
    for few in (1, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(columns_metrics, "_FEW", few)
            found.append(read_metrics(rows, KEYS, Selection(0, 1000)))
    at_once, one_by_one = (
        {key: {run: repr(float(value)) for run, value in read.items()} for key, read in one.items()}
        for one in found
    )
    assert at_once == one_by_one


def test_of_two_series_with_one_label_the_first_that_a_run_has_counts() -> None:
    entry = Entry(2, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 1, 3.0, 1.0, 3.0, 4.0)
    one, other = EntryKey(3, 0, 1, has_step=True), EntryKey(4, 0, 1, has_step=True)
    rows = Rows([pack({one: entry}), pack({other: entry._replace(last=5.0)}), pack({})])
    key = Key("metric", "a[b]", "last")
    assert read_metrics(rows, [key], Selection(0, 9))[key] == {0: 3.0, 1: 5.0}
