"""The page as it is served for real, in a real browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from runlore.server.assets import FOLDER
from tests.page.stores import make_store
from tests.services.chromium import MOST_MILLISECONDS, Watched, browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


@contextmanager
def served(
    store: Path, port: int | None = None, *, ending: signal.Signals = signal.SIGINT
) -> Iterator[str]:
    """Serve a store with `runlore ui` in a process of its own; gives the address."""
    command = [sys.executable, "-m", "runlore", "--store", str(store), "ui", "--no-open", "--json"]
    if port is not None:
        command += ["--port", str(port)]
    paths = os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])
    with subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": paths}, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["address"]
        finally:
            process.send_signal(ending)
            process.wait(PATIENCE_SECONDS)


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that tests look at and leave as it is."""
    if not os.path.exists(os.path.join(FOLDER, "index.html")):
        reason = "THE PAGE IS NOT BUILT: make page"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    store = tmp_path_factory.mktemp("page") / "store"
    make_store(store)
    return store


@pytest.fixture(scope="session")
def address(made_store: Path) -> Iterator[str]:
    with served(made_store) as found:
        yield found


@pytest.fixture(scope="module")  # while it lives, a loop of asyncio counts as running
def chromium() -> Iterator[BrowserContext]:
    expect.set_options(timeout=MOST_MILLISECONDS)  # five seconds are little on a busy machine
    with browser() as context:
        yield context


@pytest.fixture
def watched(chromium: BrowserContext) -> Iterator[Watched]:
    """A new tab; that it threw nothing and asked no stranger is checked in the end."""
    page = chromium.new_page()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    seen = Watched(page)
    yield seen
    hacked = page.evaluate("window.hacked") if page.url.startswith("http") else None
    page.close()
    assert hacked is None
    assert seen.errors == []
    assert seen.strangers == []
