"""Complete a filter at the cursor: names, operators, values, words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runlore.errors import QueryError
from runlore.query.binding import STATUSES, type_of
from runlore.query.describing import KEYWORDS, PREFIXES, SETS, TIMES, operators_for
from runlore.query.fields import ATTRIBUTES, STATISTICS, Catalogue, Field
from runlore.query.lexer import END, NAME, tokens_of
from runlore.query.names import ATTRIBUTE_OF, field_of
from runlore.query.printing import format_field, format_value
from runlore.query.source import MOST_CHARACTERS, Source
from runlore.query.values import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runlore.query.lexer import Token

MOST_SUGGESTIONS = 50
_COMPARISONS = frozenset({"=", "==", "!=", "<>", "<", "<=", ">", ">=", "~", "!~", "like", "ilike"})
_MEANING = {entry.text: entry.meaning for entry in KEYWORDS}


class Suggestion(NamedTuple):
    """What may replace the characters from `start` to `end`.

    Kinds: attribute, param, metric, tag, context, prefix, statistic, operator, value, keyword.
    """

    start: int
    end: int
    text: str
    kind: str
    detail: str


class _State(NamedTuple):
    """What may come next: field, operator, value, list, connective, key, direction or limit."""

    expects: str
    field: Field | None = None


def complete(
    text: str, cursor: int | None = None, catalogue: Catalogue | None = None
) -> list[Suggestion]:
    """Suggest what may stand at the cursor, by default at the end; at most 50, the best first.

    Nothing is suggested within a text in quotes that was never opened or is too long.
    """
    cursor = len(text) if cursor is None else max(0, min(cursor, len(text)))
    if cursor > MOST_CHARACTERS:
        return []
    known = catalogue or Catalogue()
    before = text[:cursor]
    tokens, start = _tokens_before(before)
    state = _state_after(tokens, Source(before), known)
    word = before[start:]
    found = [
        Suggestion(start, cursor, *offered)
        for offered in _offers(state, word, known)
        if _fits(offered[0], word)
    ]
    found.sort(key=lambda one: not one.text.lower().startswith(word.lower()))
    return list(dict.fromkeys(found))[:MOST_SUGGESTIONS]


def _fits(text: str, word: str) -> bool:
    """Tell whether a suggestion continues or holds what is typed; quotes don't matter."""
    wanted = word.lower().strip("`\"'")
    return wanted in text.lower().replace("`", "") or word.lower() in text.lower()


def _tokens_before(before: str) -> tuple[list[Token], int]:
    """Read the tokens before the cursor, and say where the one that it touches begins."""
    end = len(before)
    tokens: list[Token] = []
    source = Source(before)
    try:
        tokens.extend(token for token in tokens_of(source) if token.kind != END)
    except QueryError as error:  # what is being typed may not be a token yet
        start = _word_start(before, error.position)
        return [token for token in tokens if token.end <= start], start
    last = tokens[-1] if tokens else None
    if last is not None and last.end == end and (last.kind == NAME or last.text.isalnum()):
        return tokens[:-1], last.start
    return tokens, end


def _word_start(before: str, position: int) -> int:
    """Find where the word begins that a quote or bracket at `position` belongs to."""
    start = position
    while start > 0 and not before[start - 1].isspace() and before[start - 1] not in "(),=<>!~":
        start -= 1
    return start


def _state_after(tokens: list[Token], source: Source, known: Catalogue) -> _State:
    """Walk over the tokens; what doesn't fit is passed over, for it may be mended later."""
    state = _State("field")
    for token in tokens:
        state = _next_state(state, token, source, known)
    return state


def _next_state(state: _State, token: Token, source: Source, known: Catalogue) -> _State:
    word, field = token.keyword, state.field
    if word == "not" and state.expects == "operator":
        return state
    if word in ("and", "or", "&&", "||", "not"):
        return _State("value", field) if state.expects == "between" else _State("field")
    if word == "order":
        return _State("by")
    if word == "limit":
        return _State("limit")
    if word == "by" or (word == "," and state.expects == "direction"):
        return _State("key")
    if state.expects in ("field", "key") and token.kind == NAME:
        try:
            field = field_of(token, source, known)
        except QueryError:
            return _State("operator" if state.expects == "field" else "direction")
        return _State("operator" if state.expects == "field" else "direction", field)
    if state.expects == "field":
        return state if word == "(" else _State("reversed")
    if state.expects == "reversed":
        return _State("set") if word == "in" else _State("field")
    return _after_operator(state, word)


def _after_operator(state: _State, word: str) -> _State:
    field = state.field
    if word in _COMPARISONS:
        return _State("value", field)
    if word in ("in", ",", "(", "["):
        return _State("list" if word == "in" else "item", field)
    if word == "between":
        return _State("low", field)
    if word == "is":
        return _State("null", field)
    if state.expects == "low":
        return _State("between", field)
    if state.expects in ("direction", "limit"):
        return _State("end")
    if word in (")", "]") or state.expects in ("value", "null", "set"):
        return _State("connective", field)
    return state


def _offers(state: _State, word: str, known: Catalogue) -> Iterator[tuple[str, str, str]]:
    expects, field = state
    if expects in ("field", "key"):
        yield from _names(word, known, may_be_set=expects == "field")
        if expects == "field":
            yield from _words("not")
    elif expects == "set":
        yield from (("tags", "attribute", ""), ("artifacts", "attribute", ""))
    elif expects == "operator":
        kind = "set" if field is not None and field.has_many else _type(field)
        for entry in operators_for(kind):
            yield entry.text, "operator", entry.meaning
        if kind == "boolean":
            yield from _words("and", "or", "order by", "limit")
    elif expects in ("value", "low", "item"):
        yield from _values(field, known)
    elif expects == "list":
        yield "(", "operator", "the list"
    elif expects in ("connective", "direction", "end", "between", "null", "by", "reversed"):
        yield from _words(*_FOLLOWING[expects])


_FOLLOWING = {
    "connective": ("and", "or", "order by", "limit"),
    "direction": ("desc", "asc", "limit"),
    "end": ("limit",),
    "between": ("and",),
    "null": ("null", "not null", "nan", "not nan", "true", "false"),
    "by": ("by",),
    "reversed": ("in", "not in"),
}


def _words(*words: str) -> Iterator[tuple[str, str, str]]:
    for word in words:
        yield word, "keyword", _MEANING.get(word, "")


def _type(field: Field | None) -> str:
    return "any" if field is None else type_of(field)


def _names(word: str, known: Catalogue, *, may_be_set: bool) -> Iterator[tuple[str, str, str]]:
    """Offer what may be asked about; names that runs have once a part of one is typed."""
    for name, attribute in ATTRIBUTES.items():
        yield name, "attribute", attribute.meaning
    if may_be_set:
        for entry in SETS:
            yield entry.text, "attribute", entry.meaning
    for entry in PREFIXES:
        yield entry.text, "prefix", entry.meaning
    if not word:
        return
    for alias, name in ATTRIBUTE_OF.items():
        if alias != name and alias.startswith(word.lower()):
            yield alias, "attribute", f"the same as {name}"
    kinds = (("metric", "last"), ("param", ""), ("tag", ""), ("context", ""))
    for kind, statistic in kinds:
        for name in known.names(kind):
            yield format_field(Field(kind, name, statistic)), kind, ""
    metric, dot, _ = word.rpartition(".")
    if dot and metric.lower().startswith(("metrics.", "metric.")):
        for name, meaning in STATISTICS.items():
            yield f"{metric}.{name}", "statistic", meaning


def _values(field: Field | None, known: Catalogue) -> Iterator[tuple[str, str, str]]:
    kind = _type(field)
    if field is None:
        return
    if field == Field("attribute", "status"):
        yield from _texts(STATUSES)
    elif kind == "boolean":
        yield from _words("true", "false")
    elif kind == "time":
        for entry in TIMES:
            yield entry.text, "value", entry.meaning
    elif field.kind in ("tags", "artifacts"):
        yield from _texts(known.names(field.kind))
    elif field.kind == "attribute":
        yield from _texts(known.values.get(field.name, ()))


def _texts(texts: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for text in texts:
        yield format_value(Text(text)), "value", ""
