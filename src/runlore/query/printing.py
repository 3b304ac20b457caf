"""Write a query as text, so that reading it again gives the same tree."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from runlore.query.fields import DEFAULT_STATISTIC, STATISTICS
from runlore.query.tree import And, Comparison, IsNull, Membership, Not, Or
from runlore.query.values import Boolean, Number, Text

if TYPE_CHECKING:
    from runlore.query.fields import Field
    from runlore.query.tree import Node, OrderKey, Query
    from runlore.query.values import Value

_PREFIX_OF = {"metric": "metrics", "param": "params", "tag": "tags"}
_PLAIN = re.compile(r"[\w/:@+#%-][\w./:@+#%-]*(?:\[[^\[\]`]*\])?")


def format_query(query: Query) -> str:
    """Write a query with its order and limit."""
    parts = [format_filter(query.filter)] if query.filter is not None else []
    if query.order:
        parts.append("order by " + ", ".join(format_order_key(key) for key in query.order))
    if query.limit is not None:
        parts.append(f"limit {query.limit}")
    return " ".join(parts)


def format_filter(node: Node) -> str:
    """Write a filter."""
    if isinstance(node, Or):
        return " or ".join(format_filter(item) for item in node.items)
    if isinstance(node, And):
        return " and ".join(_within(item, outer=(Or,)) for item in node.items)
    if isinstance(node, Not):
        return "not " + _within(node.item, outer=(And, Or))
    name = format_field(node.field)
    if isinstance(node, Comparison):
        return f"{name} {node.operator} {format_value(node.value)}"
    negation = "not " if node.is_negated else ""
    if isinstance(node, Membership):
        values = ", ".join(format_value(value) for value in node.values)
        return f"{name} {negation}in ({values})"
    return f"{name} is {negation}{'null' if isinstance(node, IsNull) else 'nan'}"


def _within(node: Node, *, outer: tuple[type, ...]) -> str:
    """Write a filter that stands in another, in parentheses if it is one of `outer`."""
    text = format_filter(node)
    return f"({text})" if isinstance(node, outer) else text


def format_order_key(key: OrderKey) -> str:
    """Write one key of an order."""
    return format_field(key.field) + (" desc" if key.is_descending else "")


def format_field(field: Field) -> str:
    """Write a field's name, quoted where it must be."""
    if field.kind in ("attribute", "dataset"):
        return field.name if field.kind == "attribute" else f"dataset.{field.name}"
    if not field.name:
        return field.kind
    name = field.name
    ending = name.rpartition(".")[2].lower()
    is_misleading = field.kind == "metric" and (ending in STATISTICS or ending == "count")
    if not _PLAIN.fullmatch(name) or is_misleading or "\n" in name:
        name = "`" + name.replace("`", "``") + "`"
    statistic = field.statistic
    suffix = f".{statistic}" if statistic and statistic != DEFAULT_STATISTIC else ""
    return f"{_PREFIX_OF.get(field.kind, field.kind)}.{name}{suffix}"


def format_value(value: Value) -> str:
    """Write a value, texts in double quotes."""
    if isinstance(value, Text):
        return '"' + value.text.replace('"', '""') + '"'
    if isinstance(value, Boolean):
        return "true" if value.is_true else "false"
    if isinstance(value, Number):
        number = value.number
        if math.isinf(number):
            return "inf" if number > 0 else "-inf"
        return repr(number)
    return value.text
