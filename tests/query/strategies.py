"""Random runs and random queries that can be about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from runlore.query.fields import Field
from runlore.query.tree import (
    Comparison,
    IsNan,
    IsNull,
    Membership,
    Not,
    OrderKey,
    Query,
    both,
    either,
)
from runlore.query.values import Boolean, Moment, Number, Text, quantity_of
from tests.query.stores import EPOCH, NOW, Cell

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from runlore.query.tree import (
        Node,
    )
    from runlore.query.values import Value
    from tests.query.stores import Run

ATTRIBUTE_TEXTS = [Field("attribute", name) for name in ("name", "id", "commit", "user")]
STATUS = Field("attribute", "status")
DIRTY = Field("attribute", "dirty")
STARTED = Field("attribute", "started")
DURATION = Field("attribute", "duration")
MEASURED = [
    Field("metric", "loss", "last"),
    Field("metric", "loss[val]", "min"),
    Field("metric", "loss.min", "last"),
    Field("attribute", "points"),
]
GIVEN = [
    Field("param", "lr"),
    Field("param", "my key"),
    Field("tag", "val/acc"),
    Field("context", "git.`x"),
]
SETS = [
    Field("tags", ""),
    Field("notes", ""),
    Field("artifacts", ""),
    Field("dataset", "name"),
]
ONE_VALUE = [*ATTRIBUTE_TEXTS, STATUS, DIRTY, STARTED, DURATION, *MEASURED, *GIVEN]

WORDS = ["a", "b", "ab", "aB", "abab", "", "a%b", "a_", "5", "5.0", "1e-3", "8GiB", "90 min"]
WORDS += ["True", "None", "nan", "inf", 'say "x"', "a\nb", "ü", "9007199254740993"]
IDS = ["0123456789abcdef0123456789abcdef", "0123ffff", "ffff", "cdef", "012"]
NUMBERS = [0, 1, -1, 5, 0.001, 2**53, 2**53 + 1, 2**53 + 2, -(2**53) - 1, 2**63 - 1, 1e300, 5.0]
BROKEN = [float("nan"), float("inf"), float("-inf")]
QUANTITIES = [
    quantity for text in ("8GiB", "8 MB", "1h30m", "-90s") if (quantity := quantity_of(text))
]
MOMENTS = [
    "2026-11-20",
    "2026-11-21T11:30:00",
    "2026-11-21T12:30:00+01:00",
    "-1d",
    "-0.5d",
    "today",
]
PATTERNS = ["a%", "%b", "%a%b%", "_", "%_b", "a\\%b", "a\\_", "%", "", "AB", "%\n%"]
REGEXES = ["a", "^a", "b$", "[0-9]+", "(a|b)b", "", "a.b"]
ORDERED = ("<", "<=", ">", ">=")


def texts() -> SearchStrategy[str]:
    return st.sampled_from(WORDS)


def cells(field: Field) -> SearchStrategy[Cell]:
    """Make values as a store has them: a number said as text is a number too."""
    if field == DIRTY:
        return st.sampled_from(["true", "false"]).map(lambda text: Cell(text=text))
    if field == STARTED:
        newest = int((NOW - EPOCH).total_seconds())
        times = st.integers(newest - 200_000, newest).map(lambda second: second * 1_000_000)
        return times.map(lambda time: Cell(number=time))
    if field == STATUS:
        return st.sampled_from(["failed", "running"]).map(lambda text: Cell(text=text))
    if field in ATTRIBUTE_TEXTS:
        return st.sampled_from([*WORDS, *IDS]).map(lambda text: Cell(text=text))
    numbers = st.sampled_from([*NUMBERS, *BROKEN]) | st.floats()
    if field in MEASURED or field == DURATION:
        return numbers.map(lambda number: Cell(number=number))
    return st.sampled_from([given_as(text) for text in WORDS]) | numbers.map(
        lambda number: Cell(number=number, text=str(number))
    )


def given_as(text: str) -> Cell:
    """Make the value of a param given as a text."""
    try:
        number = float(text)
    except ValueError:
        return Cell(text=text, is_null=text == "None")
    return Cell(number=number, text=text) if number - number == 0 else Cell(text=text)


def runs() -> SearchStrategy[list[Run]]:
    single = {field: cells(field) for field in ONE_VALUE}
    many = {field: st.lists(texts(), max_size=3) for field in SETS}
    return st.lists(st.fixed_dictionaries({}, optional={**single, **many}), max_size=12)


def runs_with(field: Field) -> SearchStrategy[list[Run]]:
    """Make runs of which most have that one field, so that much is compared."""
    has_it: SearchStrategy[Run]
    if field.has_many:
        has_it = st.lists(texts(), max_size=3).map(lambda found: {field: found})
    else:
        has_it = cells(field).map(lambda cell: {field: cell})
    nothing: SearchStrategy[Run] = st.just({})
    return st.lists(has_it | has_it | has_it | nothing, min_size=4, max_size=20)


def _numbers() -> SearchStrategy[Value]:
    finite = st.sampled_from(NUMBERS) | st.floats(allow_nan=False)
    return finite.map(Number)


def _values(field: Field) -> SearchStrategy[Value]:
    if field == DIRTY:
        return st.booleans().map(Boolean)
    if field == STARTED:
        return st.sampled_from(MOMENTS).map(Moment)
    if field == STATUS:
        return st.sampled_from(["failed", "running", "finished"]).map(Text)
    if field in ATTRIBUTE_TEXTS:
        return st.sampled_from([*WORDS, *IDS]).map(Text)
    if field == DURATION:
        seconds = [quantity for quantity in QUANTITIES if quantity.dimension == "seconds"]
        return _numbers() | st.sampled_from(seconds)
    if field in MEASURED:
        return _numbers() | st.sampled_from(QUANTITIES)
    if field.has_many:
        return texts().map(Text)
    return _numbers() | st.sampled_from(QUANTITIES) | texts().map(Text) | st.booleans().map(Boolean)


def _comparisons(field: Field) -> SearchStrategy[Node]:
    equality = st.builds(Comparison, st.just(field), st.sampled_from(["=", "!="]), _values(field))
    if field in (DIRTY, STATUS) or field.has_many:
        return equality
    ordered = st.builds(Comparison, st.just(field), st.sampled_from(ORDERED), _values(field))
    return equality | ordered.filter(_is_kept_as_written)


def _is_kept_as_written(node: Comparison) -> bool:
    """Leave out texts that are read as quantities where there is an order."""
    return not (isinstance(node.value, Text) and quantity_of(node.value.text)) and not (
        isinstance(node.value, Boolean)
    )


def _patterns(field: Field) -> SearchStrategy[Node]:
    likes = st.sampled_from(["like", "not like", "ilike", "not ilike"])
    return st.builds(
        Comparison, st.just(field), likes, st.sampled_from(PATTERNS).map(Text)
    ) | st.builds(
        Comparison, st.just(field), st.sampled_from(["~", "!~"]), st.sampled_from(REGEXES).map(Text)
    )


def conditions(field: Field) -> SearchStrategy[Node]:
    """Make the conditions that can be about a field."""
    lists = st.lists(_values(field), min_size=1, max_size=4, unique=True).map(tuple)
    made: SearchStrategy[Node] = _comparisons(field)
    made |= st.builds(Membership, st.just(field), lists, st.booleans())
    made |= st.builds(IsNull, st.just(field), st.booleans())
    if field in ATTRIBUTE_TEXTS or field in GIVEN or field.has_many or field == STATUS:
        made |= _patterns(field)
    if field in GIVEN:
        words = st.sampled_from([word for word in WORDS if not quantity_of(word)]).map(Text)
        made |= st.builds(Comparison, st.just(field), st.sampled_from(ORDERED), words)
    if field in MEASURED or field in GIVEN or field == DURATION:
        made |= st.builds(IsNan, st.just(field), st.booleans())
    return made


def filters() -> SearchStrategy[Node]:
    leaf = st.sampled_from([*ONE_VALUE, *SETS]).flatmap(conditions)
    return st.recursive(
        leaf,
        lambda inner: (
            inner.map(Not)
            | st.lists(inner, min_size=2, max_size=3).map(both)
            | st.lists(inner, min_size=2, max_size=3).map(either)
        ),
        max_leaves=6,
    )


def order_keys() -> SearchStrategy[tuple[OrderKey, ...]]:
    key = st.builds(OrderKey, st.sampled_from(ONE_VALUE), st.booleans())
    return st.lists(key, max_size=3).map(tuple)


def queries() -> SearchStrategy[Query]:
    limits = st.none() | st.integers(0, 10**6)
    return st.builds(Query, st.none() | filters(), order_keys(), limits)
