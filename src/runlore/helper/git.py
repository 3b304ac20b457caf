"""Read what git knows of the code: repository, commit, branch, remote."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runlore.helper.git_program import NO_REPOSITORY, Git
from runlore.helper.redaction import strip_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class GitFacts:
    """What git says of a folder; None for what it doesn't know, `note` for why.

    `is_empty` says that there is no commit yet; `dirty_submodules` are those with uncommitted
    changes of their own.
    """

    root: str | None = None
    repository: str | None = None
    commit: str | None = None
    branch: str | None = None
    is_dirty: bool | None = None
    remote_url: str | None = None
    is_shallow: bool | None = None
    is_empty: bool = False
    dirty_submodules: Sequence[str] = field(default=())
    note: str | None = None


def read_git(folders: Sequence[str], *, timeout_seconds: float) -> GitFacts:
    """Describe the repository of the first folder that is in one.

    `repository` is the name of the main work tree's folder, the same in all work trees.
    Untracked files don't make it dirty, and submodules only where another commit is out.
    """
    ends_at = time.monotonic() + timeout_seconds
    git = Git("", ends_at)
    for folder in filter(os.path.isdir, folders):
        git = Git(folder, ends_at)
        root = git.ask("rev-parse", "--show-toplevel")
        if root:
            return _describe(git, root)
        if git.notes != [NO_REPOSITORY]:
            break
    return GitFacts(note=git.note or "the working directory is gone")


def _describe(git: Git, root: str) -> GitFacts:
    common = git.ask("rev-parse", "--git-common-dir") or ""
    common = os.path.abspath(os.path.join(git.folder, common)) if common else ""
    parent, name = os.path.split(common)
    # A submodule's or a bare repository's common folder has another name.
    main_tree = parent if name == ".git" else root
    commit = git.ask("rev-parse", "--verify", "--quiet", "HEAD", empty_code=1)
    if commit == "":
        git.notes.append("the repository has no commit yet")
    branch = git.ask("symbolic-ref", "--short", "--quiet", "HEAD", empty_code=1)
    remotes = git.ask("config", "--get-regexp", r"^remote\..*\.url$", empty_code=1)
    changes = git.ask(
        "status", "--porcelain=v2", "--untracked-files=no", "--ignore-submodules=untracked", "-z"
    )  # fmt: skip
    is_dirty, submodules = (None, []) if changes is None else _changes(changes)
    if submodules:
        git.notes.append(
            f"uncommitted changes inside submodules are not kept: {', '.join(submodules)}"
        )
    return GitFacts(
        root=root,
        repository=os.path.basename(main_tree),
        commit=commit or None,
        branch=branch or None,
        is_dirty=is_dirty,
        remote_url=_remote_url(remotes or ""),
        is_shallow=os.path.exists(os.path.join(common, "shallow")) if common else None,
        is_empty=commit == "",
        dirty_submodules=submodules,
        note=git.note,
    )


def _changes(status: str) -> tuple[bool, list[str]]:
    """Read from a status whether it is dirty, and which submodules have changes inside."""
    is_dirty = False
    submodules = []
    for line in status.split("\0"):
        fields = line.split(" ", 8)
        if fields[0] == "1" and len(fields) == 9 and fields[2][:1] == "S":
            if "M" in fields[2]:
                submodules.append(fields[8])
            is_dirty = is_dirty or fields[1][0] != "." or "C" in fields[2]
        else:
            is_dirty = is_dirty or bool(line)
    return is_dirty, submodules


def _remote_url(lines: str) -> str | None:
    """Take `origin`, else the first remote, from lines like `remote.origin.url <url>`."""
    remotes = dict(line.split(" ", 1) for line in reversed(lines.splitlines()) if " " in line)
    if not remotes:
        return None
    return strip_credentials(remotes.get("remote.origin.url") or list(remotes.values())[-1])
