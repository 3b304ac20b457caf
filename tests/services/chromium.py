"""A real Chromium for tests of pages: the system's, driven by Playwright's Python package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No sandbox, since containers and root can't have one; and nothing that would call home.
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MOST_MILLISECONDS = 30_000


@contextmanager
def browser() -> Iterator[BrowserContext]:
    """Start a browser with a profile of its own; where there is none, skip, but not in CI."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    reason = "NO BROWSER: install chromium (apt-get install chromium) to test the pages"
    if program is not None:
        reason = _trouble_of_driver()
    if program is None or reason:
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            headless=True,
            args=OPTIONS,
            viewport={"width": 1280, "height": 900},
        )
        try:
            yield context
        finally:
            context.close()


@cache
def _trouble_of_driver() -> str:
    """Say why the program that drives browsers doesn't start; empty if it does."""
    command = [compute_driver_executable()[0], "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return f"NO BROWSER: {done.stderr.strip()[:300]} (apt-get install libatomic1)"


class Watched:
    """A page, and what it tried that it shouldn't: errors, and requests to other machines."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self.strangers: list[str] = []
        page.set_default_timeout(MOST_MILLISECONDS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._look_at(request.url))

    def _look_at(self, address: str) -> None:
        is_local = address.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:"))
        if not is_local:
            self.strangers.append(address)
