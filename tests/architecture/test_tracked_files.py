"""What is tracked speaks of the project alone: no machine's paths, no registry's addresses."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Where Python is installed on any machine.
SYSTEM = ("/usr", "/usr/local", "/opt/homebrew")
# `[x]` stands for x, so that this file does not find itself.
FORBIDDEN = {
    "a path of somebody's machine": r"/(?:[h]ome/(?!ada\b|you\b)[a-z]|[U]sers/[A-Za-z]|[r]oot/)",
    "a path of this very machine": "|".join(
        re.escape(str(path)) + r"\b"
        for path in (ROOT, sys.prefix, sys.base_prefix)
        if path not in SYSTEM
    ),
    "a temporary path of somebody's machine": r"/[t]mp/[A-Za-z0-9_]",
    "an address of a package registry": r"[p]ythonhosted\.|[p]ypi\.org/simple|registry\.[n]pmjs",
    "a pip option that names a place": r"--(?:[i]ndex-|[e]xtra-index|[f]ind-links|[t]rusted-)",
}
# What looks like a path of a machine and is none: `file: text`, exactly as it stands.
ALLOWED: dict[str, list[str]] = {}


def tracked_files() -> list[str]:
    """List the tracked files that hold text, or skip where this is not a clone."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a clone: no list of tracked files")
    return [name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_tracked_files_hold_no(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = []
    for name in tracked_files():
        path = ROOT / name
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_bytes().decode(errors="ignore").splitlines(), 1):
            if pattern.search(line) and not any(text in line for text in ALLOWED.get(name, ())):
                found.append(f"{name}:{number}: {line.strip()[:120]}")
    assert found == []


def test_constraints_hold_names_and_versions_alone() -> None:
    lines = (ROOT / "tools" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
