"""Find the code blocks of a Markdown document, and say how each is to be run.

A block of `python` is run in the document's own interpreter, after the ones before
it; with `python file=train.py` it is written to that file instead. In a block of
`console`, each line that begins with `$ ` is a command, and the lines under it are
what it prints. A comment `<!-- not run: reason -->` directly above leaves a block out.
Everything else is data, not code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from pathlib import Path

RUN_LANGUAGES = ("python", "console")
DATA_LANGUAGES = ("", "csv", "hex", "ini", "json", "markdown", "mermaid", "text", "toml", "yaml")
NOT_RUN = re.compile(r"<!--\s*not run:\s*(\S.*?)\s*-->\s*\Z", flags=re.DOTALL)
TO_FILE = re.compile(r"\bfile=(\S+)")
# What is another one in each run, so that documents can show real output: ids, times, durations.
VOLATILE = re.compile(
    r"(?<![\w.])(?:[0-9a-f]{32}|[0-9a-f]{8}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ|\d\d:\d\d:\d\d"
    r"|<?\d+ms|\d+(?:\.\d)?s)(?!\w)"
)


@dataclass(frozen=True)
class Block:
    """A code block: where it stands, what it is, and why it is not run if it is not."""

    language: str
    text: str
    line: int
    file_name: str | None
    reason_not_run: str | None


@dataclass(frozen=True)
class Command:
    """A command of a console block, and the lines that it is shown to print."""

    text: str
    line: int
    printed: tuple[str, ...]


def blocks_of(path: Path) -> list[Block]:
    """List the code blocks of a Markdown file in the order they stand in."""
    blocks = []
    above = ""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        if token.type == "fence" and not token.info.startswith("{"):
            reason = NOT_RUN.search(above)
            to_file = TO_FILE.search(token.info)
            blocks.append(
                Block(
                    language=token.info.split()[0] if token.info.split() else "",
                    text=token.content,
                    line=token.map[0] + 1 if token.map else 0,
                    file_name=to_file.group(1) if to_file else None,
                    reason_not_run=reason.group(1) if reason else None,
                )
            )
        above = token.content if token.type == "html_block" else ""
    return blocks


def commands_of(block: Block) -> list[Command]:
    """Split a console block into its commands; a trailing backslash continues one."""
    commands: list[Command] = []
    continues = False
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ ") or continues:
            text = line.removeprefix("$ ")
            if continues:
                last = commands.pop()
                commands.append(Command(last.text + text.strip(), last.line, ()))
            else:
                commands.append(Command(text, number, ()))
            continues = text.endswith("\\")
            if continues:
                last = commands.pop()
                commands.append(Command(last.text[:-1].rstrip() + " ", last.line, ()))
        elif commands:
            last = commands.pop()
            commands.append(Command(last.text, last.line, (*last.printed, line)))
    return commands


def first_difference(shown: tuple[str, ...], printed: str) -> str | None:
    """Return the first line that a document shows and the command did not print, in order.

    Runs of spaces count as one, and one id, time or duration for any other. An ellipsis stands
    for any text, on a line of its own for any lines.
    """
    rest = iter([_steady(line) for line in printed.splitlines()])
    for line in shown:
        wanted = _steady(line)
        if wanted in ("", "...", "…"):
            continue
        parts = re.split(r"\.\.\.|…", wanted)
        pattern = re.compile(".*".join(re.escape(part) for part in parts))
        if not any(pattern.fullmatch(candidate) for candidate in rest):
            return line
    return None


def _steady(line: str) -> str:
    return " ".join(VOLATILE.sub("~", line).split())
