"""Show text that steers a terminal: its colours where they are wanted, nothing else of it."""

from __future__ import annotations

import re

from runlore.cli.text import visible

_COLOUR = re.compile(r"(\x1b\[[0-9;:]*m)")
_RESET = "\x1b[0m"


def coloured(text: str) -> str:
    """Return a line with its colours, ended with it; other control characters made visible."""
    parts = _COLOUR.split(text)
    shown = "".join(
        part if at % 2 else visible(part.replace("\t", "    ")) for at, part in enumerate(parts)
    )
    return shown + _RESET if len(parts) > 1 else shown


def plain(text: str) -> str:
    """Return a line without its colours, tabs and all kept; other control characters visible."""
    return "\t".join(visible(part) for part in _COLOUR.sub("", text).split("\t"))
