"""Options that all commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def store_and_json(function: Decorated) -> Decorated:
    """Add `--json` (as `as_json`) and `--store`."""
    return store(json_output(function))


def json_output(function: Decorated) -> Decorated:
    """Add `--json`."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return option(function)


def store(function: Decorated) -> Decorated:
    """Add `--store`, which may also stand before the command."""
    option = click.option(
        "--store",
        metavar="FOLDER",
        expose_value=False,
        callback=_keep_store,
        help="The store to use (else: --store before the command, RUNLORE_STORE, .runlore).",
    )
    return option(function)


def chosen_store() -> str | None:
    """Return the store that was named on the command line, None for the usual one."""
    shared: dict[str, Any] = click.get_current_context().find_root().ensure_object(dict)
    named: str | None = shared.get("store")
    return named


def _keep_store(ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().ensure_object(dict)["store"] = value
