"""Blocks of code as people write them, and how they are run: from a file, with names supplied."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCUMENT = Path(__file__).with_name("written_blocks.md")


def written_blocks() -> dict[str, str]:
    """Return the blocks of the document by their headings."""
    blocks: dict[str, str] = {}
    heading = ""
    is_heading = False
    for token in MarkdownIt().parse(DOCUMENT.read_text(encoding="utf-8")):
        if token.type == "inline" and is_heading:
            heading = token.content
        elif token.type == "fence":
            blocks[heading] = token.content
        is_heading = token.type == "heading_open"
    return blocks


def run_block(heading: str, folder: Path, names: Mapping[str, Any]) -> dict[str, Any]:
    """Run a block from a file of its own, as a program is; returns the names it leaves."""
    path = folder / f"written_{heading.replace(' ', '_').replace('-', '_')}.py"
    path.write_text(written_blocks()[heading], encoding="utf-8")
    return runpy.run_path(str(path), init_globals=dict(names), run_name=path.stem)
