"""Groups are called by as few params as tell them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runlore.compare.group_labels import group_labels, natural

GROUPS = [
    {"model": "linear", "alpha": "1e-4", "epochs": "25"},
    {"model": "linear", "alpha": "0.01", "epochs": "25"},
    {"model": "network", "hidden": "16", "lr": "0.002", "epochs": "25"},
    {"model": "network", "hidden": "256", "lr": "0.001", "epochs": "400"},
    {"model": "forest", "trees": "120"},
]


def test_only_what_tells_apart_is_named_words_before_numbers() -> None:
    assert group_labels(GROUPS) == [
        "model=linear, alpha=1e-4", "model=linear, alpha=0.01",
        "model=network, epochs=25", "model=network, epochs=400", "model=forest",
    ]  # fmt: skip


def test_a_group_that_lacks_what_others_have_says_so() -> None:
    assert group_labels([{}, {"dropout": "0.1"}]) == ["no dropout", "dropout=0.1"]
    assert group_labels([{"lr": "1"}]) == ["all runs"]


def test_dotted_keys_are_shortened_where_that_is_clear() -> None:
    groups = [{"opt.lr": "1", "net.width": "8"}, {"opt.lr": "2", "net.width": "8"}]
    assert group_labels(groups) == ["lr=1", "lr=2"]
    groups = [{"a.lr": one, "b.lr": other} for one in "12" for other in "12"]
    assert group_labels(groups)[0] == "a.lr=1, b.lr=1"


def test_long_values_that_begin_alike_still_make_different_names() -> None:
    found = group_labels([{"path": "x" * 99 + end} for end in "abc"])
    assert len(set(found)) == 3
    assert max(map(len, found)) < 60


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2", "x", "é\n"])),
        unique_by=lambda group: tuple(sorted(group.items())), max_size=12,
    )
)  # fmt: skip
def test_no_two_names_are_the_same(groups: list[dict[str, str]]) -> None:
    found = group_labels(groups)
    assert len(found) == len(set(found)) == len(groups)


@pytest.mark.parametrize("text", ["nan", "", "1e-3", "∞", "0x10", "1" * 400])
def test_any_text_has_a_place(text: str) -> None:
    assert sorted([text, "1", "b", "10", "9"], key=natural)


def test_values_are_in_the_order_of_their_size() -> None:
    assert sorted(["b", "10", "9", "1e1", "a"], key=natural) == ["9", "10", "1e1", "a", "b"]
