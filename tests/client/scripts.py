"""Training scripts run as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

START = "import os, runlore, signal, sys, time\n"


def start_script(
    code: str, *, path: Path | None = None, stderr: int | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start a script, as the file `path` if one is given.

    It finds the package under test and the store of the test, and `runlore` is imported.
    """
    whole = START + dedent(code)
    if path is not None:
        path.write_text(whole, encoding="utf-8")
    folders = os.pathsep.join(folder for folder in sys.path if folder)
    return subprocess.Popen(
        [sys.executable, *(["-c", whole] if path is None else [str(path)])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONPATH": folders, **environment},
    )


def run_script(code: str, *, path: Path | None = None, **environment: str) -> tuple[int, str, str]:
    """Run a script to its end and return its exit status, standard output and error."""
    with start_script(code, path=path, stderr=subprocess.PIPE, **environment) as process:
        out, err = process.communicate(timeout=60)
    return process.returncode, out, err
