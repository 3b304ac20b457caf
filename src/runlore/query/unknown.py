"""Say which names of a query no run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runlore.query.suggestions import meant

if TYPE_CHECKING:
    from collections.abc import Iterable

    from runlore.query.fields import Catalogue, Field

_WORDS = {"param": "param", "metric": "metric", "tag": "tag", "context": "fact of the context"}


def unknown_names(fields: Iterable[Field], catalogue: Catalogue) -> list[str]:
    """Write a note for each param, metric, tag or fact that no run has, with what comes near.

    That isn't an error: what nobody has logged yet is simply not there.
    """
    return [
        _note(field, catalogue)
        for field in fields
        if field.kind in _WORDS and not _is_known(field, catalogue)
    ]


def _is_known(field: Field, catalogue: Catalogue) -> bool:
    names = catalogue.names(field.kind)
    if field.name in names:
        return True
    # A fact can be an object, whose parts are asked for by dotted names.
    return field.kind == "context" and any(
        field.name.startswith(f"{name}.") or name.startswith(f"{field.name}.") for name in names
    )


def _note(field: Field, catalogue: Catalogue) -> str:
    shown = field.name if len(field.name) <= 60 else field.name[:57] + "..."
    note = f"no run has the {_WORDS[field.kind]} {shown!r}"
    question = meant(field.name, catalogue.names(field.kind))
    if question is None:
        elsewhere = [
            kind for kind in _WORDS if kind != field.kind and field.name in catalogue.names(kind)
        ]
        question = f"there is a {_WORDS[elsewhere[0]]} of that name" if elsewhere else None
    return f"{note}; {question}" if question else note
