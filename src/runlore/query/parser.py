"""Read a text as a query: conditions, `order by`, `limit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.query.binding import Binder, Literal
from runlore.query.lexer import DATE, END, NAME, NUMBER, QUANTITY, STRING, tokens_of
from runlore.query.moments import moment_of
from runlore.query.names import field_of
from runlore.query.source import Source, quoted
from runlore.query.suggestions import meant
from runlore.query.tree import Not, OrderKey, Query, both, either
from runlore.query.values import Boolean, Number, Text, number_of, quantity_of
from runlore.records.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from runlore.query.fields import Catalogue, Field
    from runlore.query.lexer import Token
    from runlore.query.tree import Node
    from runlore.query.values import Value

MOST_DEPTH = 100
MOST_LISTED = 10_000
MOST_ORDER_KEYS = 16
MOST_LIMIT_DIGITS = 18

_COMPARISONS = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<>": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "~": "~",
    "!~": "!~",
    "like": "like",
    "ilike": "ilike",
}
_FLIPPED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_AND, _OR = ("and", "&&"), ("or", "||")
_CONSTANTS = {"true": Boolean(is_true=True), "false": Boolean(is_true=False)}
_NULLS = ("null", "none")
_NEXT = ("and", "or", "order by", "limit")


def parse(text: str, catalogue: Catalogue | None = None) -> Query:
    """Read a query; an empty text is a query for everything.

    With the catalogue of a store, names without a prefix may be params and metrics, and a
    metric called `loss.min` goes before the minimum of `loss`.

    Raises:
        QueryError: if it can't be read; the message shows where.
    """
    return _Parser(text, catalogue).query()


def parse_order(keys: Sequence[str], catalogue: Catalogue | None = None) -> tuple[OrderKey, ...]:
    """Read the keys of an order, each like `metrics.acc desc`.

    Raises:
        QueryError: if one can't be read.
    """
    return tuple(key for text in keys for key in _Parser(text, catalogue).order_alone())


def parse_names(text: str, catalogue: Catalogue | None = None) -> tuple[Field, ...]:
    """Read names of fields with commas between, like `params.lr, metrics.loss.min`.

    Raises:
        QueryError: if one can't be read.
    """
    return _Parser(text, catalogue).names_alone()


class _Parser:
    """Recursive descent, one token ahead; the binder checks what conditions mean."""

    def __init__(self, text: str, catalogue: Catalogue | None) -> None:
        self._source = Source(clean(text))
        self._catalogue = catalogue
        self._binder = Binder(self._source)
        self._tokens = tokens_of(self._source)
        self._depth = 0
        self._token = next(self._tokens)

    def query(self) -> Query:
        node = None
        if self._token.kind != END and self._token.keyword not in ("order", "limit"):
            node = self._any_of()
        order: tuple[OrderKey, ...] = ()
        limit = None
        if self._accept("order"):
            self._expect("by", "after order")
            order = self._order()
        if self._accept("limit"):
            limit = self._limit()
        if self._token.kind != END:
            raise self._unexpected()
        return Query(node, order, limit)

    def order_alone(self) -> tuple[OrderKey, ...]:
        order = self._order()
        if self._token.kind != END:
            raise self._error(f"{self._shown()} is not expected here", "asc or desc may follow")
        return order

    def names_alone(self) -> tuple[Field, ...]:
        names = []
        while self._token.kind != END:
            names.append(self._field())
            if not self._accept(",") and self._token.kind != END:
                raise self._error(
                    f"{self._shown()} is not expected here", "names have commas between"
                )
        return tuple(names)

    # -- conditions ------------------------------------------------------------------------

    def _any_of(self) -> Node:
        return self._joined(self._all_of, _OR, either)

    def _all_of(self) -> Node:
        return self._joined(self._condition, _AND, both)

    def _joined(
        self, part: Callable[[], Node], words: tuple[str, ...], join: Callable[[list[Node]], Node]
    ) -> Node:
        items = [part()]
        while self._token.keyword in words:
            self._advance()
            items.append(part())
        return join(items)

    def _condition(self) -> Node:
        if self._accept("not"):
            return Not(self._nested(self._condition))
        if self._accept("("):
            node = self._nested(self._any_of)
            self._expect(")", "to close the parenthesis")
            return node
        literal = self._literal_ahead()
        if literal is not None:
            return self._value_first(literal)
        return self._field_first()

    def _nested(self, part: Callable[[], Node]) -> Node:
        if self._depth == MOST_DEPTH:
            raise self._error(
                f"the filter is nested more than {MOST_DEPTH} deep", "use fewer parentheses"
            )
        self._depth += 1
        node = part()
        self._depth -= 1
        return node

    def _field_first(self) -> Node:
        start = self._token.start
        field = self._field()
        at = self._token.start
        if self._accept("is"):
            return self._is(field, at)
        is_negated = self._accept("not")
        if self._accept("in"):
            return self._binder.membership(field, self._list(), is_negated=is_negated)
        if self._accept("between"):
            return self._between(field, at, is_negated=is_negated)
        operator = _COMPARISONS.get(self._token.keyword)
        if is_negated and operator not in ("like", "ilike"):
            raise self._error("after not comes in, like, ilike or between")
        if operator is None:
            return self._alone(field, start)
        self._advance()
        full = f"not {operator}" if is_negated else operator
        return self._binder.comparison(field, full, self._literal(f"after {full}"), at)

    def _alone(self, field: Field, start: int) -> Node:
        if self._token.kind not in (END, NAME) and self._token.keyword not in (")", *_AND, *_OR):
            raise self._error(
                f"a comparison is expected, not {self._shown()}",
                "operators are = != < <= > >= like ilike ~ !~ in between, is null",
            )
        follows = ("", ")", "and", "or", "&&", "||", "order", "limit")
        if self._token.keyword not in follows:
            hint = meant(self._token.text, [*_COMPARISONS, "in", "is", "between", "and", "or"])
            raise self._error(f"a comparison is expected, not {self._shown()}", hint)
        return self._binder.truth(field, start)

    def _is(self, field: Field, at: int) -> Node:
        is_negated = self._accept("not")
        word = self._token.keyword or self._token.text.lower()
        if word in _NULLS:
            self._advance()
            operator = "!=" if is_negated else "="
            return self._binder.comparison(field, operator, Literal(None, word, at), at)
        if word == "nan":
            self._advance()
            return self._binder.is_nan(field, at, is_negated=is_negated)
        if word in _CONSTANTS:
            self._advance()
            literal = Literal(_CONSTANTS[word], word, at)
            return self._binder.comparison(field, "!=" if is_negated else "=", literal, at)
        raise self._error("after is comes null, not null, nan, true or false")

    def _between(self, field: Field, at: int, *, is_negated: bool) -> Node:
        low = self._literal("after between")
        self._expect("and", "between the two ends")
        high = self._literal("after and")
        ends = self._binder.between(field, low, high, at, is_negated=is_negated)
        return either(ends) if is_negated else both(ends)

    def _value_first(self, literal: Literal) -> Node:
        """Read `"x" in tags`, `0.5 < f`, and `0.5 < f < 0.9`."""
        at = self._token.start
        is_negated = self._accept("not")
        if is_negated or self._token.keyword == "in":
            self._expect("in", "after not")
            start = self._token.start
            field = self._field()
            if field.kind not in ("tags", "artifacts"):
                raise self._source.error(
                    "what a value can be in is tags or artifacts", start, 'parts: like "%part%"'
                )
            return self._binder.membership(field, [literal], is_negated=is_negated)
        operator = _FLIPPED.get(_COMPARISONS.get(self._token.keyword, ""))
        if operator is None:
            raise self._error(
                "a value here is followed by a comparison or by in", "names are not in quotes"
            )
        self._advance()
        field = self._field()
        first = self._binder.comparison(field, operator, literal, at)
        at, operator = self._token.start, _COMPARISONS.get(self._token.keyword)
        if operator not in ("<", "<=", ">", ">="):
            return first
        self._advance()
        last = self._literal(f"after {operator}")
        return both([first, self._binder.comparison(field, operator, last, at)])

    # -- names and values ------------------------------------------------------------------

    def _field(self) -> Field:
        token = self._token
        if token.kind != NAME:
            is_text = token.kind == STRING
            hint = "names are not in quotes, or after a prefix: metrics.`my loss`"
            raise self._error(f"a name is expected, not {self._shown()}", hint if is_text else None)
        self._advance()
        return field_of(token, self._source, self._catalogue)

    def _literal(self, where: str) -> Literal:
        literal = self._literal_ahead(may_be_bare=True)
        if literal is None:
            raise self._error(
                f"a value is expected {where}, not {self._shown()}", 'texts are in quotes: "adam"'
            )
        return literal

    def _literal_ahead(self, *, may_be_bare: bool = False) -> Literal | None:
        """Read a value if one comes next; a bare word counts where no name can stand."""
        token = self._token
        word = token.keyword
        value: Value | None
        if token.kind == STRING:
            value = Text(token.text)
        elif token.kind in (NUMBER, QUANTITY, DATE):
            value = self._number_like(token)
        elif token.kind == NAME and word in _CONSTANTS:
            value = _CONSTANTS[word]
        elif token.kind == NAME and word in _NULLS:
            value = None
        elif token.kind == NAME and may_be_bare and word not in ("", "and", "or", "not"):
            value = Text(token.text)
        else:
            return None
        self._advance()
        return Literal(value, token.text, token.start, token.kind == NAME)

    def _number_like(self, token: Token) -> Value:
        if token.kind == DATE:
            moment = moment_of(token.text)
            if moment is None:
                raise self._error(f"{self._shown()} is no date that there is")
            return moment
        if token.kind == QUANTITY:
            quantity = quantity_of(token.text)
            if quantity is not None:
                return quantity
            raise self._error(f"{self._shown()} mixes units", "1h30m is one value, 4GiB another")
        number = number_of(token.text)
        if number is None:
            raise self._error(f"the number {self._shown()} is too long")
        return Number(number)

    def _list(self) -> list[Literal]:
        closing = "]" if self._token.keyword == "[" else ")"
        if not self._accept("["):
            self._expect("(", "before a list")
        found: list[Literal] = []
        while self._token.keyword != closing:
            if len(found) == MOST_LISTED:
                raise self._error(f"a list can hold {MOST_LISTED:,} values at most")
            found.append(self._literal("in the list"))
            if not self._accept(","):
                break
        if not found:
            raise self._error("the list is empty", "put at least one value in it")
        self._expect(closing, "to close the list")
        return found

    # -- order and limit -------------------------------------------------------------------

    def _order(self) -> tuple[OrderKey, ...]:
        keys = [self._order_key()]
        while self._accept(","):
            if len(keys) == MOST_ORDER_KEYS:
                raise self._error(f"an order has {MOST_ORDER_KEYS} keys at most")
            keys.append(self._order_key())
        return tuple(keys)

    def _order_key(self) -> OrderKey:
        start = self._token.start
        field = self._field()
        if field.has_many:
            raise self._source.error(
                "a run can have several of these, so there is no order", start, "sort by another"
            )
        is_descending = self._accept("desc")
        if not is_descending:
            self._accept("asc")
        if self._accept("nulls"):
            self._expect("last", "after nulls")
        return OrderKey(field, is_descending)

    def _limit(self) -> int:
        text = self._token.text
        if self._token.kind != NUMBER or not text.isdecimal() or len(text) > MOST_LIMIT_DIGITS:
            raise self._error(f"a limit is a whole number, not {self._shown()}")
        self._advance()
        return int(text)

    # -- tokens ----------------------------------------------------------------------------

    def _advance(self) -> None:
        self._token = next(self._tokens)

    def _accept(self, keyword: str) -> bool:
        if self._token.keyword != keyword:
            return False
        self._advance()
        return True

    def _expect(self, keyword: str, where: str) -> None:
        if not self._accept(keyword):
            raise self._error(f"{keyword!r} is expected {where}, not {self._shown()}")

    def _shown(self) -> str:
        if self._token.kind == END:
            return "the end"
        return quoted(self._source.text[self._token.start : self._token.end])

    def _error(self, reason: str, hint: str | None = None) -> Exception:
        return self._source.error(reason, self._token.start, hint)

    def _unexpected(self) -> Exception:
        hint = meant(self._token.text, _NEXT) if self._token.kind == NAME else None
        reason = f"{self._shown()} is not expected here"
        return self._error(reason, hint or "conditions are joined by and, or")
