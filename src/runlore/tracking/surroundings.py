"""What a process sees of itself without waiting for anything: commit, interpreter, machine.

The helper captures far more of it for the store; this is what the plain files of a run say.
"""

from __future__ import annotations

import os
import sys

from runlore.journal.location import git_folder_of

TYPE_CHECKING = False


def environment() -> dict[str, object]:
    """Describe the interpreter and the machine."""
    system = os.uname() if hasattr(os, "uname") else None
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "implementation": sys.implementation.name,
        "platform": sys.platform if system is None else f"{system.sysname} {system.release}",
        "machine": None if system is None else system.machine,
        "host": None if system is None else system.nodename,
        "processors": os.cpu_count(),
    }


def command() -> list[str]:
    """Return the program and its arguments, with secrets masked as in the store."""
    if len(sys.argv) < 2:
        return list(sys.argv)
    from runlore.helper.redaction import mask_arguments

    return mask_arguments(sys.argv)


def git(start: str | None = None) -> dict[str, object] | None:
    """Read the commit and the branch that are checked out, from git's files; None without git."""
    try:
        here = os.path.abspath(start or os.getcwd())
    except FileNotFoundError:
        return None
    while True:
        shared = git_folder_of(here)
        if shared is not None:
            break
        parent = os.path.dirname(here)
        if parent == here:
            return None
        here = parent
    own = _own_folder(here, shared)
    head = _line_of(os.path.join(own, "HEAD"))
    if not head.startswith("ref: "):
        return {"commit": head or None, "branch": None}
    reference = head.removeprefix("ref: ")
    commit = _line_of(os.path.join(shared, *reference.split("/"))) or _packed(shared, reference)
    return {"commit": commit or None, "branch": reference.removeprefix("refs/heads/")}


def _own_folder(top: str, shared: str) -> str:
    """Return what git keeps of this worktree alone."""
    line = _line_of(os.path.join(top, ".git"))
    if not line.startswith("gitdir:"):
        return shared
    return os.path.normpath(os.path.join(top, line.removeprefix("gitdir:").strip()))


def _packed(shared: str, reference: str) -> str:
    try:
        with open(os.path.join(shared, "packed-refs"), encoding="utf-8") as file:
            for line in file:
                commit, _, name = line.strip().partition(" ")
                if name == reference:
                    return commit
    except (OSError, UnicodeDecodeError):
        pass
    return ""


def _line_of(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.readline().strip()
    except (OSError, UnicodeDecodeError):
        return ""
