"""Record what `wandb.log` is given: numbers as metrics, and what W&B draws as media."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from runlore.client.values import number_of
from runlore.errors import InvalidType, a_kind
from runlore.media.libraries import comes_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runlore.integrations.quiet import Quiet
    from runlore.tracking.tracked import TrackedRun

_DEEPEST = 32


def log_values(run: TrackedRun, values: Mapping[str, Any], step: int | None, quiet: Quiet) -> None:
    """Log the values of one call; nested ones get dotted names, as W&B gives them."""
    numbers: dict[str, float] = {}
    for name, value in flat(values):
        if value is None:
            continue
        number = _number(name, value)
        if number is not None:
            numbers[name] = number
        else:
            quiet.attempt(f"{name!r}", partial(_log_media, run, name, value, step))
    if numbers:
        quiet.attempt("metrics", lambda: run.log(numbers, step))


def flat(values: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Give the leaves of nested mappings, by their dotted names."""
    for key, value in values.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield f"{prefix}{key}", value


def _number(name: str, value: Any) -> float | None:
    try:
        return number_of(name, value)
    except InvalidType:
        return None


def _log_media(run: TrackedRun, name: str, value: Any, step: int | None) -> None:
    """Log what isn't a number in the form that comes nearest.

    Raises:
        InvalidType: for what only W&B can show.
    """
    if isinstance(value, str):
        run.log_text(name, value, step)
    elif isinstance(value, list | tuple) and value and comes_from(value[0], "wandb"):
        for place, item in enumerate(value):
            _log_media(run, f"{name}/{place}", item, step)
    elif comes_from(value, "wandb", "Image"):
        run.log_image(name, value.image, step, caption=_caption(value))
    elif comes_from(value, "wandb", "Table"):
        rows = [tuple(map(_shown, row)) for row in value.data]
        columns = [*zip(*rows, strict=True)] or [()] * len(value.columns)
        pairs = zip(value.columns, columns, strict=True)
        run.log_table(name, {str(column): [*cells] for column, cells in pairs}, step)
    elif comes_from(value, "wandb", "Histogram"):
        run.log_histogram(name, (value.histogram, value.bins), step)
    elif comes_from(value, "matplotlib") or comes_from(value, "plotly"):
        run.log_figure(name, getattr(value, "figure", None) or value, step)
    elif comes_from(value, "wandb") and os.path.isfile(getattr(value, "_path", None) or ""):
        path = value._path  # noqa: SLF001 - a sound, a film or a page has no other address
        at = "" if step is None else f"-{step}"
        run.log_artifact(path, f"media/{name}{at}{os.path.splitext(path)[1]}")
    elif comes_from(value, "wandb"):
        raise InvalidType(f"{a_kind(value)} is kept by W&B alone")
    else:
        run.log_histogram(name, value, step)


def _caption(image: Any) -> str | None:
    caption = getattr(image, "_caption", None)
    return caption if isinstance(caption, str) and caption else None


def _shown(cell: Any) -> Any:
    """Return a cell of a table as plain tables hold it: objects of W&B's by their kind."""
    return f"<{type(cell).__name__}>" if comes_from(cell, "wandb") else cell
