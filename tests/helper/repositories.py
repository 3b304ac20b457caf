"""Git repositories made for a test."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from runlore.helper.git_program import Git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def keep_settings_out(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep the settings of whoever runs the tests out, and the repository around `folder`."""
    home = folder / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder))


def git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints, stripped."""
    whole = ["git", *IDENTITY, "-c", "protocol.file.allow=always", *arguments]
    return os.fsdecode(subprocess.check_output(whole, cwd=folder)).strip()


def commit_all(folder: Path) -> str:
    """Commit all that there is and return the commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Change", "--allow-empty")
    return git(folder, "rev-parse", "HEAD")


def asked(folder: Path, *, seconds: float = 60) -> Git:
    """Return who asks git in a folder."""
    return Git(str(folder), time.monotonic() + seconds)
