"""Find out under what circumstances a training process runs: code, environment, command."""

from __future__ import annotations

import getpass
import os
import platform
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from runlore.helper.git import GitFacts, read_git
from runlore.helper.packages import installed_packages
from runlore.helper.redaction import mask_arguments, mask_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

_GIT_SHARE = 0.6  # of the time; the packages get the rest, and what git left over


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What only the training process itself knows; its helper finds out the rest.

    `main_path` is the script as started, or None (a notebook, `python -c`); `env` holds a few
    chosen variables, not all.
    """

    argv: Sequence[str]
    main_path: str | None
    cwd: str
    sys_path: Sequence[str]
    executable: str
    pid: int
    env: Mapping[str, str] = field(default_factory=dict)


def capture_context(facts: ProcessFacts, *, deadline_seconds: float = 10.0) -> dict[str, object]:
    """Gather the context of a run as JSON-able facts, within about `deadline_seconds`.

    What can't be found out is None, and a text under `<fact>_note` says why; it never keeps
    the others away, and nothing is raised. Secrets are masked (see `redaction`).
    """
    ends_at = time.monotonic() + deadline_seconds
    gathered: dict[str, object] = {"cwd": facts.cwd, "pid": facts.pid}

    def keep(name: str, value: object, note: str | None) -> None:
        gathered[name] = value
        if note:
            gathered[f"{name}_note"] = note

    keep("argv", *_attempt(lambda: mask_arguments(facts.argv)))
    keep("env", *_attempt(lambda: {key: mask_variable(key, facts.env[key]) for key in facts.env}))
    keep("python", *_attempt(lambda: _python(facts.executable)))
    keep("host", *_attempt(socket.gethostname))
    keep("user", *_attempt(_user))
    keep("platform", *_attempt(platform.platform))
    keep("cpu_count", *_attempt(os.cpu_count))

    read, trouble = _attempt(lambda: _read_git(facts, deadline_seconds * _GIT_SHARE))
    git = read or GitFacts(note=trouble)
    keep("git", _git(git), git.note)
    keep("script", *_attempt(lambda: _script(facts, git.root)))

    listed, trouble = _attempt(
        lambda: installed_packages(facts.sys_path, cwd=facts.cwd, ends_at=ends_at)
    )
    keep("packages", *(listed or (None, trouble)))
    return gathered


def _attempt(find: Callable[[], T]) -> tuple[T | None, str | None]:
    """Find one fact, or say why not: the one place that lets nothing pass."""
    try:
        return find(), None
    except Exception as error:  # noqa: BLE001 - a run is complete without any one of these
        return None, f"{type(error).__name__}: {error}"


def _python(executable: str) -> dict[str, object]:
    """Describe the interpreter: the helper's own, which the training process started it with."""
    is_same = os.path.realpath(executable) == os.path.realpath(sys.executable)
    return {
        "version": platform.python_version() if is_same else None,
        "implementation": platform.python_implementation() if is_same else None,
        "executable": executable,
    }


def _user() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # Windows; a container's user that has no name
        return getpass.getuser()


def _read_git(facts: ProcessFacts, timeout_seconds: float) -> GitFacts:
    """Ask for the repository one is in, else for the one in which the script lies."""
    folders = [facts.cwd]
    if facts.main_path:
        folders.append(os.path.dirname(os.path.join(facts.cwd, facts.main_path)))
    return read_git(folders, timeout_seconds=timeout_seconds)


def _git(git: GitFacts) -> dict[str, object] | None:
    if git.root is None:
        return None
    return {
        "commit": git.commit,
        "branch": git.branch,
        "is_dirty": git.is_dirty,
        "repository": git.repository,
        "remote_url": git.remote_url,
    }


def _script(facts: ProcessFacts, root: str | None) -> str | None:
    """Name the script relative to the repository's root when inside, else by its full path."""
    if not facts.main_path:
        return None
    path = os.path.abspath(os.path.join(facts.cwd, facts.main_path))
    if root:
        relative = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
        if relative.split(os.sep)[0] != os.pardir:
            return relative.replace(os.sep, "/")
    return path
