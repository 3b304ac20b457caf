from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runlore.errors import QueryError
from runlore.query.completion import complete
from runlore.query.describing import describe
from runlore.query.evaluation import evaluate
from runlore.query.fields import Catalogue
from runlore.query.ordering import answer, order
from runlore.query.parser import parse
from runlore.query.printing import format_field, format_query
from runlore.query.tree import OrderKey, Query, fields_of
from runlore.query.unknown import unknown_names
from tests.query import strategies
from tests.query.stores import NOW, RunColumns, meets, sorted_rows

if TYPE_CHECKING:
    from runlore.query.fields import Field
    from runlore.query.tree import Node
    from tests.query.stores import Run

FIELDS = [*strategies.ONE_VALUE, *strategies.SETS]
CATALOGUE = Catalogue(("lr", "loss", "opt.lr"), ("loss", "val/acc", "loss[val]"), ("baseline",))
WORDS = [
    *(entry.text for entry in (*describe().fields, *describe().prefixes)),
    *(entry.text for entry in describe().operators),
    *(entry.text for entry in (*describe().keywords, *describe().times, *describe().statistics)),
    *("4GiB", "1", "-2.5", '"', "'", "`", "(", ")", "[", "]", ",", ".", "metrics.loss", "lr", "="),
    *("params.`a b`", '"x"', "in tags", "\n", "é", "\x1b", "\ud800", "==", "&&", "~", "\\"),
]


@pytest.mark.parametrize("field", FIELDS, ids=[format_field(field) for field in FIELDS])
@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_condition_on_columns_answers_as_one_run_at_a_time(
    field: Field, data: st.DataObject
) -> None:
    runs = data.draw(strategies.runs_with(field))
    node = data.draw(strategies.conditions(field))
    found = evaluate(node, RunColumns(runs), NOW)
    assert found.tolist() == [meets(run, node) for run in runs]


@pytest.mark.parametrize("field", strategies.ONE_VALUE, ids=map(format_field, strategies.ONE_VALUE))
@settings(max_examples=25, deadline=None)
@given(st.data(), st.booleans(), st.none() | st.integers(0, 8))
def test_an_order_by_one_field_is_that_of_a_sort(
    field: Field, data: st.DataObject, is_descending: bool, limit: int | None
) -> None:
    runs = data.draw(strategies.runs_with(field))
    keys = (OrderKey(field, is_descending),)
    found = order(keys, RunColumns(runs), np.arange(len(runs)), limit)
    assert found.tolist() == sorted_rows(runs, keys, range(len(runs)))[:limit]


@settings(max_examples=100, deadline=None)
@given(strategies.runs(), strategies.filters())
def test_columns_answer_as_one_run_at_a_time(runs: list[Run], node: Node) -> None:
    found = evaluate(node, RunColumns(runs), NOW)
    assert found.dtype == np.bool_
    assert found.tolist() == [meets(run, node) for run in runs]


@settings(max_examples=300, deadline=None)
@given(strategies.queries())
def test_a_query_printed_and_read_again_is_the_same(query: Query) -> None:
    assert parse(format_query(query)) == query


@settings(max_examples=100, deadline=None)
@given(strategies.runs(), strategies.order_keys(), st.none() | st.integers(0, 14), st.data())
def test_order_is_that_of_stable_sorts(
    runs: list[Run], keys: tuple[OrderKey, ...], limit: int | None, data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.integers(0, max(len(runs) - 1, 0)), unique=True))
    rows = rows if runs else []
    found = order(keys, RunColumns(runs), np.array(rows, np.int64), limit)
    assert found.tolist() == sorted_rows(runs, keys, rows)[:limit]


@settings(max_examples=100, deadline=None)
@given(strategies.runs(), strategies.queries())
def test_an_answer_counts_all_and_gives_the_first(runs: list[Run], query: Query) -> None:
    found = answer(query, RunColumns(runs), NOW)
    rows = [row for row, run in enumerate(runs) if not query.filter or meets(run, query.filter)]
    assert found.total == len(rows)
    assert found.rows.tolist() == sorted_rows(runs, query.order, rows)[: query.limit]


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=40) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
    st.sampled_from([None, CATALOGUE]),
)
def test_no_text_raises_anything_but_a_query_error(text: str, catalogue: Catalogue | None) -> None:
    query = parsed(text, catalogue)
    if query is None:
        return
    unknown_names(fields_of(query), CATALOGUE)
    evaluate(query.filter, RunColumns([{}]), NOW)
    if catalogue is None:
        assert parse(format_query(query)) == query


def parsed(text: str, catalogue: Catalogue | None) -> Query | None:
    try:
        return parse(text, catalogue)
    except QueryError as error:
        is_placed = 0 <= error.position <= len(text)
        assert is_placed and error.reason  # noqa: PT017, PT018 - most texts are refused
        return None


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30) | st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join),
    st.integers(-1, 40),
)
def test_completion_takes_any_text_and_cursor(text: str, cursor: int) -> None:
    for suggestion in complete(text, cursor, CATALOGUE):
        assert 0 <= suggestion.start <= suggestion.end <= len(text)
        assert suggestion.text


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_asks_for_everything(text: str) -> None:
    assert parse(text) == Query()
    assert evaluate(None, RunColumns([{}, {}])).tolist() == [True, True]
