"""Tell which runs meet a filter."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from runlore.query import predicates
from runlore.query.columns import ChosenRows
from runlore.query.moments import span_of
from runlore.query.tree import (
    AFFIRMED,
    PATTERNS,
    And,
    Comparison,
    IsNan,
    IsNull,
    Membership,
    Not,
    Or,
    both,
    leaves,
)
from runlore.query.values import Moment, Quantity, Text

if TYPE_CHECKING:
    from datetime import datetime

    from runlore.query.columns import Booleans, Column, Columns
    from runlore.query.fields import Field
    from runlore.query.predicates import IsMatch, Numbers
    from runlore.query.tree import Node


_FEW = 4  # patterns are asked of the runs that are left if those are less than a fourth


def evaluate(node: Node | None, columns: Columns, now: datetime | None = None) -> Booleans:
    """Tell for each run whether it meets a filter; without one all do.

    A run that has no value meets no comparison, `!=` and `not like` among them; NaN compares
    with nothing. `not (…)` is true wherever what it stands before is not.

    Args:
        node: as `parse` made it.
        columns: the values of the runs.
        now: what relative times and times without a zone are seen from; by default here and now.
    """
    if node is None:
        return np.ones(columns.count, np.bool_)
    return _Evaluation(columns, now).node(node)


class _Evaluation:
    """One filter on some runs; each column is asked for once."""

    def __init__(self, columns: Columns, now: datetime | None) -> None:
        self._columns = columns
        self._now = now
        self._known: dict[Field, tuple[Column, Numbers]] = {}

    def node(self, node: Node) -> Booleans:
        if isinstance(node, And):
            return self._all(node.items)
        if isinstance(node, Or):
            return reduce(np.logical_or, map(self.node, node.items))
        if isinstance(node, Not):
            return ~self.node(node.item)
        if node.field.has_many:
            return self._of_members(node)
        if isinstance(node, IsNull):
            is_null = self._column(node.field)[0].is_null
            return ~is_null if node.is_negated else is_null.copy()
        if isinstance(node, IsNan):
            column, numbers = self._column(node.field)
            is_nan = numbers.is_number & np.isnan(numbers.values)
            return ~column.is_null & ~is_nan if node.is_negated else is_nan
        if isinstance(node, Membership):
            return self._negated(node.field, self._is_in(node), is_negated=node.is_negated)
        operator = AFFIRMED.get(node.operator, node.operator)
        return self._negated(
            node.field,
            self._compared(node.field, operator, node),
            is_negated=operator != node.operator,
        )

    def _all(self, items: tuple[Node, ...]) -> Booleans:
        """Meet all filters; what is slow for each text is asked of the runs that are left."""
        quick = [item for item in items if not _is_slow(item)]
        slow = [item for item in items if _is_slow(item)]
        if not quick or not slow:
            return reduce(np.logical_and, map(self.node, items))
        found = reduce(np.logical_and, map(self.node, quick)).copy()
        rows = np.flatnonzero(found)
        if len(rows) * _FEW > len(found):
            return found & reduce(np.logical_and, map(self.node, slow))
        found[rows] = evaluate(both(slow), ChosenRows(self._columns, rows), self._now)
        return found

    def _column(self, field: Field) -> tuple[Column, Numbers]:
        if field not in self._known:
            column = self._columns.column(field)
            self._known[field] = column, predicates.numbers_of(field, column)
        return self._known[field]

    def _compared(self, field: Field, operator: str, node: Comparison) -> Booleans:
        column, numbers = self._column(field)
        if isinstance(node.value, Moment):
            return predicates.matches_span(numbers, operator, span_of(node.value, self._now))
        return predicates.matches_value(field, column, numbers, operator, node.value)

    def _is_in(self, node: Membership) -> Booleans:
        column, numbers = self._column(node.field)
        spans = [span_of(value, self._now) for value in node.values if isinstance(value, Moment)]
        if spans:
            return predicates.is_in_spans(numbers, spans)
        return predicates.is_in(node.field, column, numbers, node.values)

    def _negated(self, field: Field, found: Booleans, *, is_negated: bool) -> Booleans:
        """Turn a condition round, for runs that have something to compare."""
        if not is_negated:
            return found
        column, numbers = self._column(field)
        has_value = (column.codes >= 0) | (numbers.is_number & ~np.isnan(numbers.values))
        is_nan = numbers.is_number & np.isnan(numbers.values)
        return has_value & ~column.is_null & ~is_nan & ~found

    def _of_members(self, node: Comparison | Membership | IsNull | IsNan) -> Booleans:
        """Ask whether a run has a value that fits.

        Negations ask whether it has none that does; those of datasets, as MLflow has it,
        whether it has one that doesn't.
        """
        members = self._columns.members(node.field)
        found = np.zeros(self._columns.count, np.bool_)
        test, is_negated = _test_of(node)
        fits = predicates.where_text(members.codes, members.texts, test)
        if is_negated and node.field.kind == "dataset" and not isinstance(node, IsNull):
            found[members.rows[~fits]] = True
            return found
        found[members.rows[fits]] = True
        return ~found if is_negated else found


def _is_slow(node: Node) -> bool:
    """Tell whether a filter has patterns, or texts to read as quantities."""
    return any(
        isinstance(leaf, Comparison)
        and (leaf.operator in PATTERNS or isinstance(leaf.value, Quantity))
        for leaf in leaves(node)
    )


def _test_of(node: Comparison | Membership | IsNull | IsNan) -> tuple[IsMatch, bool]:
    """Make the test of one value, and say whether it is negated."""
    if isinstance(node, Comparison):
        operator = AFFIRMED.get(node.operator, node.operator)
        text = node.value.text if isinstance(node.value, Text) else ""
        return predicates.text_test(node.field, operator, text), operator != node.operator
    if isinstance(node, Membership):
        texts = [value.text for value in node.values if isinstance(value, Text)]
        return predicates.is_one_of(node.field, texts), node.is_negated
    return (lambda _: True), not node.is_negated
