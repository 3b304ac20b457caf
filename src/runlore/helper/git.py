"""Read what git knows of the code, without changing it, waiting long, or raising."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runlore.helper.redaction import mask_text, strip_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence

# Nothing that the repository configures is run, and no lock is taken for a mere look.
_OPTIONS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
# Set in a git hook, these would speak of another repository than the folder's.
_FOREIGN_VARIABLES = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE",
        "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE",
    }
)  # fmt: skip
_NO_REPOSITORY = "not in a git repository"
_KNOWN_REFUSALS = {
    "not a git repository": _NO_REPOSITORY,
    "dubious ownership": (
        "git refuses this repository because it belongs to another user; "
        "`git config --global --add safe.directory <folder>` allows it"
    ),
    "must be run in a work tree": "the folder is inside a git repository but in no work tree",
}


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What git says of a folder; None for what it doesn't know, `note` for why."""

    root: str | None = None
    repository: str | None = None
    commit: str | None = None
    branch: str | None = None
    is_dirty: bool | None = None
    remote_url: str | None = None
    note: str | None = None


def read_git(folders: Sequence[str], *, timeout_seconds: float) -> GitFacts:
    """Describe the repository of the first folder that is in one.

    `repository` is the name of the main work tree's folder, the same in all work trees.
    Untracked files don't make it dirty, and submodules only where another commit is out.
    """
    ends_at = time.monotonic() + timeout_seconds
    git = _Git("", ends_at)
    for folder in filter(os.path.isdir, folders):
        git = _Git(folder, ends_at)
        root = git.ask("rev-parse", "--show-toplevel")
        if root:
            return _describe(git, root)
        if git.notes != [_NO_REPOSITORY]:
            break
    return GitFacts(note=git.note or "the working directory is gone")


def _describe(git: _Git, root: str) -> GitFacts:
    common = git.ask("rev-parse", "--git-common-dir") or ""
    parent, name = os.path.split(os.path.abspath(os.path.join(git.folder, common)))
    # A submodule's or a bare repository's common folder has another name.
    main_tree = parent if common and name == ".git" else root
    commit = git.ask("rev-parse", "--verify", "--quiet", "HEAD", empty_code=1)
    if commit == "":
        git.notes.append("the repository has no commit yet")
    branch = git.ask("symbolic-ref", "--short", "--quiet", "HEAD", empty_code=1)
    remotes = git.ask("config", "--get-regexp", r"^remote\..*\.url$", empty_code=1)
    changes = git.ask(
        "status", "--porcelain", "--untracked-files=no", "--ignore-submodules=dirty"
    )  # fmt: skip
    return GitFacts(
        root=root,
        repository=os.path.basename(main_tree),
        commit=commit or None,
        branch=branch or None,
        is_dirty=None if changes is None else bool(changes),
        remote_url=_remote_url(remotes or ""),
        note=git.note,
    )


def _remote_url(lines: str) -> str | None:
    """Take `origin`, else the first remote, from lines like `remote.origin.url <url>`."""
    remotes = dict(line.split(" ", 1) for line in reversed(lines.splitlines()) if " " in line)
    if not remotes:
        return None
    return strip_credentials(remotes.get("remote.origin.url") or list(remotes.values())[-1])


class _Git:
    """Asks git in one folder; what went wrong gathers in `notes`."""

    def __init__(self, folder: str, ends_at: float) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._ends_at = ends_at

    @property
    def note(self) -> str | None:
        return "; ".join(dict.fromkeys(self.notes)) or None

    def ask(self, *arguments: str, empty_code: int = 0) -> str | None:
        """Return the answer without its last newline, "" for `empty_code`, None if it failed."""
        seconds_left = self._ends_at - time.monotonic()
        if seconds_left <= 0:
            self.notes.append("git was asked no more: the time had run out")
            return None
        if not _is_installed():
            self.notes.append("git is not installed")
            return None
        try:
            code, answer, error = _run(arguments, self.folder, seconds_left)
        except subprocess.TimeoutExpired:
            self.notes.append(f"`git {arguments[0]}` took longer than {seconds_left:.1f} s")
        except OSError as failure:
            self.notes.append(f"git could not be run: {failure.strerror}")
        else:
            if code == 0:
                return answer.removesuffix("\n")
            if code == empty_code:
                return ""
            self.notes.append(_explain(arguments[0], code, error))
        return None


def _is_installed() -> bool:
    path = shutil.which("git")
    if sys.platform == "darwin" and path == "/usr/bin/git":
        # Without the developer tools this is a stub that opens a window when run.
        return subprocess.call(["xcode-select", "-p"], stdout=subprocess.DEVNULL) == 0
    return path is not None


def _run(arguments: Sequence[str], folder: str, timeout_seconds: float) -> tuple[int, str, str]:
    environment = {k: v for k, v in os.environ.items() if k not in _FOREIGN_VARIABLES}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    with subprocess.Popen(
        ["git", *_OPTIONS, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            answer, error = process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            # Its own children (filters, submodules) too, or they would keep the pipes open.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, os.fsdecode(answer), os.fsdecode(error)


def _explain(command: str, code: int, error: str) -> str:
    for phrase, meaning in _KNOWN_REFUSALS.items():
        if phrase in error:
            return meaning
    first_line = mask_text(error.strip().partition("\n")[0])[:200]
    return f"`git {command}` failed ({code}): {first_line}"
