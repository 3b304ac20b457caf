from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runlore.index.columns_packing import BLOCK, pack_block, unpack_blocks
from runlore.index.columns_values import (
    NO_ID,
    CodedValues,
    Entries,
    IdValues,
    ManyValues,
    NumberValues,
)

numbers = st.one_of(
    st.none(),
    st.sampled_from([0.0, -0.0, 1.0, 255.0, 256.0, 65536.0, 2.0**53, 2.0**60, math.inf]),
    st.floats(),
)
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=4)


@given(st.lists(numbers, max_size=20))
def test_numbers_come_back_to_the_bit(given_numbers: list[float | None]) -> None:
    read = {row: one for row, one in enumerate(given_numbers) if one is not None}
    nothing = NumberValues(np.empty(0), np.empty(0, np.bool_))
    values = nothing.patched(len(given_numbers), range(len(given_numbers)), read)
    found = unpack_blocks(NumberValues, [pack_block(values, 0)], values.count)
    assert isinstance(found, NumberValues)
    assert found.is_present.tolist() == values.is_present.tolist()
    assert found.numbers.tobytes() == values.numbers.tobytes()


@given(st.lists(texts, max_size=20), st.lists(texts, max_size=5))
def test_texts_come_back_whatever_they_hold(
    given_texts: list[str | None], changed: list[str | None]
) -> None:
    values = CodedValues(np.empty(0, np.int32), Entries())
    values = values.patched(len(given_texts), range(len(given_texts)), _present(given_texts))
    some = changed[: len(given_texts)]
    values = values.patched(values.count, range(len(some)), _present(some))
    found = unpack_blocks(CodedValues, [pack_block(values, 0)], values.count)
    assert isinstance(found, CodedValues)
    assert _texts(found) == _texts(values) == [*some, *given_texts[len(some) :]]


@given(st.dictionaries(st.integers(0, 9), st.lists(st.sampled_from("abc"), max_size=3)))
def test_several_values_a_run_come_back(read: dict[int, list[str]]) -> None:
    values = ManyValues(0, np.empty(0, np.int64), np.empty(0, np.int32), Entries())
    values = values.patched(10, range(10), read)
    found = unpack_blocks(ManyValues, [pack_block(values, 0)], 10)
    assert isinstance(found, ManyValues)
    pairs = zip(found.rows.tolist(), found.codes.tolist(), strict=True)
    back = [(row, found.entries.items[code]) for row, code in pairs]
    assert back == [(row, text) for row, some in read.items() for text in some]


def test_blocks_stand_behind_each_other_and_may_be_missing() -> None:
    count = 2 * BLOCK + 5
    ids = IdValues(np.array([b"%032x" % row for row in range(count)], "S32"))
    packed = [pack_block(ids, 0), None, pack_block(ids, 2)]
    found = unpack_blocks(IdValues, packed, count + 1)
    assert isinstance(found, IdValues)
    assert found.texts[3] == f"{3:032x}"
    assert found.ids[BLOCK] == NO_ID == found.ids[-1]
    assert found.texts[2 * BLOCK + 4] == f"{2 * BLOCK + 4:032x}"


def test_what_was_given_out_stays_as_it_was() -> None:
    values = CodedValues(np.array([0, -1], np.int32), Entries(["a"]))
    column = values.column
    later = values.patched(3, [0, 2], {0: "b", 2: "a"})
    assert (column.codes.tolist(), column.texts[0]) == ([0, -1], "a")
    assert _texts(later) == ["b", None, "a"]


def _present(given_texts: list[str | None]) -> dict[int, Any]:
    return {row: text for row, text in enumerate(given_texts) if text is not None}


def _texts(values: CodedValues) -> list[str | None]:
    items = [*values.entries.items, None]
    return [items[code] for code in values.codes.tolist()]
