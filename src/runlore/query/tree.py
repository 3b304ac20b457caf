"""The tree that a filter is read into; nodes are compared by kind and value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlore.query.fields import Field
    from runlore.query.values import Value

ORDERED = frozenset({"<", "<=", ">", ">="})
PATTERNS = frozenset({"like", "not like", "ilike", "not ilike", "~", "!~"})
NEGATIONS = {"=": "!=", "like": "not like", "ilike": "not ilike", "~": "!~"}
AFFIRMED = {negated: operator for operator, negated in NEGATIONS.items()}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with a value: `=`, `<`, `like`, `~`, … or one of `AFFIRMED`."""

    field: Field
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """A field whose value is, or is not, one of some."""

    field: Field
    values: tuple[Value, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """A field that has no value, or has one."""

    field: Field
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class IsNan:
    """A field whose value is not a number, or a value that isn't that."""

    field: Field
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The runs that a filter leaves out."""

    item: Node


@dataclass(frozen=True, slots=True)
class And:
    """The runs that meet all of two or more filters; none of them is an `And` itself."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """The runs that meet any of two or more filters; none of them is an `Or` itself."""

    items: tuple[Node, ...]


Node = Comparison | Membership | IsNull | IsNan | Not | And | Or


class OrderKey(NamedTuple):
    """A field to sort by; runs without a value come last either way."""

    field: Field
    is_descending: bool = False


class Query(NamedTuple):
    """Which runs, in what order, and at most how many."""

    filter: Node | None = None
    order: tuple[OrderKey, ...] = ()
    limit: int | None = None


def both(items: Iterable[Node]) -> Node:
    """Join filters by `and`, without one `And` in another; one alone stays itself."""
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, And) else (item,))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def either(items: Iterable[Node]) -> Node:
    """Join filters by `or`, without one `Or` in another; one alone stays itself."""
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Or) else (item,))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def leaves(node: Node) -> Iterator[Comparison | Membership | IsNull | IsNan]:
    """Yield the conditions of a filter, in the order in which they are written."""
    if isinstance(node, And | Or):
        for item in node.items:
            yield from leaves(item)
    elif isinstance(node, Not):
        yield from leaves(node.item)
    else:
        yield node


def fields_of(query: Query) -> list[Field]:
    """List the fields that a query asks about, each once."""
    found = [leaf.field for leaf in leaves(query.filter)] if query.filter is not None else []
    return list(dict.fromkeys([*found, *(key.field for key in query.order)]))
