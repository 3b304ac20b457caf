"""Processes of a user who is not the one of the tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")

# Loads all that a command may import beforehand: the interpreter may be out of a stranger's reach.
BECOME_A_STRANGER = """
import encodings.idna, os, pkgutil, sys, tempfile, unicodedata
from importlib import import_module
import runlore
for module in pkgutil.walk_packages(runlore.__path__, "runlore."):
    if not module.name.startswith(("runlore.demo", "runlore.testing")):
        import_module(module.name)
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
"""
STRANGER = (
    BECOME_A_STRANGER
    + """
from runlore.cli.main import main
main(["--store", *sys.argv[1:]])
"""
)


def let_strangers_in(folder: Path) -> None:
    """Let other users look into a folder of a test and the private ones around it."""
    for one in (folder, *folder.parents):
        if one.stat().st_uid != os.getuid() or one.stat().st_mode & 0o005 == 0o005:
            break
        one.chmod(0o755)
