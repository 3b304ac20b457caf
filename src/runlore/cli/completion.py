"""`runlore completion`, and what completes words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from runlore.cli.options import json_output

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from runlore.actions.completing import Suggested

_VARIABLE = "_RUNLORE_COMPLETE"
_HELP = """\
Print the script that completes words in a shell.

\b
  bash:  echo 'eval "$(runlore completion bash)"' >> ~/.bashrc
  zsh:   echo 'eval "$(runlore completion zsh)"' >> ~/.zshrc
  fish:  runlore completion fish > ~/.config/fish/completions/runlore.fish

Runs are completed from what was read last; nothing is read in for it.
"""


@click.command("completion", help=_HELP)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@json_output
def command(*, shell: str, as_json: bool) -> None:
    """Print the script for a shell."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"there is no completion for {shell}")
    root = click.get_current_context().find_root().command
    complete = made(root, {}, "runlore", _VARIABLE)
    script = complete.source_template % complete.source_vars()
    if as_json:
        from runlore.cli.jsonable import print_json

        print_json({"shell": shell, "script": script})
        return
    sys.stdout.write(script.lstrip("\n"))


def complete_runs(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name or id of a run."""
    from runlore.actions.completing import suggest_runs

    return _items(suggest_runs(incomplete, store=_store(ctx)))


def complete_deleted_runs(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name or id of a run in the trash."""
    from runlore.actions.completing import suggest_runs

    return _items(suggest_runs(incomplete, is_deleted=True, store=_store(ctx)))


def complete_experiments(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of an experiment."""
    from runlore.actions.completing import suggest_experiments

    return _items(suggest_experiments(incomplete, store=_store(ctx)))


def complete_filters(
    ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete a filter: what can stand behind what was typed so far."""
    from click.shell_completion import CompletionItem

    from runlore.actions.searching import complete_filter

    return [
        CompletionItem(incomplete[: one.start] + one.text + incomplete[one.end :], help=one.detail)
        for one in complete_filter(incomplete, _store(ctx))
    ]


def complete_settings(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a setting."""
    from click.shell_completion import CompletionItem

    from runlore.settings.keys import KEYS

    return [
        CompletionItem(key.name, help=key.what)
        for key in KEYS.values()
        if key.name.startswith(incomplete)
    ]


def _items(suggested: list[Suggested]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(one.text, help=one.what) for one in suggested]


def _store(ctx: click.Context) -> str | None:
    shared: dict[str, Any] = ctx.find_root().obj or {}
    named: str | None = shared.get("store") or ctx.find_root().params.get("store")
    return named
