"""Write docs/reference/cli.md from the commands themselves.

    make cli-reference

A test compares the page with the commands, so an option that nobody documented can't land.
"""

from __future__ import annotations

import importlib
import os
import sys

import click

import bootstrap

PAGE = os.path.join(bootstrap.ROOT, "docs", "reference", "cli.md")
HEADER = """\
# The command line

Made from the commands themselves by `make cli-reference`. `runlore COMMAND --help` prints the same.
"""
WIDTH = 96


def sections(command: click.Command, context: click.Context, level: int) -> list[str]:
    """Return the page's sections for a command and the commands under it, in order."""
    context.terminal_width = context.max_content_width = WIDTH
    mark = "#" * level
    parts = [
        f"{mark} `{context.command_path}`\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    ]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is None or child.hidden:
                continue
            with click.Context(child, info_name=name, parent=context) as inner:
                parts += sections(child, inner, min(level + 1, 4))
    return parts


def page() -> str:
    """Return the whole page as the commands are now."""
    command: click.Command = importlib.import_module("runlore.cli.main").command
    with click.Context(command, info_name="runlore", **command.context_settings) as context:
        return "\n".join([HEADER, *sections(command, context, 2)])


def main() -> int:
    """Write the page."""
    os.makedirs(os.path.dirname(PAGE), exist_ok=True)
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
