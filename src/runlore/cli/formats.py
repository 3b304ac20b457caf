"""`--format`: what a command shows, as a table for other programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = ("csv", "json", "jsonl", "md", "parquet")
Decorated = TypeVar("Decorated", bound="Callable[..., Any]")


def table_format(help_text: str, more: tuple[str, ...] = ()) -> Callable[[Decorated], Decorated]:
    """Add `--format` (as `form`), with `more` formats than those of tables."""
    return click.option("--format", "form", type=click.Choice((*FORMATS, *more)), help=help_text)


def one_form(form: str | None, *, as_json: bool, is_markdown: bool = False) -> str | None:
    """Return the one format that was asked for: `--json` and `--markdown` are two of them.

    Raises:
        click.UsageError: if two were asked for.
    """
    asked = {form, "json" if as_json else None, "md" if is_markdown else None} - {None}
    if len(asked) > 1:
        raise click.UsageError(f"one format at a time, not {' and '.join(sorted(map(str, asked)))}")
    return asked.pop() if asked else None


def tell_formulas(count_of_texts: int) -> None:
    """Say that there are texts which a spreadsheet would run, if there are."""
    if count_of_texts:
        from runlore.cli.output import talk
        from runlore.cli.wording import count

        talk(
            f"{count(count_of_texts, 'text')} begin as formulas do, which spreadsheets run: "
            "`runlore export --guard` puts an apostrophe before them"
        )
