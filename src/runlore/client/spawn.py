"""Start the helper: a small process that does beside the training what would slow it down.

It hashes given files, looks up the git commit and the packages, syncs the journal to the
device once a second and seals it. It is started with `posix_spawn`: `fork` would copy the page
tables of a training process of many gigabytes. It is isolated from the user's modules, in a
session of its own, with its streams closed, so that `python train.py | tee log` ends.
"""

from __future__ import annotations

import os
import sys

from runlore.records.text import encode_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runlore.journal.folder import StoreFolder

_PROGRAM = (
    "import sys; sys.path[:0] = [sys.argv[1]]; "
    "from runlore.helper.main import main; main(sys.argv[2], sys.argv[3])"
)
OFF_VARIABLE = "RUNLORE_HELPER"


def spawn_helper(store: StoreFolder, actor: str) -> int | None:
    """Start a helper for the journal `actor`; return its process id.

    None where it can't be started, or RUNLORE_HELPER=off says not to: the run is complete
    without it, only its context is missing and readers do the sealing.
    """
    if os.environ.get(OFF_VARIABLE, "").lower() in ("0", "off", "no", "false"):
        return None
    if not hasattr(os, "posix_spawn") or not sys.executable:
        return None
    package_parent = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    arguments = [sys.executable, "-I", "-c", _PROGRAM, package_parent, store.path, actor]
    null = os.devnull
    streams = [
        (os.POSIX_SPAWN_OPEN, 0, null, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, null, os.O_WRONLY, 0),
        (os.POSIX_SPAWN_OPEN, 2, null, os.O_WRONLY, 0),
    ]
    try:
        write_facts(store, actor)
        try:
            return os.posix_spawn(
                sys.executable, arguments, os.environ, file_actions=streams, setsid=True
            )
        except NotImplementedError:
            return os.posix_spawn(sys.executable, arguments, os.environ, file_actions=streams)
    except OSError:
        return None


def _cells_of(main: object) -> list[str]:
    """Return what was entered into IPython or a notebook until now; nothing elsewhere."""
    cells = getattr(main, "In", None)
    if not isinstance(cells, list) or "IPython" not in sys.modules:
        return []
    return [cell for cell in cells if isinstance(cell, str) and cell]


def write_facts(store: StoreFolder, actor: str) -> None:
    """Leave for the helper what only this process knows, for nobody else to read.

    Raises:
        OSError: if that can't be written.
    """
    main = sys.modules.get("__main__")
    facts = {
        "argv": sys.orig_argv,
        "arguments": sys.argv,
        "main_path": getattr(main, "__file__", None),
        "cwd": os.getcwd(),
        "sys_path": list(map(str, sys.path)),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "notebook": getattr(main, "__vsc_ipynb_file__", None),
        "cells": _cells_of(main),
        "pid": os.getpid(),
    }
    path = os.path.join(store.actor(actor), "facts.json")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(encode_json(facts))
