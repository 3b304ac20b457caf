"""What happens while one looks: points come."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

import runlore
from tests.page.conftest import PATIENCE_SECONDS, ROOT, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.services.chromium import Watched

TRAINING = """
import sys, runlore
run = runlore.start_run("live one", experiment="live", store=sys.argv[1])
print(run.id, flush=True)
step = 0
for line in sys.stdin:
    for _ in range(int(line)):
        run.log({"loss": 1 / (1 + step)}, step=step)
        step += 1
run.finish()
"""


class Training:
    """A process that logs as many points as it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdout is not None
        self.run = process.stdout.readline().strip()

    def log(self, points: int) -> None:
        """Log so many points, one a step."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{points}\n")
        self._process.stdin.flush()


@contextmanager
def _training(store: Path) -> Iterator[Training]:
    paths = os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])
    with subprocess.Popen(
        [sys.executable, "-c", TRAINING, str(store)],
        env={**os.environ, "PYTHONPATH": paths}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            yield Training(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE_SECONDS)


@pytest.fixture
def store(tmp_path: Path, made_store: Path) -> Path:
    """A store of its own; with `made_store` only because the page must be built."""
    assert made_store.exists()
    place = tmp_path / "store"
    with runlore.start_run("old one", experiment="live", store=place) as run:
        run.log({"loss": 1.0}, step=0)
        run.log({"loss": 0.7}, step=1)
    return place


def test_points_of_another_process_appear_unless_one_pauses(watched: Watched, store: Path) -> None:
    page = watched.page
    with served(store) as address:
        page.goto(f"{address}/runs")
        grid = page.get_by_role("grid", name="Runs")
        expect(grid).to_have_attribute("aria-rowcount", "2")
        live = page.get_by_role("button", name="live", exact=False)
        expect(live).to_be_visible()
        with _training(store) as training:
            training.log(3)
            newcomer = page.get_by_role("link", name="live one")
            expect(newcomer.or_(page.get_by_role("button", name="1 new run"))).to_be_visible()
            page.goto(f"{address}/runs/{training.run}/curves?z=step~0..1000")
            figure = page.get_by_role("figure").filter(has_text="loss")
            expect(figure).to_contain_text("3 points")
            training.log(4)
            expect(figure).to_contain_text("7 points")
            assert "z=step" in page.url  # points that come don't take the zoom away
            page.get_by_role("button", name=re.compile("live$")).click()
            expect(page.get_by_role("button", name=re.compile("paused$"))).to_be_visible()
            training.log(1)
            expect(figure).to_contain_text("7 points")
            page.get_by_role("button", name=re.compile("paused$")).click()
            expect(figure).to_contain_text("8 points")
        page.goto(f"{address}/runs/{training.run}")
        expect(page.get_by_role("main")).to_contain_text("finished")
