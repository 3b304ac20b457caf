"""Read a name in a filter as the field that it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.query.fields import (
    ATTRIBUTES,
    DATASET_PARTS,
    DEFAULT_STATISTIC,
    STATISTICS,
    Catalogue,
    Field,
)
from runlore.query.lexer import Piece
from runlore.query.source import quoted
from runlore.query.suggestions import meant

if TYPE_CHECKING:
    from runlore.query.lexer import Token
    from runlore.query.source import Source

PREFIXES = {
    "metrics": "metric",
    "metric": "metric",
    "params": "param",
    "param": "param",
    "parameters": "param",
    "parameter": "param",
    "tags": "tag",
    "tag": "tag",
    "attributes": "attribute",
    "attribute": "attribute",
    "attr": "attribute",
    "run": "attribute",
    "context": "context",
    "dataset": "dataset",
    "datasets": "dataset",
}
SETS = {"tags": "tags", "notes": "notes", "note": "notes", "artifacts": "artifacts"}
ATTRIBUTE_OF = {
    alias: name for name, known in ATTRIBUTES.items() for alias in (name, *known.aliases)
}
_STATISTIC_OF = {**{name: name for name in STATISTICS}, "count": "points"}
# What MLflow keeps in tags of its own is elsewhere here, unless a run does have such a tag.
_MLFLOW_TAGS = {
    "mlflow.runName": Field("attribute", "name"),
    "mlflow.user": Field("attribute", "user"),
    "mlflow.parentRunId": Field("attribute", "parent"),
    "mlflow.source.git.commit": Field("attribute", "commit"),
    "mlflow.source.git.branch": Field("attribute", "branch"),
}


def field_of(token: Token, source: Source, catalogue: Catalogue | None) -> Field:
    """Read the field that a name stands for.

    Raises:
        QueryError: if there is no such attribute or prefix, or a bare name may mean several.
    """
    prefix, pieces = _divided(token)
    if not prefix:
        return _bare(token, source, catalogue)
    kind = PREFIXES[prefix.lower()]
    key = "".join(piece.text for piece in pieces)
    if not key:
        raise source.error(f"{quoted(token.text)} lacks a name after the dot", token.end)
    place = token.start + len(prefix) + 1
    if kind == "metric":
        return _metric(pieces, catalogue)
    if kind == "attribute":
        return _attribute(key, place, source)
    if kind == "dataset" and key.lower() not in DATASET_PARTS:
        known = ", ".join(DATASET_PARTS)
        raise source.error(f"a dataset has no {quoted(key)}", place, f"there are {known}")
    if kind == "tag" and key in _MLFLOW_TAGS and key not in (catalogue or Catalogue()).tags:
        return _MLFLOW_TAGS[key]
    return Field(kind, key.lower() if kind == "dataset" else key)


def _divided(token: Token) -> tuple[str, tuple[Piece, ...]]:
    """Divide a name at its first dot into a known prefix and the rest; no prefix if none is."""
    first, *rest = token.pieces
    if first.is_quoted:
        if first.text.lower() in PREFIXES and rest and rest[0].text.startswith("."):
            tail = [Piece(rest[0].text[1:], is_quoted=False), *rest[1:]]
            return first.text, tuple(piece for piece in tail if piece.text)
        return "", token.pieces
    prefix, dot, key = first.text.partition(".")
    if not dot or prefix.lower() not in PREFIXES:
        return "", token.pieces
    pieces = [Piece(key, is_quoted=False), *rest] if key else rest
    return prefix, tuple(pieces)


def _metric(pieces: tuple[Piece, ...], catalogue: Catalogue | None) -> Field:
    """Read a metric and perhaps its statistic; a metric of exactly that name goes first."""
    label = "".join(piece.text for piece in pieces)
    name, dot, suffix = label.rpartition(".")
    statistic = _STATISTIC_OF.get(suffix.lower())
    is_plain = all(not piece.is_quoted for piece in pieces)
    is_known = is_plain and catalogue is not None and label in catalogue.metrics
    if pieces[-1].is_quoted or is_known or not (dot and name and statistic):
        return Field("metric", label, DEFAULT_STATISTIC)
    return Field("metric", name, statistic)


def _attribute(key: str, place: int, source: Source) -> Field:
    name = _attribute_name(key)
    if name is None:
        hint = meant(key, ATTRIBUTE_OF) or "there are " + ", ".join(ATTRIBUTES)
        raise source.error(f"runs have no attribute {quoted(key)}", place, hint)
    return Field("attribute", name)


def _attribute_name(key: str) -> str | None:
    """Find an attribute by its name or another one, `Run name` among them."""
    return ATTRIBUTE_OF.get(key.lower().replace(" ", "_"))


def _bare(token: Token, source: Source, catalogue: Catalogue | None) -> Field:
    """Read a name without a prefix: an attribute, a set, else the one thing of that name."""
    name = "".join(piece.text for piece in token.pieces)
    attribute = _attribute_name(name)
    if attribute is not None:
        return Field("attribute", attribute)
    if name.lower() in SETS:
        return Field(SETS[name.lower()], "")
    known = catalogue or Catalogue()
    found = [Field("param", name)] if name in known.params else []
    metric = _metric(token.pieces, catalogue)
    if metric.name in known.metrics:
        found.append(metric)
    if len(found) > 1:
        raise source.error(
            f"{quoted(name)} is both a param and a metric", token.start, _prefixed(token.text)
        )
    if not found:
        raise source.error(
            f"{quoted(name)} is no attribute" + (", param or metric" if catalogue else ""),
            token.start,
            meant(name, [*ATTRIBUTE_OF, *known.params, *known.metrics]) or _prefixed(token.text),
        )
    return found[0]


def _prefixed(text: str) -> str:
    return f"write params.{text} or metrics.{text}" if len(text) <= 60 else "write params.NAME"
