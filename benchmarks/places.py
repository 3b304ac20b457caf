"""Where benchmarks keep what they download, generate and scribble on."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench"
REPORT = ROOT / "docs" / "benchmarks.md"
PAGE_GROUPS = {"page_server", "page_browser", "page_peers"}


def part_report(groups: list[str]) -> Path:
    """Name the page for some groups, which stands beside the one of all."""
    name = "page" if set(groups) <= PAGE_GROUPS else "-".join(groups).replace("_", "-")
    return REPORT.with_name(f"benchmarks-{name}.md")


def part_title(groups: list[str]) -> str:
    """Say what some groups are about."""
    return "the page" if set(groups) <= PAGE_GROUPS else ", ".join(groups).replace("_", " ")


def make_cache() -> Path:
    """Create the cache folder, which git ignores by a file of its own."""
    CACHE.mkdir(exist_ok=True)
    ignore = CACHE / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return CACHE


@contextmanager
def scratch() -> Iterator[Path]:
    """Lend an empty folder on the same disk as the repository; remove it afterwards."""
    parent = make_cache() / "scratch"
    parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def size_bytes(folder: Path) -> int:
    """Add up the lengths of all files under `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
