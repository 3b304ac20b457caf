"""What a training process told of itself."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What only the training process itself knows; its helper finds out the rest.

    `main_path` is the script as started, or None (a notebook, `python -c`); `notebook` is the
    notebook's file and `cells` what it has run, where that can be known; `environment` is all
    of the environment.
    """

    argv: Sequence[str]
    main_path: str | None
    cwd: str
    sys_path: Sequence[str]
    executable: str
    pid: int
    environment: Mapping[str, str] = field(default_factory=dict)
    prefix: str = sys.prefix
    notebook: str | None = None
    cells: Sequence[str] = ()


def relative_to(path: str, root: str | None) -> str | None:
    """Return a path as seen from the folder `root`, with slashes; None if it lies outside."""
    if not root:
        return None
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return None if relative.split(os.sep)[0] == os.pardir else relative.replace(os.sep, "/")
