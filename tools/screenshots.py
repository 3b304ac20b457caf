"""Take the pictures of the page that the documentation shows, of the demo's runs.

    python tools/screenshots.py [--store FOLDER] [--only NAME …] [--to FOLDER]

Without `--store` the demo's models are trained first. Needs Chromium, and the page built.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image
from playwright.sync_api import sync_playwright

import runlore
from runlore.server.assets import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, Route

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PICTURES = os.path.join(ROOT, "docs", "pictures")
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAPTOP = (1440, 900)
TELEPHONE = (390, 844)
PATIENCE_MILLISECONDS = 60_000
MOST_BYTES = 200_000
STILL_SECONDS = 1.5
STATE = """() => [
    performance.getEntriesByType('resource').length,
    document.querySelectorAll('canvas').length,
    document.documentElement.innerHTML.length,
].join()"""


class Shot(NamedTuple):
    """A page as it is shown: `path` may name a run of the demo in braces."""

    name: str
    path: str
    is_dark: bool = False
    size: tuple[int, int] = LAPTOP


PAGES = {
    "experiments": "/",
    "experiment": "/experiments/digits",
    "runs": "/runs",
    "compare": "/compare?runs={several}",
    "run": "/runs/{network}",
    "curves": "/runs/{network}/curves",
    "artifacts": "/runs/{network}/artifacts?file=confusion_matrix.png",
}
DARK = ("experiment", "runs", "compare", "curves")
SMALL = ("experiments", "experiment", "runs", "compare", "run")
SHOTS = (
    *(Shot(name, path) for name, path in PAGES.items()),
    *(Shot(f"{name}-dark", PAGES[name], is_dark=True) for name in DARK),
    *(Shot(f"{name}-small", PAGES[name], size=TELEPHONE) for name in SMALL),
)


def main() -> None:
    """Serve the demo's store and take every picture, or those that are named."""
    arguments = _arguments()
    if not os.path.exists(os.path.join(FOLDER, "index.html")):
        sys.exit("the page is not built: make page")
    shots = [shot for shot in SHOTS if not arguments.only or shot.name in arguments.only]
    os.makedirs(arguments.to, exist_ok=True)
    with _store(arguments.store) as store, _served(store) as address:
        _take(address, store, shots, arguments.to)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tools/screenshots.py", description=__doc__)
    parser.add_argument("--store", help="a store that `runlore demo` has made")
    parser.add_argument("--only", nargs="+", choices=[shot.name for shot in SHOTS], metavar="NAME")
    parser.add_argument("--to", default=PICTURES, help="the folder of the pictures")
    return parser.parse_args()


@contextmanager
def _store(given: str | None) -> Iterator[str]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "digits", ".runlore")
        command = [sys.executable, "-m", "runlore", "demo", "--store", store]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield store


@contextmanager
def _served(store: str) -> Iterator[str]:
    command = [sys.executable, "-m", "runlore", "--store", store, "ui", "--no-open", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline() if process.stdout else "")["address"]
        finally:
            process.send_signal(signal.SIGINT)


def _runs_of(store: str) -> dict[str, str]:
    """Name the runs that are shown: of the demo, those that have most to look at."""
    digits = runlore.search_runs('experiment = "digits"', store=store)
    networks = [
        run for run in digits if run.status == "finished" and "loss" in "".join(run.metrics)
    ]
    some = [run.id for run in digits if run.status == "finished"]
    return {"network": (networks or list(digits))[0].id, "several": ",".join(some[:12])}


def _take(address: str, store: str, shots: list[Shot], folder: str) -> None:
    runs = _runs_of(store)
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for shot in shots:
            path = os.path.join(folder, f"{shot.name}.png")
            page = browser.new_page(
                viewport={"width": shot.size[0], "height": shot.size[1]},
                color_scheme="dark" if shot.is_dark else "light",
                reduced_motion="reduce",
            )
            page.set_default_timeout(PATIENCE_MILLISECONDS)
            page.route("**/api/v1/**", lambda route: _give_anonymously(route, store))
            page.goto(address.rstrip("/") + shot.path.format(**runs))
            _wait_until_drawn(page)
            page.screenshot(path=path)
            _make_small(path)
            page.close()
            _say(path)
        browser.close()


def _give_anonymously(route: Route, store: str) -> None:
    """Answer with what the server answers, less what tells of the machine that this runs on."""
    if route.request.method != "GET" or route.request.url.endswith("/events"):
        route.fallback()
        return
    answer = route.fetch()
    if not answer.headers.get("content-type", "").startswith("application/json"):
        route.fulfill(response=answer)
        return
    text = answer.text()
    for told, shown in _names_of_machine(store):
        text = text.replace(told, shown)
    route.fulfill(response=answer, body=text)


def _names_of_machine(store: str) -> list[tuple[str, str]]:
    return [
        (os.path.abspath(store), "/home/ada/digits/.runlore"),
        (store, ".runlore"),
        (sys.prefix, "/home/ada/digits/.venv"),
        (ROOT, "/home/ada/digits"),
        (f'"{socket.gethostname()}"', '"laptop"'),
        (f'"{getpass.getuser()}"', '"ada"'),
        (f'"{_branch()}"', '"main"'),
    ]


@cache
def _branch() -> str:
    command = ["git", "rev-parse", "--abbrev-ref", "HEAD"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "main"


def _wait_until_drawn(page: Page) -> None:
    """Wait until nothing changes any more; the stream of changes never ends, so not for silence."""
    page.get_by_role("button", name=re.compile("live$")).wait_for()
    last, since = "", time.monotonic()
    while time.monotonic() - since < STILL_SECONDS:
        seen = str(page.evaluate(STATE))
        if seen != last:
            last, since = seen, time.monotonic()
        time.sleep(0.1)


def _make_small(path: str) -> None:
    """Keep 256 colours, which no eye tells from all of them in pages like these."""
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(
            256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)


def _say(path: str) -> None:
    size = os.path.getsize(path)
    note = "" if size <= MOST_BYTES else f": over {MOST_BYTES // 1000} kB"
    print(f"{os.path.relpath(path, ROOT)} {size // 1000} kB{note}")


if __name__ == "__main__":
    main()
