"""The page about the command line says what the commands say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = (
    "import sys; sys.path.insert(0, 'tools'); import cli_reference as c; print(c.page(), end='')"
)


def test_the_page_is_what_make_cli_reference_writes() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    page = ROOT / "docs" / "reference" / "cli.md"
    assert page.read_text(encoding="utf-8") == done.stdout, "run `make cli-reference`"
